"""Charts of daily values."""

import re
from datetime import date, timedelta

import pytest

from syndication_assets.engagement.report.report_charts import (
    EARLIER,
    NO_DATA,
    THIS_WEEK,
    DayBar,
    Panel,
    day_chart,
    png,
    svg,
)

MONDAY = date(2025, 11, 10)


def panel(*values: int | str | None, label: str = "LinkedIn") -> Panel:
    """A week; "gap" is a day without observation, "before" a day before the series begins."""
    return Panel(
        label,
        [
            DayBar(
                MONDAY + timedelta(days=number),
                is_observed=not isinstance(value, str),
                value=None if isinstance(value, str) else value,
                is_expected=value != "before",
            )
            for number, value in enumerate(values)
        ],
    )


def drawn(*values: int | str | None, highlighted_from: date = MONDAY, label: str = "LinkedIn") -> str:
    return svg(day_chart([panel(*values, label=label)], highlighted_from), "chart")


def texts(element: str) -> list[str]:
    return re.findall(r"<text [^>]*>([^<]*)</text>", element)


def test_a_measured_zero_is_labelled_0_and_an_unmeasured_day_is_not():
    # The axis has another 0.
    assert texts(drawn(5, 0, 7)).count("0") == texts(drawn(5, None, 7)).count("0") + 1
    assert texts(drawn(5, None, 7)).count("n. m.") == 1
    assert texts(drawn(5, 0, 7)).count("n. m.") == 0


def test_days_without_observation_are_one_band_and_no_bar():
    assert drawn(5, "gap", "gap", 7).count(NO_DATA) == 1
    assert drawn(5, "gap", 6, "gap").count(NO_DATA) == 2
    assert drawn(5, 0, 0, 7).count(NO_DATA) == 0
    assert drawn(5, "gap", "gap", 7).count(THIS_WEEK) == 2


def test_days_before_a_series_began_are_empty():
    assert drawn("before", "before", 5, 7).count(NO_DATA) == 0


def test_only_the_highlighted_days_are_dark_and_numbered():
    element = drawn(1234, 2345, 3456, highlighted_from=MONDAY + timedelta(days=2))
    assert (element.count(EARLIER), element.count(THIS_WEEK)) == (2, 1)
    assert "3,456" in texts(element)
    assert "1,234" not in texts(element)


def test_a_correction_is_a_bar_below_zero():
    assert "-40" in texts(drawn(100, -40))


@pytest.mark.parametrize("label", ["日本語", "مرحبا", "😀", r"$\frac$", "", "a\nb", "<b>&"])
def test_any_platform_name_can_be_drawn(label: str):
    element = drawn(1, 2, label=label)
    assert label == "" or label.isascii() or label not in element
    assert "<b>" not in element
    assert png(day_chart([panel(1, label=label)], MONDAY), 10**6).startswith(b"\x89PNG")


def test_the_same_values_give_the_same_bytes():
    assert drawn(5, "gap", None, 0) == drawn(5, "gap", None, 0)
    assert drawn(5) != drawn(6)
    chart, again = (day_chart([panel(5, "gap")], MONDAY, "title") for _ in range(2))
    assert png(chart, 10**6) == png(again, 10**6)


def test_an_svg_element_has_no_size_no_prolog_and_no_external_reference():
    element = drawn(5, 6)
    assert element.startswith("<svg class=")
    assert "<?xml" not in element
    assert "://" not in element
    assert "width=" not in element.split(">", 1)[0]
    assert "<metadata" not in element


def test_ids_of_two_charts_differ():
    chart = day_chart([panel(5)], MONDAY)
    first, second = (set(re.findall(r'id="([mp][0-9a-f]{8,})"', svg(chart, name))) for name in ("a", "b"))
    assert first
    assert not first & second


def test_an_image_is_made_smaller_until_it_fits_the_byte_limit():
    bars = panel(*range(1000, 1028)).bars
    chart = day_chart([Panel(f"platform {number}", bars) for number in range(6)], MONDAY, "A title")
    assert len(png(chart, 10**6)) > 100_000
    assert 50_000 < len(png(chart, 100_000)) <= 100_000
    assert png(chart, 1).startswith(b"\x89PNG")


def test_a_chart_needs_at_least_one_panel():
    with pytest.raises(ValueError, match="at least one panel"):
        day_chart([], MONDAY)
