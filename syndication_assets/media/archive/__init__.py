"""The archive of media: files that have become old, at a second place from which they are read as from the first."""
