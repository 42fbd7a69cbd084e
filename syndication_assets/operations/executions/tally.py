"""Counts what an execution did, by organization and channel, and says how it ended. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from syndication_assets.http.redaction import redact_secrets
from syndication_assets.operations.usage.call_totals import CallTotals
from syndication_assets.text.outside import clean

_LONGEST_SENTENCE = 1000


class Channel(NamedTuple):
    """The channel that was worked for, and the process of its posts where they are told apart."""

    platform: str | None = None
    channel_type: str | None = None
    content_process: str | None = None


NO_CHANNEL = Channel()
"""A step that works for a whole organization."""


def content_process_of(post_kind: str) -> str:
    """The name in publishing.content_processes of the process that makes posts of a kind."""
    return "product_post" if post_kind == "product" else post_kind


@dataclass(slots=True)
class Counts:
    """What one execution did for one organization or channel."""

    came_in: int = 0
    went_out: int = 0
    rejected: int = 0
    reasons: list[str] = field(default_factory=list)
    """Why something was rejected, each reason once."""
    outcomes: Counter[str] = field(default_factory=Counter)
    busy_seconds: float | None = None
    cost: Decimal | None = None
    currency: str | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing was done, and nothing could not be done."""
        return not (self.went_out or self.rejected)

    @property
    def status(self) -> str:
        """success, partial or failed; idle if nothing was done."""
        if self.is_idle:
            return "idle"
        if not self.rejected:
            return "success"
        return "partial" if self.went_out else "failed"

    @property
    def error_message(self) -> str | None:
        """What went wrong; None if nothing did."""
        if not self.rejected:
            return None
        return as_sentence(" ".join([f"{self.rejected:,} of {self.came_in:,} were rejected.", *self.reasons]))


@dataclass(slots=True)
class Tally:
    """The counts of one execution, by organization (its id or its slug) and channel."""

    counts: dict[tuple[str, Channel], Counts] = field(default_factory=dict)

    def add(
        self,
        organization: str,
        channel: Channel = NO_CHANNEL,
        *,
        came_in: int = 0,
        went_out: int = 0,
        rejected: int = 0,
        reason: str | None = None,
        outcomes: Mapping[str, int] | None = None,
        busy_seconds: float | None = None,
    ) -> None:
        counts = self.counts.setdefault((organization, channel), Counts())
        counts.came_in += came_in
        counts.went_out += went_out
        counts.rejected += rejected
        counts.outcomes.update(outcomes or {})
        if reason is not None and reason not in counts.reasons:
            counts.reasons.append(reason)
        if busy_seconds is not None:
            counts.busy_seconds = (counts.busy_seconds or 0) + busy_seconds

    def charge(self, organization: str, cost: float | Decimal | None, currency: str) -> None:
        """Adds a cost to the first counts of an organization; nothing if the cost is unknown or nothing was counted.

        A cost belongs to a whole organization: paid calls are not told apart by channel.
        """
        mine = [counts for (name, _), counts in self.counts.items() if name == organization and not counts.is_idle]
        if cost is not None and mine:
            mine[0].cost = (mine[0].cost or Decimal(0)) + Decimal(str(cost))
            mine[0].currency = currency

    def charge_calls(self, organization: str, calls: CallTotals) -> None:
        """Adds what recorded calls cost an organization. Costs in several currencies have no sum: nothing is added."""
        if len(calls.costs) == 1:
            ((currency, cost),) = calls.costs.items()
            self.charge(organization, cost, currency)

    def merge(self, other: "Tally") -> None:
        """Takes over the counts of another tally, which counted other organizations or channels."""
        self.counts.update(other.counts)

    def rows(self) -> list[dict[str, Any]]:
        """The rows to record, without those that found nothing to do."""
        return [
            {
                "organization": organization,
                **channel._asdict(),
                "status": counts.status,
                "rows_in": counts.came_in,
                "rows_out": counts.went_out,
                "rows_rejected": counts.rejected,
                "outcomes": dict(sorted(counts.outcomes.items())),
                "busy_seconds": None if counts.busy_seconds is None else round(counts.busy_seconds, 3),
                "cost": None if counts.cost is None else str(counts.cost),
                "currency": counts.currency,
                "error_message": counts.error_message,
            }
            for (organization, channel), counts in sorted(
                self.counts.items(), key=lambda item: (item[0][0], *(value or "" for value in item[0][1]))
            )
            if not counts.is_idle
        ]


def as_sentence(text: str) -> str:
    """One line of at most 1,000 characters, without control characters and without what looks like a secret."""
    redacted = redact_secrets(text.encode("utf-8", "replace")).decode("utf-8", "replace")
    return " ".join(clean(redacted, _LONGEST_SENTENCE).split())
