"""Problems become alerts, and events of alerts reach the outbox of the routes that tell of them, each once."""

from datetime import UTC, datetime, time

import pytest

from syndication_assets.errors import SyndicationError
from syndication_assets_tests.operations.alert_desk import AlertDesk

PENDING, DROPPED, DELIVERED = "pending", "dropped", "delivered"


@pytest.fixture
def desk(database_url: str) -> AlertDesk:
    return AlertDesk(database_url)


@pytest.mark.both_servers
def test_a_problem_is_one_alert_from_its_first_look_to_its_last(database_url: str):
    desk = AlertDesk(database_url)
    desk.route()
    assert desk.look(desk.problem()) == (1, 0, 1)
    desk.later(minutes=1)
    assert desk.look(desk.problem()) == (0, 0, 1)
    desk.later(minutes=1)
    assert desk.look() == (0, 1, 0)
    assert desk.rows("select subject, closed_at - opened_at from operations.alerts") == [
        ("acc-1", desk.now - desk.now.replace(minute=0))
    ]


def test_the_same_look_again_changes_nothing(desk: AlertDesk):
    desk.route()
    desk.look(desk.problem())
    before = desk.rows("select * from operations.alert_deliveries")
    assert desk.look(desk.problem()).open_now == 1
    assert desk.rows("select * from operations.alert_deliveries") == before


def test_a_kind_that_was_not_looked_for_stays_open(desk: AlertDesk):
    desk.look(desk.problem())
    assert desk.look(kinds=("run_failed",)).closed == 0
    assert desk.look().closed == 1


def test_an_open_alert_is_told_once_and_reminded_after_the_hours_of_its_kind(desk: AlertDesk):
    desk.route()
    for _ in range(6):
        desk.look(desk.problem())
        desk.later(minutes=59)
    assert desk.outbox() == [("opened", PENDING), ("reminder", PENDING)]


def test_a_worse_problem_is_told_at_once_and_a_milder_one_is_not(desk: AlertDesk):
    desk.route()
    for severity in ("warning", "critical", "error"):
        desk.look(desk.problem(severity=severity))
        desk.later(minutes=1)
    assert desk.outbox() == [("opened", PENDING), ("worsened", PENDING)]


def test_an_alert_that_ends_before_it_is_told_is_not_told(desk: AlertDesk):
    desk.route()
    desk.look(desk.problem())
    desk.later(minutes=1)
    desk.look()
    assert desk.outbox() == [("opened", DROPPED)]


def test_the_all_clear_waits_for_five_minutes(desk: AlertDesk):
    desk.route()
    desk.look(desk.problem())
    deliver_all(desk)
    desk.later(minutes=1)
    desk.look()
    assert desk.outbox() == [("opened", DELIVERED), ("cleared", PENDING)]
    assert desk.due_at("cleared") == datetime(2026, 3, 2, 12, 6, tzinfo=UTC)


def test_a_problem_that_comes_and_goes_is_told_once(desk: AlertDesk):
    desk.route()
    desk.look(desk.problem())
    deliver_all(desk)
    for _ in range(3):
        desk.later(minutes=1)
        desk.look()
        desk.later(minutes=1)
        desk.look(desk.problem())
    assert desk.value("select count(*) from operations.alerts") == 1
    assert [event for event, state in desk.outbox() if state != DROPPED] == ["opened"]


def test_a_problem_that_returns_later_is_a_new_alert(desk: AlertDesk):
    desk.route()
    desk.look(desk.problem())
    deliver_all(desk)
    desk.look()
    deliver_all(desk)
    desk.later(minutes=6)
    assert desk.look(desk.problem()).opened == 1
    assert desk.outbox() == [("opened", DELIVERED), ("cleared", DELIVERED), ("opened", PENDING)]


@pytest.mark.parametrize(
    ("fields", "is_told"),
    [
        ({}, True),
        ({"minimum_severity": "critical"}, False),
        ({"minimum_severity": "error"}, True),
        ({"kind": "run_failed"}, False),
        ({"kind": "queue_stands_still"}, True),
    ],
)
def test_a_route_tells_of_its_kind_and_severity(fields: dict[str, str], is_told: bool, desk: AlertDesk):
    desk.route(**fields)
    desk.look(desk.problem())
    assert bool(desk.outbox()) is is_told


def test_problems_of_another_organization_and_of_the_installation_stay_where_they_belong(desk: AlertDesk):
    other = another_organization(desk)
    desk.route("ours")
    desk.route("operators", tells_of_installation=True)
    desk.look(desk.problem(organization_id=other), desk.problem(organization_id=None))
    assert (len(desk.outbox("ours")), len(desk.outbox("operators"))) == (0, 1)


def test_a_problem_of_the_installation_and_one_of_an_organization_with_its_name_are_two(desk: AlertDesk):
    desk.route("operators", tells_of_installation=True)
    assert desk.look(desk.problem(), desk.problem(organization_id=None)).open_now == 2
    assert desk.look(desk.problem()).closed == 1


def test_a_problem_of_the_installation_that_nobody_is_told_of_is_recorded_nowhere(desk: AlertDesk):
    desk.route("ours")
    assert desk.look(desk.problem(organization_id=None)).open_now == 0


def test_a_reader_sees_the_alerts_of_its_organization_alone(desk: AlertDesk):
    other = another_organization(desk)
    desk.look(desk.problem(), desk.problem(organization_id=other))
    with desk.connected() as connection:
        connection.execute("set local role syndication_reader")
        connection.execute("select set_config('app.organization_id', %s, true)", [other])
        assert connection.execute("select organization_id from operations.alerts").fetchall() == [(other,)]


@pytest.mark.parametrize(
    ("quiet_from", "quiet_until", "zone", "until"),
    [
        (time(11), time(14), "UTC", datetime(2026, 3, 2, 14, tzinfo=UTC)),
        (time(22), time(13), "UTC", datetime(2026, 3, 2, 13, tzinfo=UTC)),
        (time(12), time(7), "UTC", datetime(2026, 3, 3, 7, tzinfo=UTC)),
        (time(13), time(14), "UTC", datetime(2026, 3, 2, 12, tzinfo=UTC)),
        (time(22), time(12), "UTC", datetime(2026, 3, 2, 12, tzinfo=UTC)),
        (time(20), time(22), "Asia/Tokyo", datetime(2026, 3, 2, 13, tzinfo=UTC)),
    ],
)
def test_quiet_hours_are_local_and_may_span_midnight(
    quiet_from: time, quiet_until: time, zone: str, until: datetime, desk: AlertDesk
):
    desk.route(quiet_from=quiet_from, quiet_until=quiet_until, time_zone=zone)
    desk.look(desk.problem())
    assert desk.due_at("opened") == until


def test_what_is_critical_ends_quiet_hours(desk: AlertDesk):
    desk.route(quiet_from=time(11), quiet_until=time(14))
    desk.look(desk.problem(severity="critical"))
    assert desk.due_at("opened") == desk.now


def test_a_digest_is_one_message_a_day_even_if_nothing_is_wrong(desk: AlertDesk):
    desk.route(digest_at=time(13), time_zone="UTC")
    desk.look(desk.problem())
    assert desk.outbox() == []
    desk.later(hours=1)
    desk.look()
    desk.later(hours=1)
    desk.look(desk.problem())
    assert desk.outbox() == [("digest", PENDING)]
    desk.later(days=1)
    desk.look()
    assert desk.outbox() == [("digest", PENDING)] * 2


def test_what_happens_while_a_route_is_paused_is_not_told_later(desk: AlertDesk):
    desk.route()
    desk.look(desk.problem())
    desk.execute("update operations.alert_routes set is_active = false")
    desk.look(desk.problem(), desk.problem("acc-2"))
    desk.look(desk.problem())
    assert desk.outbox() == [("opened", DROPPED)]


def test_a_route_does_not_tell_of_its_own_failure(desk: AlertDesk):
    desk.route("broken")
    desk.route("other")
    desk.look(desk.problem("broken", kind="delivery_fails"), kinds=("delivery_fails",))
    assert (len(desk.outbox("broken")), len(desk.outbox("other"))) == (0, 1)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"organization": "nobody"}, "no organization 'nobody'"),
        ({"kind": "weather"}, "no kind of problem"),
        ({"time_zone": "Mars/Olympus"}, "no time zone|not a time zone"),
        ({"address": "nobody"}, "e-mail address"),
        ({"channel": "slack", "address": "https://hooks.example/secret"}, "name of the environment variable"),
        ({"channel": "webhook", "address": "OPS_URL"}, "signing key"),
        ({"quiet_from": time(9), "quiet_until": time(9)}, "Quiet hours"),
    ],
)
def test_a_route_that_cannot_work_is_rejected_with_what_to_do(fields: dict[str, str], message: str, desk: AlertDesk):
    with pytest.raises(SyndicationError, match=message):
        desk.route(**fields)


def deliver_all(desk: AlertDesk) -> None:
    """What the delivery does, without a channel."""
    desk.execute(
        "update operations.alert_deliveries set state = 'delivered', delivered_at = %s where state = 'pending'",
        [desk.now],
    )


def another_organization(desk: AlertDesk) -> str:
    return str(
        desk.value("insert into tenancy.organizations (slug, name) values ('acme', 'Acme') returning organization_id")
    )
