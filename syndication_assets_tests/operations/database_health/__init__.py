"""The project watches its own database: what is measured, what is a problem, and that nothing of users is stored."""
