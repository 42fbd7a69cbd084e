"""A demo brand, to try the pictures with before there is one."""
