"""Readers find rare briefs among many through indexes, and only those of their organization."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from syndication_assets.database.connection import Connection
from syndication_assets.studio.requests.listing import BriefSearch, count_briefs, find_briefs
from syndication_assets.tenancy.own_rows import reading
from syndication_assets_tests.studio.studio_desk import StudioDesk

pytestmark = pytest.mark.both_servers
MANY = """
insert into studio.content_requests (
    organization_id, title, brief, language, template_name, requested_by, state, next_attempt_at, created_at, reason
)
select
    %s, case n %% 5000 when 7 then 'Dyed with woad ' else 'Brief ' end || n, 'What it says.',
    case n %% 5000 when 8 then 'ar' else 'en' end, 'Statement', 'a test',
    case n %% 5000 when 9 then 'failed' else 'published' end::studio.request_state, null,
    now() - make_interval(mins => n), 'a reason'
from generate_series(1, 20000) as n
"""
WRITTEN = {
    "Spring has come": "Neue Stühle aus ÖSTERREICH",
    "東京の店": "私は東京都の小さな店でパンを買いました。",
    "Fifty % off_ 50\\%": "100 €",
}
FOUND = [
    ("spring", {"Spring has come"}),
    ("SPRING HAS", {"Spring has come"}),
    ("österr", {"Spring has come"}),
    ("ing h", {"Spring has come"}),
    ("me neue", {"Spring has come"}),
    ("springhas", set()),
    ("東京", {"東京の店"}),
    ("京都", {"東京の店"}),
    ("店", {"東京の店"}),
    ("都東", set()),
    ("%", {"Fifty % off_ 50\\%"}),
    ("_ 5", {"Fifty % off_ 50\\%"}),
    ("0\\%", {"Fifty % off_ 50\\%"}),
    ("€", {"Fifty % off_ 50\\%"}),
    ("as", {"Spring has come"}),
    ("", {*WRITTEN}),
]


@contextmanager
def reader(desk: StudioDesk, organization_id: str | None = None) -> Iterator[Connection]:
    with reading(desk.url, organization_id or desk.organization_id) as connection:
        yield connection


def titles(desk: StudioDesk, search: BriefSearch, **page: int) -> list[str]:
    with reader(desk) as connection:
        return [brief.title for brief in find_briefs(connection, search, **{"maximum": 50, **page})]


def test_a_part_of_title_or_message_is_found_in_every_script(desk: StudioDesk):
    for title, brief in WRITTEN.items():
        desk.brief(title=title, brief=brief)
    for words, expected in FOUND:
        assert set(titles(desk, BriefSearch(words=words))) == expected, words
        with reader(desk) as connection:
            assert count_briefs(connection, BriefSearch(words=words)) == len(expected), words


def test_filters_hold_together_and_the_newest_come_first(desk: StudioDesk):
    for number, language in enumerate(("en", "de", "en"), start=1):
        desk.brief(title=f"Brief {number}", language=language)
    desk.execute("update studio.content_requests set batch_name = 'spring' where title <> 'Brief 1'")
    assert titles(desk, BriefSearch()) == ["Brief 3", "Brief 2", "Brief 1"]
    assert titles(desk, BriefSearch(), maximum=1, skipped=1) == ["Brief 2"]
    assert titles(desk, BriefSearch(language="en", words="brief")) == ["Brief 3", "Brief 1"]
    assert titles(desk, BriefSearch(batch="spring", language="en", state="pending")) == ["Brief 3"]
    assert titles(desk, BriefSearch(state="failed")) == []


def test_a_reader_without_an_organization_or_of_another_one_finds_nothing(desk: StudioDesk):
    desk.brief(title="Spring")
    functions = {
        "select count(*) from studio.found_requests(null, null, null, %s, 10, 0)": 1,
        "select studio.counted_requests(null, null, null, %s)": 1,
    }
    with psycopg.connect(desk.url) as connection:
        connection.execute("set role syndication_reader")
        for query, found in functions.items():
            for words in (None, "spring"):
                connection.execute("reset app.organization_id")
                assert connection.execute(query, [words]).fetchall() == [(0,)], "the setting is unset"
                for organization_id, expected in (("", 0), ("org-ffffffff", 0), (desk.organization_id, found)):
                    connection.execute("select set_config('app.organization_id', %s, false)", [organization_id])
                    assert connection.execute(query, [words]).fetchall() == [(expected,)], organization_id


@pytest.mark.parametrize(
    ("search", "index", "briefs"),
    [
        (BriefSearch(state="failed"), "content_requests_of_state", 4),
        pytest.param(BriefSearch(language="ar"), "content_requests_of_language", 4, marks=pytest.mark.slow),
        (BriefSearch(words="woad"), "content_requests_parts", 4),
        pytest.param(BriefSearch(batch="spring"), "content_requests_of_batch", 0, marks=pytest.mark.slow),
        pytest.param(BriefSearch(), "content_requests_of_organization", 20_000, marks=pytest.mark.slow),
    ],
)
def test_what_is_rare_is_found_through_its_index(desk: StudioDesk, search: BriefSearch, index: str, briefs: int):
    values = [search.state, search.batch, search.language, search.words]
    with psycopg.connect(desk.url) as connection:
        connection.execute("set local session_replication_role = replica")
        connection.execute(MANY, [desk.organization_id])
        connection.execute("analyze studio.content_requests")
        connection.execute("set local role syndication_reader")
        connection.execute("select set_config('app.organization_id', %s, true)", [desk.organization_id])
        counted = connection.execute("select studio.counted_requests(%s, %s, %s, %s)", values).fetchall()
        # What the function runs as its owner, planned with its values as there.
        connection.execute("set local role syndication_owner; set local plan_cache_mode = force_custom_plan")
        connection.execute("set local enable_seqscan = off")
        ((candidates, conditions),) = connection.execute(
            "select studio.request_candidates(%s), studio.request_conditions(%s, %s, %s, %s)", [search.words, *values]
        ).fetchall()
        is_ordered = search.state is None and search.words is None
        connection.execute(
            "prepare found (studio.request_state, text, text, text) as select r.request_id from ("
            f" select r.* from {candidates} {conditions} {'' if is_ordered else 'offset 0'}"
            ") as r order by r.created_at desc, r.request_id limit 61"
        )
        literals = ", ".join("null" if value is None else f"'{value}'" for value in values)
        plan = str(connection.execute(f"explain execute found ({literals})").fetchall())
        connection.rollback()
    assert counted == [(briefs,)]
    assert index in plan
