"""Files on this machine that are there whole or not at all. What a file is for belongs to its room."""
