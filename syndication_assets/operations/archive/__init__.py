"""Keeps rows as long as their retention says: archives old months to Parquet files, restores them, deletes what may go.

Nothing here knows what a table means: what a room has to do beside it is SQL in its folder `<table>/archive/`.
"""
