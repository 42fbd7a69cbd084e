"""Actions on posts: the queue, and those who do them."""
