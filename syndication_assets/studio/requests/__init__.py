"""Briefs: what people ask for, and how far it has come."""
