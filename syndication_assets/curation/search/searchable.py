"""Whether a search has anything to look for."""

from syndication_assets.curation.search.terms import search_query
from syndication_assets.database.connection import Connection


def is_searchable(connection: Connection, typed: str) -> bool:
    """False for a search of nothing but punctuation."""
    row = connection.execute("select numnode(curation.any_language_query(%s)) > 0", [search_query(typed)]).fetchone()
    return row is not None and bool(row[0])
