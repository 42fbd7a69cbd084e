"""Insights of a post as the Graph API delivers them, of Facebook and of Instagram. Pure."""

from typing import Any

import msgspec

from syndication_assets.scraping.items.item_decoding import Ignored
from syndication_assets.scraping.items.observation import Metric


class Value(msgspec.Struct, gc=False):
    value: Any = None
    """A number, numbers by kind, or, in a metric that fills no counter, anything."""
    end_time: Ignored = None


class Insight(msgspec.Struct, gc=False):
    name: str | None = None
    period: str | None = None
    values: list[Value] = []
    total_value: Value | None = None
    title: Ignored = None
    description: Ignored = None
    id: Ignored = None


class Insights(msgspec.Struct, gc=False):
    data: list[Insight] = []
    paging: Ignored = None


def newest_metrics(insights: Insights | None) -> tuple[Metric, ...]:
    """The newest value of each metric; a metric without data has none."""
    found = []
    for insight in insights.data if insights is not None else ():
        newest = insight.total_value or (insight.values[-1] if insight.values else None)
        if insight.name is not None and insight.period is not None and newest is not None and newest.value is not None:
            found.append(Metric(insight.name, insight.period, newest.value))
    return tuple(found)
