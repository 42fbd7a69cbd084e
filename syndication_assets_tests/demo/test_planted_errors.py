"""The demo tells its planted errors from real ones."""

from datetime import date, timedelta

import pytest

from syndication_assets.demo.planted_errors import planted_errors
from syndication_assets.demo.sample_landing import DAYS, FIRST_DAY
from syndication_assets.demo.samples.blog import blog_files
from syndication_assets.demo.samples.catalogue import catalogue_files
from syndication_assets.demo.samples.landing_files import sample_files
from syndication_assets.demo.summary import remark_on

PLANTED = planted_errors(FIRST_DAY, DAYS)
PATHS = [f"demo/{path}" for path, items in PLANTED.items.items() for _ in range(items)]


def test_exactly_what_was_planted_is_expected():
    assert PLANTED.unexpected(PATHS) == {}
    assert len(PATHS) == 30


def test_an_item_that_was_not_planted_is_unexpected():
    more = "linkedin_apify/2025-11-06/dataset_jane.json"
    assert PLANTED.unexpected([*PATHS, f"demo/{more}"]) == {more: 1}
    # A second broken item of a file that has one on purpose is news, too.
    twice = PATHS[0].removeprefix("demo/")
    assert PLANTED.unexpected([*PATHS, PATHS[0]]) == {twice: 1}


def test_a_planted_item_that_was_loaded_is_missing():
    assert PLANTED.unexpected(PATHS[1:]) == {PATHS[0].removeprefix("demo/"): -1}


def test_every_planted_file_lands():
    landed = {
        f"{file.source}/{file.landed_on}/{file.name}"
        for files in (
            sample_files(first_day=FIRST_DAY, days=DAYS),
            catalogue_files("demo", first_day=FIRST_DAY, days=DAYS),
            blog_files(first_day=FIRST_DAY, days=DAYS),
        )
        for file in files
    }
    assert set(PLANTED.items) - landed == set()


@pytest.mark.parametrize("days", [1, 3, 13])
def test_fewer_days_have_fewer_planted_files(days: int):
    landed_on = [date.fromisoformat(path.split("/")[1]) for path in planted_errors(FIRST_DAY, days).items]
    assert max(landed_on, default=FIRST_DAY) < FIRST_DAY + timedelta(days=days)
    assert len(landed_on) < len(PATHS)


def test_the_number_of_landed_files_is_explained():
    assert remark_on("landed_files", 4318, samples=4316, insights=2) == "4,316 samples, 2 with insights"
    assert remark_on("landed_files", 4320, samples=4316, insights=2).endswith(", +2 that the demo has not landed")
    assert remark_on("posts", 5, samples=4316, insights=2) == ""
