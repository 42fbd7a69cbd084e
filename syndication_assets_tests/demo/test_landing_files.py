"""The generated files as a whole are deterministic, ordered, named and sized as documented."""

import hashlib
import json
import re
from itertools import pairwise

import pytest

from syndication_assets.demo.samples.landing_files import SampleFile, sample_files

from .reading_back import FIRST_DAY, json_of, ordinary, text_of

LANDABLE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@%+~=,-]{0,199}")


def small(**changes) -> list[SampleFile]:
    return list(sample_files(**{"days": 3, "linkedin_profiles": 5, "youtube_channels": 2, **changes}))


def digest(files: list[SampleFile]) -> str:
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file.source}/{file.landed_on}/{file.name}/{len(file.content)}".encode())
        whole.update(file.content)
    return whole.hexdigest()


@pytest.fixture(scope="module")
def month() -> list[SampleFile]:
    return list(sample_files())


def test_the_same_seed_gives_the_same_bytes():
    assert digest(small()) == digest(small())


def test_another_seed_gives_other_files():
    assert digest(small()) != digest(small(seed=8))


def test_a_longer_range_contains_the_ordinary_files_of_a_shorter_range():
    longer = {(file.source, file.landed_on, file.name): file.content for file in small(days=6)}
    for source in ("linkedin_apify", "youtube_data_api"):
        for file in ordinary(small(), source):
            assert longer[file.source, file.landed_on, file.name] == file.content


def test_files_are_ordered_by_day_and_names_are_unique(month):
    assert all(earlier.landed_on <= later.landed_on for earlier, later in pairwise(month))
    assert len({(file.source, file.landed_on, file.name) for file in month}) == len(month)


def test_every_name_can_be_landed(month):
    assert all(LANDABLE_NAME.fullmatch(file.name) for file in month)


def test_a_month_has_three_scrapes_and_two_calls_a_day(month):
    assert len(list(ordinary(month, "linkedin_apify"))) == 28 * 40 * 3
    assert len(list(ordinary(month, "youtube_data_api"))) == 28 * 10 * 2
    assert {(file.landed_on - FIRST_DAY).days for file in month} == set(range(28))


def test_a_time_in_a_file_name_is_on_the_landing_day(month):
    for file in month:
        stamp = re.search(r"_(\d{4}-\d{2}-\d{2})_\d{2}-\d{2}-\d{2}-\d{3}\.json", file.name)
        if stamp and "wrong-folder" not in file.name:
            assert stamp[1] == file.landed_on.isoformat()


def test_a_companion_comes_right_before_its_file(month):
    companions = [(file, following) for file, following in pairwise(month) if file.name.endswith(".meta.json")]
    assert len(companions) >= 5
    for companion, following in companions:
        assert companion.name == following.name + ".meta.json"
        assert json.loads(companion.content)["observed_at"].startswith(following.landed_on.isoformat())


def test_some_files_are_compressed_and_some_have_no_time(month):
    linkedin = list(ordinary(month, "linkedin_apify"))
    assert sum(file.name.endswith(".gz") for file in linkedin) == 28 * 3 * 5
    without_time = [file for file in linkedin if not re.search(r"\d{4}-\d{2}-\d{2}", file.name)]
    assert len(without_time) == 8


def test_an_item_is_about_as_large_as_a_real_one(month):
    files = list(ordinary(month, "linkedin_apify"))
    items = sum(len(json_of(file)) for file in files)
    assert 1_400 < sum(len(text_of(file)) for file in files) / items < 2_000


def test_pages_contain_the_newest_ten_posts_and_old_posts_drop_out(month):
    seen: dict[str, list[set[str]]] = {}
    for file in ordinary(month, "linkedin_apify"):
        page = json_of(file)
        times = [item["posted_at"]["timestamp"] for item in page]
        assert 1 <= len(page) <= 10
        assert times == sorted(times, reverse=True)
        username = re.split(r"_|\.", file.name)[1]
        seen.setdefault(username, []).append({item["urn"]["activity_urn"] for item in page})
    assert len(seen) == 40
    assert any(pages[0].isdisjoint(pages[-1]) for pages in seen.values())


@pytest.mark.parametrize(("days", "profiles", "channels"), [(1, 1, 0), (1, 0, 1), (2, 1, 1), (0, 3, 3)])
def test_tiny_configurations_work(days, profiles, channels):
    files = small(days=days, linkedin_profiles=profiles, youtube_channels=channels)
    assert len(list(ordinary(files, "linkedin_apify"))) == 3 * days * profiles
    assert len(list(ordinary(files, "youtube_data_api"))) == 2 * days * channels
