"""YouTube channels through the Data API: client, asset and parser."""
