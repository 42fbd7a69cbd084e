"""The benchmark files contain the same posts in every snapshot, with growing reactions."""

from datetime import UTC, datetime

import pytest

from syndication_assets.demo.samples.bulk import bulk_linkedin_files

from .reading_back import json_of

FIRST_LOAD = datetime(2025, 11, 3, 5, 10, tzinfo=UTC)
NEXT_SNAPSHOT = datetime(2025, 11, 4, 5, 10, tzinfo=UTC)


def load(**changes):
    arguments = {"posts": 503, "observed_at": FIRST_LOAD, "seed": 7, "profiles": 20, **changes}
    return [item for file in bulk_linkedin_files(**arguments) for item in json_of(file)]


def by_id(items):
    return {item["urn"]["activity_urn"]: item for item in items}


def test_the_requested_number_of_posts_is_generated_and_they_are_unique():
    assert len(by_id(load())) == 503
    assert load(posts=0) == []


def test_an_id_contains_its_publication_time_and_reactions_add_up():
    for item in load():
        stats = item["stats"]
        kinds = ("like", "support", "love", "insight", "celebrate", "funny")
        assert int(item["urn"]["activity_urn"]) >> 22 == item["posted_at"]["timestamp"]
        assert stats["total_reactions"] == sum(stats[kind] for kind in kinds)


def test_an_item_is_about_as_large_as_a_real_one():
    files = list(bulk_linkedin_files(posts=503, observed_at=FIRST_LOAD, seed=7, profiles=20))
    assert 1_400 < sum(len(file.content) for file in files) / 503 < 1_900


@pytest.mark.parametrize("changes", [{"observed_at": NEXT_SNAPSHOT}, {"growth": 0.2}])
def test_the_next_snapshot_has_the_same_posts_and_no_smaller_counters(changes):
    before, after = by_id(load()), by_id(load(**changes))
    assert before.keys() == after.keys()
    pairs = [(before[post_id], after[post_id]) for post_id in before]
    assert all(earlier["text"] == later["text"] and earlier["url"] == later["url"] for earlier, later in pairs)
    assert all(earlier["stats"][name] <= later["stats"][name] for earlier, later in pairs for name in earlier["stats"])
    assert any(earlier["stats"] != later["stats"] for earlier, later in pairs)


def test_the_same_call_gives_the_same_bytes():
    first, second = (list(bulk_linkedin_files(posts=50, observed_at=FIRST_LOAD, seed=1, profiles=3)) for _ in range(2))
    assert first == second
    assert [file.landed_on for file in first] == [FIRST_LOAD.date()] * 3


@pytest.mark.parametrize("changes", [{"observed_at": datetime(2025, 10, 1, tzinfo=UTC)}, {"posts": (1 << 22) + 1}])
def test_impossible_arguments_are_rejected(changes):
    with pytest.raises(ValueError, match="must be"):
        load(**changes)
