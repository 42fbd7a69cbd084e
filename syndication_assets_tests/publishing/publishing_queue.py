"""Sets up and inspects the publishing queue of a test: pages, schedules, approved texts and targets."""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from syndication_assets.channels.accounts.credentials import store_credential
from syndication_assets.content.compliance.price_claims import stated_amounts
from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import SecretBox
from syndication_assets.publishing.dry_run.dry_run_publisher import DryRun
from syndication_assets.publishing.planning.targets import Plan, plan_targets
from syndication_assets.publishing.publisher import Publisher
from syndication_assets.publishing.sending.publish import publish_due
from syndication_assets.publishing.sending.publish_report import PublishReport
from syndication_assets.publishing.sending.reconcile import ReconcileReport, reconcile
from syndication_assets.settings import Settings
from syndication_assets_tests.emptied_tables import delete_rows, delete_rows_of_rooms
from syndication_assets_tests.given_settings import give_setting
from syndication_assets_tests.rows import DatabaseRows

DAY = date(2025, 11, 3)
NOON = datetime(2025, 11, 3, 12, tzinfo=UTC)
AFTER_SLOT = datetime(2025, 11, 3, 18, tzinfo=UTC)
DAILY = "FREQ=DAILY;BYHOUR=17;BYMINUTE=0"
TOKEN = "canary-EAAB/page+token="
KEYS = "test:" + "A" * 43 + "="
PLATFORM, CHANNEL = "facebook", "feed_post"
_sent = tempfile.TemporaryDirectory(prefix="syn-sent-")
SENT = Path(_sent.name) / "sent"
"""The record of calls of the tests of this process; a new queue empties it."""
_ROOMS = ("publishing", "content", "channels", "catalogue")


def settings_of(**changes: Any) -> Settings:
    """The defaults, with a key for credentials."""
    defaults: dict[str, Any] = {
        "secret_keys": SecretStr(KEYS),
        "sent_url": str(SENT),
    }
    return Settings.from_environment().model_copy(update=defaults | changes)


@dataclass
class PublishingQueue(DatabaseRows):
    """The queue of the only organization of a database."""

    role = "syndication_pipeline"
    url: str
    organization_id: str = ""
    product_id: str = ""
    """What every post is about."""
    platform: str = PLATFORM

    def __post_init__(self) -> None:
        shutil.rmtree(SENT, ignore_errors=True)
        delete_rows_of_rooms(self.url, _ROOMS)
        delete_rows(
            self.url,
            [
                "operations.execution_history",
                "operations.webhooks",
                "operations.webhook_events",
                "tenancy.organization_settings",
            ],
        )
        self.organization_id = self.value("select organization_id from tenancy.organizations where slug = 'default'")
        self.execute("update tenancy.settings set value = null where value is not null")
        # The slots of the tests are in the past.
        give_setting(self.url, "publishing.maximum_delay_hours", 10**6)
        self.execute("insert into channels.platforms (platform, display_name) values (%s, 'Facebook')", [self.platform])
        self.execute(
            "insert into channels.channel_types (channel_type, display_name)"
            " values ('feed_post', 'Feed post'), ('story_post', 'Story')"
        )
        self.execute(
            "insert into channels.platform_channels (platform, channel_type)"
            " values (%(platform)s, 'feed_post'), (%(platform)s, 'story_post')",
            {"platform": self.platform},
        )
        self.insert("catalogue.vendors", "vendor", vendor="bakery", source="clan_catalogue", currency="GBP")
        self.product_id = self.insert(
            "catalogue.products",
            "product_id",
            vendor="bakery",
            sku="shortbread",
            name="Shortbread",
            content_hash=b"shortbread",
            observed_at=datetime(2025, 1, 1, tzinfo=UTC),
            first_seen_at=datetime(2025, 1, 1, tzinfo=UTC),
        )

    def page(
        self,
        remote_id: str = "page",
        publisher: str = "dry_run",
        token: str = TOKEN,
        server_url: str | None = None,
    ) -> str:
        """An account, with a credential unless its publisher is dry_run."""
        credential_id = None
        if publisher != "dry_run":
            with transaction(self.url) as connection:
                credential_id = store_credential(
                    connection,
                    SecretBox(SecretStr(KEYS)),
                    self.organization_id,
                    f"token-{remote_id}".replace(":", "-").lower(),
                    SecretStr(token),
                    platform=self.platform,
                    expires_at=None,
                )
        return self.insert(
            "channels.social_accounts",
            "account_id",
            platform=self.platform,
            remote_account_id=remote_id,
            display_name=f"Page {remote_id}",
            publisher=publisher,
            credential_id=credential_id,
            server_url=server_url,
        )

    def schedule(self, account_id: str, rule: str = DAILY, time_zone: str = "UTC", **more: Any) -> str:
        number = self.value("select count(*) from publishing.publishing_schedules")
        return self.insert(
            "publishing.publishing_schedules",
            "schedule_id",
            **{
                "schedule_name": f"schedule {number}",
                "platform": self.platform,
                "channel_type": CHANNEL,
                "account_id": account_id,
                "recurrence_rule": rule,
                "time_zone": time_zone,
                "starts_on": date(2025, 1, 1),
                **more,
            },
        )

    def post(self, planned_on: date = DAY, channel_type: str = CHANNEL) -> str:
        return self.insert(
            "content.posts_core",
            "post_core_id",
            post_kind="product",
            product_id=self.product_id,
            platform=self.platform,
            channel_type=channel_type,
            planned_on=planned_on,
        )

    def text(self, post_core_id: str | None = None, text: str | None = None, **more: Any) -> str:
        """A text without an approval; without `text`, each has different words."""
        number = self.value("select count(*) from content.posts_content")
        text = text or f"Shortbread number {number}"
        return self.insert(
            "content.posts_content",
            "content_id",
            **{
                "post_core_id": post_core_id or self.post(),
                "text_content": text,
                "generator": "template",
                "content_hash": text.encode(),
                "stated_amounts": [Decimal(amount) for amount in stated_amounts(text)],
                **more,
            },
        )

    def approve(self, content_id: str, decided_at: datetime = NOON) -> str:
        self.execute(
            "insert into content.approvals (organization_id, content_id, content_hash, decision, decided_by,"
            " decided_at) select organization_id, content_id, content_hash, 'approved', 'isla', %s"
            " from content.posts_content where content_id = %s"
            " on conflict (organization_id, content_id, decision) do update"
            " set content_hash = excluded.content_hash, decided_at = excluded.decided_at",
            [decided_at, content_id],
        )
        self.execute("update content.posts_content set state = 'approved' where content_id = %s", [content_id])
        return content_id

    def withdraw(self, content_id: str) -> None:
        self.execute("update content.posts_content set state = 'needs_review' where content_id = %s", [content_id])

    def approved(self, planned_on: date = DAY, **more: Any) -> str:
        """An approved text of a new post."""
        return self.approve(self.text(self.post(planned_on), **more))

    def plan(self, first_day: date = DAY, end_day: date = date(2025, 11, 4)) -> Plan:
        return plan_targets(self.url, first_day, end_day)

    def due(self, account_id: str, count: int = 1, **content: Any) -> list[str]:
        """Adds targets of an account, one per second after noon; returns their ids. `content` is beside the text."""
        return [
            self.insert(
                "publishing.post_targets",
                "target_id",
                content_id=content_id,
                content_hash=self.value(
                    "select content_hash from content.posts_content where content_id = %s", [content_id]
                ),
                account_id=account_id,
                platform=self.platform,
                channel_type=CHANNEL,
                state="scheduled",
                scheduled_at=NOON.replace(second=number % 60, minute=number // 60),
                is_simulated=False,
            )
            for number, content_id in enumerate(self.approved(**content) for _ in range(count))
        ]

    def publish(
        self,
        publishers: dict[str, Publisher] | None = None,
        now: datetime = AFTER_SLOT,
        limit: int = 1000,
        **changes: Any,
    ) -> PublishReport:
        return publish_due(self.url, settings_of(**changes), now, publishers or {"dry_run": DryRun()}, limit)

    def publish_to(self, platform: Publisher, **changes: Any) -> PublishReport:
        """Publishes what is due, with `platform` as the publisher facebook_graph."""
        return self.publish({"facebook_graph": platform}, **changes)

    def reconcile(self, publishers: dict[str, Publisher]) -> ReconcileReport:
        return reconcile(self.url, settings_of(), publishers)

    def states(self) -> list[str]:
        """The states of all targets, by slot."""
        return [
            state
            for (state,) in self.rows(
                "select state::text from publishing.post_targets order by scheduled_at nulls last, target_id"
            )
        ]

    def slots(self) -> list[str]:
        return [
            f"{slot:%m-%d %H:%M}"
            for (slot,) in self.rows(
                "select scheduled_at from publishing.post_targets where scheduled_at is not null order by 1"
            )
        ]

    def target(self, target_id: str) -> dict[str, Any]:
        return dict(self.value("select to_jsonb(t) from publishing.post_targets t where target_id = %s", [target_id]))

    def attempts(self, target_id: str) -> list[dict[str, Any]]:
        return [
            dict(row)
            for (row,) in self.rows(
                "select to_jsonb(a) from publishing.publish_attempts a where target_id = %s order by attempt_number",
                [target_id],
            )
        ]

    def expire_leases(self) -> None:
        self.execute("update publishing.post_targets set leased_until = '2020-01-01Z' where state = 'publishing'")

    def pass_waits(self) -> None:
        """Ends all waits and back-offs."""
        self.execute("update publishing.post_targets set next_attempt_at = null where state = 'scheduled'")
        self.execute("delete from channels.platform_limits")
