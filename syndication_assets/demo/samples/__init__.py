"""Deterministic generators of landed files, edge cases included; they write bytes and never touch a database."""
