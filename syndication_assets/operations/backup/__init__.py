"""Backups of both databases as dumps, restoring them, and proving them by restores into a scratch server.

What is here knows tables only as rows and checksums. It does not copy the landing zone, the record of sent posts or the
keys of credentials, which a backup only names.
"""
