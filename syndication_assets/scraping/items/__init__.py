"""What one item of a source says: its decoding, values, identity and hashtags, and what is unknown in it."""
