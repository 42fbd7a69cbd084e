"""Moves one organization between databases: the organization is the unit of placement. What belongs to it is read from
the system catalogue; a copy of a whole database is a backup (`operations/backup`).
"""
