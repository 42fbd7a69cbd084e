"""Which snapshots a load writes: those that are not what the history says of them."""

from datetime import UTC, datetime

import pytest

from syndication_assets.catalogue.products.observation_plan import ObservationPlan, plan_observations

_DAYS = {name: datetime(2025, 11, 3 + number, tzinfo=UTC) for number, name in enumerate("mtwf")}


def history(text: str) -> dict[datetime, bytes]:
    """`m1 t2`: Monday's snapshot has the hash 1, Tuesday's the hash 2; `m-` has an empty hash."""
    return {_DAYS[part[0]]: part[1:].replace("-", "").encode() for part in text.split()}


def named(plan: ObservationPlan) -> tuple[str, str, str]:
    names = {moment: name for name, moment in _DAYS.items()}
    written, removed, following = (
        "".join(names[moment] for moment in moments) for moments in (plan.written, plan.removed, plan.following)
    )
    return written, removed, following


@pytest.mark.parametrize(
    ("before", "after", "plan"),
    [
        ("", "m1", ("m", "", "")),
        ("m1", "m1 t1", ("", "", "")),
        ("m1", "m1 t2", ("t", "", "")),
        ("m1", "m1", ("", "", "")),
        ("m1", "m2", ("m", "", "")),
        ("m1 w1", "m1 t2 w1", ("t", "", "w")),
        ("m1 w1", "m1 t1 w1", ("", "", "")),
        ("m1 t2 w1", "m1 w1", ("", "t", "w")),
        ("m1 t1", "t1", ("", "m", "t")),
        ("m1 t2", "m1", ("", "t", "")),
        ("m1 t2 w2", "m1 t3 w3", ("tw", "", "")),
        ("m1 t2 f2", "m1 w3 f2", ("w", "t", "f")),
        ("m1", "m2 t2", ("m", "", "")),
        ("m1 w1", "m2 t2 w1", ("m", "", "w")),
        ("m- t1", "m- t1", ("m", "", "t")),
        ("m-", "m- t-", ("mt", "", "")),
    ],
)
def test_the_plan_of_a_load(before: str, after: str, plan: tuple[str, str, str]):
    read = history(after)
    assert named(plan_observations(history(before), read, read)) == plan


def test_an_unreadable_snapshot_of_another_day_is_not_read_again():
    """Its hash is empty, which says nothing; what the load of its own day wrote stays."""
    before, after = history("m- t1"), history("m- t1 w2")
    assert named(plan_observations(before, after, [_DAYS["w"]])) == ("w", "", "")
    assert named(plan_observations(before, after, [_DAYS["m"]])) == ("mw", "", "t")


def test_an_unreadable_snapshot_that_is_accepted_late_is_written():
    assert named(plan_observations(history("t1"), history("m- t1"), [])) == ("m", "", "t")
