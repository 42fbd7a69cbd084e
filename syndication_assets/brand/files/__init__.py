"""The files of a brand: logos, fonts and pictures."""
