"""The JSON API: what programs ask, as a member of one organization, with an API key or the session of a page.

What it does is decided by the rooms, in the same functions as those of the pages and of the commands. Errors have a
code that programs may rely on and a sentence for people.
"""
