"""Whatever is configured for all organizations: its export changes nothing."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndication_assets.configuration.configuration_document import read_document
from syndication_assets.configuration.export import as_yaml, export_shared
from syndication_assets.configuration.plan import apply, plan
from syndication_assets.configuration.sections import SHARED
from syndication_assets_tests.configuration.conftest import Desk
from syndication_assets_tests.configuration.random_entries import (
    EXAMPLES,
    currencies,
    days,
    entries,
    listed,
    money,
    names,
    of_channel,
    prose,
    texts,
    without_nothing,
)

pytestmark = pytest.mark.one_server

SHARED_FILE = {
    "channel_rules": listed(
        of_channel(
            category=st.sampled_from(["content", "media"]), rule=names, severity=st.sampled_from(["hard", "soft"]),
            value=st.booleans() | texts | money("99", 2) | st.lists(texts | money("9", 1), min_size=1, max_size=2),
            is_active=st.booleans(), checked_on=st.none() | days,
        ),
        "platform", "channel", "category", "rule",
    ),
    "processes": listed(
        of_channel(
            process=st.sampled_from(["product_post", "blog_post", "announcement", "event"]), display_name=texts,
            description=prose, is_active=st.booleans(), instructions=prose,
            development_status=st.sampled_from(["draft", "developed", "testing", "production"]),
        ),
        "platform", "channel", "process",
    ),
    "prices": listed(
        entries(
            provider=names, model=texts, valid_from=days, currency=currencies, input_price=money("999", 6),
            cached_input_price=money("999", 6), output_price=money("999", 6),
        ),
        "provider", "model", "valid_from",
    ),
    "unit_prices": listed(
        entries(
            provider=names, operation=names, unit=names, valid_from=days, currency=currencies, amount=money("99", 8)
        ),
        "provider", "operation", "unit", "valid_from",
    ),
    "quotas": listed(
        entries(
            provider=names, unit=st.sampled_from(["requests", "units"]),
            counted_per=st.sampled_from(["installation", "organization", "account"]),
            window_seconds=st.just(86400), amount=st.integers(1, 10_000),
            reset_zone=st.sampled_from([None, "America/Los_Angeles"]), checked_on=st.none() | days,
        ),
        "provider", "unit", "counted_per", "window_seconds",
    ),
    "media_hosts": listed(
        entries(
            host=st.sampled_from(["others", "cdn.example", "img.cdn.example"]), connections=st.integers(1, 100),
            pause_seconds=money("99", 3), jitter_seconds=money("99", 3),
            run_bytes=st.none() | st.integers(2**20, 2**40),
        ),
        "host",
    ),
    "stock_sources": listed(
        entries(
            source=st.sampled_from(["freepik", "pexels", "unsplash", "openverse"]), position=st.integers(1, 1000),
            base_url=st.just("https://photos.example"), key_header=st.none() | st.just("x-key"),
            attribution=st.sampled_from(["never", "always", "by_licence"]), must_report_use=st.booleans(),
            is_active=st.booleans(),
        ),
        "source",
    ),
    "installation_settings": listed(
        st.one_of(
            entries(setting=st.just("people.session_hours"), value=st.integers(1, 720)),
            entries(setting=st.just("studio.tone"), value=st.just("warm and short")),
        ),
        "setting",
    ),
    "compliance_rules": listed(
        entries(
            rule=st.sampled_from(["contrast", "likeness", "palette"]), threshold=money("6", 4),
            weight=st.decimals("0.001", "9.999", places=3), severity=st.sampled_from(["hard", "soft"]),
            is_active=st.booleans(),
        ),
        "rule",
    ),
    "tiers": listed(
        entries(
            tier=st.sampled_from(["free", "large"]), description=texts, users=st.none() | st.integers(9, 99),
            posts=st.none() | st.integers(1, 10**9), storage_bytes=st.none() | st.integers(1, 2**50),
        ),
        "tier",
    ),
    "priority_factors": listed(
        entries(factor=st.just("recency"), weight=money("1", 4), half_life_days=st.decimals("0.5", "900", places=1)),
        "factor",
    ),
    "retention_defaults": listed(
        entries(
            subject=st.sampled_from(["scraping.snapshots", "ai.llm_calls"]),
            keep_months=st.none() | st.integers(1, 1200), action=st.just("archive"), grace_days=st.integers(0, 3650),
        ),
        "subject",
    ),
    "snapshot_interval_defaults": listed(
        entries(younger_than_days=st.integers(0, 3650), every_hours=st.integers(1, 8760)), "younger_than_days"
    ),
    "alert_kinds": listed(
        entries(
            kind=st.sampled_from(["run_failed", "credential_expires"]), warning=st.none() | money("9", 2),
            error=st.none() | st.integers(10, 20).map(Decimal), critical=st.none() | st.integers(30, 40).map(Decimal),
            remind_after_hours=st.integers(1, 8760),
        ),
        "kind",
    ),
    "role_permissions": listed(
        entries(
            permission=st.sampled_from(["feeds.edit", "vendors.edit"]),
            roles=st.lists(st.sampled_from(["viewer", "editor", "owner"]), max_size=3, unique=True),
        ),
        "permission",
    ),
}  # fmt: skip


def test_every_section_is_in_the_property():
    assert {section.name for section in SHARED} == set(SHARED_FILE)


@EXAMPLES
@given(st.fixed_dictionaries(SHARED_FILE))
def test_the_export_of_what_is_shared_changes_nothing(desk: Desk, tmp_path: Path, parts: dict[str, Any]):
    file = tmp_path / "shared.yaml"
    file.write_text(as_yaml(without_nothing({"shared": True, **parts})), encoding="utf-8")
    apply(desk.url, read_document(file), actor="isla", removes=True)
    assert plan(desk.url, read_document(file), actor="isla", removes=True).is_empty
    file.write_text(export_shared(desk.url), encoding="utf-8")
    assert plan(desk.url, read_document(file), actor="isla", removes=True).is_empty
