"""Chooses what each channel posts about on a day: a product, a section of a document, or both."""
