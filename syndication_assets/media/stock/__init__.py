"""Stock images: photos of services and of the organization itself, each stored with its licence.

One protocol (`stock_source.py`) has a folder of services behind it. Which are asked, in which order, and what they want
in return are rows of media.stock_sources.
"""
