"""What a load may change. The model: an edited row is never written, and every other row follows the file."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from syndication_assets.channels.reference_changes import CurrentRow, compare, hash_of

KEYS = [("a",), ("b",), ("c",)]
VALUES = st.integers(0, 3)


def row(value: int) -> dict[str, object]:
    return {"value": value, "note": None}


def test_the_hash_depends_on_the_value_and_not_on_its_notation():
    from_file = {"minimum": Decimal("80"), "value": ["a", Decimal("0.50")], "checked_on": date(2025, 11, 25)}
    from_table = {"minimum": Decimal("80.00"), "value": ["a", 0.5], "checked_on": date(2025, 11, 25), "unit": None}
    assert hash_of(from_file) == hash_of(from_table)
    assert len(hash_of(from_file)) == 16


def test_similar_but_different_values_have_different_hashes():
    alike = [
        {"v": True},
        {"v": 1},
        {"v": "1"},
        {"v": ["1"]},
        {"v": "true"},
        {"w": 1},
        {"v": ""},
        {"v": None},
        {"v": []},
    ]
    assert len({hash_of(values) for values in alike}) == len(alike)


def test_an_edited_row_is_kept_and_reported_with_both_values():
    current = {("a",): CurrentRow(row(2), hash_of(row(1)))}
    changes = compare({("a",): row(3)}, current)
    assert changes.kept == {("a",): {"value": (2, 3)}}
    assert not changes.to_update


def test_an_edit_that_equals_the_file_is_not_reported():
    changes = compare({("a",): row(2)}, {("a",): CurrentRow(row(2), hash_of(row(1)))})
    assert (changes.unchanged, changes.kept) == ([("a",)], {})


def test_a_row_whose_edit_was_undone_follows_the_file_again():
    changes = compare({("a",): row(3)}, {("a",): CurrentRow(row(1), hash_of(row(1)))})
    assert changes.to_update == {("a",): row(3)}


def test_a_row_that_a_person_inserted_is_kept():
    current = {("a",): CurrentRow(row(1), None), ("b",): CurrentRow(row(1), None)}
    changes = compare({("a",): row(2)}, current)
    assert changes.kept == {("a",): {"value": (1, 2)}}
    assert changes.no_longer_in_file == []


def test_a_row_that_left_the_file_is_named_and_a_deleted_row_comes_back():
    changes = compare({("a",): row(1)}, {("b",): CurrentRow(row(1), hash_of(row(1)))})
    assert changes.to_insert == {("a",): row(1)}
    assert changes.no_longer_in_file == [("b",)]


class Loads(RuleBasedStateMachine):
    """Files, people and loads in any order, next to a model that remembers the last value of each."""

    @initialize(files=st.dictionaries(st.sampled_from(KEYS), VALUES))
    def begin(self, files: dict[tuple[str], int]) -> None:
        self.files = files
        self.table: dict[tuple[str], CurrentRow] = {}
        self.loaded: dict[tuple[str], int] = {}
        """The value that the last load wrote to each row."""
        self.edits: dict[tuple[str], int] = {}

    @rule(key=st.sampled_from(KEYS), value=VALUES)
    def the_file_changes(self, key: tuple[str], value: int) -> None:
        self.files[key] = value

    @rule(key=st.sampled_from(KEYS))
    def the_file_loses_a_row(self, key: tuple[str]) -> None:
        self.files.pop(key, None)

    @rule(key=st.sampled_from(KEYS), value=VALUES)
    def a_person_writes(self, key: tuple[str], value: int) -> None:
        known = self.table.get(key)
        self.table[key] = CurrentRow(row(value), known.reference_hash if known else None)
        if self.loaded.get(key) == value:
            self.edits.pop(key, None)
        else:
            self.edits[key] = value

    @rule(key=st.sampled_from(KEYS))
    def a_person_deletes(self, key: tuple[str]) -> None:
        for known in (self.table, self.edits, self.loaded):
            known.pop(key, None)

    @rule()
    def a_load(self) -> None:
        changes = compare({key: row(value) for key, value in self.files.items()}, self.table)
        for key, values in {**changes.to_insert, **changes.to_update}.items():
            self.table[key] = CurrentRow(values, hash_of(values))
            self.loaded[key] = self.files[key]
        for key, value in self.files.items():
            assert self.table[key].values == row(self.edits.get(key, value))
        differing = {key for key, value in self.edits.items() if key in self.files and self.files[key] != value}
        assert set(changes.kept) == differing
        again = compare({key: row(value) for key, value in self.files.items()}, self.table)
        assert not again.to_insert
        assert not again.to_update

    @invariant()
    def no_edit_is_lost(self) -> None:
        for key, value in getattr(self, "edits", {}).items():
            assert self.table[key].values == row(value)


TestLoads = Loads.TestCase


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_a_second_load_changes_nothing(numbers: dict[tuple[str], int]):
    file = {key: row(value) for key, value in numbers.items()}
    table = {key: CurrentRow(values, hash_of(values)) for key, values in file.items()}
    changes = compare(file, table)
    assert (changes.to_insert, changes.to_update, changes.kept, changes.no_longer_in_file) == ({}, {}, {}, [])
