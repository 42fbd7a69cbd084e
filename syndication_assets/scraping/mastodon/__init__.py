"""Counters of our own statuses on Mastodon servers: client, asset and parser."""
