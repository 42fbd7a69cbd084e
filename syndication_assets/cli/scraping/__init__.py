"""Commands about scraped profiles: which posts are fetched next, and how many people follow."""
