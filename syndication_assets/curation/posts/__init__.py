"""Posts as people find, read, mark, tag and export them."""
