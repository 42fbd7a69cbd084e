"""What the schema is and must be: its catalogue, its rights, and `sql/<room>/schema.sql`."""
