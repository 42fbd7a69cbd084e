"""The table of traps: each row is what it says, and its files are where it says."""

import pytest

from syndication_assets.demo.samples.edge_cases import TRAPS, trap_files
from syndication_assets.demo.samples.landing_files import sample_files

from .reading_back import FIRST_DAY, SEED, files_of_trap


def test_names_tell_traps_apart():
    assert len({trap.name for trap in TRAPS}) == len(TRAPS)
    assert all(trap.what_happens for trap in TRAPS)


def test_what_is_quarantined_gives_one_row_and_the_table_stays_readable():
    for trap in TRAPS:
        assert (trap.expected == "quarantined") == (trap.quarantined == 1)
    assert sum(trap.quarantined for trap in TRAPS) == 21


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name)
def test_a_trap_lands_on_its_days_in_files_that_name_it(trap):
    files = trap.files(first_day=FIRST_DAY, seed=SEED)
    assert sorted({(file.landed_on - FIRST_DAY).days for file in files}) == sorted(trap.days)
    for file in files:
        if file.source == "linkedin_apify":
            assert file.name.startswith(f"dataset_brownie-{trap.name.replace('_', '-')}")
        else:
            assert trap.name.startswith("youtube_")
            assert file.name.startswith("videos_UCbrownie_")
            assert len(file.name.removeprefix("videos_")) == 24 + len("_2025-11-04_18-30-00-000.json")


def test_no_two_traps_share_a_file():
    files = list(trap_files(first_day=FIRST_DAY, days=28, seed=SEED))
    assert len({(file.source, file.landed_on, file.name) for file in files}) == len(files)


def test_the_range_carries_the_files_of_every_trap():
    landed = {(file.landed_on, file.name): file.content for file in sample_files(days=7, linkedin_profiles=1)}
    for trap in TRAPS:
        for file in trap.files(first_day=FIRST_DAY, seed=SEED):
            assert landed[file.landed_on, file.name] == file.content


def test_a_trap_is_the_same_twice():
    for trap in TRAPS:
        assert files_of_trap(trap.name) == files_of_trap(trap.name)
