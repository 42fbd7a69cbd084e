"""What is accepted of an answer: only tags of the list, in range, for the posts of the question. Needs no database."""

import math

import pytest

from syndication_assets.ai.answer_forms import WrongFormError
from syndication_assets.ai.chat_completions.answer_content import read_form
from syndication_assets.curation.tagging.answer import FoundTag, PostAnswer, TagAnswers, tags_form
from syndication_assets.curation.tagging.question import ModelTag

TAGS = [ModelTag("tag-00000001", "baking", None), ModelTag("tag-00000002", "wool", None)]


def read(*posts: object, asked: int = 1) -> TagAnswers:
    return tags_form(TAGS, asked).read({"posts": list(posts)})


def tag(name: object = "baking", confidence: object = 0.9, **more: object) -> dict:
    return {"tag": name, "confidence": confidence, **more}


def test_the_schema_allows_the_names_of_the_list_only():
    post = tags_form(TAGS, 1).schema["properties"]["posts"]["items"]
    assert post["properties"]["tags"]["items"]["properties"]["tag"]["enum"] == ["baking", "wool"]
    assert post["required"] == ["post", "tags", "new_tags"]


def test_tags_are_read_with_confidence_and_reason():
    answers = read(
        {"post": 2, "tags": [], "new_tags": []},
        {"post": 1, "tags": [tag(" Baking ", 0.9, why="a\x1b[2J loaf\nof bread"), tag("wool", 0)], "new_tags": []},
        asked=2,
    )
    assert answers.posts == {
        1: PostAnswer((FoundTag("tag-00000001", 0.9, "a loaf of bread"),), ()),
        2: PostAnswer((), ()),
    }
    assert answers.problems == {}


def test_an_unknown_tag_is_a_proposal_and_no_tag():
    answers = read({"post": 1, "tags": [tag("knitting"), tag("wool", 1)], "new_tags": ["#Hand Made", "wool", "x" * 80]})
    assert answers.posts[1] == PostAnswer((FoundTag("tag-00000002", 1.0, None),), ("hand made", "knitting"))


@pytest.mark.parametrize(
    "name",
    ["", " ", "a b c d e f", "drop table; --", "<b>", "line\nbreak of a very long name that is no name", 7, None],
)
def test_what_is_no_name_is_not_proposed(name: object):
    assert read({"post": 1, "tags": [], "new_tags": [name]}).posts[1].proposed_names == ()


def test_a_post_proposes_two_names_at_most():
    assert len(read({"post": 1, "tags": [], "new_tags": list("abcdef")}).posts[1].proposed_names) == 2


@pytest.mark.parametrize(
    ("confidence", "problem"),
    [
        (1.01, "1.01, which is not from 0 to 1"),
        (95, "95, which is not from 0 to 1"),
        (-0.1, "not from 0 to 1"),
        (math.nan, "not from 0 to 1"),
        (10**400, "not from 0 to 1"),
        ("0.9", "no confidence"),
        (True, "no confidence"),
        (None, "no confidence"),
    ],
)
def test_a_confidence_out_of_range_costs_only_its_post(confidence: object, problem: str):
    answers = read(
        {"post": 1, "tags": [tag(confidence=confidence)], "new_tags": []},
        {"post": 2, "tags": [tag()], "new_tags": []},
        asked=2,
    )
    assert problem in answers.problems[1]
    assert answers.posts.keys() == {2}


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ([], "leaves the post out"),
        ([{"post": 2, "tags": []}, {"post": "1", "tags": []}, {"post": True, "tags": []}, "1"], "leaves the post out"),
        ([{"post": 1, "tags": []}, {"post": 1, "tags": []}], "twice"),
        ([{"post": 1, "tags": "baking"}], "no list"),
        ([{"post": 1}], "no list"),
        ([{"post": 1, "tags": ["baking"]}], "no name"),
        ([{"post": 1, "tags": [tag(name=["baking"])]}], "no name"),
    ],
)
def test_an_unusable_entry_is_a_problem_of_its_post(entries: list, problem: str):
    answers = read(*entries)
    assert answers.posts == {}
    assert problem in answers.problems[1]


def test_the_surer_of_two_answers_about_a_tag_counts():
    answers = read({"post": 1, "tags": [tag(confidence=0.3), tag(confidence=0.7), tag(confidence=0.5)], "new_tags": []})
    assert answers.posts[1].tags == (FoundTag("tag-00000001", 0.7, None),)


def test_what_has_no_list_of_posts_has_another_form():
    for value in ({}, {"posts": {"1": []}}, {"posts": None}):
        with pytest.raises(WrongFormError, match="key posts"):
            tags_form(TAGS, 1).read(value)


def test_an_answer_within_a_fence_is_found():
    content = '<think>{"posts": 1}</think>```json\n{"posts": [{"post": 1, "tags": [], "new_tags": []}]}\n```'
    assert read_form(content, tags_form(TAGS, 1)).posts == {1: PostAnswer((), ())}
