"""The web page: what waits for a person, the calendar, the posts and the state, for people who do not use a terminal.

What belongs here is signing in to it, its pages and how they look. What a page shows and does is decided by the rooms,
in the same functions as those of the commands. A page reads as `syndication_reader` within the organization of the
session, so that row-level security holds even where a condition is forgotten.
"""
