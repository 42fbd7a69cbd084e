"""A database of posts and snapshots, rolled up by the real statements, for the tests of the weekly page."""

from datetime import UTC, date, datetime, timedelta

from syndication_assets.database.connection import transaction
from syndication_assets.engagement.report.report_values import Organization
from syndication_assets.sql_assets.rollups import compute_rollup
from syndication_assets_tests.rows import DatabaseRows

ROLLUPS = (
    "post_engagement_daily",
    "profile_engagement_daily",
    "platform_engagement_daily",
    "hashtag_engagement_daily",
    "post_cohorts",
    "product_post_performance",
)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


class ReportDatabase(DatabaseRows):
    """Inserts rows into the migrated database of a test."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._runs: dict[str, str] = {}
        self._urns = 0
        self._days_to_roll_up: set[date] = set()

    def organization(self, slug: str = "default", name: str | None = None) -> Organization:
        """The organization with this slug, created if necessary."""
        with transaction(self.url) as connection:
            connection.execute(
                "insert into tenancy.organizations (slug, name) values (%s, %s) on conflict (slug) do nothing",
                [slug, name or slug],
            )
            row = connection.execute(
                "select organization_id, slug, name from tenancy.organizations where slug = %s", [slug]
            ).fetchone()
            organization = Organization(*row)
            (self._runs[organization.organization_id],) = connection.execute(
                "insert into scraping.download_runs (organization_id, kind, source, partition_from, partition_to,"
                " script_name) values (%s, 'load', 'test', '2025-01-01', '2025-01-01', 'test') returning run_id",
                [organization.organization_id],
            ).fetchone()
            connection.execute(
                "insert into landing.files (organization_id, source_file_path, source, landed_on,"
                " content_hash, size_bytes) values (%s, 'test', 'test', '2025-01-01', '', 0) on conflict do nothing",
                [organization.organization_id],
            )
        return organization

    def post(
        self,
        organization: Organization,
        *,
        platform: str = "linkedin",
        text: str | None = "A post",
        url: str | None = "https://example.org/post",
        author: str = "ada",
        author_url: str | None = None,
        published: date = date(2025, 11, 1),
    ) -> str:
        self._urns += 1
        with transaction(self.url) as connection:
            (profile_id,) = connection.execute(
                "insert into scraping.profiles (organization_id, platform, username, name, profile_url)"
                " values (%s, %s, %s, %s, %s) on conflict (organization_id, platform, username)"
                " do update set name = excluded.name returning profile_id",
                [organization.organization_id, platform, author, author, author_url],
            ).fetchone()
            moment = noon(published) - timedelta(hours=1)
            (post_id,) = connection.execute(
                "insert into scraping.post_records (organization_id, platform, urn, urn_kind, posted_at,"
                " author_username, profile_id, text_content, url, content_observed_at, first_seen_at, last_seen_at)"
                " values (%s, %s, %s, 'test', %s, %s, %s, %s, %s, %s, %s, %s) returning post_id",
                [
                    organization.organization_id,
                    platform,
                    str(self._urns),
                    moment,
                    author,
                    profile_id,
                    text,
                    url,
                    *[moment] * 3,
                ],
            ).fetchone()
        return post_id

    def observe(self, organization: Organization, post_id: str, day: date, **counters: int | None) -> None:
        """Adds a snapshot at noon, which `roll_up` then rolls up."""
        with transaction(self.url) as connection:
            connection.execute("select operations.ensure_month_partitions('scraping.snapshots', %s, %s)", [day, day])
            connection.execute(
                "insert into scraping.snapshots (organization_id, post_id, downloaded_at, observed_at_source,"
                f" run_id, landed_file_id, {', '.join(counters)})"
                f" select organization_id, %s, %s, 'file_name', %s, landed_file_id{', %s' * len(counters)}"
                " from landing.files where organization_id = %s",
                [
                    post_id,
                    noon(day),
                    self._runs[organization.organization_id],
                    *counters.values(),
                    organization.organization_id,
                ],
            )
        self._days_to_roll_up.add(day)

    def roll_up(self) -> None:
        """Rolls up the range of days observed since the last call."""
        if not self._days_to_roll_up:
            return
        first_day, end_day = min(self._days_to_roll_up), max(self._days_to_roll_up) + timedelta(days=1)
        self._days_to_roll_up.clear()
        for table in ROLLUPS:
            with transaction(self.url) as connection:
                compute_rollup(connection, "engagement", table, first_day, end_day)

    def hashtag(self, organization: Organization, post_id: str, hashtag: str) -> None:
        """Adds a hashtag to all days of the post; call it before `observe`."""
        self.execute(
            "with tag as (insert into scraping.hashtags (organization_id, hashtag, first_seen_at)"
            " values (%s, %s, '2025-01-01') returning hashtag_id)"
            " insert into scraping.post_hashtags (organization_id, post_id, hashtag_id, seen_on, is_current)"
            " select %s, %s, hashtag_id, '{[2025-01-01,2027-01-01)}', true from tag",
            [organization.organization_id, hashtag, organization.organization_id, post_id],
        )

    def quarantine(self, organization: Organization, day: date, reason: str, items: int = 1) -> None:
        self.execute(
            "insert into landing.quarantine (organization_id, source, landed_on, source_file_path, position, reason,"
            " payload_bytes) select %s, 'linkedin_apify', %s, %s, n, %s, 1 from generate_series(1, %s) n",
            [organization.organization_id, day, f"{day}/{reason}", reason, items],
        )
