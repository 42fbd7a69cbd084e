"""Studio: briefs, the visuals that are made of them in every format of their channels, and how compliant these are.

Brands and templates are read from `brand`, photos come from `media`, and the texts of posts are written by `content`.
What belongs here is how far a brief has come, what was rendered for it, and what was measured of it.
"""
