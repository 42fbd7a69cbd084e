"""Upgrades of filled databases: what a release wrote is there after later migrations, and after undoing them."""
