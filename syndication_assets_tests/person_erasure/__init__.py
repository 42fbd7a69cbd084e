"""A person whose posts were scraped is erased everywhere, and does not come back."""
