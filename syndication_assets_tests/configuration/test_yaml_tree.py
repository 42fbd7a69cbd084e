"""Reading YAML: plain values with their places, in bounded time and memory, and nothing that makes an object."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndication_assets.configuration.export import as_yaml
from syndication_assets.configuration.file.problems import ConfigurationError
from syndication_assets.configuration.file.yaml_tree import MOST_BYTES, read_yaml


def read(text: str | bytes):
    content = text.encode() if isinstance(text, str) else text
    tree, problems = read_yaml(content, "acme.yaml")
    assert problems == []
    return tree.plain()


def rejection(text: str | bytes) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_yaml(text.encode() if isinstance(text, str) else text, "acme.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    "word", ["no", "NO", "yes", "on", "off", "y", "n", "12:30", "1_000", "2026-01-31", "0x", "=", "<<"]
)
def test_a_word_is_a_text_unless_the_core_schema_of_yaml_1_2_says_otherwise(word: str):
    """Norway's code is no boolean, a time no number in base 60."""
    assert read(f"a: {word}") == {"a": word}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("007", 7), ("0o17", 15),
        ("0x1F", 31), ("-3", -3), ("12.50", Decimal("12.50")), ("1e3", Decimal("1e3")), (".5", Decimal("0.5")),
        ("'true'", "true"), ('"12"', "12"), ("9" * 101, "9" * 101),
    ],
)  # fmt: skip
def test_a_plain_word_has_the_value_that_the_core_schema_gives_it(word: str, value: object):
    (read_value,) = read(f"a: {word}").values()
    assert (type(read_value), read_value) == (type(value), value)


def test_every_value_and_key_keeps_its_place():
    tree, _ = read_yaml("a:\n  - b: 1\n    c: [x, 'y']\n".encode("utf-8-sig"), "acme.yaml")
    assert str(tree.place_of(("a", 0, "c", 1))) == "acme.yaml:3:12"
    assert str(tree.place_of(("a", 0, "c"), of_key=True)) == "acme.yaml:3:5"
    assert str(tree.place_of(("a", 0, "missing"))) == "acme.yaml:2:5"
    assert str(tree.place_of(("a", 7))) == "acme.yaml:2:3"


def test_every_key_that_is_written_twice_is_told():
    _, problems = read_yaml(b"a: 1\nb: {c: 1, c: 2}\na: 3\n", "acme.yaml")
    assert [str(problem) for problem in problems] == [
        "acme.yaml:2:11: `c` is written twice, first in line 2: remove one of them.",
        "acme.yaml:3:1: `a` is written twice, first in line 1: remove one of them.",
    ]


def test_an_alias_stands_for_its_anchor():
    assert read("a: &x {b: [1, 2]}\nc: *x\n") == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}}


def test_aliases_that_multiply_are_rejected_before_they_take_memory():
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    assert "more than 500,000 values, aliases included" in rejection(bomb)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x [*x]", "*x contains itself"),
        ("a: *x", "There is no anchor &x before this alias"),
        ("a: !!python/object/apply:os.system ['true']", "python/object/apply:os.system is not used here"),
        ("a: !secret x", "The tag !secret is not used here"),
        ("[" * 500, "nested more than 20 levels deep"),
        ("a: 1\n---\nb: 2", "acme.yaml:2:1: A second document begins here"),
        ("a: [1, 2", "This is no YAML"),
        ("[" * 100_000, "This is no YAML"),
        ("a: 1\n b: 2", "acme.yaml:2:3: This is no YAML"),
        ("a:\n\t- 1", "acme.yaml:2:1: This is no YAML"),
        ("", "The file is empty"),
        ("a: \x07", "control character"),
        ("a: 1\nb: Müller".encode("latin-1"), "acme.yaml:2:1: The file is not UTF-8"),
        ("a: 1".encode("utf-16"), "not UTF-8"),
        (b" " * (MOST_BYTES + 1), "more than 10,000,000 bytes"),
    ],
)  # fmt: skip
def test_what_is_no_configuration_is_rejected_with_its_place(text: str | bytes, message: str):
    assert message in rejection(text)


def test_a_key_is_a_name():
    _, problems = read_yaml(b"? [a, b]\n: 1\n12: 2\n", "acme.yaml")
    assert [problem.place.line for problem in problems] == [1, 3]


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t")) | st.sampled_from(
    [
        "no",
        "true",
        "~",
        "",
        "0o7",
        "1e3",
        "12:30",
        "-",
        "- a",
        "#x",
        "a: b",
        "|",
        "'",
        '"',
        "*a",
        "&a",
        "!a",
        " a ",
        "a\n",
    ]
)
values = st.recursive(
    texts | st.booleans() | st.decimals(allow_nan=False, allow_infinity=False, places=4) | st.integers(-(10**9), 10**9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.from_regex("[a-z_]{1,8}", fullmatch=True), values, min_size=1, max_size=4))
def test_what_is_written_is_read_back_the_same(parts: dict[str, object]):
    assert read(as_yaml(parts, "a.json")) == parts
