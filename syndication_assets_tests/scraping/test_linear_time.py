"""Every pattern that runs over text from outside takes linear time, whatever the text.

A load holds the lock of all organizations while it reads, so one crafted file must not take minutes. The inputs are
those on which a pattern would go back, or start again from every character.
"""

import re
from collections.abc import Callable

import pytest

from syndication_assets.http.redaction import redact_secrets
from syndication_assets.landing.zone.observation_time import TIME_IN_NAME
from syndication_assets.scraping.items.hashtag_extraction import extract_hashtags
from syndication_assets.scraping.items.item_values import media_key
from syndication_assets.scraping.items.source_errors import source_error
from syndication_assets.scraping.items.usernames import canonical_username
from syndication_assets.scraping.linkedin.dataset_parser import parse_item
from syndication_assets.scraping.reading.file_reading import profile_in_name
from syndication_assets.scraping.reading.splitting import split_items
from syndication_assets_tests.time_ratio import LINEAR, time_ratio

PATHS = (("data", "posts"), ("items",), ("data",))

FILES: dict[str, Callable[[int], bytes]] = {
    "escaped quotes in a string that is never closed": lambda n: b'{"a":"' + b'\\"' * n,
    "escaped quotes in a list that is never closed": lambda n: b'[{"a":"' + b'\\"' * n,
    "backslashes in a string that is never closed": lambda n: b'{"a":"' + b"\\" * (2 * n + 1),
    "quotes that open and close": lambda n: b'{"a":' + b'""' * n,
    "strings without commas": lambda n: b"[" + b'"a" ' * n,
    "opening brackets": lambda n: b'{"a":' + b"[" * n,
    "pairs of opening brackets": lambda n: b'[{"a":' + b"{[" * n,
    "brackets that close in the wrong order": lambda n: b"[" + b"{" * n + b"]" * n,
    "closing brackets": lambda n: b"[" + b"}" * n,
    "commas": lambda n: b"[" + b"," * n,
    "damaged items": lambda n: b"[" + b'{"a":},' * n,
    "damaged items with an open string": lambda n: b"[" + b'{"a":"},' * n,
    "keys of a list": lambda n: b'{"data":' * n,
    "white space": lambda n: b"[" + b" " * n + b"x",
    "half an escape": lambda n: b'{"a":"' + b"\\u0" * n + b"\n",
    "words": lambda n: b"x" * n,
    "nested lists": lambda n: b"[" + b"[{}]," * n + b"[{}]]",
    "envelopes": lambda n: b"[" + b'{"items":[{}]},' * n + b'{"items":[{}]}]',
}
TEXTS: dict[str, Callable[[int], str]] = {
    "number signs": lambda n: "#" * n,
    "short hashtags": lambda n: "#a" * n,
    "one long hashtag": lambda n: "#" + "a" * n,
    "addresses": lambda n: "www.x.de " * n + "#a",
    "beginnings of addresses": lambda n: "http://" * n + "#a",
    "letters before a sign": lambda n: "h" * n + "#",
    "spoken signs": lambda n: "hashtag#" * n,
    "invisible joiners": lambda n: "#" + "\u2060" * n,
    "invisible joiners after each sign": lambda n: "#\u2060" * n,
    "joiners in a word": lambda n: "#a" + "\u200d" * n,
    "marks out of order": lambda n: "#a" + "\u0315\u0300" * n,
    "keycaps": lambda n: "1\ufe0f\u20e3#" * n,
}
SECRETS: dict[str, Callable[[int], bytes]] = {
    "names without a value": lambda n: b'"access_token"' * n,
    "names with white space": lambda n: b'"access_token"' + b" " * n,
    "names with much white space each": lambda n: (b'"access_token"' + b" " * 40) * n,
    "a value that is never closed": lambda n: b'"access_token": "' + b'\\"' * n,
    "values in a value": lambda n: b'"access_token": "' + b'\\"access_token\\": \\"' * n,
    "parameters": lambda n: b"?access_token=" * n,
    "one long parameter": lambda n: b"?access_token=" + b"a" * n,
    "percent signs": lambda n: b"&access_token=" + b"%2" * n,
    "keys": lambda n: b"AIza" * n,
    "one long key": lambda n: b"AIza" + b"a" * n,
}
POSTS: dict[str, Callable[[int], str]] = {
    "words before an id": lambda n: "activity-" * n,
    "digits": lambda n: "activity-" + "1" * n,
    "escapes": lambda n: "%3aactivity%3a" * n,
}


@pytest.mark.parametrize("case", FILES)
@pytest.mark.parametrize("one_object_is_an_item", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_splitting_a_file_takes_linear_time(case: str, one_object_is_an_item: bool):
    def split(data: bytes) -> list[object]:
        return list(split_items(data, PATHS, one_object_is_an_item=one_object_is_an_item))

    assert time_ratio(split, FILES[case], 4_000) < LINEAR


@pytest.mark.parametrize("case", TEXTS)
def test_finding_hashtags_takes_linear_time(case: str):
    assert time_ratio(extract_hashtags, TEXTS[case], 4_000) < LINEAR


@pytest.mark.parametrize("case", SECRETS)
def test_removing_secrets_takes_linear_time(case: str):
    assert time_ratio(redact_secrets, SECRETS[case], 4_000) < LINEAR


@pytest.mark.parametrize("case", POSTS)
def test_reading_an_address_takes_linear_time(case: str):
    def parse(address: str) -> object:
        item = f'{{"urn":"1","post_type":"repost","full_urn":"urn:li:share:2","post_url":"{address}"}}'
        with_url = item.replace('"full_urn":"urn:li:share:2"', '"full_urn":"x"').encode()
        try:
            return parse_item(with_url, None)
        except Exception as error:
            return error

    assert time_ratio(parse, POSTS[case], 10_000) < LINEAR


@pytest.mark.parametrize("text", [b'\\"', b"1.5,", b"1", b"1.", b"-"])
def test_reading_numbers_with_a_fraction_takes_linear_time(text: bytes):
    def parse(item: bytes) -> object:
        try:
            return parse_item(item, None)
        except Exception as error:
            return error

    assert time_ratio(parse, lambda n: b'{"stats":{"like":1.5},"text":"' + text * n, 10_000) < LINEAR
    assert time_ratio(parse, lambda n: b'{"stats":{"like":1.5},"text":[' + text * n, 10_000) < LINEAR


@pytest.mark.parametrize("character", ["a", "a:", " ", "/", "//", "#"])
def test_the_key_of_an_address_takes_linear_time(character: str):
    def key(address: str) -> object:
        try:
            return media_key(address, "$")
        except Exception as error:
            return error

    assert time_ratio(key, lambda n: character * n, 50_000) < LINEAR


@pytest.mark.parametrize(
    ("function", "part"),
    [
        (TIME_IN_NAME.search, "2025-11-25_06-00-00"),
        (TIME_IN_NAME.search, "1"),
        (TIME_IN_NAME.search, "(1)"),
        (profile_in_name, "dataset_a_2025-11-25"),
        (profile_in_name, "a_"),
    ],
)
def test_reading_a_file_name_takes_linear_time(function: Callable[[str], object], part: str):
    assert time_ratio(function, lambda n: f"dataset_{part * n}.json", 4_000) < LINEAR


def test_reading_an_error_and_a_user_name_takes_linear_time():
    assert time_ratio(source_error, lambda n: b'{"error":"' + b"\\n" * n + b'"}', 10_000) < LINEAR
    assert time_ratio(lambda name: canonical_username("linkedin", name), lambda n: "%25" * n, 4_000) < LINEAR


def test_the_measurement_tells_quadratic_from_linear_time():
    """The pattern of the file splitter as it was: it starts again from every escaped quote."""
    quadratic = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}:]', re.DOTALL)
    assert (
        time_ratio(lambda data: list(quadratic.finditer(data)), lambda n: b'"' + b'\\"' * n, 1_000, attempts=1) > LINEAR
    )
