"""Any order of days, any repetition, late and withdrawn files: the tables end as after one load in sequence."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from syndication_assets.landing.landing_zone import LandingZone
from syndication_assets.landing.withdrawal import withdraw_files
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.content.shop import Shop
from syndication_assets_tests.documents.blog import Blog, entry, post
from syndication_assets_tests.servers import Server

DAYS = [date(2025, 11, 3) + timedelta(number) for number in range(4)]
EXAMPLES = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# What one file says of one post: nothing, or its sections and whether it is published.
_SAID = st.none() | st.tuples(
    st.lists(st.sampled_from(["Wool.", "Silk.", "Linen."]), min_size=1, max_size=3, unique=True),
    st.sampled_from(["published", "draft", "deleted"]),
)
# Two files a day, of one moment or of two; and an entry of a feed.
_FILE = st.tuples(_SAID, _SAID)
_DAY = st.tuples(_FILE, _FILE, st.booleans(), st.none() | st.sampled_from(["A.", "<h2>A</h2>B.<h2>C</h2>D."]))
_FILES = st.lists(_DAY, min_size=4, max_size=4)


@pytest.fixture(scope="module")
def shop(server: Server, template_database: str) -> Iterator[Shop]:
    with new_database(server, template_database) as url:
        shop = Shop(url)
        yield shop
        shop.close()


def land(blog: Blog, day: date, said: Any) -> list[str]:
    """The paths of a day's files."""
    first, second, is_one_moment, feed = said
    paths = []
    for number, file in enumerate((first, second)):
        posts = [
            post(at, *one[0], status=one[1]) | {"title": f"Post {at} as file {number} says"}
            for at, one in enumerate(file, start=1)
            if one is not None
        ]
        name = f"posts_{number}_{day}_06-{0 if is_one_moment else number:02}-00-000.json"
        content = msgspec.json.encode(posts)
        paths.append(blog.zone.land("default", "blog_posts", day, name, content)[0])
    if feed is not None:
        paths.append(blog.land_feed(day, entry(1, feed)))
    return paths


def cleared(shop: Shop) -> None:
    with psycopg.connect(shop.url) as connection:
        connection.execute(
            "truncate documents.source_documents, documents.source_sections, documents.document_observations,"
            " landing.quarantine, landing.files cascade"
        )


def facts(blog: Blog) -> tuple[Any, ...]:
    observations = blog.shop.execute(
        "select remote_document_id, source_file_path, position, o.landed_on, o.observed_at, o.is_published,"
        " o.content_hash, o.facts::text from documents.document_observations as o join documents.source_documents"
        " using (organization_id, document_id) order by 1, 2"
    )
    return blog.documents(), blog.sections(), observations, blog.quarantine()


@EXAMPLES
@given(files=_FILES, order=st.permutations(DAYS), repeats=st.lists(st.sampled_from(DAYS), max_size=3))
def test_days_in_any_order_and_any_number_of_times_say_the_same(
    shop: Shop, tmp_path_factory: pytest.TempPathFactory, files: Any, order: list[date], repeats: list[date]
):
    blog = Blog(shop, LandingZone(str(tmp_path_factory.mktemp("zone"))))
    for day, said in zip(DAYS, files, strict=True):
        land(blog, day, said)
    ends = []
    for days in (DAYS, [*repeats, *order]):
        cleared(shop)
        blog.load(*days)
        ends.append(facts(blog))
    assert ends[0] == ends[1]


@EXAMPLES
@given(files=_FILES, order=st.permutations(DAYS), taken_back=st.sampled_from(DAYS))
def test_what_was_withdrawn_is_as_if_it_had_never_landed(
    shop: Shop, tmp_path_factory: pytest.TempPathFactory, files: Any, order: list[date], taken_back: date
):
    blog = Blog(shop, LandingZone(str(tmp_path_factory.mktemp("zone"))))
    paths = {day: land(blog, day, said) for day, said in zip(DAYS, files, strict=True)}
    cleared(shop)
    blog.load(*order)
    withdraw_files(shop.url, blog.zone, paths[taken_back], "a trial")
    blog.load(taken_back)
    documents, sections, observations, quarantine = facts(blog)
    cleared(shop)
    blog.load(*(day for day in DAYS if day != taken_back))
    expected, expected_sections, *rest = facts(blog)
    assert [observations, quarantine] == rest
    known = {row[:2] for row in expected}
    assert [row for row in documents if row[:2] in known] == expected
    # A document that only those files had stays as a record, not published.
    assert not any(row[7] for row in documents if row[:2] not in known)
    assert [row for row in sections if row[1]] == [row for row in expected_sections if row[1]]
