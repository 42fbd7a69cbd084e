"""Channels: platforms, channels and their rules, social accounts, credentials and account back-off.

Platforms, channels and rules are reference data, loaded from the CSV files in `reference/` and then user-maintained.
Whatever writes or publishes posts reads them here; schedules and calls to a platform belong to `publishing`.
"""
