"""Fonts: which files a text is set with, and which characters they have."""
