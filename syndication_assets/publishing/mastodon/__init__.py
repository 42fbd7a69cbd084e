"""Publishing to accounts on Mastodon servers."""
