"""Applying files: the rows that they ask for, in one transaction, under a name, and nothing of another organization."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from syndication_assets.configuration.configuration_document import read_document
from syndication_assets.configuration.export import export_organization, export_shared
from syndication_assets.configuration.file.problems import ConfigurationError
from syndication_assets.configuration.plan import apply, plan
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import PROJECT_DIRECTORY
from syndication_assets_tests.configuration.conftest import HEAD, Desk

EXAMPLES = PROJECT_DIRECTORY / "docs" / "examples"
ACCOUNT = "accounts: [{platform: facebook, remote_id: '1', name: Acme, is_active: true}]\n"
SCHEDULE = (
    "schedules: [{name: daily, account: facebook/1, channel: feed_post, rule: FREQ=DAILY;BYHOUR=17,"
    " time_zone: Europe/London, starts_on: 2026-01-01}]\n"
)


@pytest.mark.parametrize("name", ["acme", "shared"])
def test_an_example_is_applied_exported_and_then_nothing_is_different(desk: Desk, name: str):
    document = read_document(EXAMPLES / f"{name}.yaml")
    planned = plan(desk.url, document, actor="isla")
    assert not planned.is_empty
    assert apply(desk.url, document, actor="isla", expected=planned) == planned
    assert plan(desk.url, document, actor="isla").is_empty
    exported = export_shared(desk.url) if name == "shared" else export_organization(desk.url, "acme")
    assert desk.plan(exported, removes=True)[-1].startswith("No difference")
    assert "sk-" not in exported


def test_a_plan_writes_nothing(desk: Desk):
    entries = "select count(*) from tenancy.audit_log"
    before = desk.rows(entries)
    plan(desk.url, read_document(EXAMPLES / "acme.yaml"), actor="isla")
    assert desk.rows("select slug from tenancy.organizations") == [("default",)]
    assert desk.rows(entries) == before


def test_a_plan_says_in_the_words_of_the_file_what_is_added_changed_and_kept(desk: Desk):
    desk.apply(
        HEAD + "budgets: [{period: day, amount: 5, currency: GBP}, {period: month, amount: 90, currency: GBP}]\n"
    )
    text = (
        "organization: {slug: acme, name: Acme Weavers}\n"
        "budgets: [{period: month, amount: 80.50, currency: GBP}]\n"
        "profiles: [{platform: linkedin, username: Jane, notes: Designer}]\n"
    )
    assert desk.plan(text) == [
        "~ organization acme: name: 'Acme' → 'Acme Weavers'",
        "+ profiles/linkedin/jane: notes 'Designer'",
        "~ budgets/month: amount: 90 → 80.5",
        "= budgets/day: not in the file, kept",
        "acme: 1 to add, 2 to change, 0 to remove; 1 not in the file, kept.",
    ]
    assert "- budgets/day" in desk.plan(text, removes=True)
    assert desk.plan(text, removes=True)[-1] == "acme: 1 to add, 2 to change, 1 to remove."


def test_what_is_not_in_the_file_is_removed_only_on_demand_and_only_in_its_sections(desk: Desk):
    desk.apply(HEAD + ACCOUNT + "budgets: [{period: day, amount: 5, currency: GBP}]\n")
    desk.apply(HEAD + "budgets: []\n")
    assert desk.rows("select period from operations.budgets") == [("day",)]
    assert desk.plan(HEAD, removes=True)[0] == "Not managed by this file, and kept: accounts (1), budgets (1)."
    desk.apply(HEAD + "budgets: []\n", removes=True)
    assert desk.rows("select period from operations.budgets") == []
    assert desk.rows("select remote_account_id from channels.social_accounts") == [("1",)]


def test_a_change_by_a_command_since_is_a_difference_and_the_file_wins(desk: Desk):
    text = (
        HEAD + "vendors: [{name: tweed, source: shopify_products, currency: GBP, shop_url: 'https://tweed.example'}]\n"
    )
    desk.apply(text)
    with transaction(desk.url) as connection:
        connection.execute("update catalogue.vendors set maximum_shrinkage = 0.5, is_active = false")
    assert desk.plan(text)[0] == "~ vendors/tweed: maximum_shrinkage: 0.5 → 0.2; is_active: false → true"
    desk.apply(text)
    assert desk.plan(text) == ["No difference: acme is as the file says."]


def test_a_removed_profile_keeps_its_row_and_a_known_author_becomes_tracked(desk: Desk):
    profiles = HEAD + "profiles: [{platform: linkedin, username: jane}]\n"
    desk.apply(HEAD)
    with transaction(desk.url) as connection:
        connection.execute(
            "insert into scraping.profiles (organization_id, platform, username, name)"
            " select organization_id, 'linkedin', 'jane', 'Jane Doe' from tenancy.organizations where slug = 'acme'"
        )
    desk.apply(profiles)
    state = "select name, is_tracked from scraping.profiles"
    assert desk.rows(state) == [("Jane Doe", True)]
    desk.apply(HEAD + "profiles: []\n", removes=True)
    assert desk.rows(state) == [("Jane Doe", False)]


def test_every_change_is_logged_under_the_name_of_who_applied_it(desk: Desk):
    desk.apply((EXAMPLES / "acme.yaml").read_text().replace("profiles_file: acme-profiles.csv\n", ""), actor="ewan")
    logged = desk.rows(
        "select distinct table_name, actor from tenancy.audit_log join tenancy.organizations using (organization_id)"
        " where slug = 'acme' order by 1"
    )
    assert {actor for _, actor in logged} == {"ewan"}
    assert {table for table, _ in logged} == {
        "approval.step_approvers", "approval.workflow_steps", "approval.workflows", "approval.working_hours",
        "brand.brand_profile_versions", "brand.brand_profiles", "brand.visual_template_versions",
        "brand.visual_templates",
        "catalogue.vendors", "channels.social_accounts", "content.approval_rules", "content.content_template_versions",
        "content.content_templates", "content.events", "content.section_channels", "content.writing_rules",
        "documents.feeds",
        "curation.model_tagging", "curation.profile_tags", "curation.tag_rules", "curation.tags", "media.analyzers",
        "operations.alert_routes", "operations.budgets", "operations.retention_policies", "operations.webhooks",
        "publishing.publishing_schedules", "scraping.organization_snapshot_intervals", "scraping.profiles",
        "tenancy.organization_limits", "tenancy.organization_members", "tenancy.organization_settings",
        "tenancy.organizations", "tenancy.sign_in_providers",
    }  # fmt: skip


def test_one_refused_entry_leaves_everything_as_it_was_and_all_refusals_are_told(desk: Desk):
    text = (
        HEAD
        + "budgets: [{period: day, amount: 5, currency: GBP}]\n"
        + "feeds:\n"
        + "  - {name: blog, url: 'https://blog.example/'}\n"
        + "  - {name: again, url: 'https://blog.example/'}\n"
        + "  - {name: more, url: 'https://blog.example/'}\n"
    )
    with pytest.raises(ConfigurationError) as caught:
        desk.apply(text)
    assert [str(problem.place).rpartition("/")[2] for problem in caught.value.problems] == [
        "acme.yaml:5:5", "acme.yaml:6:5",
    ]  # fmt: skip
    assert "feeds/again: another entry has the same value" in str(caught.value)
    assert desk.rows("select slug from tenancy.organizations") == [("default",)]


@pytest.mark.parametrize(
    ("section", "place", "message"),
    [
        ("profiles: [{platform: linkedn, username: a}]", "2:23", "there is no platform 'linkedn': choose from"),
        ("sections: [{platform: linkedin, channel: reel, starts_on: 2026-01-01}]", "2:42", "has no channel 'reel'"),
        ("vendors: [{name: a, source: magento, currency: GBP}]", "2:29", "there is no catalogue source 'magento'"),
        ("vendors: [{name: a, source: clan_catalogue, currency: GBP, shop_url: 'https://a.example'}]", "2:70",
         "take no shop URL"),
        ("vendors: [{name: a, source: clan_catalogue, currency: GBP, api_url: 'ftp://a.example'}]", "2:69", "http(s)://"),
        ("feeds: [{name: a, url: 'http://a.example/'}]", "2:24", "does not begin with https://"),
        ("feeds: [{name: a, url: 'https://a.example/{credential}'}]", "2:24", "no credential"),
        ("accounts: [{platform: facebook, remote_id: '1', name: A, publisher: facebook_graph}]", "2:69",
         "needs a credential"),
        ("accounts: [{platform: facebook, remote_id: '1', name: A, credential: page}]", "2:70",
         "there is no credential 'page': store it"),
        ("credentials: [{name: page}]", "2:22", "it is not stored"),
        ("credentials: [{name: page, environment: NO_SUCH_TOKEN}]", "2:41", "NO_SUCH_TOKEN is not set"),
        ("templates: [{name: a, kind: story, body: '{price'}]", "2:42", "has no counterpart"),
        ("approval_rules: [{platform: facebook, channel: feed_post, generators: [llm, llm]}]", "2:71", "named twice"),
        (SCHEDULE.replace("\n", ""), "2:36", "there is no account 'facebook/1': add it to `accounts`"),
    ],
)  # fmt: skip
def test_a_reference_that_leads_nowhere_is_told_at_its_place(desk: Desk, section: str, place: str, message: str):
    with pytest.raises(ConfigurationError) as caught:
        desk.apply(f"{HEAD}{section}\n")
    (problem,) = caught.value.problems
    assert str(problem.place).endswith(f"acme.yaml:{place}")
    assert message in problem.message


def test_a_rule_that_never_fires_or_a_channel_that_the_publisher_cannot_serve_is_told(desk: Desk):
    wrong = ACCOUNT + SCHEDULE.replace("FREQ=DAILY;BYHOUR=17", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    with pytest.raises(ConfigurationError, match="schedules/daily: The schedule never fires"):
        desk.apply(HEAD + wrong)


def test_removing_what_other_rows_refer_to_says_what_to_do_instead(desk: Desk):
    desk.apply(HEAD + ACCOUNT + SCHEDULE)
    with pytest.raises(ConfigurationError) as caught:
        desk.apply(HEAD + "accounts: []\n", removes=True)
    assert "accounts/facebook/1 cannot be removed, because it has schedules" in str(caught.value)
    assert "is_active: false" in str(caught.value)
    desk.apply(HEAD + "accounts: []\nschedules: []\n", removes=True)
    assert desk.rows("select count(*) from channels.social_accounts") == [(0,)]


def test_a_disconnected_account_stays_so_and_a_pause_is_the_persons(desk: Desk):
    text = HEAD + ACCOUNT
    desk.apply(text)
    state = "select status::text, status_reason from channels.social_accounts"
    with transaction(desk.url) as connection:
        connection.execute("update channels.social_accounts set status = 'disconnected', status_reason = 'revoked'")
    assert desk.plan(text) == ["No difference: acme is as the file says."]
    desk.apply(text.replace("name: Acme,", "name: Weavers,"))
    assert desk.rows(state) == [("disconnected", "revoked")]
    desk.apply(text.replace("is_active: true", "is_active: false"))
    assert desk.rows(state) == [("paused", None)]
    desk.apply(text)
    assert desk.rows(state) == [("active", None)]


def test_a_secret_comes_from_the_environment_once_and_is_in_no_file(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PAGE_TOKEN", "canary-of-a-page-token")
    text = (
        HEAD
        + "credentials: [{name: page, platform: facebook, environment: PAGE_TOKEN}]\n"
        + ACCOUNT.replace("is_active: true", "publisher: facebook_graph, credential: page")
    )
    desk.apply(text)
    sealed = desk.rows("select secret::text from channels.credentials")
    assert "canary" not in str(sealed)
    monkeypatch.delenv("PAGE_TOKEN")
    assert desk.plan(text) == ["No difference: acme is as the file says."]
    exported = export_organization(desk.url, "acme")
    assert "canary" not in exported
    assert "PAGE_TOKEN" not in exported
    assert desk.plan(exported) == ["No difference: acme is as the file says."]
    assert desk.rows("select secret::text from channels.credentials") == sealed


def test_a_token_that_sql_put_into_a_url_is_neither_exported_nor_shown(desk: Desk):
    text = HEAD + "feeds: [{name: blog, url: 'https://blog.example/feed'}]\n"
    desk.apply(text)
    desk.execute("update documents.feeds set url = 'https://blog.example/feed?token=canary-of-a-feed'")
    with pytest.raises(SyndicationError, match="feeds/blog has a `url` that looks like a secret"):
        export_organization(desk.url, "acme")
    assert desk.plan(text)[0] == "~ feeds/blog: url: [secret] → 'https://blog.example/feed'"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("alert_kinds: [{kind: weather}]", "there is no kind of problem 'weather'"),
        ("alert_kinds: [{kind: run_failed, warning: 5, critical: 5}]", "it has to begin above warning"),
        ("role_permissions: [{permission: vendors.bake, roles: []}]", "there is no right 'vendors.bake'"),
        ("role_permissions: [{permission: roles.edit, roles: [admin]}]", "owners keep this right"),
    ],
)
def test_what_no_problem_or_right_can_be_is_refused(text: str, message: str, desk: Desk):
    with pytest.raises(ConfigurationError, match=message):
        desk.apply(f"shared: true\n{text}\n")


def test_two_organizations_do_not_see_each_other(desk: Desk):
    acme = (
        HEAD + ACCOUNT + "feeds: [{name: blog, url: 'https://blog.example/'}]\n"
        "members: [{email: a@x.example, name: A, role: owner}, {email: b@x.example}]\n"
    )
    beta = acme.replace("slug: acme, name: Acme", "slug: beta, name: Beta").replace("name: A,", "name: Another,")
    desk.apply(acme)
    desk.apply(beta)
    desk.apply(beta.replace("https://blog.example/", "https://other.example/"))
    desk.apply(
        "organization: {slug: beta, name: Beta}\nfeeds: []\naccounts: []\n"
        "members: [{email: a@x.example, role: owner}]\n",
        removes=True,
    )
    assert desk.plan(acme, removes=True) == ["No difference: acme is as the file says."]
    assert desk.rows("select display_name from tenancy.users order by email") == [("A",), (None,)]


def test_applies_of_one_organization_wait_for_each_other(desk: Desk, tmp_path: Path):
    documents = []
    for number in range(4):
        text = HEAD + f"feeds: [{{name: blog, url: 'https://blog{number}.example/'}}]\n"
        (tmp_path / f"{number}.yaml").write_text(text)
        documents.append(read_document(tmp_path / f"{number}.yaml"))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda document: apply(desk.url, document, actor="isla"), documents))
    assert desk.rows("select count(*) from documents.feeds") == [(1,)]
    assert desk.rows("select count(*) from tenancy.organizations where slug = 'acme'") == [(1,)]


def test_nothing_is_applied_if_the_database_changed_since_the_plan(desk: Desk):
    text = HEAD + "budgets: [{period: day, amount: 5, currency: GBP}]\n"
    desk.apply(HEAD)
    document = read_document(desk.file(text))
    planned = plan(desk.url, document, actor="isla")
    desk.apply(text.replace("5", "7"))
    with pytest.raises(SyndicationError, match="has changed since the plan was shown"):
        apply(desk.url, document, actor="isla", expected=planned)
    assert desk.rows("select amount::int from operations.budgets") == [(7,)]


def test_a_default_template_that_a_file_changes_gets_a_version_that_defaults_do_not_replace(desk: Desk):
    from syndication_assets.content.generation.text_template_rows import default_templates, load_templates  # noqa: PLC0415

    desk.apply(HEAD)
    first = default_templates()[0]
    with transaction(desk.url) as connection:
        load_templates(connection, default_templates())
    assert "templates" not in export_organization(desk.url, "acme")
    text = (
        f"{HEAD}templates:\n  - name: {json.dumps(first.template_name)}\n    kind: {first.template_kind}\n"
        "    body: '{product_name} {product_url}'\n"
    )
    assert desk.plan(text)[0].startswith(f"~ templates/{first.template_name}: ")
    desk.apply(text)
    with transaction(desk.url) as connection:
        load_templates(connection, default_templates())
    assert desk.plan(text)[-1].startswith("No difference")
    assert first.template_name in export_organization(desk.url, "acme")


def test_a_changed_price_is_a_new_version_and_a_removed_rule_gets_the_projects_values_back(desk: Desk):
    price = (
        "shared: true\nprices: [{provider: b.example, model: m, valid_from: 2025-01-01, currency: USD, input_price: 1,"
        " cached_input_price: 1, output_price: 2}]\n"
    )
    desk.apply(price)
    desk.apply(price.replace("output_price: 2", "output_price: 3, checked_on: 2025-01-02"))
    desk.apply(price.replace("output_price: 2", "output_price: 3, checked_on: 2025-01-03"))
    versions = "select price_version, output_price::int, checked_on::text from operations.api_prices where model = 'm'"
    assert desk.rows(f"{versions} order by 1") == [(1, 2, None), (2, 3, "2025-01-03")]
    rule = (
        "shared: true\nchannel_rules: [{platform: facebook, channel: feed_post, category: content, rule: emoji_count,"
        " minimum: 0, maximum: 9, unit: emoji, priority: 55}]\n"
    )
    maximum = (
        "select maximum::int from channels.channel_requirements"
        " where (platform, channel_type, requirement_key) = ('facebook', 'feed_post', 'emoji_count')"
    )
    (original,) = desk.rows(maximum)
    desk.apply(rule)
    assert desk.rows(maximum) == [(9,)]
    desk.apply("shared: true\nchannel_rules: []\n", removes=True)
    assert desk.rows(maximum) == [original]
    assert desk.plan("shared: true\nprices: []\n", removes=True)[-1].startswith("No difference")
