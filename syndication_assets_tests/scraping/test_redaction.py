"""What stays of an item and of a file when a person goes: everything of everybody else, byte for byte."""

import json
from typing import Any

import pytest

from syndication_assets.scraping.erasure.erased_people import (
    ErasedPeople,
    Identity,
    Treatment,
    identity_hash,
    key_check,
    posts_in,
    usable_key,
)
from syndication_assets.scraping.erasure.file_redaction import redacted_content
from syndication_assets.scraping.erasure.person_to_erase import Person
from syndication_assets.scraping.items.observation import Author, PostObservation
from syndication_assets.scraping.post_sources import SOURCES
from syndication_assets_tests.scraping.golden_observations import GOLDEN
from syndication_assets_tests.scraping.linkedin_items import ACTIVITY, ORIGINAL, UGC_POST, post, repost

KEY = b"an-invented-key-of-forty-characters-long"
ERASED = Treatment("ers-0000000a", False, KEY, "org-00000001")
ANONYMISED = Treatment("ers-0000000a", True, KEY, "org-00000001")
LINKEDIN, YOUTUBE, INSTAGRAM = (SOURCES[name] for name in ("linkedin_apify", "youtube_data_api", "instagram_apify"))
LENA = Person("linkedin", "lena-beispiel", ("Lena Beispiel",))
WOLLWERK = Person("linkedin", "wollwerk", ("Wollwerk AG",))
OTTO = {"username": "otto"}
ANOTHER = "7397196000000000009"


def by_otto(**changes: Any) -> dict[str, Any]:
    values = {"author": OTTO, "text": "Knit", "url": None, "urn": {"activity_urn": ANOTHER}, "full_urn": None}
    return post(**{**values, **changes})


def redacted(
    items: list[dict[str, Any]],
    person: Person = LENA,
    treatment: Treatment = ERASED,
    tracked: str | None = None,
) -> list[dict[str, Any]] | None:
    content = redacted_content(json.dumps(items, indent=1).encode(), LINKEDIN, tracked, person, treatment)
    return None if content is None else json.loads(content)


def observations(item: dict[str, Any], tracked: str | None = None) -> tuple[PostObservation, ...]:
    return LINKEDIN.parse_item(json.dumps(item).encode(), tracked).observations


def numbers(observation: PostObservation) -> tuple[Any, ...]:
    return observation.ids, observation.author, observation.text, observation.counters, observation.stats


def test_a_post_goes_and_its_neighbours_stay_byte_for_byte():
    before, after = by_otto(), by_otto(urn={"activity_urn": "7397196000000000010"})
    for items in ([before, post(), after], [post(), before], [before, post()]):
        content = json.dumps({"data": {"posts": items}, "cursor": "x"}, indent=2).encode()
        left = redacted_content(content, LINKEDIN, None, LENA, ERASED)
        assert left is not None
        assert json.loads(left) == {"data": {"posts": [i for i in items if i["author"] == OTTO]}, "cursor": "x"}
        for item in (each for each in items if each["author"] == OTTO):
            assert json.dumps(item["stats"], indent=2).splitlines()[1].strip().encode() in left


def test_a_file_of_which_nothing_is_left_goes_and_one_without_the_person_is_the_same_object():
    assert redacted([post(), post()]) is None
    content = json.dumps([by_otto()]).encode()
    assert redacted_content(content, LINKEDIN, "otto", LENA, ERASED) is content


def test_what_others_published_keeps_its_numbers_whoever_quotes_or_reposts_it():
    quotation = by_otto()
    [left] = redacted([post(reshared_post=quotation, post_type="quote")]) or []
    assert left == quotation
    original = observations(repost())[1]
    [left] = redacted([repost()], tracked="lena-beispiel") or []
    [kept] = observations(left)
    assert numbers(kept) == numbers(original)
    assert ACTIVITY not in json.dumps(left)
    [left] = redacted([by_otto(reshared_post=post(), post_type="quote")]) or []
    assert left["reshared_post"] is None
    assert numbers(observations(left)[0]) == numbers(observations(by_otto())[0])


def test_the_repost_of_an_erased_post_goes_with_it():
    assert redacted([repost(), by_otto()], WOLLWERK) == [by_otto()]


def test_a_post_is_known_by_its_ids_where_no_author_is_named():
    known = Person("linkedin", "lena-beispiel", (), frozenset({Identity("linkedin", "ugcPost", UGC_POST)}))
    assert redacted([post(author=None, url=None), by_otto()], known) == [by_otto()]
    assert redacted([post(author=None, url=None), by_otto()], Person("linkedin", "lena-beispiel")) != [by_otto()]


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("lena-beispiel", "Thanks, lena-beispiel!", "Thanks, ers-0000000a!"),
        ("lena-beispiel", "https://x.example/in/Lena-Beispiel?a=1", "https://x.example/in/ers-0000000a?a=1"),
        ("lena-beispiel", "lena-beispiel-2 and xlena-beispiel are others", None),
        ("anna", "@anna said anna: /in/anna/", "@ers-0000000a said anna: /in/ers-0000000a/"),
        ("anna", "anna", "ers-0000000a"),
        ("ana\u00efs", "/in/ana%C3%AFs", "/in/ers-0000000a"),
    ],
)
def test_a_name_is_replaced_where_it_can_mean_nobody_else(name: str, text: str, left: str | None):
    assert Person("linkedin", name).without_name(text, "ers-0000000a") == (left or text)


def test_a_display_name_is_replaced_if_it_has_several_words():
    assert LENA.without_name("From LENA BEISPIEL", "x") == "From x"
    assert Person("linkedin", "l-1", ("Lena",)).without_name("Lena", "x") == "Lena"


def test_damaged_pieces_of_others_stay_and_those_with_the_name_go():
    content = b'[{"text": "broken", "urn": },\n{"text": "Lena Beispiel", "urn": },\n' + (
        json.dumps(by_otto()).encode() + b"]"
    )
    left = redacted_content(content, LINKEDIN, None, LENA, ERASED)
    assert left is not None
    assert b"broken" in left
    assert b"Lena" not in left
    assert b"Knit" in left


def test_an_anonymised_post_keeps_its_numbers_its_type_and_its_time():
    [left] = redacted([post()], treatment=ANONYMISED) or []
    [was], [kept] = observations(post()), observations(left)
    assert (kept.counters, kept.stats, kept.post_type, kept.posted_at) == (
        was.counters,
        was.stats,
        was.post_type,
        was.posted_at,
    )
    assert (kept.text, kept.url, kept.media, kept.article) == (None, None, (), None)
    assert kept.author is not None
    assert kept.author.username == "ers-0000000a"
    assert kept.author.name is None
    assert dict(kept.ids).keys() == dict(was.ids).keys()
    assert set(kept.ids).isdisjoint(was.ids)
    assert redacted([post()], treatment=ANONYMISED) == [left]
    assert {ACTIVITY, UGC_POST}.isdisjoint(json.dumps(left).split('"'))


def test_anonymised_reposts_and_quotations_keep_what_belongs_to_others():
    [left] = redacted([repost()], treatment=ANONYMISED, tracked="lena-beispiel") or []
    act, original = observations(left, "ers-0000000a")
    assert numbers(original) == numbers(observations(repost())[1])
    assert act.ids != observations(repost())[0].ids
    assert act.original_ids == original.ids
    [left] = redacted([repost()], WOLLWERK, ANONYMISED) or []
    act, original = observations(left)
    assert act.ids == observations(repost())[0].ids
    assert act.posted_at == observations(repost())[0].posted_at
    assert original.counters == observations(repost())[1].counters
    assert ORIGINAL not in json.dumps(left)
    assert original.text is None
    [left] = redacted([by_otto(reshared_post=post(), post_type="quote")], treatment=ANONYMISED) or []
    outer, quoted = observations(left)
    assert numbers(outer) == numbers(observations(by_otto())[0])
    assert quoted.author is not None
    assert quoted.author.username == "ers-0000000a"
    assert quoted.text is None


def test_an_anonymised_video_keeps_its_numbers():
    video = {
        "kind": "youtube#video",
        "etag": "e",
        "id": "abcdefghijk",
        "snippet": {"publishedAt": "2025-11-01T00:00:00Z", "channelId": "UCabc", "channelTitle": "Lena", "title": "Hi"},
        "statistics": {"viewCount": "12", "likeCount": "3"},
        "contentDetails": {"duration": "PT1M"},
    }
    content = redacted_content(
        json.dumps({"items": [video]}).encode(), YOUTUBE, None, Person("youtube", "UCabc"), ANONYMISED
    )
    assert content is not None
    [item] = json.loads(content)["items"]
    [was] = YOUTUBE.parse_item(json.dumps(video).encode(), None).observations
    [kept] = YOUTUBE.parse_item(json.dumps(item).encode(), None).observations
    assert (kept.counters, kept.stats, kept.posted_at) == (was.counters, was.stats, was.posted_at)
    assert kept.author is not None
    assert kept.author.username == "ers-0000000a"
    assert (kept.text, kept.media) == (None, ())
    assert kept.ids != was.ids
    assert len(item["id"]) == 11


def test_an_anonymised_post_on_instagram_keeps_its_numbers_without_owner_code_text_and_pictures():
    golden = (GOLDEN / "instagram_posts.json").read_bytes()
    person = Person("instagram", "loom.and.heather", ("Loom & Heather",))
    content = redacted_content(golden, INSTAGRAM, None, person, ANONYMISED)
    assert content is not None
    assert redacted_content(golden, INSTAGRAM, None, person, ERASED) is None
    for was, kept in zip(json.loads(golden), json.loads(content), strict=True):
        [before] = INSTAGRAM.parse_item(json.dumps(was).encode(), None).observations
        [after] = INSTAGRAM.parse_item(json.dumps(kept).encode(), None).observations
        assert (after.counters, after.stats, after.posted_at, after.post_type) == (
            (before.counters, before.stats, before.posted_at, before.post_type)
        )
        assert (after.author, after.text, after.media) == (Author("ers-0000000a"), None, ())
        assert after.ids != before.ids


def test_the_list_knows_people_and_posts_by_keyed_hashes_only():
    identities = [Identity("linkedin", "username", "lena-beispiel"), Identity("linkedin", "activity", ACTIVITY)]
    hashes = {identity_hash(KEY, "org-00000001", identity): ERASED for identity in identities}
    erased = ErasedPeople(KEY, {"org-00000001": hashes})
    assert erased.of_profile("org-00000001", "linkedin", "lena-beispiel") == ERASED
    assert erased.of_profile("org-00000001", "youtube", "lena-beispiel") is None
    assert erased.of_profile("org-00000002", "linkedin", "lena-beispiel") is None
    assert erased.of_post("org-00000001", observations(post(author=None))[0]) == ERASED
    assert posts_in(json.dumps(post()).encode(), "linkedin", ERASED, erased) == {identities[1]}
    reel = Identity("instagram", "post", "DHreel00003")
    with_reel = ErasedPeople(KEY, {"org-00000001": {identity_hash(KEY, "org-00000001", reel): ERASED}})
    golden = (GOLDEN / "instagram_posts.json").read_bytes()
    assert posts_in(golden, "instagram", ERASED, with_reel) == {reel}
    other = ErasedPeople(b"x" * 40, {"org-00000001": hashes})
    assert other.of_profile("org-00000001", "linkedin", "lena-beispiel") is None
    assert key_check(KEY) != key_check(b"x" * 40)
    assert (usable_key("short"), usable_key(None), usable_key("x" * 32)) == (None, None, b"x" * 32)
    assert KEY.decode() not in repr(erased)
