"""Insights of our own Facebook pages from the Graph API: client, fetch, asset and parser."""
