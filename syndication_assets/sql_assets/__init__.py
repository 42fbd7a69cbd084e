"""One way to make assets, checks and table metadata out of SQL files, shared by all rooms.

Partitions, cadence tags and the window of a run are here, too. The package knows no room and no table: what a rollup
computes or a check tests is in `sql/<room>`, and the list of them in the room.
"""
