"""The tables of a weekly page as CSV."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest

from syndication_assets.engagement.report.report_csv import to_csv


def cells(**row: object) -> dict[str, str]:
    text = to_csv([row])
    assert text.startswith("\ufeff")
    (read,) = csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""))
    return read


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\rx",
        "\nx",
        " =1",
        "\u00a0=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20x",
    ],
)
def test_a_text_that_begins_a_formula_gets_an_apostrophe(text: str):
    assert cells(text=text) == {"text": f"'{text}"}


@pytest.mark.parametrize("text", ["a=1", "1-1", "x@example.org", "'quoted", "", "日本語", "a,b", 'a "b"', "two\nlines"])
def test_any_other_text_stays_as_it_is(text: str):
    assert cells(text=text) == {"text": text}


def test_numbers_are_numbers_and_null_is_empty():
    assert cells(correction=-7, zero=0, unknown=None, rate=Decimal("-0.5"), yes=True) == {
        "correction": "-7",
        "zero": "0",
        "unknown": "",
        "rate": "-0.5",
        "yes": "True",
    }


def test_days_and_times_are_iso():
    moment = datetime(2025, 11, 10, 6, tzinfo=UTC)
    assert cells(day=date(2025, 11, 10), at=moment) == {"day": "2025-11-10", "at": "2025-11-10 06:00:00+00:00"}


def test_the_organization_is_left_out():
    assert cells(organization_id="org-00000001", place=1) == {"place": "1"}
