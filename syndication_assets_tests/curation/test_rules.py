"""Rules tag posts, and a person's decision stays."""

import itertools

import pytest

from syndication_assets.curation.rules.rule_runs import Tagged, preview_rule
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets_tests.curation.curated_posts import CuratedPosts
from syndication_assets_tests.engagement.snapshots import moment

pytestmark = pytest.mark.both_servers


def test_every_condition_of_a_rule_must_be_met_and_a_counter_that_was_not_measured_meets_none(curated: CuratedPosts):
    profile = curated.profile("cora")
    baker = curated.tag("baker")
    curated.insert("curation.profile_tags", "tag_id", profile_id=profile, tag_id=baker)
    post = curated.written("We bake oat cakes for the whole village today", profile_id=profile)
    curated.hashtag("oats", post, 1)
    curated.insert(
        "scraping.media_records", "media_id", post_id=post, media_key="a", media_type="image", media_url="a",
        position=0, is_current=True, first_seen_at=moment(1), last_seen_at=moment(1),
    )  # fmt: skip
    met = {
        "text": {"text": "oat"},
        "platform": {"platforms": ["youtube", "linkedin"]},
        "author": {"authors": ["CORA"]},
        "profile": {"profile_tags": ["baker"]},
        "type": {"post_types": ["regular"]},
        "media": {"media": ["image"]},
        "hashtag": {"hashtags": ["#Oats"]},
        "language": {"languages": ["en"]},
        "counter": {"minimum_reactions": 10, "minimum_engagement": 10},
        "age": {"maximum_age_days": 1},
    }
    unmet = {
        "text": {"text": "oat -cakes"},
        "platform": {"platforms": ["youtube"]},
        "author": {"authors": ["isla"]},
        "profile": {"profile_tags": ["other"]},
        "type": {"post_types": ["quote"]},
        "media": {"media": ["video"]},
        "hashtag": {"hashtags": ["oat"]},
        "language": {"languages": ["de"]},
        "counter": {"minimum_reactions": 11},
        "unmeasured": {"minimum_views": 0},
        "age": {"minimum_age_days": 1},
        "one of two": {"text": "oat", "platforms": ["youtube"]},
    }
    for kind, rules in (("met", met), ("unmet", unmet)):
        for name, conditions in rules.items():
            curated.rule(f"{kind}-{name}", baker, **conditions)
    curated.run(1)
    tagging = curated.rows(
        "select rule_name from curation.post_tags join curation.tag_rules using (rule_id) order by 1"
    )
    assert [name for (name,) in tagging] == sorted(f"met-{name}" for name in met)


def test_a_decision_of_a_person_outranks_rules_and_is_never_changed_by_them(curated: CuratedPosts):
    tag = curated.tag("bread")
    wrong, right, other = (curated.written(text) for text in ("fresh bread", "good bread", "a kilt"))
    curated.rule("bread", tag, "bread")
    curated.run(1)
    assert curated.current() == {(wrong, "bread"): ("rule", "applied"), (right, "bread"): ("rule", "applied")}
    assert curated.decide(wrong, "bread", "removed", "a pun") == 1
    assert curated.decide(other, "bread", "applied") == 1
    decided = {
        (wrong, "bread"): ("user", "removed"),
        (right, "bread"): ("rule", "applied"),
        (other, "bread"): ("user", "applied"),
    }
    for _ in range(2):
        assert curated.run(1) == Tagged(matched=2)
        assert curated.backfill("bread") == Tagged(matched=2)
        assert curated.current() == decided
    assert curated.rows("select decided_posts, agreed_posts from curation.tag_agreement order by 1") == [(0, 0), (1, 0)]
    assert curated.decide(wrong, "bread", None) == 1
    assert curated.current()[wrong, "bread"] == ("rule", "applied")
    history = curated.rows(
        "select applied_by::text, old_state::text, new_state::text from curation.post_tag_changes where post_id = %s"
        " order by changed_at",
        [wrong],
    )
    assert history == [("rule", None, "applied"), ("user", None, "removed"), ("user", "removed", None)]
    logged = curated.value("select count(*) from tenancy.audit_log where table_name = 'curation.post_tags'")
    assert logged == 3


def test_a_model_is_outranked_by_a_rule_and_by_a_person(curated: CuratedPosts):
    tag = curated.tag("bread")
    post = curated.written("fresh bread")
    curated.insert(
        "curation.post_tags",
        "post_tag_id",
        post_id=post,
        tag_id=tag,
        applied_by="ai",
        confidence=0.4,
        state="suggested",
    )
    assert curated.current() == {(post, "bread"): ("ai", "suggested")}
    curated.rule("bread", tag, "bread")
    curated.run(1)
    assert curated.current() == {(post, "bread"): ("rule", "applied")}
    curated.decide(post, "bread", "removed")
    assert curated.current() == {(post, "bread"): ("user", "removed")}


def test_a_changed_rule_is_a_new_version_and_a_paused_or_unmet_one_tags_no_longer(curated: CuratedPosts):
    tag = curated.tag("bread")
    bread, cake = curated.written("fresh bread"), curated.written("fresh cake")
    rule = curated.rule("baked", tag, "bread")
    curated.run(1)
    curated.execute("update curation.tag_rules set text_query = 'cake' where rule_id = %s", [rule])
    assert curated.run(1) == Tagged(matched=1, written=1, removed=1)
    assert curated.rows("select post_id, rule_version, why from curation.post_tags") == [(cake, 2, "baked, version 2")]
    assert curated.rows("select version, text_query from curation.tag_rule_versions order by 1") == [
        (1, "bread"),
        (2, "cake"),
    ]
    curated.execute("update scraping.post_records set text_content = 'stale' where post_id = %s", [cake])
    assert curated.run(1).removed == 1
    curated.execute("update curation.tag_rules set text_query = 'bread' where rule_id = %s", [rule])
    curated.run(1)
    assert curated.current() == {(bread, "bread"): ("rule", "applied")}
    curated.execute("update curation.tag_rules set is_active = false")
    assert curated.run(1).removed == 1
    with pytest.raises(SyndicationError, match="is paused"):
        curated.backfill("baked")


def test_a_preview_writes_nothing_and_shows_what_a_backfill_writes(curated: CuratedPosts):
    tag = curated.tag("bread")
    posts = {curated.written(f"bread number {number}") for number in range(3)}
    curated.run(1)
    curated.rule("bread", tag, "bread")
    with transaction(curated.url) as connection:
        name, count, shown = preview_rule(connection, curated.organization_id, "bread", 2)
    assert (name, count, len(shown)) == ("bread", 3, 2)
    assert curated.current() == {}
    assert curated.backfill("bread") == Tagged(matched=3, written=3)
    assert {post for post, _ in curated.current()} == posts
    with pytest.raises(SyndicationError, match="There is no rule 'other'"):
        curated.backfill("other")


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3]))[1:])
def test_days_in_any_order_and_again_end_in_the_same_rows(curated: CuratedPosts, order: tuple[int, ...]):
    tag = curated.tag("bread")
    growing = curated.written("bread on the rise for every one of us", on=1)
    curated.snapshot(growing, moment(3), reactions=50)
    curated.written("cake and tea for every one of us", on=2)
    curated.rule("popular", tag, minimum_reactions=20)
    curated.rule("baked", tag, "bread or cake", maximum_age_days=1)
    curated.run(1, 3)
    expected = curated.facts()
    assert [row[2] for row in expected].count("rule") == 2
    assert curated.run(1, 3).written == 0
    curated.execute("delete from curation.post_tags")
    curated.execute("delete from curation.post_documents")
    for number in (*order, order[0]):
        curated.run(number)
    assert curated.facts() == expected


def test_a_run_concerns_only_the_posts_of_its_days(curated: CuratedPosts):
    tag = curated.tag("bread")
    curated.rule("bread", tag, "bread")
    first, second = curated.written("bread", on=1), curated.written("bread", on=2)
    curated.run(2)
    assert curated.current().keys() == {(second, "bread")}
    curated.run(1)
    assert curated.current().keys() == {(first, "bread"), (second, "bread")}


def test_what_people_did_with_a_merged_post_moves_to_the_post_that_has_its_rows(curated: CuratedPosts):
    tag = curated.tag("bread")
    winner, loser = curated.written("bread"), curated.written("bread")
    curated.rule("bread", tag, "bread")
    curated.run(1)
    curated.decide(loser, "bread", "removed")
    for post, flag in ((winner, "is_read"), (loser, "is_marked")):
        curated.execute(
            "insert into curation.post_user_state (organization_id, post_id, person, is_read, is_marked)"
            " values (%s, %s, 'isla', %s, %s)",
            [curated.organization_id, post, flag == "is_read", flag == "is_marked"],
        )
        curated.insert("curation.actions", "action_id", post_id=post, action_type="save", queued_by="isla")
    curated.execute("select scraping.merge_posts(%s, %s, %s)", [curated.organization_id, winner, loser])
    assert curated.current() == {(winner, "bread"): ("user", "removed")}
    assert curated.rows("select post_id, is_read, is_marked from curation.post_user_state") == [(winner, True, True)]
    assert curated.rows("select is_read, is_marked from scraping.posts") == [(True, True)]
    assert curated.rows("select post_id, state::text from curation.actions order by 2") == [
        (winner, "cancelled"),
        (winner, "queued"),
    ]
