"""Checks a text against the rules of its channel and the facts it may claim: pure functions, without a database."""
