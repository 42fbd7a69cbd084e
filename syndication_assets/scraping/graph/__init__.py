"""What the sources of the Graph API share: the shape of insights."""
