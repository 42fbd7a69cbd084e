"""The table of edge cases, checked against what a load makes of their files."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from syndication_assets.demo.samples.edge_cases import FIRST_DAY, edge_case_files, edge_cases
from syndication_assets.demo.samples.sample_file import META_SUFFIX, SampleFile
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets_tests.scraping.linkedin_dataset import Desk

DAYS = 7


def land(zone: LandingZone, landed: Iterator[SampleFile]) -> None:
    metas = {}
    for file in landed:
        if file.name.endswith(META_SUFFIX):
            metas[file.name.removesuffix(META_SUFFIX)] = msgspec.json.decode(file.content)
        else:
            zone.land("default", file.source, file.landed_on, file.name, file.content, metas.pop(file.name, None))


@pytest.fixture
def loaded(desk: Desk) -> Desk:
    """A database into which nothing but the edge cases was loaded, day by day."""
    land(desk.zone, edge_case_files(first_day=FIRST_DAY, days=DAYS))
    desk.load(*(FIRST_DAY + timedelta(number) for number in range(DAYS)))
    return desk


def test_each_edge_case_ends_as_the_table_says(loaded: Desk):
    landed = dict(loaded.rows("select source_file_path, items from landing.files"))
    quarantined = Counter(path for (path,) in loaded.rows("select source_file_path from landing.quarantine"))
    found, expected = {}, {}
    for edge_case in edge_cases():
        paths = [f"default/{path}" for path in edge_case.files if not path.endswith(META_SUFFIX)]
        assert landed.keys() >= set(paths), edge_case.name
        rejected = sum(quarantined[path] for path in paths)
        found[edge_case.name] = rejected
        expected[edge_case.name] = edge_case.quarantined
        if edge_case.expected != "quarantined":
            assert sum(landed[path] for path in paths) > 0, edge_case.name
    assert found == expected


def test_the_table_names_every_file_and_no_other():
    directory = Path(str(files("syndication_assets.demo"))) / "edge_cases"
    stored = {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}
    named = {path for edge_case in edge_cases() for path in edge_case.files}
    assert {path.removesuffix(".packed") for path in stored} == named | {"expectations.json"}


def test_edge_cases_have_unique_names_and_unique_files():
    names = [edge_case.name for edge_case in edge_cases()]
    paths = [path for edge_case in edge_cases() for path in edge_case.files]
    assert len(set(names)) == len(names) == 68
    assert len(set(paths)) == len(paths)
    assert all(edge_case.what_happens for edge_case in edge_cases())
    assert all((edge_case.expected == "quarantined") == (edge_case.quarantined == 1) for edge_case in edge_cases())


def test_a_range_from_another_day_has_no_edge_cases_and_a_short_one_those_that_fit():
    assert list(edge_case_files(first_day=FIRST_DAY + timedelta(1), days=28)) == []
    names = {file.name for file in edge_case_files(first_day=FIRST_DAY, days=3)}
    left_out = {edge_case.name for edge_case in edge_cases() if not {f.name for f in edge_case.sample_files()} <= names}
    assert left_out == {"gap_of_three_days"}
