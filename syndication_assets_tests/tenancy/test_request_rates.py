"""How often somebody asks is counted for all processes together, in a minute that slides."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.tenancy.request_rates import count_in_minute, forget_old_rates

pytestmark = pytest.mark.both_servers


def counted(url: str, who: str, most: int = 10) -> bool:
    with transaction(url) as connection:
        return count_in_minute(connection, "a limit", who, most)


def move_back(url: str, interval: str) -> None:
    """As if everything had been asked that long ago."""
    with psycopg.connect(url) as connection:
        connection.execute("update tenancy.request_rates set minute = minute - %s::interval", [interval])


def test_requests_at_the_same_time_are_counted_once_each(database_url: str):
    with ThreadPoolExecutor(4) as pool:
        allowed = list(pool.map(lambda _: counted(database_url, "somebody"), range(25)))
    assert sorted(allowed) == [False] * 15 + [True] * 10
    assert counted(database_url, "somebody else"), "each is counted by itself"


def test_a_refused_request_does_not_count_and_after_two_minutes_all_are_forgotten(database_url: str):
    assert [counted(database_url, "somebody", most=2) for _ in range(4)] == [True, True, False, False]
    move_back(database_url, "2 minutes")
    assert [counted(database_url, "somebody", most=2) for _ in range(3)] == [True, True, False]


def test_the_minute_before_counts_by_the_share_that_is_within_sixty_seconds(database_url: str):
    for _ in range(100):
        counted(database_url, "somebody", most=100)
    move_back(database_url, "1 minute")
    with psycopg.connect(database_url) as connection:
        ((seconds,),) = connection.execute("select extract(second from now())::float8").fetchall()
    allowed = sum(counted(database_url, "somebody", most=100) for _ in range(100))
    assert seconds / 60 * 100 - 2 <= allowed <= (seconds + 10) / 60 * 100 + 2


def test_only_hashes_are_kept_and_not_for_long(database_url: str):
    counted(database_url, "198.51.100.7")
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select * from tenancy.request_rates").fetchall()
    assert "198.51.100.7" not in str(rows)
    move_back(database_url, "6 minutes")
    counted(database_url, "somebody")
    with transaction(database_url) as connection:
        forget_old_rates(connection)
        assert connection.execute("select count(*) from tenancy.request_rates").fetchone() == (1,)
