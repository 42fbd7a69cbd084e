"""Posts of briefs: the text of each channel, with the picture that the studio made for it."""
