"""Texts of many languages and scripts are found, by the pipeline and by readers, through an index."""

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication_assets.curation.posts.searched_posts import Search, find_posts
from syndication_assets.curation.rules.rule_filter import RuleFilter
from syndication_assets.curation.search.terms import LONGEST_SEARCH, search_query
from syndication_assets.database.connection import DatabaseError, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets_tests.curation.curated_posts import CuratedPosts
from syndication_assets_tests.engagement.snapshots import day, moment
from syndication_assets_tests.random_histories import number_of_histories

pytestmark = pytest.mark.both_servers

TEXTS = {
    "english": "She was running her bakeries through the whole of the rainy summer",
    "german": "Die Bäckereien backen wunderbare Brote für die Kinder der ganzen Stadt",
    "french": "Les boulangeries préparaient des croissants pour tous les habitants de la ville",
    "japanese": "私は東京都の小さな店でパンを買いました。とてもおいしかったです",
    "chinese": "我们在北京的面包店买了很多新鲜的面包和蛋糕",
    "thai": "ฉันซื้อขนมปังสดจากร้านเบเกอรี่ใกล้บ้านทุกเช้า",
    "hashtag": "New in the shop #TartanKilt",
    "mixed": "Sourdough",
}
FOUND = [
    ("bakery run", {"english"}),
    ('"rainy summer"', {"english"}),
    ('"summer rainy"', set()),
    ("brot kind", {"german"}),
    ("croissant", {"french"}),
    ("croissant or brot", {"french", "german"}),
    ("東京", {"japanese"}),
    ("東京都", {"japanese"}),
    ("京", {"japanese", "chinese"}),
    ("都東", set()),
    ("面包 -东京", {"chinese"}),
    ("ขนมปัง", {"thai"}),
    ("#tartankilt", {"hashtag"}),
    ("＃TartanKilt", {"hashtag"}),  # noqa: RUF001 - as Japanese keyboards write it
    ("#sourdough", set()),
    ("sourdough", {"mixed"}),
]


def _search(curated: CuratedPosts, **asked: object) -> list[str]:
    with transaction(curated.url) as connection:
        found = find_posts(connection, curated.organization_id, Search(person="isla", **asked), 50)  # type: ignore[arg-type]
    return [post.post_id for post in found]


def test_words_phrases_scripts_and_hashtags_are_found_by_people_and_by_readers(curated: CuratedPosts):
    posts = {curated.written(text): name for name, text in TEXTS.items()}
    (tagged,) = [post for post, name in posts.items() if name == "hashtag"]
    curated.hashtag("tartankilt", tagged, 1)
    curated.run(1)
    for typed, expected in FOUND:
        assert {posts[post] for post in _search(curated, text=typed)} == expected, typed
    with psycopg.connect(curated.url) as connection:
        connection.execute("set role syndication_reader")
        query = "select post_id from curation.search_posts(%s)"
        assert connection.execute(query, [search_query("brot")]).fetchall() == []
        for organization_id, count in ((curated.organization_id, 1), ("org-ffffffff", 0)):
            connection.execute("select set_config('app.organization_id', %s, false)", [organization_id])
            assert len(connection.execute(query, [search_query("brot")]).fetchall()) == count
        connection.execute("select set_config('app.organization_id', %s, false)", [curated.organization_id])
        for typed, expected in FOUND:
            assert {posts[post] for (post,) in connection.execute(query, [typed])} == expected, typed
        with pytest.raises(psycopg.errors.ProgramLimitExceeded, match="write fewer words"):
            connection.execute(query, ["w " * 501])


ALPHABET = 'ab #"-＃＂_éßΣς東京タワー・がภาษาไทยمرحبًاـशब्द😀1\u3000'  # noqa: RUF001 - as keyboards write them


@settings(max_examples=number_of_histories(60), deadline=None, derandomize=True)
@given(typed=st.text(st.sampled_from(ALPHABET), max_size=30))
def test_sql_reads_a_search_as_commands_do(shared_database: str, typed: str):
    with psycopg.connect(shared_database) as connection:
        (read,) = connection.execute("select curation.search_query(%s)", [typed]).fetchone() or ("",)
    assert read.split() == search_query(typed).split()


def test_a_text_is_found_with_and_without_the_vowel_signs_of_arabic(curated: CuratedPosts):
    vocalised, plain = curated.written("شُكْرًا جَزِيلًا"), curated.written("شكرا جزيـــلا لكم")
    curated.run(1)
    for typed in ("شكرا", "شُكْرًا", "جزيلا"):
        assert set(_search(curated, text=typed)) == {vocalised, plain}, typed


def test_a_search_is_bounded_for_people_and_for_rules(curated: CuratedPosts):
    curated.written("東京 bread")
    curated.run(1)
    for longest in ("東京" * (LONGEST_SEARCH // 2), "w " * (LONGEST_SEARCH // 2), "ﷺ" * LONGEST_SEARCH):
        assert _search(curated, text=longest) == []
        with pytest.raises(SyndicationError, match="write fewer words"):
            _search(curated, text=longest + "bread")
    tag = curated.tag("bread")
    curated.rule("longest", tag, "w " * (LONGEST_SEARCH // 2 - 1) + "w")
    curated.rule("baked", tag, "bread")
    assert curated.run(1).matched == 1
    with pytest.raises(DatabaseError, match="tag_rules_text_query_length"):
        curated.rule("longer", tag, "w " * LONGEST_SEARCH)


def test_both_sides_of_a_search_use_the_index(curated: CuratedPosts):
    condition = "document @@ curation.any_language_query('brot')"
    with psycopg.connect(curated.url) as connection:
        connection.execute("set enable_seqscan = off; set enable_indexscan = off")
        for role, is_used in (("syndication_pipeline", True), ("syndication_reader", False)):
            connection.execute(f"set role {role}")
            plan = str(connection.execute(f"explain select from curation.post_documents where {condition}").fetchall())
            assert ("post_documents_document" in plan) == is_used, plan
        # The function of readers runs as the owner.
        connection.execute("reset role; set role syndication_owner")
        plan = str(connection.execute(f"explain select from curation.post_documents where {condition}").fetchall())
    assert "post_documents_document" in plan


def test_posts_are_listed_by_day_engagement_tags_and_what_a_person_did(curated: CuratedPosts):
    bread, cake = curated.tag("bread"), curated.tag("cake")
    both, only_bread, other = (
        curated.written(text, on=n) for n, text in enumerate(("bread cake", "bread", "kilt"), start=1)
    )
    curated.snapshot(both, moment(1, "13:00"), reactions=90, comments=10)
    curated.run(1, 3)
    curated.rule("bread", bread, "bread")
    curated.rule("cake", cake, "cake")
    curated.run(1, 3)
    for post, person, flag in (
        (only_bread, "isla", "is_read"),
        (both, "isla", "is_marked"),
        (other, "ewan", "is_marked"),
    ):
        curated.execute(
            f"insert into curation.post_user_state (organization_id, post_id, person, {flag})"
            " values (%s, %s, %s, true)",
            [curated.organization_id, post, person],
        )
    assert _search(curated) == [other, only_bread, both]
    assert _search(curated, since=day(2)) == [other, only_bread]
    assert _search(curated, until=day(2)) == [only_bread, both]
    assert _search(curated, conditions=RuleFilter(minimum_engagement=100)) == [both]
    assert _search(curated, tags=("bread", "cake")) == [both]
    assert _search(curated, tags=("bread", "cake"), has_any_tag=True) == [only_bread, both]
    curated.decide(only_bread, "bread", "removed")
    assert _search(curated, tags=("bread",)) == [both]
    assert _search(curated, is_marked=True) == [both]
    assert _search(curated, is_unread=True) == [other, both]
    with pytest.raises(SyndicationError, match=r"There is no tag 'kilt'; there are bread, cake"):
        _search(curated, tags=("kilt",))
    with pytest.raises(SyndicationError, match="has no word to look for"):
        _search(curated, text="-")


def test_a_changed_text_is_read_again_and_an_unchanged_one_is_not(curated: CuratedPosts):
    post = curated.written("bread")
    curated.run(1)
    assert _search(curated, text="bread") == [post]
    written_at = curated.value("select xmin::text from curation.post_documents")
    curated.run(1)
    assert curated.value("select xmin::text from curation.post_documents") == written_at
    curated.execute("update scraping.post_records set text_content = 'cake'")
    curated.run(1)
    assert (_search(curated, text="bread"), _search(curated, text="cake")) == ([], [post])
