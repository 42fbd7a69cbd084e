"""Draws charts: SVG for the page, PNG for Dagster's UI. Pure: the same values give the same bytes.

Charts contain dates, numbers and platform names only. User texts are shown in HTML, where fonts cover every script.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from io import BytesIO, StringIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

THIS_WEEK = "#1d5b8f"
EARLIER = "#b3cbde"
NO_DATA = "#eeebe4"
INK = "#3b4250"
QUIET = "#7a8291"

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SETTINGS: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 8.5,
    "text.color": INK,
    "axes.edgecolor": "#c9ced6",
    "axes.labelcolor": QUIET,
    "axes.unicode_minus": False,
    "hatch.color": "white",
    "hatch.linewidth": 1.1,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    # A dollar sign in a name does not start a formula.
    "text.parse_math": False,
    # Text is kept as text, so that it can be selected and has the page's fonts.
    "svg.fonttype": "none",
}
# In inches. From top to bottom, a panel has its name, its bars and its dates.
_WIDTH, _TITLE, _NAME, _BARS, _DATES = 9.6, 0.34, 0.3, 1.1, 0.24


@dataclass(frozen=True, slots=True)
class DayBar:
    """The value of one day in a series."""

    day: date
    is_observed: bool
    value: int | None
    """None if the day is not observed, or its value not measured."""
    covers_more_days: bool = False
    """Whether the value covers several days, because the days before were not observed."""
    is_expected: bool = True
    """False before the series begins, when a day without observation is no gap."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One series and its name."""

    label: str
    bars: Sequence[DayBar]


def chart_label(text: str) -> str:
    """The text if it is printable ASCII, which the chart's font covers, else a dash."""
    return text if text and text.isascii() and text.isprintable() else "-"


def day_chart(panels: Sequence[Panel], highlighted_from: date, title: str = "") -> Figure:
    """Bars by day, with a panel for each series, on its own scale.

    Days from `highlighted_from` on are dark and labelled with their value. A day without observation is a grey band, a
    measured 0 has the label 0 and no bar. Raises ValueError without a panel.
    """
    if not panels:
        raise ValueError("a chart needs at least one panel")
    top = _TITLE if title else 0.0
    panel_height = _NAME + _BARS + _DATES
    height = top + panel_height * len(panels)
    with mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=(_WIDTH, height))
        if title:
            figure.text(0.05, 1 - 0.18 / height, chart_label(title), fontsize=10, fontweight="bold", va="center")
        for number, panel in enumerate(panels):
            bottom = height - top - panel_height * (number + 1) + _DATES
            axes = figure.add_axes((0.05, bottom / height, 0.945, _BARS / height))
            _draw_panel(axes, panel, highlighted_from, has_dates=number == len(panels) - 1)
        return figure


def svg(figure: Figure, name: str) -> str:
    """An `<svg>` element that fills the width of its container, with the label `name`.

    Names must be unique within a page, because the ids in the element derive from them.
    """
    stream = StringIO()
    with mpl.rc_context({**_SETTINGS, "svg.hashsalt": name}):
        no_metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(stream, format="svg", transparent=True, metadata=no_metadata)
    element = stream.getvalue()
    element = element[element.index("<svg") :]
    element = re.sub(r'<svg [^>]*?viewBox="([^"]*)"[^>]*>', r'<svg viewBox="\1">', element, count=1)
    # HTML parsers know the namespaces of inline SVG.
    element = element.replace("xlink:href=", "href=").replace(' xmlns="http://www.w3.org/2000/svg"', "")
    return element.replace("<svg ", f'<svg class="chart" role="img" aria-label="{escape(name)}" ', 1)


def png(figure: Figure, maximum_bytes: int) -> bytes:
    """A PNG image, about 1000 pixels wide, or smaller to stay within `maximum_bytes`.

    The smallest size, 480 pixels wide, is returned even if it has more bytes.
    """
    for dots_per_inch in (105, 80, 50):
        stream = BytesIO()
        with mpl.rc_context(_SETTINGS):
            figure.savefig(stream, format="png", dpi=dots_per_inch, facecolor="white", metadata={"Software": None})
        if stream.tell() <= maximum_bytes:
            break
    return stream.getvalue()


def _draw_panel(axes: Axes, panel: Panel, highlighted_from: date, *, has_dates: bool) -> None:
    bars = panel.bars
    values = [bar.value for bar in bars if bar.value is not None]
    low, high = min(0, *values, 0), max(0, *values, 0)
    span = (high - low) or 1
    axes.set_ylim(low - (0.12 * span if low < 0 else 0), high + 0.2 * span)
    axes.set_xlim(-0.6, len(bars) - 0.4)
    for first, last in _runs([bar.is_expected and not bar.is_observed for bar in bars]):
        axes.axvspan(first - 0.5, last + 0.5, color=NO_DATA, linewidth=0, zorder=0)
    for position, bar in enumerate(bars):
        _draw_bar(axes, position, bar, span, is_highlighted=bar.day >= highlighted_from)
    if low < 0:
        axes.axhline(0, color="#c9ced6", linewidth=0.8)
    axes.set_title(chart_label(panel.label), loc="left", fontsize=9.5, fontweight="bold", color=INK, pad=5)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color="#e7e9ed", linewidth=0.7)
    axes.set_axisbelow(True)
    mondays = [position for position, bar in enumerate(bars) if bar.day.weekday() == 0]
    axes.set_xticks(mondays, [_day(bars[position].day) if has_dates else "" for position in mondays])
    axes.tick_params(axis="x", length=3, color="#c9ced6")


def _draw_bar(axes: Axes, position: int, bar: DayBar, span: float, *, is_highlighted: bool) -> None:
    if not bar.is_observed:
        return
    above = 0.03 * span
    if bar.value is None:
        axes.text(position, above, "n. m.", ha="center", va="bottom", fontsize=6.5, color=QUIET)
        return
    axes.bar(
        position,
        bar.value,
        width=0.78,
        color=THIS_WEEK if is_highlighted else EARLIER,
        hatch="////" if bar.covers_more_days else None,
        linewidth=0,
    )
    if is_highlighted or bar.value == 0:
        top = max(bar.value, 0) + above
        axes.text(position, top, f"{bar.value:,}", ha="center", va="bottom", fontsize=7.5, color=INK)


def _runs(flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """The first and last position of each run of true flags, so that each run is drawn as one band."""
    first = None
    for position, flag in enumerate([*flags, False]):
        if flag and first is None:
            first = position
        elif not flag and first is not None:
            yield first, position - 1
            first = None


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"
