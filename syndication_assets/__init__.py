"""Syndication Assets: social media as data you can trust, as Dagster assets in PostgreSQL."""
