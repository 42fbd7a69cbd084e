"""What an organization may use: refused where it is added, and nothing that exists or has landed is ever lost."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.operations.conditions import conditions_of
from syndication_assets.operations.metrics import read_metrics
from syndication_assets.tenancy.limits import LimitReachedError, limits_used, require_room, storage_left
from syndication_assets.tenancy.people.invitations import accept, invite
from syndication_assets.tenancy.people.members import add_member, change_member
from syndication_assets.tenancy.people.users import add_user
from syndication_assets_tests.rows import DatabaseRows

pytestmark = pytest.mark.one_server


class Bakery(DatabaseRows):
    """The organization default with limits."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.organization_id = self.value("select organization_id from tenancy.organizations")

    def limit(self, tier: str, **own: int) -> None:
        self.execute("delete from tenancy.organization_limits")
        self.insert("tenancy.organization_limits", "tier", tier=tier, **own)

    def use(self, posts: int = 0, media_bytes: int = 0, landed_bytes: int = 0) -> None:
        self.execute(
            "insert into scraping.post_records (organization_id, platform, urn, urn_kind, first_seen_at, last_seen_at)"
            " select %s, 'linkedin', number, 'activity', now(), now() from generate_series(1, %s) as number"
            " on conflict do nothing",
            [self.organization_id, posts],
        )
        if media_bytes:
            self.insert(
                "media.media_files", "sha256",
                sha256="a" * 64, size_bytes=media_bytes, mime_type="image/png", object_path="a",
            )  # fmt: skip
        if landed_bytes:
            self.insert(
                "landing.files", "source", source="linkedin_apify", source_file_path=f"default/{landed_bytes}",
                landed_on="2025-11-03", content_hash=b"", size_bytes=landed_bytes,
            )  # fmt: skip

    def used(self) -> dict[str, tuple[int, int | None, float | None]]:
        with transaction(self.url) as connection:
            return {use.resource: (use.used, use.amount, use.used_percent) for use in limits_used(connection)}

    def add(self, email: str, role: str = "viewer") -> str:
        with transaction(self.url) as connection:
            user_id = add_user(connection, email=email, display_name=None)
            add_member(connection, self.organization_id, user_id, role)
        return user_id

    def room(self, *resources: str) -> None:
        with transaction(self.url) as connection:
            require_room(connection, self.organization_id, resources)


@pytest.fixture
def bakery(database_url: str) -> Bakery:
    return Bakery(database_url)


def test_an_organization_without_a_tier_has_no_limits_and_its_use_is_counted(bakery: Bakery):
    bakery.use(posts=2, media_bytes=30, landed_bytes=12)
    bakery.execute(
        "insert into landing.files (organization_id, source, source_file_path, landed_on, content_hash, size_bytes)"
        " values (%s, 's', 'gone', '2025-11-03', '', 99)",
        [bakery.organization_id],
    )
    bakery.insert(
        "landing.left_files", "sha256", source_file_path="gone", action="delete", content_hash=b"a" * 16,
        sha256="a" * 64, size_bytes=99, has_companion=False,
    )  # fmt: skip
    assert bakery.used() == {"users": (0, None, None), "posts": (2, None, None), "storage_bytes": (42, None, None)}
    bakery.room("posts", "storage_bytes")


def test_its_own_limit_goes_before_that_of_the_tier(bakery: Bakery):
    bakery.limit("free", posts=40)
    bakery.use(posts=1, media_bytes=500_000_000)
    assert bakery.used() == {"users": (0, 1, 0.0), "posts": (1, 40, 2.5), "storage_bytes": (500_000_000, 10**9, 50.0)}
    with transaction(bakery.url) as connection:
        assert storage_left(connection) == {bakery.organization_id: 500_000_000}


def valid_for() -> timedelta:
    return timedelta(days=7)


@contextmanager
def refused(bakery: Bakery) -> Iterator[None]:
    before = bakery.rows("select * from tenancy.organization_members order by 2")
    with pytest.raises(LimitReachedError, match=r"default may have 2 users, open invitations included, and has them"):
        yield
    assert bakery.rows("select * from tenancy.organization_members order by 2") == before


def test_members_and_open_invitations_share_the_seats(bakery: Bakery):
    bakery.limit("free", users=2)
    bakery.add("olga@bakery.example", "owner")
    with transaction(bakery.url) as connection:
        _, token = invite(connection, bakery.organization_id, "vera@bakery.example", "viewer", valid_for())
        service = add_user(connection, service_name="oven")
        add_member(connection, bakery.organization_id, service, "viewer")
    with refused(bakery):
        bakery.add("third@bakery.example")
    with refused(bakery), transaction(bakery.url) as connection:
        invite(connection, bakery.organization_id, "third@bakery.example", "viewer", valid_for())
    with transaction(bakery.url) as connection:
        # The same person again is no second seat, and the seat of an invitation becomes that of its member.
        _, token = invite(connection, bakery.organization_id, "vera@bakery.example", "viewer", valid_for())
        accept(connection, token, None)
    vera = bakery.value("select user_id from tenancy.users where email = 'vera@bakery.example'")
    with transaction(bakery.url) as connection:
        change_member(connection, bakery.organization_id, vera, status="inactive")
    third = bakery.add("third@bakery.example")
    with refused(bakery), transaction(bakery.url) as connection:
        change_member(connection, bakery.organization_id, vera, status="active")
    # A lower limit ends no membership, and keeps nobody from changing a role.
    bakery.limit("free", users=1)
    with transaction(bakery.url) as connection:
        change_member(connection, bakery.organization_id, third, role="editor")
    assert bakery.used()["users"] == (2, 1, 200.0)


def test_two_people_who_are_added_at_once_do_not_pass_the_limit(bakery: Bakery):
    bakery.limit("free", users=2)
    bakery.add("olga@bakery.example", "owner")
    outcomes: list[str] = []

    def add_second() -> None:
        try:
            bakery.add("second@bakery.example")
            outcomes.append("added")
        except LimitReachedError:
            outcomes.append("refused")

    with transaction(bakery.url) as connection:
        user_id = add_user(connection, email="first@bakery.example", display_name=None)
        add_member(connection, bakery.organization_id, user_id, "viewer")
        thread = threading.Thread(target=add_second)
        thread.start()
        with psycopg.connect(bakery.url, autocommit=True) as other:
            while not other.execute("select from pg_stat_activity where wait_event_type = 'Lock'").fetchall():
                pass
    thread.join()
    assert outcomes == ["refused"]


def test_status_and_metrics_tell_before_the_limit_and_adding_stops_at_it(bakery: Bakery):
    bakery.limit("free", posts=20, users=1)
    for posts, severities in ((15, []), (16, ["warning"]), (19, ["critical"])):
        bakery.use(posts=posts)
        bakery.room("posts")
        with transaction(bakery.url) as connection:
            assert [each.severity for each in conditions_of(connection, "limit_used")] == severities
    with transaction(bakery.url) as connection:
        (metric,) = (each for each in read_metrics(connection) if each.name == "syndication_tenancy_limit_used_ratio")
    shares = {sample.labels["resource"]: sample.value for sample in metric.samples}
    assert shares == {"users": 0.0, "posts": 0.95, "storage_bytes": 0.0}
    bakery.use(posts=20)
    bakery.room("storage_bytes")
    with pytest.raises(LimitReachedError, match="default uses 20 of the 20 posts that it may use in the tier free"):
        bakery.room("posts", "storage_bytes")


def test_a_full_team_is_no_problem(bakery: Bakery):
    bakery.limit("free")
    bakery.add("olga@bakery.example", "owner")
    with transaction(bakery.url) as connection:
        assert conditions_of(connection, "limit_used") == []


def test_changes_of_tiers_and_limits_are_logged(bakery: Bakery):
    bakery.limit("free")
    bakery.execute("update tenancy.tiers set posts = 200 where tier = 'free'")
    assert bakery.rows(
        "select table_name from tenancy.audit_log where table_name like '%limits' union all"
        " select table_name from channels.rule_changes where table_name = 'tenancy.tiers'"
    ) == [("tenancy.organization_limits",), ("tenancy.tiers",)]
