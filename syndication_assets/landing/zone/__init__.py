"""The landing zone: where files are, how they are written once, and when their content was true."""
