"""A rule and a person decide on the same text at the same time: the person's decision prevails."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from syndication_assets.content.review import text_decisions
from syndication_assets_tests.content.shop_in_tables import Shop


@pytest.fixture
def content_id(shop: Shop) -> str:
    """The id of a text that an approval rule covers."""
    shop.channel()
    shop.product("kilt", shop.category("Kilts"))
    shop.approve_by_rule()
    shop.select()
    (text,) = shop.write()
    return str(text["content_id"])


def _until(shop: Shop, condition: str) -> None:
    """Waits until another session of this database meets the condition; fails if none does."""
    deadline = time.monotonic() + 60
    # As the owner of the server: the pipeline's role does not see what another session waits for.
    with psycopg.connect(shop.url, autocommit=True) as connection:
        while connection.execute(f"select count(*) {condition}").fetchone() == (0,):
            assert time.monotonic() < deadline
            time.sleep(0.01)


def _hold_after(monkeypatch: pytest.MonkeyPatch, step: str, shop: Shop) -> None:
    """Ends a person's transaction after `step`, and only once the rule waits for the text."""
    original = getattr(text_decisions, step)

    def held(*arguments: object) -> object:
        result = original(*arguments)
        _until(shop, "from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
        return result

    monkeypatch.setattr(text_decisions, step, held)


def _both_decide(shop: Shop, person: Callable[[], object]) -> dict[str, int]:
    """Runs the person's decision and the rule at the same time; returns the counts of the rule."""
    with ThreadPoolExecutor() as pool:
        decision = pool.submit(person)
        _until(
            shop,
            "from pg_locks as l join pg_database as d on l.database = d.oid where d.datname = current_database()"
            " and l.relation = 'content.posts_content'::regclass and l.mode = 'RowShareLock'",
        )
        counts = shop.decide()
        decision.result()
    return counts


def _approvals(shop: Shop) -> list[tuple[str, str]]:
    return shop.execute("select content_id, decision::text from content.approvals")


def test_a_rejection_is_not_overridden_by_a_rule(shop: Shop, content_id: str, monkeypatch: pytest.MonkeyPatch):
    _hold_after(monkeypatch, "_write_decision", shop)
    counts = _both_decide(shop, lambda: text_decisions.reject(shop.url, content_id, "ann", "the tone is wrong"))
    assert counts == {"rows_written": 0, "texts_left_for_review": 0}
    assert shop.texts()[0]["state"] == "rejected"
    assert _approvals(shop) == [(content_id, "rejected")]


def test_an_edit_is_not_overridden_by_a_rule(shop: Shop, content_id: str, monkeypatch: pytest.MonkeyPatch):
    _hold_after(monkeypatch, "store", shop)
    new_text = f"Look: {shop.texts()[0]['text_content']}"
    counts = _both_decide(shop, lambda: text_decisions.edit(shop.url, content_id, "ann", new_text))
    assert shop.texts()[0]["state"] == "superseded"
    assert content_id not in dict(_approvals(shop))
    assert counts["rows_written"] == 0


def test_a_rule_does_not_approve_a_text_that_a_person_just_found_to_break_a_rule(
    shop: Shop, content_id: str, monkeypatch: pytest.MonkeyPatch
):
    def approve() -> None:
        with pytest.raises(text_decisions.ReviewError, match="banned_words"):
            text_decisions.approve(shop.url, content_id, "ann")

    _hold_after(monkeypatch, "_check_again", shop)
    shop.rule("banned_words", value=["kilt"])
    assert _both_decide(shop, approve) == {"rows_written": 0, "texts_left_for_review": 1}
    assert _approvals(shop) == []
    assert shop.texts()[0]["state"] == "needs_review"
