"""Posts, profiles, media references, hashtags and snapshots of social platforms, from the APIs to the tables.

Fetches land the responses of the platforms; loads parse landed files and merge them. A new source is a new sub-package
with a parser. Rollups and rankings do not belong here (engagement), nor does publishing.
"""
