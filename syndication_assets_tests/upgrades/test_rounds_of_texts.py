"""Texts from before there were rounds: what was decided stays decided, what waits gets its round, and back again."""

from datetime import timedelta

import pytest

from syndication_assets.content.review.text_decisions import approve, reject
from syndication_assets.database.migrating.migrations import find_migrations, migrate, rollback
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, Shop

pytestmark = pytest.mark.both_servers

APPROVAL = "0044"
STEPS = sum(migration.revision >= APPROVAL for migration in find_migrations())


def test_decided_texts_keep_their_decisions_and_undecided_ones_wait_in_a_round(database_url: str):
    shop = Shop(database_url)
    shop.load_templates()
    shop.channel()
    shop.product("kilt", shop.category("Kilts"))
    shop.product("tie", shop.category("Ties"))
    shop.product("cap", shop.category("Caps"))
    # Selections and texts are as they were; how they are made has changed since.
    shop.select(days=3)
    for number in range(3):
        shop.write(FIRST_DAY + timedelta(number))
    rollback(database_url, steps=STEPS)
    by_rule, rejected, waiting = (text["content_id"] for text in shop.texts())
    shop.execute("update content.posts_content set state = 'needs_review'")
    for content_id, decision, decided_by, is_by_rule in (
        (by_rule, "approved", "facebook/feed_post", True), (rejected, "rejected", "ann", False),
    ):  # fmt: skip
        shop.execute(
            "insert into content.approvals (organization_id, content_id, content_hash, decision, decided_by,"
            " is_by_rule, reason, decided_at) select organization_id, content_id, content_hash, %s, %s, %s, 'because',"
            " '2025-11-02' from content.posts_content where content_id = %s",
            [decision, decided_by, is_by_rule, content_id],
        )
        shop.execute("update content.posts_content set state = %s where content_id = %s", [decision, content_id])
    kept = "select to_jsonb(t) - '{{updated_at,prompt_version}}'::text[] from {} as t order by content_id"
    before = [shop.rows(kept.format(table)) for table in ("content.posts_content", "content.approvals")]
    logged = shop.value("select count(*) from tenancy.audit_log")
    migrate(database_url)
    assert [shop.rows(kept.format(table)) for table in ("content.posts_content", "content.approvals")] == before
    assert shop.value("select count(*) from tenancy.audit_log") == logged, "nobody changed anything"
    rounds = shop.rows(
        "select r.subject_id, r.state::text, s.state::text, d.decided_by, d.is_by_rule, d.reason from approval.rounds r"
        " join approval.round_steps s using (organization_id, round_id)"
        " left join approval.decisions d using (organization_id, round_id) order by r.created_at, r.subject_id"
    )
    assert sorted(rounds) == sorted(
        [
            (by_rule, "approved", "approved", "facebook/feed_post", True, "because"),
            (rejected, "rejected", "rejected", "ann", False, "because"),
            (waiting, "open", "open", None, None, None),
        ]
    )
    assert reject(database_url, by_rule, "bob", "too late")
    assert approve(database_url, waiting, "bob")
    decided = shop.rows("select content_id, decision::text, decided_by from content.approvals order by decided_at desc")
    assert set(decided) == {
        (by_rule, "rejected", "bob"), (rejected, "rejected", "ann"), (waiting, "approved", "bob"),
    }  # fmt: skip
    shop.close()
    rollback(database_url, steps=STEPS)
    migrate(database_url)
