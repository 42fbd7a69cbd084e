"""RSS and Atom feeds: fetching, guarding against hostile files, and parsing."""
