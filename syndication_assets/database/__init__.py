"""Access to PostgreSQL: connections and transactions, the embedded server, migrations and the schema file.

It knows no room. SQL statements are in `sql/`, and the code that runs them is in the room that they belong to.
"""
