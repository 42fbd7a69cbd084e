"""Rounds of texts: how texts enter the room `approval`, and what a rule decides. People decide in `review`."""
