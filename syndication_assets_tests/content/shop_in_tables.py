"""A shop with channels, rules and products, written directly into the tables: the fixture of the content tests."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from syndication_assets.content.generation.posts_to_write import posts_to_write
from syndication_assets.content.generation.template import TemplateError
from syndication_assets.content.generation.text_template_rows import (
    as_rows,
    default_templates,
    load_templates,
    read_templates,
)
from syndication_assets.content.generation.writing import VariationError, remember, store, write_without_model
from syndication_assets.content.selection.product_selection import select_products
from syndication_assets.database.connection import transaction
from syndication_assets.sql_assets.windows import run_window
from syndication_assets_tests.rows import DatabaseRows

FIRST_DAY = date(2025, 11, 3)
SEEN_AT = datetime(2025, 10, 1, tzinfo=UTC)
Row = dict[str, Any]

FACEBOOK_RULES: Mapping[str, Mapping[str, Any]] = {
    "text_length": {"minimum": 40, "maximum": 400},
    "text_length_recommended": {"minimum": 150, "maximum": 200, "severity": "soft"},
    "hashtag_count": {"minimum": 2, "maximum": 3},
    "hashtag_position": {"value": "end"},
    "banned_words": {"value": ["delve"]},
    "language": {"value": "en"},
    "link_required": {"value": True},
    "call_to_action": {"value": "Invite the reader to look at the product", "severity": "soft"},
    "emoji_count": {"minimum": 0, "maximum": 2, "severity": "soft"},
}


class Shop(DatabaseRows):
    """The default organization with one vendor; tests add channels, products and rules."""

    def __init__(self, url: str) -> None:
        self.url = url
        # One connection for all statements of a test: opening another costs more than most statements.
        self._connection = psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor)
        self._connection.execute("set role syndication_pipeline; set timezone = 'UTC'")
        self.organization_id = str(
            self.value("select organization_id from tenancy.organizations where slug = 'default'")
        )
        self.insert("catalogue.vendors", "vendor", vendor="shop", source="clan_catalogue", currency="GBP")

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[Any]]:
        yield self._connection

    def close(self) -> None:
        self._connection.close()

    def channel(
        self,
        platform: str = "facebook",
        channel_type: str = "feed_post",
        rules: Mapping[str, Mapping[str, Any]] = FACEBOOK_RULES,
        *,
        is_scheduled: bool = True,
    ) -> None:
        """Adds a channel with its rules and, by default, a daily schedule."""
        self.execute(
            "insert into channels.platforms (platform, display_name) values (%s, %s) on conflict do nothing",
            [platform, platform],
        )
        self.execute(
            "insert into channels.channel_types (channel_type, display_name) values (%s, %s) on conflict do nothing",
            [channel_type, channel_type],
        )
        self.execute(
            "insert into channels.platform_channels (platform, channel_type) values (%s, %s)", [platform, channel_type]
        )
        for key, rule in rules.items():
            self.rule(key, platform=platform, channel_type=channel_type, **rule)
        self.rule("alt_text_required", category="media", platform=platform, channel_type=channel_type, value=True)
        if is_scheduled:
            account = self.insert(
                "channels.social_accounts",
                "account_id",
                platform=platform,
                remote_account_id=channel_type,
                display_name="Page",
            )
            self.insert(
                "publishing.publishing_schedules",
                "schedule_id",
                schedule_name=f"{platform} {channel_type}",
                platform=platform,
                channel_type=channel_type,
                account_id=account,
                recurrence_rule="FREQ=DAILY;BYHOUR=17",
                time_zone="Europe/London",
                starts_on=date(2025, 1, 1),
            )

    def rule(
        self,
        key: str,
        *,
        category: str = "content",
        platform: str = "facebook",
        channel_type: str = "feed_post",
        value: Any = None,
        minimum: Any = None,
        maximum: Any = None,
        severity: str = "hard",
    ) -> None:
        """Adds or changes a rule of a channel."""
        kind = {bool: "boolean", str: "text", list: "list"}.get(type(value), "number")
        self.execute(
            "insert into channels.channel_requirements (platform, channel_type, requirement_category, requirement_key,"
            " value_type, value, minimum, maximum, severity) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " on conflict (platform, channel_type, requirement_category, requirement_key) do update"
            " set value = excluded.value, minimum = excluded.minimum, maximum = excluded.maximum",
            [
                platform,
                channel_type,
                category,
                key,
                kind,
                None if value is None else Jsonb(value),
                minimum,
                maximum,
                severity,
            ],
        )

    def category(self, name: str, parent: str | None = None) -> str:
        return self.insert(
            "catalogue.categories",
            "category_id",
            vendor="shop",
            vendor_category_id=name,
            name=name,
            parent_category_id=parent,
            level=0 if parent is None else 1,
            observed_at=SEEN_AT,
        )

    def product(self, sku: str, *categories: str, **values: Any) -> str:
        """Adds a product with a page, first seen in October; `values` override columns."""
        columns = {
            "name": f"The {sku}",
            "description": f"A {sku} from our own workshop. It was made with care.",
            "price": Decimal("24.50"),
            "currency": "GBP",
            "product_url": f"https://shop.example/{sku}",
            "observed_at": SEEN_AT,
            "first_seen_at": SEEN_AT,
            "content_hash": b"",
        } | values
        if isinstance(columns.get("attributes"), dict):
            columns["attributes"] = Jsonb(columns["attributes"])
        product = self.insert("catalogue.products", "product_id", vendor="shop", sku=sku, **columns)
        for category in categories:
            self.insert("catalogue.product_categories", "product_id", product_id=product, category_id=category)
        return product

    def approve_by_rule(self, platform: str = "facebook", channel_type: str = "feed_post", **values: Any) -> None:
        self.insert("content.approval_rules", "platform", platform=platform, channel_type=channel_type, **values)

    def prioritize(self, product_id: str, score: str, calculated_on: date, platform: str = "facebook") -> None:
        self.insert(
            "engagement.priority_inputs",
            "product_id",
            product_id=product_id,
            platform=platform,
            channel_type="feed_post",
            inputs_key=f"{score} {calculated_on}",
            days=f"{{[{calculated_on}, {calculated_on + timedelta(1)})}}",
            weights=Jsonb({}),
            known_score=score,
            known_factors=Jsonb({"recency": {"weight": 1, "value": float(score)}}),
        )

    def load_templates(self) -> dict[str, int]:
        with transaction(self.url) as connection:
            return load_templates(connection, default_templates())

    def select(self, first_day: date = FIRST_DAY, days: int = 1, no_repeat_days: int = 30) -> list[str]:
        """Selects for days in order; returns the SKUs of all selections, by day and channel."""
        self.execute(
            "insert into tenancy.organization_settings (organization_id, setting, value)"
            " select organization_id, 'selecting.no_repeat_days', to_jsonb(%s::integer) from tenancy.organizations"
            " on conflict (organization_id, setting) do update set value = excluded.value",
            [no_repeat_days],
        )
        for number in range(days):
            with transaction(self.url, lock="content.product_selections") as connection:
                templates, _ = read_templates(connection)
                select_products(connection, first_day + timedelta(number), as_rows(templates))
        return self.selected()

    def selected(self) -> list[str]:
        return [
            row[0]
            for row in self.execute(
                "select p.sku from content.product_selections as s join catalogue.products as p"
                " using (organization_id, product_id) order by s.selected_on, s.platform, s.channel_type"
            )
        ]

    def write(self, day: date = FIRST_DAY, *, stop_at_errors: bool = False) -> list[Row]:
        """Writes the texts of a day from templates; returns the texts of all days."""
        end_day = day + timedelta(1)
        with transaction(self.url, lock="content.posts_content") as connection:
            run_window(connection, "content/posts_core/merge.sql", day, end_day)
            templates, _ = read_templates(connection)
            texts = []
            for post in posts_to_write(connection, day, templates):
                try:
                    texts.append(write_without_model(post))
                except (TemplateError, VariationError):
                    if stop_at_errors:
                        raise
                    continue
                remember(texts[-1])
            store(connection, texts)
        return self.texts()

    def texts(self) -> list[Row]:
        return self.records(
            "select c.*, p.platform, p.channel_type, p.planned_on, p.product_id from content.posts_content as c"
            " join content.posts_core as p using (organization_id, post_core_id)"
            " order by p.planned_on, p.platform, p.channel_type, c.variation, c.version"
        )

    def broken_rules(self, content_id: str) -> dict[str, str]:
        """The rules that a text breaks, with the reasons."""
        return dict(
            self.execute(
                "select rule_name, reason from content.compliance_checks where content_id = %s and not is_passed",
                [content_id],
            )
        )

    def decide(self, day: date = FIRST_DAY) -> dict[str, int]:
        """Decides by rule on the texts of a day."""
        with transaction(self.url, lock="content.approvals") as connection:
            return run_window(connection, "content/approvals/merge.sql", day, day + timedelta(1))
