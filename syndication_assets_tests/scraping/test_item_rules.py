"""The rules for items of every source are strict, and every rejection names the path."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication_assets.landing.loading.rejections import ItemRejectedError
from syndication_assets.scraping.items.item_decoding import Counter, Ignored, decode_item
from syndication_assets.scraping.items.item_survey import known_keys, survey_item
from syndication_assets.scraping.items.item_values import (
    clean_handle,
    clean_text,
    media_key,
    utc_from_iso,
    utc_from_milliseconds,
    utc_from_seconds,
)


class Picture(msgspec.Struct):
    url: str | None = None


class Required(msgspec.Struct):
    id: int


class Sub(msgspec.Struct):
    likes: Counter | None = None
    images: list[Picture] | None = None
    anything: Ignored = None


class Item(msgspec.Struct):
    id: str | Sub | None = None
    sub: Sub | None = None
    raw: msgspec.Raw = msgspec.Raw(b"null")


KNOWN = known_keys(Item, {"raw": Sub})


def reason(payload: bytes | str) -> str:
    with pytest.raises(ItemRejectedError) as rejected:
        survey_item(payload if isinstance(payload, bytes) else payload.encode(), KNOWN)
    return str(rejected.value)


@pytest.mark.parametrize(
    "number", ["-1", "1000000000001", '"7"', "7.5", "1e3", "true", "[]", "123456789012345678901234567890"]
)
def test_a_counter_is_a_json_integer_from_zero_to_a_trillion(number: str):
    with pytest.raises(ItemRejectedError, match=r"^\$\.sub\.likes: expected int"):
        decode_item(b'{"sub":{"likes":%s}}' % number.encode(), Item)


def test_counters_at_the_limits_and_missing_counters_are_accepted():
    for text, value in (("0", 0), ("1000000000000", 10**12), ("null", None)):
        item = decode_item(b'{"sub":{"likes":%s}}' % text.encode(), Item)
        assert item.sub is not None
        assert item.sub.likes == value


def test_a_rejection_names_the_path_within_the_path_of_the_payload():
    with pytest.raises(ItemRejectedError, match=r"^\$\.quoted\.images\[0\]\.url: expected str"):
        decode_item(b'{"images":[{"url":7}]}', Sub, "$.quoted")
    with pytest.raises(ItemRejectedError, match=r"^\$: expected object, got array"):
        decode_item(b"[]", Item)
    with pytest.raises(ItemRejectedError, match=r"^\$\.list\[1\]: object missing required field id$"):
        decode_item(b'[{"id":1},{}]', list[Required], "$.list")


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b'{"id":"a","id":"b"}', 'duplicate key "id"'),
        (b'{"id" :"a","id"\n:"b"}', 'duplicate key "id"'),
        (b'{"\\u0069d":"a","id":"b"}', 'duplicate key "id"'),
        (b'{"x":[[{"y":1,"y":1}]]}', 'duplicate key "y"'),
        (b'{"id":"\\u0022:","x":{"y":1,"y":2}}', 'duplicate key "y"'),
    ],
)
def test_a_duplicate_key_is_rejected_at_any_depth(payload: bytes, expected: str):
    """Parsers silently use the last value, but which value the source meant is unknown."""
    assert expected in reason(payload)


@pytest.mark.parametrize(
    "text", ['He said "stats": nothing', ":smile:", '"id":"id":', "a : b", '\\":', '"\n:', "un mot\u202f: deux"]
)
def test_a_text_that_looks_like_keys_is_not_a_duplicate(text: str):
    for separators in ((",", ":"), (" , ", " : ")):
        assert survey_item(json.dumps({"id": text}, separators=separators).encode(), KNOWN) == ()


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(['":', "x", ' " : ', '\\"'])), max_size=4))
def test_duplicates_are_found_if_and_only_if_they_exist(pairs: list[tuple[str, str]]):
    payload = "{" + ",".join(f'"{key}": {json.dumps(value)}' for key, value in pairs) + "}"
    if len({key for key, _ in pairs}) < len(pairs):
        assert "duplicate key" in reason(payload)
    else:
        survey_item(payload.encode(), KNOWN)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b'{"id":"a\\u0000b"}', "NUL"),
        (b'{"a\\u0000b":1}', "NUL"),
        (b'{"x":[["\\\\\\u0000"]]}', "NUL"),
        (b'{"id":"\x00"}', "raw NUL bytes"),
        (b'{"x":"\\ud83d"}', "surrogate"),
        (b'{"x":"\\ude00\\ud83d and so on"}', "surrogate"),
        (b'{"x":"\xed\xa0\x80"}', "UTF-8"),
        (b'{"x":NaN}', "NaN"),
        (b'{"x":-Infinity}', "NaN or Infinity"),
        (b'{"x":1e400}', "number"),
        (b'{"x":1e-20000}', "more digits than PostgreSQL"),
        (b'{"x":0.%s1}' % (b"0" * 17_000), "more digits than PostgreSQL"),
        (b'{"x":1%s}' % (b"0" * 5_000), "number"),
        (b'{"x":"%s"}' % (b"a" * 1_000_001), "longer than 1,000,000 characters"),
        (b'{"%s":1}' % (b"a" * 1_000_001), "longer than 1,000,000 characters"),
        (b'{"x":%s%s}' % (b"[" * 100, b"]" * 100), "nested deeper than 100 levels"),
        (b'{"x":%s%s}' % (b"[" * 100_000, b"]" * 100_000), "nested deeper than 100 levels"),
        (b'{"x":', "not valid JSON"),
    ],
)
def test_values_that_postgresql_cannot_store_are_rejected_even_in_an_unknown_key(payload: bytes, expected: str):
    """One such item would make the whole COPY fail."""
    assert expected in reason(payload)


def test_values_within_the_limits_are_accepted():
    deep = b'{"x":%s%s}' % (b"[" * 99, b"]" * 99)
    wide = json.dumps({"x": [[[]]] * 200}).encode()
    long = json.dumps({"id": "ü" * 1_000_000}).encode()
    escaped = rb'{"id":"C:\\u0000","x":"\ud83d\ude00"}'
    for payload in (deep, wide, escaped):
        assert survey_item(payload, KNOWN) == ("$.x",)
    assert survey_item(long, KNOWN) == ()


def test_unknown_keys_are_listed_by_path_without_the_keys_below():
    payload = {
        "id": {"likes": 1, "z": 1},
        "sub": {"images": [{"url": "u", "alt": 1}, {"alt": 2, "foo": 3}], "anything": {"is": "ignored"}},
        "raw": {"brave": {"below": 1}},
        "new": {"deep": [{"er": 1}]},
    }
    assert survey_item(json.dumps(payload).encode(), KNOWN) == (
        "$.id.z",
        "$.new",
        "$.raw.brave",
        "$.sub.images[].alt",
        "$.sub.images[].foo",
    )


def test_an_unknown_key_with_twenty_levels_is_listed_once():
    assert survey_item(b'{"x":' * 20 + b"1" + b"}" * 20, KNOWN) == ("$.x",)


def test_unusual_keys_are_quoted_and_shortened():
    assert survey_item(json.dumps({"a.b": 1, "c d": 1}).encode(), KNOWN) == ('$."a.b"', '$."c d"')
    (path,) = survey_item(json.dumps({"k" * 5_000: 1}).encode(), KNOWN)
    assert len(path) < 120


def test_reasons_never_quote_values():
    for payload in (b'{"id":7,"sub":{"likes":"geheim"}}', b'{"sub":"geheim"}', b'{"sub":{"geheim', b'{"sub": geheim}'):
        with pytest.raises(ItemRejectedError) as rejected:
            decode_item(payload, Item)
        assert "geheim" not in str(rejected.value)


def test_milliseconds_become_utc_to_the_millisecond():
    assert utc_from_milliseconds(1_763_629_323_457, "$.t") == datetime(2025, 11, 20, 9, 2, 3, 457_000, tzinfo=UTC)
    assert utc_from_milliseconds(946_684_800_000, "$.t") == datetime(2000, 1, 1, tzinfo=UTC)


def test_the_wrong_unit_of_a_time_is_recognized():
    """Milliseconds read as seconds once dated posts to the year 57886."""
    with pytest.raises(ItemRejectedError, match=r"^\$\.t: .*; seconds where milliseconds are expected\?$"):
        utc_from_milliseconds(1_763_629_323, "$.t")
    with pytest.raises(ItemRejectedError, match=r"^\$\.t: .*; milliseconds where seconds are expected\?$"):
        utc_from_seconds(1_763_629_323_000, "$.t")
    with pytest.raises(ItemRejectedError, match=r"; microseconds where milliseconds are expected\?$"):
        utc_from_milliseconds(1_763_629_323_000_000, "$.t")


@pytest.mark.parametrize("value", [0, -1, 7, 946_684_799_999, 4_102_444_800_000, 10**40])
def test_a_time_outside_of_2000_to_2100_is_rejected(value: int):
    with pytest.raises(ItemRejectedError, match="time outside 2000 to 2100"):
        utc_from_milliseconds(value, "$.t")


def test_seconds_and_iso_times_become_utc():
    moment = datetime(2025, 11, 20, 9, 2, 3, tzinfo=UTC)
    assert utc_from_seconds(1_763_629_323, "$.t") == moment
    assert utc_from_iso("2025-11-20T09:02:03Z", "$.t") == moment
    assert utc_from_iso(" 2025-11-20T10:02:03.000+01:00", "$.t") == moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yesterday", "not a time"),
        ("", "not a time"),
        ("2025-11-20T10:02:03", "without a zone"),
        ("2025-11-20", "without a zone"),
        ("1999-12-31T23:59:59Z", "outside 2000 to 2100"),
        ("2100-01-01T00:00:00Z", "outside 2000 to 2100"),
        ("0001-01-01T00:00:00+14:00", "outside 2000 to 2100"),
        ("9999-12-31T23:59:59-14:00", "outside 2000 to 2100"),
    ],
)
def test_an_iso_time_needs_a_zone_and_a_sane_year(text: str, expected: str):
    with pytest.raises(ItemRejectedError, match=rf"^\$\.t: .*{expected}"):
        utc_from_iso(text, "$.t")


@pytest.mark.parametrize(
    "url",
    [
        "https://media.example.com/D4E/feed/1?e=17&v=beta&t=abc",
        "http://media.example.com/D4E/feed/1",
        "//media.example.com/D4E/feed/1#top",
        "media.example.com/D4E/feed/1?e=https://x/",
        "\thttps://media.example.com/D4E/feed/1 \r",
    ],
)
def test_the_media_key_is_the_url_without_scheme_and_query(url: str):
    """The query is a signature that expires: it changes with every scrape."""
    assert media_key(url, "$.url") == "media.example.com/D4E/feed/1"


def test_a_media_url_that_is_empty_or_too_long_for_an_index_is_rejected():
    for url in ("https://", "?e=17", "data:image/png;base64," + "A" * 3_000):
        with pytest.raises(ItemRejectedError, match=r"^\$\.media\.url: "):
            media_key(url, "$.media.url")


def test_surrounding_white_space_is_stripped_and_empty_text_is_none():
    """User names from a CSV file of another system carried a CR."""
    assert clean_text("lena-beispiel\r\n") == "lena-beispiel"
    assert clean_text(" ") is None
    assert clean_text(None) is None
    assert clean_handle(" UCxyz ", "$.id") == "UCxyz"
    for handle in ("a\0b", "a" * 201):
        with pytest.raises(ItemRejectedError):
            clean_handle(handle, "$.id")
