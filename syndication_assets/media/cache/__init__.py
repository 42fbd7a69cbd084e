"""From a URL to a stored file: the queue, fetching, the outcome of an attempt, and the cache as people see it."""
