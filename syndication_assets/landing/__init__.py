"""The landing zone and everything that is shared by the loads of its files.

Here belong the immutable files, their ledger, the quarantine, withdrawals, and the one way to load a day. Parsers and
merges do not: each domain room brings its own, and this room imports none of them.
"""
