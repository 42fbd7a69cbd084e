"""Counters of our own posts on Bluesky: client, asset and parser."""
