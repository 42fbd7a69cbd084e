"""Texts from outside: whatever PostgreSQL or a terminal would stumble over is removed, and the rest is kept."""

import json
import time

import msgspec
import pytest

from syndication_assets.text.outside import clean, read_as, read_json


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Schöne Grüße 👋🏽 and\n\tmore", "Schöne Grüße 👋🏽 and\n\tmore"),
        ("NUL\0 in it", "NUL in it"),
        ("half \ud83d a pair \udc4b", "half  a pair "),
        ("bell\x07, delete\x7f", "bell, delete"),
        ("\x1b[31;1mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1;2|code\x1b\\text", "text"),
        ("\x1bcreset, \x1b(Bset", "reset, set"),
        ("unfinished \x1b[31", "unfinished 31"),
        ("unfinished \x1b]0;title", "unfinished 0;title"),
        ("\x9b31mred", "red"),
        ("Windows\x92 \x93quotes\x94", "Windows\u2019 \u201cquotes\u201d"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
    ],
)
def test_a_text_is_cleaned(text: str, expected: str):
    assert clean(text) == expected


def test_a_text_is_cut_where_asked():
    assert clean("\0" + "x" * 10, 4) == "xxxx"


@pytest.mark.parametrize("piece", ["\x1b[", "\x1b]", "\x1bP", "\x1b[1;", "\x9b1", "\x1b", "\x1b]0;a"])
def test_unfinished_sequences_take_linear_time(piece: str):
    began = time.perf_counter()
    clean(piece * 20_000)
    once = time.perf_counter() - began
    began = time.perf_counter()
    clean(piece * 200_000)
    assert time.perf_counter() - began < 40 * once + 0.1, "ten times the text takes ten times as long"


def test_every_string_of_a_json_text_is_cleaned():
    content = b'{"a\\u0000": ["\\ud800 x", {"b": "\\u001b[31mred", "c": 1.5, "d": null, "e": true}], "f\xff": 7}'
    assert read_json(content) == {"a": [" x", {"b": "red", "c": 1.5, "d": None, "e": True}], "f\ufffd": 7}


def test_control_characters_that_json_does_not_allow_cost_only_themselves():
    assert read_json(b'{"a": "one\ntwo\x00\x1b[31m"}') == {"a": "one\ntwo"}


def test_a_pair_of_surrogates_is_one_character():
    assert read_json(json.dumps("👋").encode()) == "👋"


def test_numbers_that_are_none_become_none():
    assert read_json(b"[NaN, Infinity, -Infinity, " + b"9" * 5000 + b", 12]") == [None, None, None, None, 12]


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"a": ', b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_json_is_an_error(content: bytes):
    with pytest.raises(ValueError, match=r".+"):
        read_json(content)


class Shape(msgspec.Struct):
    name: str


def test_half_a_pair_under_a_key_that_nobody_reads_does_not_cost_the_answer():
    content = b'{"name": "a\\u0000b", "other": "cut off \\ud83d"}'
    assert read_as(content, Shape).name == "ab"
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(content, type=Shape)
    with pytest.raises(ValueError, match="name"):
        read_as(b'{"name": 7}', Shape)
