"""A model of the rollups in plain Python: their expected rows, computed from a list of snapshots.

It ignores windows, the order of runs and existing rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

COUNTERS = ("reactions", "comments", "shares", "saves", "clicks", "views", "impressions", "reach")
PUBLIC = ("reactions", "comments", "shares", "saves")
SUMMED = ("reactions", "comments", "shares", "saves", "clicks", "views", "impressions")
DAILY_DENOMINATORS = ("impressions", "views")
COHORT_DENOMINATORS = ("impressions", "reach", "views")

Values = Mapping[str, int | None]
ModelRow = dict[str, object]


@dataclass(frozen=True)
class Post:
    post_id: str
    platform: str
    profile_id: str | None
    posted_at: datetime | None
    is_simulated: bool = False


@dataclass(frozen=True)
class Snapshot:
    post_id: str
    observed_at: datetime
    values: Values


def day_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def total(values: Iterable[int | None]) -> int | None:
    """The sum of the measured values; None if none was measured."""
    measured = [value for value in values if value is not None]
    return sum(measured) if measured else None


def ratio(numerator: int | None, denominator: int | None) -> Decimal | None:
    if numerator is None or denominator is None or denominator <= 0:
        return None
    fraction = (Decimal(numerator) / denominator).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    return fraction if abs(fraction) < 1000 else None


def first_measured(row: Mapping[str, object], names: Iterable[str], suffix: str = "") -> tuple[str | None, object]:
    """The name and the value of the first measured counter; (None, None) if none was measured."""
    return next(((name, row[name + suffix]) for name in names if row[name + suffix] is not None), (None, None))


def formula(kind: str | None) -> str | None:
    return None if kind is None else f"engagement_rate_by_{kind}/1"


def post_days(
    post: Post,
    snapshots: Iterable[Snapshot],
    sampling_gap: timedelta | None,
    redefined_on: Mapping[str, date] | None = None,
) -> list[ModelRow]:
    """The rows of post_engagement_daily of one post. `redefined_on` maps a counter to the day of its new definition."""
    own = sorted((s for s in snapshots if s.post_id == post.post_id), key=lambda s: s.observed_at)
    known: dict[str, tuple[date, int]] = {}
    previous: datetime | None = None
    rows = []
    for activity_date, group in groupby(own, key=lambda s: day_of(s.observed_at)):
        seen = list(group)
        first, last = seen[0].observed_at, seen[-1].observed_at
        is_watched = post.posted_at is not None and sampling_gap is not None and post.posted_at >= first - sampling_gap
        row: ModelRow = {"post_id": post.post_id, "activity_date": activity_date, "platform": post.platform}
        row["profile_id"] = post.profile_id
        closing_values, values_before, deltas, gaps, redefined = {}, {}, {}, {}, set()
        for counter in COUNTERS:
            measured = [s.values[counter] for s in seen if s.values.get(counter) is not None]
            closing_value = measured[-1] if measured else None
            measured_on, before = known.get(counter, (None, 0 if is_watched else None))
            closing_values[counter] = closing_value
            values_before[f"{counter}_before"] = None if closing_value is None else before
            change = (redefined_on or {}).get(counter)
            if closing_value is not None and measured_on is not None and change is not None:
                redefined |= {counter} if measured_on < change <= activity_date else set()
            has_delta = closing_value is not None and before is not None and counter not in redefined
            deltas[counter] = closing_value - before if has_delta else None  # type: ignore[operator]
            gaps[counter] = (activity_date - measured_on).days if measured_on else 0
            if not has_delta:
                gaps[counter] = None
            if closing_value is not None:
                known[counter] = (activity_date, closing_value)
        row |= closing_values | values_before
        row |= {f"{counter}_gap_days": days for counter, days in gaps.items()}
        row |= {f"{counter}_delta": delta for counter, delta in deltas.items()}
        kind, denominator = first_measured(deltas, DAILY_DENOMINATORS)
        engagement = total(deltas[counter] for counter in PUBLIC)
        gap = None if previous is None else (activity_date - day_of(previous)).days
        spans = {gaps[counter] for counter in (*PUBLIC, kind) if kind and gaps[str(counter)] is not None}
        covers_equal_days = len(spans) == 1
        longest = max((days for days in gaps.values() if days is not None), default=0)
        row |= {
            "observations": len(seen),
            "first_observed_at": first,
            "last_observed_at": last,
            "previous_observed_at": previous,
            "gap_days": gap,
            # A counter that is measured later than the post counts from the publication.
            "is_gap": (gap or 0) > 1 or longest > 1 or (previous is not None and 0 in gaps.values()),
            "redefined_counters": sum(1 << COUNTERS.index(counter) for counter in redefined),
            "definition_changed": bool(redefined),
            "is_simulated": post.is_simulated,
            "is_opening": previous is None,
            "is_correction": any(delta is not None and delta < 0 for delta in deltas.values()),
            "is_published_on_day": post.posted_at is not None and day_of(post.posted_at) == activity_date,
            "measured_counters": sum(
                1 << place for place, counter in enumerate(COUNTERS) if closing_values[counter] is not None
            ),
            "engagement_delta": engagement,
            "rate_denominator_kind": kind,
            "rate_denominator": denominator,
            "is_rated": covers_equal_days and engagement is not None and denominator >= 0,  # type: ignore[operator]
            "engagement_rate": ratio(engagement, denominator) if covers_equal_days else None,  # type: ignore[arg-type]
            "rate_formula": formula(kind),
        }
        previous = last
        rows.append(row)
    return rows


def sums(days: Iterable[ModelRow], keys: tuple[str, ...]) -> list[ModelRow]:
    """The rows of an aggregate over daily rows of posts, grouped by `keys`. Simulated posts do not count."""
    groups: dict[tuple[object, ...], list[ModelRow]] = {}
    for row in days:
        if row["is_simulated"]:
            continue
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return [dict(zip(keys, key, strict=True)) | _sum(rows) for key, rows in groups.items()]


def _sum(rows: list[ModelRow]) -> ModelRow:
    result: ModelRow = {
        "posts_observed": len(rows),
        "posts_published": sum(bool(row["is_published_on_day"]) for row in rows),
        "posts_with_gap": sum(bool(row["is_gap"]) for row in rows),
        "corrections": sum(bool(row["is_correction"]) for row in rows),
    }
    for name in (*SUMMED, "engagement"):
        result[f"{name}_delta"] = total(row[f"{name}_delta"] for row in rows)  # type: ignore[misc]
    kinds = {row["rate_denominator_kind"] for row in rows} - {None}
    rated = [row for row in rows if row["is_rated"]]
    kind = str(kinds.pop()) if len(kinds) == 1 else None
    numerator = total(row["engagement_delta"] for row in rated) if kind else None  # type: ignore[misc]
    denominator = total(row["rate_denominator"] for row in rated) if kind else None  # type: ignore[misc]
    rates = [row["engagement_rate"] for row in rows if row["engagement_rate"] is not None] if kind else []
    mean = sum(rates) / Decimal(len(rates)) if rates else None  # type: ignore[arg-type]
    return result | {
        "rate_denominator_kind": kind,
        "rate_numerator": numerator,
        "rate_denominator": denominator,
        "engagement_rate": ratio(numerator, denominator),
        "mean_engagement_rate": None if mean is None else mean.quantize(Decimal("0.000001"), ROUND_HALF_UP),
        "rate_formula": formula(kind),
    }


def cohorts(
    post: Post, snapshots: Iterable[Snapshot], ages: Mapping[str, tuple[timedelta, timedelta]]
) -> list[ModelRow]:
    """The rows of post_cohorts of one post; `ages` maps a name to the age and its tolerance."""
    own = sorted((s for s in snapshots if s.post_id == post.post_id), key=lambda s: s.observed_at)
    rows: list[ModelRow] = []
    for name, (age, tolerance) in ages.items() if own and post.posted_at is not None else ():
        assert post.posted_at is not None
        until = post.posted_at + age
        found = [s for s in own if until - tolerance <= s.observed_at <= until]
        values: dict[str, int | None] = {c: found[-1].values.get(c) if found else None for c in COUNTERS}
        kind, denominator = first_measured(values, COHORT_DENOMINATORS)
        engagement = total(values[counter] for counter in PUBLIC)
        rows.append(
            {
                "post_id": post.post_id,
                "age_name": name,
                "platform": post.platform,
                "posted_at": post.posted_at,
                "is_simulated": post.is_simulated,
                "observed_at": found[-1].observed_at if found else None,
                "observed_age": found[-1].observed_at - post.posted_at if found else None,
                **values,
                "engagement": engagement,
                "rate_denominator_kind": kind,
                "rate_denominator": denominator,
                "engagement_rate": ratio(engagement, denominator),  # type: ignore[arg-type]
                "rate_formula": formula(kind),
            }
        )
    return rows
