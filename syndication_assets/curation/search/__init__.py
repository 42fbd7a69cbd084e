"""The text of posts as search terms, and searches as PostgreSQL reads them."""
