"""Fetches posts from sources into the landing zone, and records each run. Nothing here reads what has landed."""
