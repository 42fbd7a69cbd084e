"""How long landed files of posts stay in the landing zone, and where they are afterwards."""
