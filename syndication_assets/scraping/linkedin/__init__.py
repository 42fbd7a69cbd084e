"""LinkedIn profiles through an Apify actor: client, asset, and the parser of its datasets."""
