"""The checks of the content room and of spending: they pass after a run, and each detects its own damage."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import dagster as dg
import psycopg
import pytest

from syndication_assets.ai.checks import CHECKS as AI_CHECKS
from syndication_assets.content import checks as content
from syndication_assets.content.briefs import checks as brief_checks
from syndication_assets.content.checks import hashes_match_their_texts, placeholders_are_known
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.documents.checks import CHECKS as DOCUMENT_CHECKS
from syndication_assets.operations.alerts import alert_assets
from syndication_assets.operations.archive import assets as archive_assets
from syndication_assets.operations.backup import assets as backup_assets
from syndication_assets.operations.executions import execution_assets
from syndication_assets.operations.usage import spending_assets, usage_assets
from syndication_assets.operations.webhooks import webhook_assets
from syndication_assets.sql_assets.checks import Offenders, Window
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, Shop
from syndication_assets_tests.documents import document_damages
from syndication_assets_tests.documents.document_damages import add_documents
from syndication_assets_tests.sample_database import Damage, broken_checks, check_files, damaged, names_of
from syndication_assets_tests.servers import Server

pytestmark = pytest.mark.both_servers

DAYS = 3
WINDOW: Window = (FIRST_DAY, FIRST_DAY + timedelta(DAYS))
CHECKS_OF_ROOMS = {"documents": DOCUMENT_CHECKS, "ai": AI_CHECKS, "content": content.CHECKS}
A_PAID_CALL = (
    "select operations.ensure_month_partitions('operations.api_usage', '2025-11-04', '2025-11-04');"
    "insert into operations.api_usage (organization_id, provider, operation, model, used_at, input_tokens,"
    " cached_input_tokens, output_tokens, cost, currency, price_version, is_successful)"
    " select organization_id, 'test', 'write_post', 'small', '2025-11-04 12:00:00+00', 1000, 400, 200, {cost}, 'USD',"
    " 1, true from tenancy.organizations limit 1"
)


def broken_room_checks(connection: psycopg.Connection) -> dict[str, Offenders]:
    """What the checks of content, and of the rooms it reads from and logs to, find."""
    found: dict[str, Offenders] = {}
    for room, checks in CHECKS_OF_ROOMS.items():
        found |= broken_checks(connection, room, checks, WINDOW)
    return found


@pytest.fixture(scope="module")
def sample(server: Server, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a database with three days of approved texts, a paid call, a budget and a blog."""
    with new_database(server, template_database) as url:
        shop = Shop(url)
        shop.load_templates()
        shop.channel()
        shop.approve_by_rule()
        for number in range(4):
            shop.product(f"kilt-{number}", shop.category(f"Kilts {number}"))
        add_documents(shop, tmp_path_factory.mktemp("landing"))
        shop.select(days=DAYS)
        for number in range(DAYS):
            shop.write(FIRST_DAY + timedelta(number))
            shop.decide(FIRST_DAY + timedelta(number))
        # The schedule is older than the days: the check expects no product for days before its creation.
        shop.execute("update publishing.publishing_schedules set created_at = '2025-11-01 00:00:00+00'")
        shop.execute(
            "insert into operations.api_prices values"
            " ('test', 'small', 1, '2025-01-01', 'USD', 1, 0.15, 2, 'https://test.example/prices', '2025-01-01')"
        )
        shop.execute(A_PAID_CALL.format(cost="0.00106"))
        shop.insert("operations.budgets", "period", period="day", amount=Decimal("0.01"), currency="USD")
        shop.close()
        yield url


def of_day(table: str, number: int, columns: str = "t.*") -> str:
    """A subquery for a row of the table that belongs to a day."""
    return (
        f"(select {columns} from content.posts_core as p join content.{table} as t"
        f" using (organization_id, post_core_id) where p.planned_on = '{FIRST_DAY + timedelta(number)}' limit 1)"
    )


CONTENT_ID = of_day("posts_content", 1, "content_id")
DAMAGES = [
    Damage(
        "approval_rules__generators_are_known", "update content.approval_rules set generators = '{template,robot}'"
    ),
    Damage("approval_rules__generators_are_known", "update content.approval_rules set generators = '{}'"),
    Damage(
        "product_selections__scores_are_weighted_means",
        "update content.product_selections set score = score + 0.1 where selected_on = '2025-11-04'",
    ),
    Damage(
        "product_selections__products_were_known_on_the_day",
        "update catalogue.products set first_seen_at = '2025-12-01' where product_id ="
        " (select product_id from content.product_selections where selected_on = '2025-11-04')",
    ),
    Damage(
        "product_selections__products_were_known_on_the_day",
        "update catalogue.products set product_url = null where product_id ="
        " (select product_id from content.product_selections where selected_on = '2025-11-04')",
    ),
    Damage(
        "product_selections__no_product_repeats_too_soon",
        "update content.product_selections set product_id = (select product_id from content.product_selections"
        " where selected_on = '2025-11-03') where selected_on = '2025-11-05'",
        frozenset({"posts_core__every_selection_has_its_post"}),
    ),
    Damage(
        "product_selections__every_channel_has_its_product",
        "delete from content.product_selections where selected_on = '2025-11-05'",
    ),
    Damage(
        "posts_core__every_selection_has_its_post",
        "update content.posts_core set selection_id = null where planned_on = '2025-11-04'",
    ),
    Damage(
        "posts_core__every_selection_has_its_post",
        "update content.posts_core set product_id = 'prd-00000000' where planned_on = '2025-11-04'",
    ),
    Damage(
        "posts_content__every_post_has_its_texts", "update content.product_selections set variations = 2",
    ),
    Damage(
        "posts_content__broken_hard_rules_need_review",
        "update content.compliance_checks set is_passed = false, reason = 'x' where severity = 'hard' and content_id ="
        f" {CONTENT_ID}",
    ),
    Damage(
        "posts_content__older_versions_are_superseded",
        "update content.posts_content set state = 'superseded' where content_id = " + CONTENT_ID,
        frozenset({"approvals__approved_texts_have_an_approval"}),
    ),
    Damage(
        "posts_content__variations_differ",
        "insert into content.posts_content (organization_id, post_core_id, variation, state, text_content, generator,"
        " template_id, template_version, content_hash) select organization_id, post_core_id, 2, state, text_content,"
        f" generator, template_id, template_version, content_hash from {of_day('posts_content', 1)} as c",
        frozenset({"approvals__approved_texts_have_an_approval", "compliance_checks__every_text_was_checked"}),
    ),
    Damage(
        "compliance_checks__every_text_was_checked",
        "delete from content.compliance_checks where content_id = " + CONTENT_ID,
    ),
    Damage("approvals__approved_texts_have_an_approval", "update content.approvals set content_hash = '\\x00'"),
    Damage(
        "approvals__approved_texts_have_an_approval",
        "update content.posts_content set state = 'needs_review' where content_id = " + CONTENT_ID,
        frozenset({"approvals__waiting_texts_have_a_round"}),
    ),
    Damage(
        "approvals__open_rounds_are_of_undecided_texts",
        "insert into approval.rounds (organization_id, subject_id, content_hash) select organization_id, content_id,"
        f" content_hash from {of_day('posts_content', 1)} as c",
    ),
    Damage(
        "approvals__waiting_texts_have_a_round",
        "delete from content.approvals; update content.posts_content set state = 'needs_review'",
    ),
    Damage(
        "llm_calls__every_call_has_its_usage",
        "insert into ai.llm_calls (organization_id, attempt, model, prompt, response, called_at)"
        " select organization_id, 1, 'small', 'a', 'b', '2025-11-04' from tenancy.organizations",
    ),
]  # fmt: skip
DAMAGES += document_damages.DAMAGES
COST_DAMAGES = [
    Damage("api_usage__costs_follow_the_prices", "update operations.api_usage set cost = cost + 0.0001"),
    Damage("api_usage__costs_follow_the_prices", "update operations.api_usage set currency = 'EUR'"),
    Damage(
        "api_prices__models_in_use_have_a_price",
        "update operations.api_prices set valid_from = '2025-11-05'",
    ),
    Damage(
        "api_usage__every_call_is_settled",
        "update operations.api_usage set is_successful = null, cost = null, expected_cost = 0.002",
    ),
    Damage("api_prices__prices_in_use_name_their_source", "update operations.api_prices set source_url = null"),
    Damage("api_prices__prices_in_use_name_their_source", "update operations.api_prices set checked_on = null"),
    Damage("budgets__none_is_nearly_used_up", "update operations.budgets set amount = 0.0013"),
    Damage("budgets__none_is_nearly_used_up", "update operations.budgets set amount = 0"),
    Damage(
        "budgets__none_is_nearly_used_up",
        "update operations.api_usage set cost = null, expected_cost = 0.009",
    ),
]
# The window ends on the day of the call, because budgets are checked for its last day.
COST_WINDOW: Window = (FIRST_DAY, FIRST_DAY + timedelta(2))


def test_all_checks_pass_after_the_assets_ran(sample: str):
    with damaged(sample, "select 1") as connection:
        assert broken_room_checks(connection) == {}
        assert broken_checks(connection, "operations", spending_assets.CHECKS, COST_WINDOW) == {}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.check)
def test_each_check_detects_its_own_damage(sample: str, damage: Damage):
    with damaged(sample, damage.statement) as connection:
        assert broken_room_checks(connection).keys() == {damage.check} | damage.also


@pytest.mark.parametrize("damage", COST_DAMAGES, ids=lambda damage: damage.check)
def test_each_spending_check_detects_its_own_damage(sample: str, damage: Damage):
    with damaged(sample, damage.statement) as connection:
        assert broken_checks(connection, "operations", spending_assets.CHECKS, COST_WINDOW).keys() == {damage.check}


@pytest.mark.parametrize(
    ("checks_of_rooms", "damages"),
    [(CHECKS_OF_ROOMS, DAMAGES), ({"operations": spending_assets.CHECKS}, COST_DAMAGES)],
    ids=["content", "operations"],
)
def test_every_check_file_is_listed_and_has_a_damage(checks_of_rooms, damages):
    # Those of backups have their damages in operations/backup/test_proof.py, those of alerts in test_alert_checks.py,
    # those of usage in test_usage_checks.py, those of archives in archive/test_archive_asset.py, those of executions
    # and webhooks in test_history_checks.py, those of briefs in studio/test_checks.py.
    elsewhere = [*backup_assets.CHECKS, *alert_assets.CHECKS, *usage_assets.CHECKS, *archive_assets.CHECKS]
    elsewhere += [*execution_assets.CHECKS, *webhook_assets.CHECKS, *brief_checks.CHECKS]
    files = check_files(*checks_of_rooms) - names_of(elsewhere)
    listed = names_of(*checks_of_rooms.values())
    assert files == listed == {damage.check for damage in damages}


def test_a_check_ignores_days_outside_of_its_window(sample: str):
    with damaged(sample, "delete from content.compliance_checks") as connection:
        outside = (FIRST_DAY - timedelta(9), FIRST_DAY - timedelta(3))
        assert broken_checks(connection, "content", content.CHECKS, outside) == {}


def test_a_hash_of_another_text_is_detected(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", shop.url)
    shop.channel()
    shop.product("kilt")
    shop.select()
    shop.write()
    window = {"dagster/partition": FIRST_DAY.isoformat()}

    def passed() -> bool:
        with dg.DagsterInstance.ephemeral() as instance:
            result = dg.materialize(
                [dg.AssetSpec(["content", "posts_content"]), hashes_match_their_texts],
                instance=instance,
                tags=window,
                resources={"postgres": PostgresResource()},
                selection=dg.AssetSelection.checks(hashes_match_their_texts),
            )
        (evaluation,) = result.get_asset_check_evaluations()
        return evaluation.passed

    assert passed()
    with damaged(shop.url, "update content.posts_content set alt_text = 'other'") as connection:
        connection.commit()
    assert not passed()


def test_the_python_checks_name_their_assets():
    assert {key.to_user_string() for key in placeholders_are_known.check_keys} == {
        "content/content_templates:placeholders_are_known"
    }
