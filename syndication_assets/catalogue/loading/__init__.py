"""Loads landed snapshots: which are candidates, whether each is accepted, and what it changes."""
