"""Counters of our own posts on Instagram: client, asset and parser."""
