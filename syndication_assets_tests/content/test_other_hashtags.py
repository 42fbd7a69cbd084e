"""The text of variation 1 with other hashtags: which ones are replaced, which ones stay, and when none are left."""

from dataclasses import replace

import pytest

from syndication_assets.content.draft import Draft
from syndication_assets.content.generation.variations import with_other_hashtags
from syndication_assets.content.post_facts import Facts
from syndication_assets_tests.content.examples import GOOD, URL

FACTS = Facts("Wool Cap", url=URL, categories=("Caps", "Winter Wear"))


def draft(text: str, *hashtags: str) -> Draft:
    return replace(GOOD, text_content=text, hashtags=hashtags)


def first_of(text: str, *others: list[str]) -> str | None:
    drafts = with_other_hashtags(draft(text), FACTS, others)
    return next((other.text_content for other in drafts), None)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("A cap.\n\n#Old", "A cap.\n\n#Caps"),
        ("A cap. #Old #Older", "A cap. #Caps #WinterWear"),
        ("#Old #Older\nA cap.", "#Caps #WinterWear\nA cap."),
        ("A cap.\n#Old\n#Older", "A cap.\n#Caps\n#WinterWear"),
        ("A cap. \uff03Old", "A cap. \uff03Caps"),
        # A hashtag from the facts that the text has already is used again last.
        ("A cap. #Caps", "A cap. #WinterWear"),
        ("A cap. #caps #Old", "A cap. #WinterWear #Wool"),
    ],
)
def test_closing_hashtags_are_replaced_by_hashtags_from_the_facts(text: str, other: str):
    assert first_of(text) == other


def test_a_hashtag_within_a_sentence_stays_and_is_not_repeated():
    drafts = list(with_other_hashtags(draft("Our #Caps are warm. #Old"), FACTS, []))
    assert [other.hashtags for other in drafts] == [("Caps", "WinterWear"), ("Caps", "Wool"), ("Caps", "WoolCap")]


def test_a_hashtag_within_a_sentence_stays_at_the_end_of_a_line_too():
    drafts = list(with_other_hashtags(draft("Our #Caps are warm. #Caps #Old"), FACTS, []))
    assert [other.text_content for other in drafts] == [
        f"Our #Caps are warm. #Caps #{tag}" for tag in ("WinterWear", "Wool", "WoolCap")
    ]


def test_the_fragment_of_a_link_is_not_a_hashtag():
    assert first_of(f"A cap: {URL}\n\n#Old") == f"A cap: {URL}\n\n#Caps"
    assert first_of(f"A cap: {URL}") is None


def test_a_text_without_closing_hashtags_has_no_other_drafts():
    assert first_of("A cap.") is None
    assert first_of("Our #Caps are warm.") is None


def test_all_sets_differ_from_each_other_and_from_the_taken_sets():
    taken = [["caps", "WOOL"], ["WinterWear", "Wool"]]
    drafts = list(with_other_hashtags(draft("A cap. #Caps #WinterWear"), FACTS, taken))
    sets = [frozenset(other.hashtags) for other in drafts]
    # Four hashtags give six pairs; three pairs are taken.
    assert len(sets) == len(set(sets)) == 6 - 3
    assert not {frozenset({"Caps", "WinterWear"}), frozenset({"Caps", "Wool"})} & set(sets)


def test_the_list_of_hashtags_matches_the_text():
    other = next(with_other_hashtags(draft("Our #Caps are warm. #Old", "Old", "Caps"), FACTS, []))
    assert other.hashtags == ("Caps", "WinterWear")


def test_some_original_hashtags_stay_if_the_facts_give_too_few():
    (*_, last) = with_other_hashtags(draft("A cap. #Old #Older"), replace(FACTS, categories=(), name="Cap"), [])
    assert last.text_content == "A cap. #Cap #Older"


def test_a_repeated_hashtag_causes_no_error():
    assert first_of("A cap. #Old #old") == "A cap. #Caps #Caps"
