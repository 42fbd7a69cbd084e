"""Searching a million posts, and 200 tag rules over 10 000 new ones.

A post has 20 words, drawn from 20 000 so that the word of rank n is found in about 1/n of what the first is; each tenth
is Japanese, each fifth has a hashtag. Searches draw words of all ranks alike on a logarithmic scale, so that rare and
frequent words are sought as often. Both bounds are absolute, so run this benchmark on a quiet machine.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

import psutil
import psycopg
from psycopg import ClientCursor
from psycopg.types.json import Jsonb

from benchmarks.curated_posts import JAPANESE, VOCABULARY, fill_posts, word_of_rank
from benchmarks.measuring import Result, Times, percentile, seconds_of
from benchmarks.workplace import Workplace
from syndication_assets.curation.posts.searched_posts import Search, find_posts
from syndication_assets.curation.rules.rule_runs import Tagged, tag_scope
from syndication_assets.curation.search.post_documents import read_documents
from syndication_assets.curation.search.terms import search_query
from syndication_assets.database.connection import transaction

NAME = "curation"
MILLISECONDS_AT_95_PERCENT = 100.0
SECONDS_OF_RULES = 2.0
RULES = 200


def run(workplace: Workplace) -> list[Result]:
    """Search times of people and of readers, the size of the index, and the time of the rules."""
    url = workplace.create_database(NAME)
    posts, new_posts = workplace.sizes.curated_posts, min(10_000, workplace.sizes.curated_posts // 2)
    organization_id = fill_posts(url, posts)
    return [
        *_search(url, organization_id, workplace.sizes.executions),
        *_sizes(url, posts),
        *_rules(url, new_posts, workplace.sizes.repeats),
    ]


def _searches(count: int) -> Iterator[str]:
    """Words alone and together, phrases, hashtags and Japanese, in turn."""
    rng = Random("searches")

    def word() -> str:
        return word_of_rank(int(VOCABULARY ** rng.random()) - 1)

    for number in range(count):
        yield (
            word(),
            f"{word()} {word()}",
            f"{word()} or {word()}",
            f"#tag{rng.randrange(1, 1000)}",
            "".join(rng.choices(JAPANESE, k=2)),
        )[number % 5]


def _search(url: str, organization_id: str, executions: int) -> list[Result]:
    with (
        transaction(url) as connection,
        psycopg.connect(url, autocommit=True, cursor_factory=ClientCursor) as reader,
    ):
        reader.execute("set role syndication_reader")
        reader.execute("select set_config('app.organization_id', %s, false)", [organization_id])

        def people(text: str) -> None:
            find_posts(connection, organization_id, Search(text=text, person="a"), 50)

        def readers(text: str) -> None:
            reader.execute("select * from curation.search_posts(%s)", [search_query(text)]).fetchall()

        sides: dict[str, Callable[[str], None]] = {"people": people, "readers": readers}
        measured: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
        processes = {"people": _backend(connection), "readers": _backend(reader)}
        for number, text in enumerate(_searches(executions + 1)):
            for side, search in sides.items():
                started_at, used = time.perf_counter(), _cpu(processes[side])
                search(text)
                # The first search is not counted, because it opens the files of the tables.
                if number:
                    measured[side].append((time.perf_counter() - started_at, _cpu(processes[side]) - used))
    results = []
    for side, values in measured.items():
        wall, cpu = ([each[place] * 1000 for each in values] for place in (0, 1))
        p95 = percentile(wall, 95)
        note = f"median {percentile(wall, 50):.1f} ms; processor time of the server: p95 {percentile(cpu, 95):.0f} ms"
        results.append(
            Result(NAME, f"search of {side}, p95", p95, "ms", value=p95, bound=MILLISECONDS_AT_95_PERCENT, note=note)
        )
    return results


def _backend(connection: psycopg.Connection[Any]) -> psutil.Process:
    """The server's process of a connection."""
    return psutil.Process(connection.info.backend_pid)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _sizes(url: str, posts: int) -> list[Result]:
    with psycopg.connect(url) as connection:
        index, table = connection.execute(
            "select pg_relation_size('curation.post_documents_document'),"
            " pg_total_relation_size('curation.post_documents')"
        ).fetchall()[0]
    return [
        Result(
            NAME, f"index of search terms, {posts:,} posts", index / 2**20, "MiB", note=f"{index / posts:.0f} B a post"
        ),
        Result(NAME, "search terms with all indexes", table / 2**20, "MiB", note=f"{table / posts:.0f} B a post"),
    ]


def _rules(url: str, posts: int, repeats: int) -> list[Result]:
    _add_rules(url)
    reading, tagging, cpu, tagged = [], [], [], Tagged()
    for _ in range(repeats):
        with transaction(url) as connection:
            connection.execute(
                "create temporary table scope on commit drop as select organization_id, post_id"
                " from curation.post_documents order by posted_at desc limit %s",
                [posts],
            )
            connection.execute("create unique index on scope (organization_id, post_id); analyze scope")
            connection.execute("delete from curation.post_documents as d using scope as s where d.post_id = s.post_id")
            reading.append(seconds_of(partial(read_documents, connection)))
            started_at, used = time.perf_counter(), _cpu(_backend(connection))
            tagged = tag_scope(connection)
            tagging.append(time.perf_counter() - started_at)
            cpu.append(_cpu(_backend(connection)) - used)
            connection.rollback()
    rules, texts, processor = Times(tuple(tagging)), Times(tuple(reading)), Times(tuple(cpu))
    note = f"{tagged.written:,} tags; {rules.spread()}; processor time of the server: {processor.median:.2f} s"
    what = f"{RULES} rules over {posts:,} new posts"
    return [
        Result(NAME, what, rules.median, "s", value=rules.median, bound=SECONDS_OF_RULES, note=note),
        Result(NAME, f"reading {posts:,} new texts", texts.median, "s", note=texts.spread()),
    ]


def _add_rules(url: str) -> None:
    """Each asks for one of two words, and half of them also for reactions."""
    rng = Random("rules")
    with transaction(url) as connection:
        connection.execute(
            "insert into curation.tags (organization_id, tag_name)"
            " select organization_id, 'tag' from tenancy.organizations"
        )
        for number in range(RULES):
            conditions = {"minimum_reactions": rng.randrange(500)} if number % 2 else {"platforms": ["linkedin"]}
            connection.execute(
                "insert into curation.tag_rules (organization_id, rule_name, tag_id, filter, text_query)"
                " select organization_id, %s, tag_id, %s, %s from curation.tags",
                [
                    f"rule-{number}",
                    Jsonb(conditions),
                    f"{word_of_rank(rng.randrange(100, 3000))} or {word_of_rank(rng.randrange(1000))}",
                ],
            )
