"""Tags by language models: the question about posts, what is read of the answer, and what follows from it."""
