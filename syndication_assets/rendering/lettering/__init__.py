"""Lettering: sets texts into their boxes."""
