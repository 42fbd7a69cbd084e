"""Profiles of brands and their versions."""
