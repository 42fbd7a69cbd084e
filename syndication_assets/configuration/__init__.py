"""The configuration of an organization as one file: reading, comparing, writing and exporting it.

It stands above the rooms and knows their user-maintained tables, one module below `sections/` for each part of the
file. How the rows are used belongs to the rooms; asking and printing belong to `cli`.
"""
