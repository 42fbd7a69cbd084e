"""Any order and repetition of days and any late or withdrawn files give the tables of a single load in sequence."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from syndication_assets.landing.loading.withdrawal import withdraw_files
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.content.shop_in_tables import Shop
from syndication_assets_tests.documents.blog import Blog, entry, post
from syndication_assets_tests.emptied_tables import delete_rows
from syndication_assets_tests.random_histories import number_of_histories
from syndication_assets_tests.servers import Server

DAYS = [date(2025, 11, 3) + timedelta(number) for number in range(4)]
EXAMPLES = settings(
    max_examples=number_of_histories(12),
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# One post in one file: absent, or its sections and its status.
_POST = st.none() | st.tuples(
    st.lists(st.sampled_from(["Wool.", "Silk.", "Linen."]), min_size=1, max_size=3, unique=True),
    st.sampled_from(["published", "draft", "deleted"]),
)
# Two files a day, with equal or different times, and an entry of a feed.
_FILE = st.tuples(_POST, _POST)
_DAY = st.tuples(_FILE, _FILE, st.booleans(), st.none() | st.sampled_from(["A.", "<h2>A</h2>B.<h2>C</h2>D."]))
_FILES = st.lists(_DAY, min_size=4, max_size=4)


@pytest.fixture(scope="module")
def shop(server: Server, template_database: str) -> Iterator[Shop]:
    with new_database(server, template_database) as url:
        shop = Shop(url)
        yield shop
        shop.close()


def land(blog: Blog, day: date, files: Any) -> list[str]:
    """Lands a day's files; returns their paths."""
    first, second, has_equal_times, feed = files
    paths = []
    for number, file in enumerate((first, second)):
        posts = [
            post(post_id, *values[0], status=values[1]) | {"title": f"Post {post_id} in file {number}"}
            for post_id, values in enumerate(file, start=1)
            if values is not None
        ]
        name = f"posts_{number}_{day}_06-{0 if has_equal_times else number:02}-00-000.json"
        content = msgspec.json.encode(posts)
        paths.append(blog.zone.land("default", "blog_posts", day, name, content)[0])
    if feed is not None:
        paths.append(blog.land_feed(day, entry(1, feed)))
    return paths


def cleared(shop: Shop) -> None:
    delete_rows(
        shop.url,
        [
            "documents.source_documents",
            "documents.source_sections",
            "documents.document_observations",
            "landing.quarantine",
            "landing.files",
        ],
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
def test_loading_days_in_any_order_and_number_gives_the_same_documents(
    shop: Shop, tmp_path_factory: pytest.TempPathFactory, files: Any, order: list[date], repeats: list[date]
):
    blog = Blog(shop, LandingZone(str(tmp_path_factory.mktemp("zone"))))
    for day, files_of_day in zip(DAYS, files, strict=True):
        land(blog, day, files_of_day)
    ends = []
    for days in (DAYS, [*repeats, *order]):
        cleared(shop)
        blog.load(*days)
        ends.append(facts(blog))
    assert ends[0] == ends[1]


@EXAMPLES
@given(files=_FILES, order=st.permutations(DAYS), withdrawn=st.sampled_from(DAYS))
def test_a_withdrawn_file_leaves_no_trace(
    shop: Shop, tmp_path_factory: pytest.TempPathFactory, files: Any, order: list[date], withdrawn: date
):
    blog = Blog(shop, LandingZone(str(tmp_path_factory.mktemp("zone"))))
    paths = {day: land(blog, day, files_of_day) for day, files_of_day in zip(DAYS, files, strict=True)}
    cleared(shop)
    blog.load(*order)
    withdraw_files(shop.url, blog.zone, paths[withdrawn], "a trial")
    blog.load(withdrawn)
    documents, sections, observations, quarantine = facts(blog)
    cleared(shop)
    blog.load(*(day for day in DAYS if day != withdrawn))
    expected, expected_sections, *rest = facts(blog)
    assert [observations, quarantine] == rest
    known = {row[:2] for row in expected}
    assert [row for row in documents if row[:2] in known] == expected
    # A document that only the withdrawn files had stays as an unpublished record.
    assert not any(row[7] for row in documents if row[:2] not in known)
    assert [row for row in sections if row[1]] == [row for row in expected_sections if row[1]]
