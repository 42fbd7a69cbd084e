"""Reads the texts of the posts in the temporary table `scope` into curation.post_documents."""

from datetime import date

from syndication_assets.curation.search.post_languages import language_of
from syndication_assets.curation.search.terms import VERSION, search_terms
from syndication_assets.database.connection import Connection, copy_rows, load_sql

_READ_TEXTS = """
create temporary table read_texts (
    organization_id text, post_id text, text_hash bytea, language text, words text, terms text
) on commit drop
"""
_SQL = "curation/post_documents"


def begin_scope(connection: Connection, first_day: date, end_day: date) -> int:
    """Makes the table `scope` of the posts that a run of these days concerns; returns their number."""
    connection.execute(load_sql(f"{_SQL}/scope.sql"), {"window_start": first_day, "window_end": end_day})
    return int(connection.execute("select count(*) from scope").fetchall()[0][0])


def read_documents(connection: Connection) -> int:
    """Reads the texts of the scope that are new or changed; returns their number."""
    unread = connection.execute(load_sql(f"{_SQL}/unread_texts.sql"), {"version": VERSION}).fetchall()
    connection.execute(_READ_TEXTS)
    copy_rows(
        connection,
        "read_texts",
        "organization_id, post_id, text_hash, language, words, terms",
        (
            (organization_id, post_id, text_hash, language_of(text), *search_terms(text, hashtags))
            for organization_id, post_id, text, hashtags, text_hash in unread
        ),
    )
    connection.execute(load_sql(f"{_SQL}/merge.sql"), {"version": VERSION})
    connection.execute("drop table read_texts")
    return len(unread)
