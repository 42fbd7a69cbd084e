"""Applies and rolls back the migrations in `sql/migrations/`.

Does not belong here: what a migration does, which its SQL file says, and the whole schema that it leads to (`schema`).
"""
