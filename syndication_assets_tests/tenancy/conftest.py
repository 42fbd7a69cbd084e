"""Two organizations, each with a row in every table, and logins with different rights."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from syndication_assets_tests.logins import login, url_as
from syndication_assets_tests.new_databases import filled_template, new_database
from syndication_assets_tests.servers import Server
from syndication_assets_tests.tenancy.one_row_each import FILES_TO_ARCHIVE, fill


@dataclass(frozen=True)
class TwoOrganizations:
    """A database with two organizations, and the URLs of its logins."""

    admin_url: str
    pipeline_url: str
    reader_url: str
    stranger_url: str
    """A login without any grant."""
    first: str
    second: str
    tables: list[str]
    """Every tenant table, without partitions."""
    partitions: list[str]
    views: list[str]
    """The views that have an organization_id."""


@pytest.fixture(scope="session")
def template_of_organizations(server: Server, template_database: str) -> Iterator[str]:
    """The name of a database with both, which modules copy."""
    with (
        login(server.url("postgres"), member_of="syndication_pipeline") as pipeline,
        filled_template(server, template_database, lambda url: fill_two_organizations(url_as(pipeline, url))) as name,
    ):
        yield name


@pytest.fixture(scope="module")
def organizations(server: Server, template_of_organizations: str) -> Iterator[TwoOrganizations]:
    admin_url = server.url("postgres")
    with (
        login(admin_url, member_of="syndication_pipeline") as pipeline,
        login(admin_url, member_of="syndication_reader") as reader,
        login(admin_url) as stranger,
        new_database(server, template_of_organizations) as url,
    ):
        with psycopg.connect(url) as connection:
            first, second = (
                connection.execute(
                    "select organization_id from tenancy.organizations where slug = %s", [slug]
                ).fetchall()[0][0]
                for slug in ("first", "second")
            )
            relations = connection.execute(
                "select c.oid::regclass::text, c.relkind::text, c.relispartition"
                " from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id'"
                " where c.relkind in ('r', 'p', 'v') and c.relnamespace <> 'public'::regnamespace order by 1"
            ).fetchall()
        yield TwoOrganizations(
            admin_url=url,
            pipeline_url=url_as(pipeline, url),
            reader_url=url_as(reader, url),
            stranger_url=url_as(stranger, url),
            first=first,
            second=second,
            tables=[name for name, kind, is_partition in relations if kind in "rp" and not is_partition],
            partitions=[name for name, _, is_partition in relations if is_partition],
            views=[name for name, kind, _ in relations if kind == "v" and name != FILES_TO_ARCHIVE],
        )


def fill_two_organizations(url: str) -> list[str]:
    """Adds the organizations `first` and `second` as the pipeline, which proves that it can write every table."""
    with psycopg.connect(url) as connection:
        connection.execute("set local role syndication_pipeline")
        for table in ("scraping.raw_payloads", "scraping.snapshots"):
            connection.execute("select operations.ensure_month_partitions(%s, '2025-11-03', '2025-11-03')", [table])
        add_channel(connection)
        ids = [
            connection.execute(
                "insert into tenancy.organizations (slug, name) values (%s, %s) returning organization_id", [slug, slug]
            ).fetchall()[0][0]
            for slug in ("first", "second")
        ]
        for organization_id in ids:
            fill(connection, organization_id)
            for statement in _WHAT_VIEWS_SHOW:
                connection.execute(statement, [organization_id])
    return ids


_WHAT_VIEWS_SHOW = (
    # Measured metrics,
    "update scraping.snapshots set reactions = 3 where organization_id = %s",
    # the profile of an account,
    (
        "update scraping.profiles as p set platform = a.platform, username = a.remote_account_id"
        " from channels.social_accounts as a where p.organization_id = a.organization_id and p.organization_id = %s"
    ),
    # and what becomes of approved texts.
    "update content.posts_content set state = 'approved' where organization_id = %s",
)


def fill_two_organizations_of_people(url: str) -> None:
    """As `fill_two_organizations`; every user is a person and an owner. People stay when an organization is erased."""
    fill_two_organizations(url)
    with psycopg.connect(url) as connection:
        connection.execute("update tenancy.users set email = user_id || '@example.org'")
        connection.execute("update tenancy.organization_members set role = 'owner'")


def add_channel(connection: psycopg.Connection[Any]) -> None:
    """Adds the shared rows that tenant tables refer to."""
    connection.execute("insert into channels.platforms (platform, display_name) values ('facebook', 'Facebook')")
    connection.execute(
        "insert into channels.channel_types (channel_type, display_name) values ('feed_post', 'Feed post')"
    )
    connection.execute(
        "insert into channels.platform_channels (platform, channel_type) values ('facebook', 'feed_post')"
    )
    connection.execute(
        "insert into publishing.content_processes (process_name, platform, channel_type, display_name)"
        " values ('product_post', 'facebook', 'feed_post', 'Product post')"
    )


@contextmanager
def rolled_back(url: str, organization_id: str | None = None) -> Iterator[psycopg.Connection[Any]]:
    """A transaction that is rolled back, with `app.organization_id` set if an id is given."""
    with psycopg.connect(url) as connection:
        if organization_id is not None:
            connection.execute("select set_config('app.organization_id', %s, true)", [organization_id])
        yield connection
        connection.rollback()
