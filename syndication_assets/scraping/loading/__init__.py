"""Brings the rows of a day into the tables: staging, identity, and the facts of the day."""
