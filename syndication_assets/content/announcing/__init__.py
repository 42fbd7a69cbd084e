"""Announcements: what a person writes for one or more channels."""
