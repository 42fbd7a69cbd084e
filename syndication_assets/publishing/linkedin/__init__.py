"""Publishing to LinkedIn pages and profiles through the Posts API."""
