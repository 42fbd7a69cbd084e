"""What a feed says: RSS and Atom, guarded and read, for every room that loads feeds."""
