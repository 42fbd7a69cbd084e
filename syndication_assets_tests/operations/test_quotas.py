"""Quotas of providers: no number of processes together passes one, and the error tells when it is free again."""

import multiprocessing
import re
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.http.http_errors import WithheldError
from syndication_assets.http.recording import CallToMake
from syndication_assets.operations.conditions import find_conditions
from syndication_assets.operations.usage.call_ledger import CallLedger
from syndication_assets_tests.rows import DatabaseRows

PROCESSES = 4
GATE = 20  # the key of an advisory lock
SECONDS_TO_WAIT = 60
HOUR = 3600
DAY = 86_400


class Quotas(DatabaseRows):
    def __init__(self, url: str) -> None:
        self.url = url
        self.organization_id = self.value("select organization_id from tenancy.organizations")
        self.execute("delete from operations.api_quotas")

    def add(
        self,
        amount: int,
        window: int = HOUR,
        *,
        unit: str = "requests",
        per: str = "installation",
        zone: str | None = None,
    ) -> None:
        self.execute(
            "insert into operations.api_quotas (provider, unit, counted_per, window_seconds, amount, reset_zone)"
            " values ('graph', %s, %s, %s, %s, %s)",
            [unit, per, window, amount, zone],
        )  # fmt: skip

    def call(self, units: int = 1, *, organization: str | None = None, account: str | None = None) -> None:
        with CallLedger(self.url) as ledger:
            ledger.reserve(organization or self.organization_id, account, CallToMake("graph", "posts", units))

    def called(self, used_at: str, units: int = 1) -> None:
        """A call that was made then."""
        self.execute(
            f"select operations.ensure_month_partitions('operations.api_usage', ({used_at})::date, ({used_at})::date)"
        )
        self.execute(
            "insert into operations.api_usage (organization_id, provider, operation, used_at, quota_units)"
            f" values (%s, 'graph', 'posts', {used_at}, %s)",
            [self.organization_id, units],
        )


@pytest.fixture
def quotas(database_url: str) -> Quotas:
    return Quotas(database_url)


def make_calls(url: str, organization_id: str, count: int) -> int:
    """What one process does: how many of its calls were allowed."""
    made = 0
    with CallLedger(url) as ledger:
        for _ in range(count):
            try:
                ledger.reserve(organization_id, None, CallToMake("graph", "posts"))
            except WithheldError:
                continue
            made += 1
    return made


def made_by_processes(quotas: Quotas, when_started: Callable[[], object] = lambda: None, calls: int = 15) -> int:
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("fork")) as pool:
        work = [pool.submit(make_calls, quotas.url, quotas.organization_id, calls) for _ in range(PROCESSES)]
        when_started()
        return sum(each.result() for each in work)


def test_processes_together_use_a_quota_up_and_never_pass_it(quotas: Quotas):
    quotas.add(20)
    assert made_by_processes(quotas) == 20
    assert quotas.value("select count(*) from operations.api_usage") == 20


def test_without_the_lock_processes_would_pass_it(quotas: Quotas):
    """The negative control: the same calls, with a function that takes no lock, and waits between counting and writing
    until each process has counted.
    """
    # The first calls of a month would wait for its partition.
    quotas.execute("select operations.ensure_month_partitions('operations.api_usage', current_date, current_date)")
    (definition,) = quotas.rows("select pg_get_functiondef('operations.reserve_calls(jsonb)'::regprocedure)")[0]
    unlocked, count = re.subn(r"perform pg_advisory_xact_lock\(.*\);", "null;", definition)
    gated, gates = re.subn(
        r"if problem_found is null then\s+insert",
        f"if problem_found is null then perform pg_advisory_xact_lock_shared({GATE}, 0); insert",
        unlocked,
    )
    assert (count, gates) == (1, 1)
    quotas.execute(gated)
    quotas.add(PROCESSES - 1)
    with psycopg.connect(quotas.url, autocommit=True) as connection:
        connection.execute(f"select pg_advisory_lock({GATE}, 0)")

        def open_gate() -> None:
            waiting = f"select count(*) from pg_locks where classid = {GATE} and not granted"
            deadline = time.monotonic() + SECONDS_TO_WAIT
            while connection.execute(waiting).fetchone() != (PROCESSES,) and time.monotonic() < deadline:
                time.sleep(0.01)
            connection.execute(f"select pg_advisory_unlock({GATE}, 0)")

        assert made_by_processes(quotas, open_gate) > PROCESSES - 1


def test_the_error_tells_when_a_call_is_allowed_again(quotas: Quotas):
    quotas.add(2)
    for minutes in (50, 20):
        quotas.called(f"now() - interval '{minutes} minutes'")
    with pytest.raises(
        WithheldError, match=r"quota of graph is used up: 2 of 2 requests in 3600 seconds\. .* UTC\."
    ) as raised:
        quotas.call()
    free_at = raised.value.free_at
    assert free_at is not None
    assert abs(free_at - datetime.now(UTC) - timedelta(minutes=10)) < timedelta(seconds=30)
    assert f"{free_at:%Y-%m-%d %H:%M:%S} UTC" in str(raised.value)


def test_a_call_of_several_units_waits_until_there_is_room_for_all(quotas: Quotas):
    quotas.add(10, unit="units")
    for minutes, units in ((50, 1), (40, 4), (10, 4)):
        quotas.called(f"now() - interval '{minutes} minutes'", units)
    quotas.call(1)
    with pytest.raises(WithheldError) as raised:
        quotas.call(3)
    assert raised.value.free_at is not None
    assert abs(raised.value.free_at - datetime.now(UTC) - timedelta(minutes=20)) < timedelta(seconds=30)


def test_calls_before_the_window_do_not_count(quotas: Quotas):
    quotas.add(1)
    quotas.called("now() - interval '61 minutes'")
    quotas.call()
    with pytest.raises(WithheldError):
        quotas.call()


@pytest.mark.both_servers
@pytest.mark.parametrize(
    ("moment", "starts_at"),
    [
        ("2026-01-15 07:59Z", datetime(2026, 1, 14, 8, tzinfo=UTC)),
        ("2026-01-15 08:00Z", datetime(2026, 1, 15, 8, tzinfo=UTC)),
        ("2026-07-15 06:59Z", datetime(2026, 7, 14, 7, tzinfo=UTC)),
        ("2026-03-08 12:00Z", datetime(2026, 3, 8, 8, tzinfo=UTC)),
        ("2026-11-01 23:00Z", datetime(2026, 11, 1, 7, tzinfo=UTC)),
    ],
)
def test_a_quota_of_a_day_is_reset_at_midnight_of_its_zone(quotas: Quotas, moment: str, starts_at: datetime):
    quotas.add(1, DAY, zone="America/Los_Angeles")
    assert (
        quotas.value("select operations.quota_window_start(q, %s) from operations.api_quotas q", [moment]) == starts_at
    )


def test_a_used_up_day_is_free_at_the_next_midnight(quotas: Quotas):
    quotas.add(1, DAY, zone="Asia/Tokyo")
    quotas.call()
    with pytest.raises(WithheldError) as raised:
        quotas.call()
    assert raised.value.free_at is not None
    assert (raised.value.free_at + timedelta(hours=9)).strftime("%H:%M:%S") == "00:00:00"
    assert timedelta(0) < raised.value.free_at - datetime.now(UTC) <= timedelta(days=1)


def test_calls_count_together_per_installation_organization_or_account(quotas: Quotas):
    with psycopg.connect(quotas.url) as connection:
        other = connection.execute(
            "insert into tenancy.organizations (slug, name) values ('other', 'Other') returning organization_id"
        ).fetchall()[0][0]
    for per, allowed in (("account", 3), ("organization", 2), ("installation", 1)):
        quotas.execute("delete from operations.api_usage")
        quotas.execute("delete from operations.api_quotas")
        quotas.add(1, per=per)
        made = 0
        for organization, account in (
            *((quotas.organization_id, "acc-1"), (quotas.organization_id, "acc-2"), (other, "acc-1")),
            *((quotas.organization_id, "acc-1"), (other, "acc-1")),
        ):
            try:
                quotas.call(organization=organization, account=account)
            except WithheldError:
                continue
            made += 1
        assert (per, made) == (per, allowed)


def test_a_released_call_gives_its_room_back(quotas: Quotas):
    quotas.add(1)
    with CallLedger(quotas.url) as ledger:
        ledger.reserve(quotas.organization_id, None, CallToMake("graph", "posts")).release()
        ledger.reserve(quotas.organization_id, None, CallToMake("graph", "posts"))


@pytest.mark.parametrize(("calls", "severity"), [(79, None), (80, "warning"), (95, "error"), (100, "critical")])
def test_a_quota_is_a_problem_from_eighty_percent_on(quotas: Quotas, calls: int, severity: str | None):
    quotas.add(100, unit="units")
    quotas.call(calls)
    with transaction(quotas.url) as connection:
        found = [each for each in find_conditions(connection, {}).conditions if each.kind == "quota_used"]
    assert [condition.severity for condition in found] == ([severity] if severity else [])
    assert all(condition.subject == "graph units in 3600 seconds" for condition in found)


def test_every_shipped_quota_names_its_source(database_url: str):
    with psycopg.connect(database_url) as connection:
        rows: list[Any] = connection.execute(
            "select provider, source_url from operations.api_quotas order by 1"
        ).fetchall()
    stock = {"freepik", "freepik_downloads", "openverse", "pexels", "unsplash"}
    assert {provider for provider, _ in rows} == {"bluesky", "mastodon", "youtube"} | stock
    assert all(source.startswith("https://") for _, source in rows)
