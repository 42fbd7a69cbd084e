"""Commands for tags, posts and actions."""
