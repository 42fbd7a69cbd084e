"""Sensors, and what they look for: landed files, approved texts, texts to write, and problems."""
