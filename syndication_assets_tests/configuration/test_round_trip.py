"""Whatever an organization has configured: its export, applied anywhere, gives the same rows and then no difference."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from syndication_assets.brand.profiles.brand_content import COMMON_COLOURS
from syndication_assets.channels.accounts.credentials import store_credential
from syndication_assets.configuration.configuration_document import read_document
from syndication_assets.configuration.export import as_yaml, export_organization
from syndication_assets.configuration.plan import apply, plan
from syndication_assets.configuration.sections import OF_ORGANIZATIONS
from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import SecretBox
from syndication_assets.settings import Settings
from syndication_assets_tests.configuration.conftest import Desk, forget
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
from syndication_assets_tests.rendering.looks import document

pytestmark = pytest.mark.one_server

colours = st.fixed_dictionaries({name: st.from_regex("#[0-9a-f]{6}", fullmatch=True) for name in COMMON_COLOURS})
OWNER = {"role": "owner", "status": "active"}
ORGANIZATION = {
    "members": listed(
        entries(
            email=st.from_regex("[a-z]{1,8}@x\\.example", fullmatch=True),
            name=prose,
            role=st.sampled_from(["viewer", "member", "editor", "manager", "admin", "owner"]),
            status=st.sampled_from(["pending", "active", "inactive", "suspended"]),
        ),
        "email",
    ).map(lambda members: [{**member, **OWNER} for member in members[:1]] + members[1:]),
    "credentials": listed(
        entries(name=st.sampled_from(["stored", "page"]), platform=st.sampled_from([None, "facebook"])), "name"
    ),
    "profiles": listed(
        entries(
            platform=st.sampled_from(["linkedin", "youtube"]),
            username=st.from_regex("[a-zé0-9%-]{1,12}", fullmatch=True).filter(lambda text: "%" not in text),
            is_active=st.booleans(),
            notes=prose,
        ),
        "platform", "username",
    ),
    "vendors": listed(
        entries(
            name=names, source=st.just("clan_catalogue"), currency=currencies,
            placeholder_prices=st.lists(st.decimals("0.01", "9999.99", places=2), max_size=2),
            maximum_shrinkage=money("1", 3), api_url=st.sampled_from([None, "https://a.example/api"]),
            is_active=st.booleans(),
        ),
        "name",
    ),
    "feeds": names.flatmap(lambda name: listed(
        entries(name=st.just(name), url=st.just(f"https://{name}.example/?a=1#no"), is_active=st.booleans()), "name"
    )),
    "accounts": listed(
        entries(
            platform=st.sampled_from(["facebook", "linkedin"]), remote_id=st.sampled_from(["1", "012", "x/y"]),
            name=texts, is_active=st.booleans(),
        ),
        "platform", "remote_id",
    ),
    "analyzers": st.fixed_dictionaries(
        {},
        optional={
            "colours": entries(pictures_per_run=st.integers(1, 10_000), is_active=st.booleans()),
            "tesseract": entries(
                languages=st.lists(st.sampled_from(["ara", "eng", "chi_sim"]), min_size=1, unique=True),
                is_active=st.booleans(),
            ),
            "vision": entries(model=texts, is_active=st.booleans()),
        },
    ).map(lambda chosen: [{"name": name, **entry} for name, entry in chosen.items()]),
    "sections": listed(
        of_channel(starts_on=days, instead_of_products=st.booleans(), is_active=st.booleans()), "platform", "channel"
    ),
    "events": listed(
        entries(
            name=names, title=texts, starts_at=st.sampled_from(["2026-03-14 10:00", "2026-10-25 01:30"]),
            ends_at=st.sampled_from(["2026-12-31 23:59", "2027-03-28 03:00"]),
            time_zone=st.sampled_from(["UTC", "Europe/London"]), place=st.none() | texts,
            url=st.sampled_from([None, "https://fair.example/2026"]),
            state=st.sampled_from(["planned", "cancelled"]),
        ),
        "name",
    ),
    "templates": listed(
        entries(
            name=texts, kind=st.sampled_from(["feature", "benefit", "story"]), post_kind=st.just("product"),
            platform=st.sampled_from([None, "facebook"]), category=prose,
            body=st.sampled_from(["a: {price}", "a\n\nb\n"]),
            call_to_action=prose, is_active=st.booleans(),
        ),
        "name",
    ),
    "approval_rules": listed(
        of_channel(
            minimum_score=money("1", 6), is_active=st.booleans(),
            generators=st.lists(st.sampled_from(["template", "llm", "person"]), min_size=1, max_size=3, unique=True),
        ),
        "platform", "channel",
    ),
    "approval_workflows": listed(
        entries(
            name=names, priority=st.integers(-9, 9), subjects=st.sampled_from([[], ["text"]]),
            content_types=st.sampled_from([[], ["product", "announcement"]]),
            platforms=st.sampled_from([[], ["linkedin", "facebook"]]), channels=st.sampled_from([[], ["feed_post"]]),
            minimum_score=st.none() | money("1", 6), automatic_generators=st.sampled_from([[], ["template", "llm"]]),
            automatic_minimum_score=money("1", 6), forbids_own=st.booleans(), is_active=st.booleans(),
        ),
        "name",
    ),
    "sign_in": entries(
        label=names, client_id=names, api_audience=st.sampled_from([None, "https://desk.example/api"]),
        issuer=st.sampled_from(["https://id.example", "https://id.example/realms/x", "http://127.0.0.1:8081/"]),
    ),
    "working_hours": entries(
        time_zone=st.sampled_from(["UTC", "Asia/Bahrain"]),
        working_days=st.lists(st.integers(1, 7), min_size=1, max_size=7, unique=True),
        begins_at=st.sampled_from(["00:00", "08:30"]), ends_at=st.sampled_from(["16:00", "23:59"]),
    ),
    "budgets": listed(
        entries(period=st.sampled_from(["day", "month"]), amount=money("99999", 4), currency=currencies), "period"
    ),
    "provider_budgets": listed(
        entries(
            provider=st.sampled_from(["apify", "openai"]), period=st.sampled_from(["day", "month"]),
            amount=money("99999", 4), currency=currencies,
        ),
        "provider", "period",
    ),
    "alert_routes": listed(
        (
            entries(mail=st.just("ops@acme.example")) | entries(slack_variable=st.just("SLACK_URL"))
            | entries(webhook_variable=st.just("OPS_URL"), key_variable=st.just("OPS_KEY"))
        ).flatmap(lambda address: entries(
            name=names, **{field: st.just(value) for field, value in address.items()},
            kind=st.sampled_from([None, "run_failed"]), minimum_severity=st.sampled_from(["warning", "critical"]),
            tells_of_installation=st.booleans(), quiet_hours=st.sampled_from([None, "22:00-07:00"]),
            digest_at=st.sampled_from([None, "09:00"]), time_zone=st.sampled_from(["UTC", "Asia/Tokyo"]),
            is_active=st.booleans(),
        )),
        "name",
    ),
    "webhooks": listed(
        entries(
            name=names, events=st.lists(
                st.sampled_from(["approved", "published", "failed"]), min_size=1, max_size=3, unique=True
            ),
            url_variable=st.sampled_from(["SHOP_URL", "HOOK_1"]), key_variable=st.just("SHOP_KEY"),
            is_active=st.booleans(),
        ),
        "name",
    ),
    "tags": listed(
        entries(
            name=st.sampled_from(["oat cakes", "kilt"]), description=prose, color=st.sampled_from(["red", "cyan"]),
            is_for_models=st.booleans(), model_threshold=st.none() | money("1", 3),
        ),
        "name",
    ).map(lambda tags: [*tags, {"name": "bread"}]),
    "tag_rules": listed(
        entries(
            name=names, tag=st.just("bread"), text=st.sampled_from([None, "bread or #brot", "東京"]),
            minimum_views=st.integers(0, 9), platforms=st.lists(st.sampled_from(["linkedin", "youtube"]), max_size=2),
            hashtags=st.lists(texts, max_size=2), maximum_age_days=st.none() | st.integers(0, 9),
            media=st.lists(st.sampled_from(["image", "video"]), max_size=1), is_active=st.booleans(),
        ),
        "name",
    ),
    "settings": listed(
        st.one_of(
            entries(setting=st.just("selecting.no_repeat_days"), value=st.integers(0, 3650)),
            entries(setting=st.just("web.language"), value=st.sampled_from(["en", "de", "ar"])),
        ),
        "setting",
    ),
    "limits": entries(
        tier=st.sampled_from(["free", "pro"]), users=st.integers(9, 99), posts=st.none() | st.integers(1, 10**9),
        storage_bytes=st.none() | st.integers(1, 2**50),
    ),
    "model_tagging": entries(threshold=money("1", 3), posts_a_run=st.integers(1, 9)),
    "brands": listed(
        entries(
            name=st.sampled_from(["Acme", "Oat & Co"]), colours=colours, voice=prose, usage_restrictions=prose,
            heading_family=st.sampled_from(["Inter", "Noto Sans"]), vocabulary=st.lists(texts, max_size=2),
            banned_words=st.lists(st.just("guru"), max_size=1),
            languages=st.lists(st.sampled_from(["en", "ar", "zh-Hant"]), min_size=1, max_size=2, unique=True),
            enforcement_level=st.sampled_from(["strict", "advisory"]), minimum_score=st.none() | money("1", 2),
            is_active=st.booleans(),
        ),
        "name",
    ),
    "visual_templates": listed(
        entries(
            name=st.sampled_from(["Headline", "Statement"]), is_active=st.booleans(),
            document=st.builds(document, name=st.sampled_from(["Headline", "日本"])),
        ),
        "name",
    ),
    "writing": entries(when_model_is_down=st.sampled_from(["wait", "template"])),
    "retention": listed(
        entries(
            subject=st.sampled_from(["scraping.snapshots", "ai.llm_calls"]), keep_months=st.integers(1, 1200),
            action=st.just("archive"), grace_days=st.integers(0, 3650),
        ) | entries(subject=st.just("ai.prompts"), keep_days=st.integers(1, 36500), action=st.just("delete")),
        "subject",
    ),
    "snapshot_intervals": listed(
        entries(younger_than_days=st.integers(0, 3650), every_hours=st.integers(1, 8760)), "younger_than_days"
    ),
}  # fmt: skip


def test_every_section_is_in_the_property():
    assert {section.name for section in OF_ORGANIZATIONS} == {
        *ORGANIZATION, "schedules", "profile_tags", "approval_steps",
    }  # fmt: skip


def with_schedules(parts: dict[str, Any]) -> dict[str, Any]:
    """A schedule for each account on Facebook, a tag for each profile, and two steps for each workflow."""
    accounts = [account for account in parts["accounts"] if account["platform"] == "facebook"]
    schedules = [
        {
            "name": f"{number}: daily", "account": f"facebook/{account['remote_id']}", "channel": "feed_post",
            "rule": "FREQ=DAILY;BYHOUR=17", "time_zone": "Europe/London", "starts_on": date(2026, 1, 31),
            "jitter_minutes": number, "is_active": account["is_active"],
        }
        for number, account in enumerate(accounts)
    ]  # fmt: skip
    profile_tags = [
        {"platform": profile["platform"], "username": profile["username"], "tag": "bread"}
        for profile in parts["profiles"]
    ]
    people = [member["email"] for member in parts["members"]]
    approval_steps = [
        {
            "workflow": workflow["name"], "step": step, "order": order, "needs": needs, "roles": ["owner", "editor"],
            "people": people, "remind_after_hours": Decimal("1.50"), "escalate_after_hours": Decimal(order),
            "escalate_to_roles": ["manager"], "escalate_to": people[:order],
        }
        for workflow in parts["approval_workflows"]
        for step, order, needs in (("sign-off", 2, "all"), ("check", 1, "any"))
    ]  # fmt: skip
    return {**parts, "schedules": schedules, "profile_tags": profile_tags, "approval_steps": approval_steps}


@EXAMPLES
@given(st.fixed_dictionaries(ORGANIZATION))
def test_the_export_of_an_organization_gives_the_same_organization(desk: Desk, tmp_path: Path, parts: dict[str, Any]):
    forget(desk)
    head = {"organization": {"slug": "acme", "name": "Acme"}}
    file = tmp_path / "acme.yaml"
    file.write_text("organization: {slug: acme, name: Acme}\n")
    apply(desk.url, read_document(file), actor="isla")
    store_credentials(desk, [credential["name"] for credential in parts["credentials"]])
    file.write_text(as_yaml(without_nothing({**head, **with_schedules(parts)})), encoding="utf-8")
    apply(desk.url, read_document(file), actor="isla")
    assert plan(desk.url, read_document(file), actor="isla", removes=True).is_empty
    exported = export_organization(desk.url, "acme")
    file.write_text(exported, encoding="utf-8")
    assert plan(desk.url, read_document(file), actor="isla", removes=True).is_empty
    desk.execute("delete from documents.feeds")
    desk.execute("delete from publishing.publishing_schedules")
    desk.execute("delete from content.content_templates")
    # Without triggers, which would keep the last owner.
    desk.execute("set session_replication_role = replica; delete from tenancy.organization_members")
    apply(desk.url, read_document(file), actor="isla")
    assert export_organization(desk.url, "acme") == exported


def store_credentials(desk: Desk, credential_names: list[str]) -> None:
    with transaction(desk.url) as connection:
        box = SecretBox(Settings.from_environment().secret_keys)
        ((organization_id,),) = connection.execute(
            "select organization_id from tenancy.organizations where slug = 'acme'"
        ).fetchall()
        for name in credential_names:
            store_credential(connection, box, organization_id, name, SecretStr("s"), platform=None, expires_at=None)
