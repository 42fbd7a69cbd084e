"""Pictures that look alike are found by their hashes without comparing all of them."""

import random

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from syndication_assets.cli.main import main
from syndication_assets.database.connection import connect, transaction
from syndication_assets.media.shared_pictures import shared_pictures
from syndication_assets_tests.media.conftest import TUESDAY, Shelf
from syndication_assets_tests.media.media_samples import scene

PARTS = ((0, 21), (21, 21), (42, 22))
"""Lowest bit and number of bits of hash_low, hash_middle and hash_high."""


@given(st.sets(st.integers(0, 63), max_size=5))
def test_of_hashes_that_differ_in_five_bits_one_part_differs_in_one_at_most(places: set[int]):
    differing = [sum(start <= place < start + bits for place in places) for start, bits in PARTS]
    assert min(differing) <= 1
    assert sum(bits for _, bits in PARTS) == 64


def test_six_bits_can_escape():
    """The negative control: the parts would be too few for one bit more."""
    assert min(2 for _ in PARTS) > 1


def with_bits(value: int, places: list[int]) -> int:
    for place in places:
        value ^= 1 << place
    return value


def test_exactly_the_pictures_that_differ_in_five_bits_at_most_are_found(database_url: str):
    generator = random.Random(12)
    hashes = [generator.getrandbits(64) for _ in range(20)]
    for number in range(7):
        hashes += [with_bits(each, generator.sample(range(64), number)) for each in hashes[:20]]
    # Spread as evenly as can be over the parts, in all three; and nearly uniform pictures, which tell nothing.
    hashes += [with_bits(hashes[0], [0, 1, 21, 22, 42]), with_bits(hashes[0], [0, 21, 22, 42, 43])]
    hashes += [with_bits(hashes[0], [0, 1, 21, 42, 43]), with_bits(hashes[0], [0, 1, 21, 22, 42, 43])]
    hashes += [0, 1, 2**64 - 1, 3]
    telling = {number: each for number, each in enumerate(hashes) if 8 <= each.bit_count() <= 56}
    expected = {
        (picture, other, (first ^ second).bit_count())
        for picture, first in telling.items()
        for other, second in telling.items()
        if (first ^ second).bit_count() <= 5
    }
    with transaction(database_url) as connection:
        for number, each in enumerate(hashes):
            connection.execute(
                "insert into media.media_files (organization_id, sha256, size_bytes, mime_type, object_path,"
                " perceptual_hash) select organization_id, lpad(%s::text, 64, '0'), 1, 'image/jpeg', %s::text, %s"
                " from tenancy.organizations where slug = 'default'",
                [number, number, each - 2**64 if each >= 2**63 else each],
            )
        found = connection.execute(
            "select f.object_path::int, o.object_path::int, a.differing_bits from media.alike_pictures a"
            " join media.media_files f using (organization_id, media_file_id)"
            " join media.media_files o on o.media_file_id = a.other_media_file_id"
        ).fetchall()
    assert len(found) == len(set(found))
    assert set(found) == expected
    assert len(expected) > len(telling) + 100


def test_one_picture_is_compared_with_what_the_indexes_find(new_database_url: str):
    """Under row-level security, no condition that computes can use an index: readers look up equal parts in hashes."""
    plans = {}
    with connect(new_database_url, autocommit=True) as connection:
        connection.execute(
            "insert into media.media_files (organization_id, sha256, size_bytes, mime_type, object_path,"
            " perceptual_hash) select organization_id, lpad(n::text, 64, '0'), 1, 'image/jpeg', n::text,"
            " hashtextextended(n::text, 0) from tenancy.organizations, generate_series(1, 3000) as n"
            " where slug = 'default'"
        )
        connection.execute("analyze media.media_files")
        connection.execute(
            "select set_config('app.organization_id', organization_id, false) from tenancy.organizations"
            " where slug = 'default'"
        )
        for role, hashes in (("pipeline", "off"), ("reader", "on")):
            connection.execute(f"set role syndication_{role}")
            # Of 3 000 pictures a table of hashes is made as fast.
            connection.execute(f"set enable_hashjoin = {hashes}")
            connection.execute(f"set enable_mergejoin = {hashes}")
            lines = connection.execute(
                "explain select * from media.alike_pictures where media_file_id = 'mfl-00000001'"
            ).fetchall()
            plans[role] = [line.strip() for (line,) in lines]
    for role, kind in (("pipeline", "Index Cond: "), ("reader", "Hash Cond: ")):
        conditions = [line for line in plans[role] if line.startswith(kind) and "int4xor" in line]
        assert [sum(f"hash_{part}" in line for line in conditions) for part in ("low", "middle", "high")] == [1, 1, 1]


def test_posts_that_share_a_picture_are_told_with_the_first(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    original, copy, other = scene(), scene("PNG", (400, 300)), scene(seed=2)
    shelf.scrape(shelf.serve("/a.jpg", original), post_number=1)
    shelf.scrape(shelf.serve("/b.png", copy, "image/png"), shelf.serve("/c.jpg", other), day=TUESDAY, post_number=2)
    shelf.scrape(shelf.serve("/d.jpg", original), day=TUESDAY, hour=12, post_number=3)
    shelf.cache()

    def shared(**changes: object) -> list[tuple[int, int, int]]:
        options = {"organization": "default", "since": None, "post_id": None, "maximum": 9} | changes
        with transaction(shelf.url) as connection:
            rows = shared_pictures(connection, **options)  # type: ignore[arg-type]
        return sorted((numbers[row.post_id], numbers[row.first_post_id], row.earlier_posts) for row in rows)

    posts = shelf.desk.rows("select post_id, urn from scraping.post_records order by urn")
    numbers = {post_id: number for number, (post_id, _) in enumerate(posts, 1)}
    everything = [(2, 1, 1), (3, 1, 2)]
    assert shared() == everything
    assert shared(since=TUESDAY) == everything
    assert shared(since=TUESDAY.replace(day=TUESDAY.day + 1)) == []
    assert shared(post_id=posts[1][0]) == everything[:1]

    monkeypatch.setenv("SYNDICATION_DATABASE_URL", shelf.url)
    told = CliRunner().invoke(main, ["media", "shared", "--since", str(TUESDAY)])
    assert told.exit_code == 0, told.output
    (first, second_line) = sorted(told.output.splitlines())
    assert f"{posts[1][0]} by anna shows the picture of {posts[0][0]} by anna" in first + second_line
    assert "as 2 earlier posts do" in first + second_line
