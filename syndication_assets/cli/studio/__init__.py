"""Commands of the studio: briefs and stock images."""
