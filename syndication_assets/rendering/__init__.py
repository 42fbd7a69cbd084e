"""Rendering: turns a layered document, a map of fields and a brand's look into one encoded picture.

It takes bytes and gives bytes: where templates, brands and photos are stored, and who may see them, belongs to the
rooms. The same inputs give the same bytes.
"""
