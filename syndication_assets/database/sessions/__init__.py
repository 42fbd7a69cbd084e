"""What lives as long as a session: one that is kept for many transactions, locks, and poolers that would share it.

Does not belong here: opening a connection or a transaction, which is in `connection`.
"""
