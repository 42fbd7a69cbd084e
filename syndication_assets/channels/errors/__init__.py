"""What an answer of a platform means: the tables of error codes, and the outcome of a call."""
