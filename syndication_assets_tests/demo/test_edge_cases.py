"""The table of edge cases: each row keeps its promises, and its files land where it says."""

import pytest

from syndication_assets.demo.samples.edge_cases import EDGE_CASES, edge_case_files
from syndication_assets.demo.samples.landing_files import sample_files

from .reading_back import FIRST_DAY, SEED, files_of_edge_case


def test_edge_cases_have_unique_names():
    assert len({edge_case.name for edge_case in EDGE_CASES}) == len(EDGE_CASES)
    assert all(edge_case.what_happens for edge_case in EDGE_CASES)


def test_a_quarantined_edge_case_causes_exactly_one_quarantine_row():
    for edge_case in EDGE_CASES:
        assert (edge_case.expected == "quarantined") == (edge_case.quarantined == 1)
    assert sum(edge_case.quarantined for edge_case in EDGE_CASES) == 21


@pytest.mark.parametrize("edge_case", EDGE_CASES, ids=lambda edge_case: edge_case.name)
def test_an_edge_case_lands_on_its_days_in_files_named_after_it(edge_case):
    files = edge_case.files(first_day=FIRST_DAY, seed=SEED)
    assert sorted({(file.landed_on - FIRST_DAY).days for file in files}) == sorted(edge_case.days)
    for file in files:
        if file.source == "linkedin_apify":
            assert file.name.startswith(f"dataset_brownie-{edge_case.name.replace('_', '-')}")
        else:
            assert edge_case.name.startswith("youtube_")
            assert file.name.startswith("videos_UCbrownie_")
            assert len(file.name.removeprefix("videos_")) == 24 + len("_2025-11-04_18-30-00-000.json")


def test_no_two_traps_share_a_file():
    files = list(edge_case_files(first_day=FIRST_DAY, days=28, seed=SEED))
    assert len({(file.source, file.landed_on, file.name) for file in files}) == len(files)


def test_the_range_contains_the_files_of_every_edge_case():
    landed = {(file.landed_on, file.name): file.content for file in sample_files(days=7, linkedin_profiles=1)}
    for edge_case in EDGE_CASES:
        for file in edge_case.files(first_day=FIRST_DAY, seed=SEED):
            assert landed[file.landed_on, file.name] == file.content


def test_an_edge_case_always_builds_the_same_files():
    for edge_case in EDGE_CASES:
        assert files_of_edge_case(edge_case.name) == files_of_edge_case(edge_case.name)
