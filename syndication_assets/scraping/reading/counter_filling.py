"""Fills counters from the metrics of a source, as the rows of `engagement.platform_metrics` define them on a day.

A counter has one definition on any day. Other metrics are not read, whatever they contain. A value of ours that is no
count costs itself: the counter is "not measured", the rest of the post is kept, and the value is reported.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from syndication_assets.scraping.items.item_decoding import MAXIMUM_COUNTER
from syndication_assets.scraping.items.observation import Counters, Metric, PostObservation
from syndication_assets.scraping.reading.file_reading import FileReading


@dataclass(frozen=True, slots=True)
class CounterDefinition:
    """The counter that a metric fills."""

    counter: str
    is_additive: bool
    """Whether numbers by kind add up to the counter. Reach does not: people who reacted twice would count twice."""


Definitions = Mapping[tuple[str, str, str], CounterDefinition]
"""(platform, source_name, period) → the definition."""


def fill_counters(reading: FileReading, definitions: Definitions) -> None:
    """Fills the counters of a file's observations. A value that is no count is reported like an unknown key."""
    for place, item in enumerate(reading.items):
        if not any(observation.metrics for observation in item.parsed.observations):
            continue
        observations = []
        for observation in item.parsed.observations:
            filled, problems = with_counters(observation, definitions)
            observations.append(filled)
            reading.unknown_keys.update(problems)
        parsed = msgspec.structs.replace(item.parsed, observations=tuple(observations))
        reading.items[place] = replace(item, parsed=parsed)


def with_counters(observation: PostObservation, definitions: Definitions) -> tuple[PostObservation, list[str]]:
    """The observation with the counters that its metrics fill, and a text for each value that is no count.

    A total that the item has anyway, such as that of the reactions, is kept: it is newer than the same in a metric.
    """
    found: dict[str, int] = {}
    kinds: dict[str, Any] = {}
    problems = []
    for metric in observation.metrics:
        definition = definitions.get((observation.platform, metric.name, metric.period))
        if definition is None:
            continue
        count = _count(metric, definition)
        if count is None:
            problems.append(f"$.insights.data.{metric.name}: not a count")
            continue
        if isinstance(metric.value, dict):
            kinds[definition.counter] = metric.value
            if not metric.value:  # no kinds are no data
                continue
        found[definition.counter] = count
    counters = observation.counters or Counters()
    missing = {counter: count for counter, count in found.items() if getattr(counters, counter) is None}
    filled = msgspec.structs.replace(
        observation,
        counters=msgspec.structs.replace(counters, **missing),
        stats={**kinds, **(observation.stats or {})} or None,
    )
    return filled, problems


def _count(metric: Metric, definition: CounterDefinition) -> int | None:
    """The value of a metric, or the sum of its kinds; None if it is no count."""
    if not isinstance(metric.value, dict):
        return whole_count(metric.value)
    counts = [whole_count(value) for value in metric.value.values()]
    total = sum(count for count in counts if count is not None)
    return total if definition.is_additive and None not in counts and total <= MAXIMUM_COUNTER else None


def whole_count(value: Any) -> int | None:
    """A JSON number from 0 to MAXIMUM_COUNTER without a fraction, also if it is written 12.0; None for all else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAXIMUM_COUNTER:
        return None
    return int(value) if value == int(value) else None
