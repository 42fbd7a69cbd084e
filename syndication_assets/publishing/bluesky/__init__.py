"""Publishing to Bluesky accounts through their servers (PDS) of the AT Protocol."""
