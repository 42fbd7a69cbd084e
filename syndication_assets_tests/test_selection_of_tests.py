"""What `make test` leaves to `make test-all`: further parameters on a second server, and most random histories."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from hypothesis import settings

from syndication_assets_tests.conftest import _is_for_all_servers, _more_parameters_on_further_servers, _servers
from syndication_assets_tests.random_histories import EVERYTHING, QUICK, number_of_histories

FIRST, SECOND = SimpleNamespace(name="first"), SimpleNamespace(name="second")


def item(name: str, server: SimpleNamespace | None) -> SimpleNamespace:
    """As much of a collected test as the selection reads."""
    config = SimpleNamespace(stash={_servers: [FIRST, SECOND]})
    collected = SimpleNamespace(nodeid=f"test_a.py::{name}", config=config)
    if server is not None:
        collected.callspec = SimpleNamespace(params={"server": server})
    return collected


def test_each_test_keeps_its_first_parameters_on_the_second_server_and_all_on_the_first():
    items = [
        item(name, server)
        for server in (FIRST, SECOND)
        for name in (f"test_x[{server.name}-1]", f"test_x[{server.name}-2]", f"test_y[{server.name}]")
    ] + [item("test_z[1]", None), item("test_z[2]", None)]
    left_out = list(_more_parameters_on_further_servers(items))  # type: ignore[arg-type]
    assert [left.nodeid for left in left_out] == ["test_a.py::test_x[second-2]"]


@pytest.mark.parametrize(
    ("markers", "quick", "everything"),
    [
        ({}, False, True),
        ({"both_servers": pytest.mark.both_servers}, True, True),
        ({"both_servers": pytest.mark.both_servers(False)}, False, True),
        ({"one_server": pytest.mark.one_server}, False, False),
    ],
)
def test_a_marker_says_on_which_servers_a_test_runs(
    markers: dict[str, pytest.MarkDecorator], quick: bool, everything: bool
):
    marked = SimpleNamespace(get_closest_marker=markers.get)
    assert _is_for_all_servers(marked, is_everything=False) is quick  # type: ignore[arg-type]
    assert _is_for_all_servers(marked, is_everything=True) is everything  # type: ignore[arg-type]


@pytest.fixture
def profile() -> Iterator[None]:
    before = settings.get_current_profile_name()
    yield
    settings.load_profile(before)


def test_everything_runs_all_histories_and_the_rest_a_quarter_but_two_at_least(profile: None):
    settings.load_profile(EVERYTHING)
    assert [number_of_histories(number) for number in (40, 6, 1)] == [40, 6, 1]
    settings.load_profile(QUICK)
    assert [number_of_histories(number) for number in (40, 6, 1)] == [10, 2, 1]
