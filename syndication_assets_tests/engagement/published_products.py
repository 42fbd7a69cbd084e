"""Inserts products and published posts into their tables, for the tests of the ranking."""

from datetime import datetime
from typing import Any

from syndication_assets_tests.engagement.snapshots import FIRST_DAY, History, Row

PLATFORM, CHANNEL = "facebook", "feed_post"


class Shop:
    """A history with a shop, one page with a schedule, and posts about products."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._skus: dict[str, str] = {}
        self.organization_id = history.organization_id
        history.execute("insert into channels.platforms (platform, display_name) values (%s, 'Facebook')", [PLATFORM])
        history.execute(
            "insert into channels.channel_types (channel_type, display_name) values (%s, 'Feed post')",
            [CHANNEL],
        )
        history.execute(
            "insert into channels.platform_channels (platform, channel_type) values (%s, %s)", [PLATFORM, CHANNEL]
        )
        self._account_id = self._insert(
            "channels.social_accounts", "account_id", platform=PLATFORM, remote_account_id="page", display_name="Page"
        )
        self._insert(
            "publishing.publishing_schedules",
            "schedule_id",
            schedule_name="Daily",
            platform=PLATFORM,
            channel_type=CHANNEL,
            account_id=self._account_id,
            recurrence_rule="FREQ=DAILY;BYHOUR=17",
            time_zone="Europe/London",
            starts_on=FIRST_DAY,
        )
        self._insert("catalogue.vendors", "vendor", vendor="shop", source="clan_catalogue", currency="GBP")

    def product(
        self,
        sku: str,
        first_seen_at: datetime,
        deactivated_at: datetime | None = None,
        *,
        product_url: str | None = None,
    ) -> str:
        product_id = self._insert(
            "catalogue.products",
            "product_id",
            vendor="shop",
            sku=sku,
            name=sku,
            content_hash=b"",
            observed_at=first_seen_at,
            first_seen_at=first_seen_at,
            is_active=deactivated_at is None,
            deactivated_at=deactivated_at,
            product_url=product_url,
        )
        self._skus[product_id] = sku
        return product_id

    def listed(self, product_id: str, observed_at: datetime, *, is_listed: bool) -> None:
        """Adds a catalogue snapshot that lists the product from now on, or no longer lists it."""
        self._insert(
            "catalogue.product_observations",
            "product_id",
            product_id=product_id,
            observed_at=observed_at,
            is_listed=is_listed,
            content_hash=b"" if is_listed else None,
            facts="{}" if is_listed else None,
        )

    def target(self, product_id: str, scheduled_at: datetime, *, is_simulated: bool = False) -> str:
        """Adds a due target; returns its id."""
        core = self._insert(
            "content.posts_core",
            "post_core_id",
            post_kind="product",
            platform=PLATFORM,
            channel_type=CHANNEL,
            planned_on=scheduled_at.date(),
            product_id=product_id,
        )
        content = self._insert(
            "content.posts_content",
            "content_id",
            post_core_id=core,
            text_content="Text",
            generator="template",
            content_hash=core.encode(),
            state="approved",
        )
        return self._insert(
            "publishing.post_targets",
            "target_id",
            content_id=content,
            content_hash=core.encode(),
            account_id=self._account_id,
            platform=PLATFORM,
            channel_type=CHANNEL,
            state="scheduled",
            scheduled_at=scheduled_at,
            is_simulated=is_simulated,
        )

    def end(self, target_id: str, state: str, at: datetime) -> str:
        """Ends a target as `published` or `failed`; returns the id of the scraped post of its insights."""
        self.history.execute(
            "update publishing.post_targets set state = 'publishing', leased_by = 'test', leased_until = %s"
            " where target_id = %s",
            [at, target_id],
        )
        urn = f"page_{target_id}"
        self._insert(
            "publishing.publish_attempts",
            "attempt_id",
            target_id=target_id,
            attempt_number=1,
            publisher="test",
            started_at=at,
            finished_at=at,
            outcome="published" if state == "published" else "permanent",
            platform_post_id=urn if state == "published" else None,
        )
        self.history.execute(
            "update publishing.post_targets set state = %s, leased_by = null, leased_until = null,"
            " published_at = %s, platform_post_id = %s, error_message = %s where target_id = %s",
            [
                state,
                at if state == "published" else None,
                urn if state == "published" else None,
                None if state == "published" else "refused",
                target_id,
            ],
        )
        if state != "published":
            return ""
        post_id = self.history.post(platform=PLATFORM, posted_at=at)
        self.history.execute("update scraping.posts set urn = %s where post_id = %s", [urn, post_id])
        return post_id

    def publish(self, product_id: str, at: datetime, *, is_simulated: bool = False) -> str:
        return self.end(self.target(product_id, at, is_simulated=is_simulated), "published", at)

    def priorities(self, calculated_on: object) -> dict[str, Row]:
        """The priorities of a day, by SKU."""
        return {
            self._skus[row["product_id"]]: row
            for row in self.history.table_rows("content_priorities")
            if row["calculated_on"] == calculated_on
        }

    def _insert(self, table: str, returned: str, **values: Any) -> str:
        values = {"organization_id": self.organization_id, **values}
        columns, places = ", ".join(values), ", ".join(["%s"] * len(values))
        return str(
            self.history.value(
                f"insert into {table} ({columns}) values ({places}) returning {returned}",
                list(values.values()),
            )
        )
