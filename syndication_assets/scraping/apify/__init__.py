"""Apify, which runs actors: programs that scrape a platform. What an actor is asked for belongs to its platform."""
