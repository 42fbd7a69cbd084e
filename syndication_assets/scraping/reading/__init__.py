"""Reads the landed files of a day and turns their items into rows. What an item means is in `items`."""
