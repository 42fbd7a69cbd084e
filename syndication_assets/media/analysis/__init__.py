"""What a picture shows: each analyzer looks at a content once for each of its versions.

Belongs here: the analyzers, a folder each, the queue of what they have not seen, and what they found. Fetching and
storing media is in `cache`, what kind of content a file is in `contents`.
"""
