"""Writes the missing texts of a day, from templates or with a language model, and stores them with their findings."""
