"""Counts what a run of the publisher did, by channel and kind of post, for publishing.execution_history."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import msgspec

from syndication_assets.channels.outcome import OutcomeKind
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.publishing.leases import Lease

Execution = tuple[str, str, str, str]
"""Organization, platform, channel and kind of post: the key of a row of the execution history."""


@dataclass(slots=True)
class Executions:
    """The calls of one run."""

    outcomes: dict[Execution, Counter[OutcomeKind]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: dict[Execution, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, lease: Lease, kind: OutcomeKind, seconds: float) -> None:
        key = (lease.organization_id, lease.platform, lease.post.channel_type, lease.post_kind)
        self.outcomes[key][kind] += 1
        self.seconds[key] += seconds

    def write(self, url: str, dagster_run_id: str | None) -> None:
        """Appends a row for each channel and kind of post; none if no call was made."""
        if not self.outcomes:
            return
        rows = [
            {
                "organization_id": key[0],
                "platform": key[1],
                "channel_type": key[2],
                "post_kind": key[3],
                "targets": outcomes.total(),
                "outcomes": {kind.value: count for kind, count in sorted(outcomes.items())},
                "seconds": round(self.seconds[key], 3),
            }
            for key, outcomes in sorted(self.outcomes.items())
        ]
        with transaction(url) as connection:
            connection.execute(
                load_sql("publishing/execution_history/merge.sql"),
                {"rows": msgspec.json.encode(rows).decode(), "dagster_run_id": dagster_run_id},
            )
