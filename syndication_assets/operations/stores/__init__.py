"""Places for files that nobody else may read, or that only one database may change.

Does not belong here: what is stored and when it is removed, which backups, the archive and other rooms say.
"""
