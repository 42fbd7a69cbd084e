"""Feeds of other people, blogs and newsletters: their entries as posts."""
