"""What the publishers of the Graph API share: the tokens of persons, and the pages of listings."""
