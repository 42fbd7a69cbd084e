"""Rules that tag posts: what they ask, the one statement that answers it, and running them."""
