"""A landed file is split into items; damage is reported and only loses the damaged item, never the rest of the file."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication_assets.scraping.reading.splitting import Defect, RawItem, split_items

PATHS = (("data", "posts"), ("items",))


def split(data: bytes, **options) -> list[RawItem | Defect]:
    return list(split_items(data, PATHS, **options))


def outline(data: bytes, **options) -> list[tuple[int | None, bytes | str]]:
    """(position, payload of an item) or (position, reason of a defect)."""
    return [
        (part.position, part.payload if isinstance(part, RawItem) else part.reason) for part in split(data, **options)
    ]


def only_reason(data: bytes, **options) -> str:
    (part,) = split(data, **options)
    assert isinstance(part, Defect)
    assert part.position is None
    return part.reason


def test_items_are_the_exact_text_of_the_list_elements():
    """White space inside an item is kept, white space around it is not."""
    assert outline(b' [ {"a" : 1 } ,\n{"b":"\\u00fc"}]\n') == [(0, b'{"a" : 1 }'), (1, b'{"b":"\\u00fc"}')]


@pytest.mark.parametrize(
    "data",
    [
        b'{"success":true,"data":{"posts":[{"a":1},{"b":2}],"pagination_token":"x"}}',
        b'{"items":[{"a":1},{"b":2}]}',
        b'{"data":null,"items":[{"a":1},{"b":2}]}',
        b'\xef\xbb\xbf[{"a":1},{"b":2}]',
    ],
)
def test_a_list_is_found_in_an_envelope_and_behind_a_byte_order_mark(data: bytes):
    assert outline(data) == [(0, b'{"a":1}'), (1, b'{"b":2}')]


def test_a_single_object_is_an_item_only_if_the_source_writes_such_files():
    assert outline(b' {"urn":"1"} ', one_object_is_an_item=True) == [(0, b'{"urn":"1"}')]
    assert "the file is one object" in only_reason(b'{"urn":"1"}')


def test_an_envelope_without_its_list_is_not_an_item():
    """A failed call returns `{"success": false, "data": null}`, which is not a post without an id."""
    for data in (b'{"success":false,"data":null}', b'{"data":{"posts":{}}}', b'{"data":{"posts":"none"}}'):
        assert "without a list of items at data.posts or items" in only_reason(data, one_object_is_an_item=True)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b" \r\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"[]", "the list has no items"),
        (b'{"items": [ ]}', "the list has no items"),
        (b"3", "the file is only a number"),
        (b'"x"', "the file is only a string"),
        (b"null", "the file is only null"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        ('[{"a":1}]'.encode("utf-16"), "UTF-16"),
        ('[{"a":1}]'.encode("utf-16-le"), "UTF-16"),
        (b"\x00\x00\x00\x00", "NUL"),
        (b"rate limit exceeded", "not valid JSON"),
        (b"\xff\xfa", "not valid UTF-8"),
        (b"NaN", "NaN"),
        (b'{"a":1}\n{"a":2}\n', "JSON Lines"),
    ],
)
def test_the_reason_for_a_file_without_items_names_its_actual_content(data: bytes, reason: str):
    assert reason in only_reason(data)


def test_list_elements_that_are_not_objects_are_defects_at_their_position():
    assert outline(b'[1,{"a":1},null,["x"]]') == [
        (0, "this element of the list is a number, but an object is expected"),
        (1, b'{"a":1}'),
        (2, "this element of the list is null, but an object is expected"),
        (3, "this element of the list is a list, but an object is expected"),
    ]


@pytest.mark.parametrize("envelope", ["%s", '{"success":true,"data":{"posts":%s'])
def test_a_file_truncated_anywhere_keeps_the_items_before_the_cut(envelope: str):
    """A dead scraper or a full disk truncates at any byte: the test tries all of them."""
    items = [b'{"text":"a, ]}[{ \\" b"}', '{"text":"ü","n":[1,{"x":2}]}'.encode(), b'{"c":3}']
    head = (envelope % "[").encode()
    whole = head + b", ".join(items) + b"]"
    for cut in range(len(head), len(whole)):
        parts = split(whole[:cut])
        complete = [item for i, item in enumerate(items) if len(head + b", ".join(items[: i + 1])) <= cut]
        assert [part.payload for part in parts[:-1]] == complete
        assert isinstance(parts[-1], Defect)
        assert parts[-1].position == len(complete)
        assert "truncated" in parts[-1].reason


def test_the_rest_of_a_truncated_file_is_one_defect():
    *_, defect = split(b'[{"a":1},{"text":"half a sen')
    assert defect.position == 1
    assert "the file ends in the middle of this item" in defect.reason
    assert defect.payload == b'{"text":"half a sen'


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        (b'{"b":,}', "not valid JSON"),
        (b"{'b':1}", "not valid JSON"),
        (b'{"b":"line\nbreak ]}, {"}', "not valid JSON"),
        (b'{"b":[1}', "not valid JSON"),
        (b'{"b":1]}', "not valid JSON"),
        (b'{"b":1}}', "not valid JSON"),
        (b'{"b":1} {"c":2}', "not valid JSON"),
        (b'{"b":NaN}', "NaN"),
        (b'{"b":-Infinity}', "NaN or Infinity"),
        (b'{"b":"\x00"}', "NUL"),
        (b'{"b":"\xff"}', "UTF-8"),
        (b'{"b":"\xed\xa0\x80"}', "UTF-8"),
        (b"", "a comma without an item"),
        (b'{"b":' + b"[" * 50_000 + b"]" * 50_000 + b"}", "nested deeper than 100"),
    ],
)
def test_a_damaged_item_does_not_affect_its_neighbours(damaged: bytes, reason: str):
    before, defect, after = split(b'[{"a":1},' + damaged + b',{"z":26}]')
    assert (before, after) == (RawItem(0, b'{"a":1}'), RawItem(2, b'{"z":26}'))
    assert isinstance(defect, Defect)
    assert (defect.position, defect.payload) == (1, damaged)
    assert reason in defect.reason


def test_a_trailing_comma_is_reported_once():
    assert outline(b'[{"a":1},]') == [(0, b'{"a":1}'), (1, "the list has a comma without an item")]


@pytest.mark.parametrize("rest", [b'[{"b":2}]', b"]", b"\x00\x00", b"Killed"])
def test_text_after_the_list_is_a_defect_of_the_file(rest: bytes):
    item, defect = split(b'[{"a":1}]\n' + rest)
    assert item == RawItem(0, b'{"a":1}')
    assert defect == Defect(None, "the file continues after the end of its list", rest)


def test_damage_around_the_list_is_reported_without_losing_items():
    item, defect = split(b'{"success":tru,"data":{"posts":[{"a":1}]}}')
    assert item == RawItem(0, b'{"a":1}')
    assert isinstance(defect, Defect)
    assert defect.position is None
    assert "around the list" in defect.reason


def test_a_damaged_single_object_is_a_defect_at_its_position():
    assert outline(b'{"urn":"1","text":"ha', one_object_is_an_item=True) == [
        (0, "the file ends in the middle of an object: it is truncated")
    ]
    assert outline(b'{"urn":NaN}', one_object_is_an_item=True) == [
        (0, "the object contains NaN or Infinity, which JSON does not allow")
    ]


def test_thousands_of_levels_do_not_exhaust_the_stack():
    for data in (b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000, b'[{"a":' + b"{[" * 50_000):
        assert all(isinstance(part, Defect) for part in split(data, one_object_is_an_item=True))


def test_reasons_never_quote_the_payload():
    for data in (b"geheim", b"[{geheim}]", b'{"data":"geheim"}', b'["geheim"]', b'[{"geheim":1', b"[]geheim"):
        assert not any("geheim" in part.reason for part in split(data) if isinstance(part, Defect))


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=10,
)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.lists(st.dictionaries(st.text(), json_values, max_size=4), min_size=1, max_size=5),
    st.booleans(),
    st.sampled_from([None, 0, 2]),
    st.sampled_from(["", "}", "]"]),
)
def test_any_list_of_objects_is_split_exactly(items: list[dict], ascii_only: bool, indent: int | None, rest: str):
    """Also on the tolerant path, which a stray bracket after the list triggers."""
    text = json.dumps(items, ensure_ascii=ascii_only, indent=indent)
    parts = split(text.encode(errors="replace") + rest.encode())
    assert all(isinstance(part, RawItem) for part in parts[: len(items)])
    assert [json.loads(part.payload) for part in parts[: len(items)]] == json.loads(text.encode(errors="replace"))
    assert [part.position for part in parts[: len(items)]] == list(range(len(items)))
    assert len(parts) == len(items) + bool(rest)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.binary(max_size=60)
    | st.lists(
        st.sampled_from(
            [b"[", b"]", b"{", b"}", b'"', b",", b":", b"\\", b"1", b"data", b"items", b'"data":', b"\xff", b"\0"]
        )
    ).map(b"".join),
    st.booleans(),
)
def test_splitting_never_fails_and_never_returns_nothing(data: bytes, one_object: bool):
    for prefix in (b"", b"[", b'{"data":{"posts":['):
        assert split(prefix + data, one_object_is_an_item=one_object)
