"""A million posts with their search terms, for the benchmark of curation."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import accumulate
from random import Random

import psycopg

from syndication_assets.curation.search.terms import VERSION, search_terms
from syndication_assets.database.connection import copy_rows, transaction

VOCABULARY = 20_000
JAPANESE = "日月火水木金土山川田人口車門東西南北京都大小中上下左右今年本学生先名前"
_FIRST = datetime(2025, 1, 1, tzinfo=UTC)
_SYLLABLES = ["ba", "ke", "lo", "mi", "nu", "pra", "sto", "ti", "vel", "wyn"]


def word_of_rank(rank: int) -> str:
    """The words of the vocabulary, from 0."""
    word = ""
    number = rank + 11
    while number:
        number, syllable = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[syllable]
    return word


def _texts(count: int) -> Iterator[tuple[str, list[str]]]:
    """Text and hashtags of each post."""
    rng = Random("posts")
    words = [word_of_rank(rank) for rank in range(VOCABULARY)]
    weights = list(accumulate(1 / (rank + 1) for rank in range(VOCABULARY)))
    for number in range(count):
        text = " ".join(rng.choices(words, cum_weights=weights, k=20))
        if number % 10 == 0:
            text += " " + "".join(rng.choices(JAPANESE, k=20))
        hashtags = [f"tag{rng.randrange(1, 1000)}"] if number % 5 == 0 else []
        yield text + "".join(f" #{hashtag}" for hashtag in hashtags), hashtags


def fill_posts(url: str, count: int) -> str:
    """Adds the posts; returns the id of their organization."""
    with transaction(url) as connection:
        (organization_id,) = connection.execute("select organization_id from tenancy.organizations").fetchall()[0]
        connection.execute("set local synchronous_commit = off")
        connection.execute(
            "select operations.ensure_month_partitions('scraping.snapshots', '2025-01-01', '2025-12-31')"
        )
        connection.execute(
            "create temporary table texts (number integer, text text, words text, terms text) on commit drop"
        )
        rows = ((number, text, *search_terms(text, tags)) for number, (text, tags) in enumerate(_texts(count)))
        copy_rows(connection, "texts", "number, text, words, terms", rows)
        parameters = {"organization_id": organization_id, "first": _FIRST, "count": count, "version": VERSION}
        for statement in _FILLING:
            connection.execute(statement.encode(), parameters)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze curation.post_documents")
        connection.execute("vacuum analyze scraping.post_records")
        connection.execute("vacuum analyze scraping.snapshots")
    return str(organization_id)


_MOMENT = "%(first)s + number * (interval '300 days' / %(count)s)"
_FILLING = [
    """
    insert into scraping.download_runs
        (organization_id, kind, source, partition_from, partition_to, script_name)
    values (%(organization_id)s, 'load', 'test', '2025-01-01', '2025-12-31', 'benchmark')
    """,
    """
    insert into landing.files (organization_id, source_file_path, source, landed_on, content_hash, size_bytes)
    values (%(organization_id)s, 'default/test/file.json', 'test', '2025-01-01', '', 0)
    """,
    f"""
    insert into scraping.post_records (
        organization_id, platform, urn, urn_kind, posted_at, author_username, post_type, text_content,
        content_observed_at, first_seen_at, last_seen_at
    )
    select
        %(organization_id)s, 'linkedin', number::text, 'activity', {_MOMENT}, 'author' || number %% 1000, 'regular',
        text, {_MOMENT}, {_MOMENT}, {_MOMENT}
    from texts
    """,
    """
    insert into scraping.snapshots (
        organization_id, post_id, downloaded_at, reactions, comments, run_id, observed_at_source, landed_file_id
    )
    select
        organization_id, post_id, posted_at + interval '1 hour', urn::integer %% 500, 3,
        (select run_id from scraping.download_runs), 'file_name', (select landed_file_id from landing.files)
    from scraping.post_records
    """,
    """
    insert into curation.post_documents (
        organization_id, post_id, language, document, text_hash, reader_version, posted_at, observed_at
    )
    select
        p.organization_id, p.post_id, 'en', curation.search_document('en', t.words, t.terms),
        decode(md5(p.text_content), 'hex'), %(version)s, p.posted_at, p.posted_at + interval '1 hour'
    from texts as t
    inner join scraping.post_records as p on p.urn = t.number::text
    """,
]
