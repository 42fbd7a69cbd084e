"""The documents room: blog posts and feed entries, their observations and their sections.

It fetches feeds into the landing zone, parses feeds and exports into documents, and keeps each document as its newest
observation describes it. Selecting sections and writing posts from them belongs to the content room.
"""
