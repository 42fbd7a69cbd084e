"""What makes an item or a file be without an erased person. Which rows of a database go is in `person_erasure`."""
