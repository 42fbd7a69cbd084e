"""Publishing to Instagram professional accounts through the Graph API."""
