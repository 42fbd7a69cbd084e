"""The queue of each analyzer: what it has not looked at, what it does next, and what became of it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from syndication_assets.database.connection import Connection, copy_rows, load_sql
from syndication_assets.media.analysis.analyzer import AnalyzerVersion, ChosenAnalyzer
from syndication_assets.media.analysis.outcomes import AnalysisState, Outcome
from syndication_assets.media.contents.pictures import FORMATS

MOST_ATTEMPTS = 5
LEASE_SECONDS = 20 * 60
"""Longer than any analyzer needs for the pictures of one lease."""
_RESULTS = (
    "organization_id text, analysis_id text, state media.analysis_state, next_attempt_at timestamptz, counts boolean,"
    " reason text, text_in_picture text, text_language text, colours jsonb, description text, objects text[],"
    " safety media.safety, safety_reason text, alt_text text, confidence real, usage_id text, latency_ms int,"
    " input_tokens bigint, output_tokens bigint, cost numeric, currency text"
)
_COLUMNS = ", ".join(column.split()[0] for column in _RESULTS.split(", "))


class LeasedPicture(NamedTuple):
    """One row of `media/analyses/lease.sql`."""

    organization_id: str
    analysis_id: str
    sha256: str
    picture_path: str
    """The file, or the poster of a video or document."""
    mime_type: str
    attempts: int
    """With this one."""


@dataclass(frozen=True, slots=True)
class AnalyzerQueue:
    """The queue of one version of one analyzer of an organization, as one run sees it."""

    organization_id: str
    analyzer: str
    version: int
    lease_id: UUID = field(default_factory=uuid4)

    def queue(self, connection: Connection, moment: datetime, *, again: bool) -> int:
        """Queues pictures and posters that are new, with `again` also those that only an older version has seen.
        Returns how many.

        What waits for another version waits for this one from now on.
        """
        connection.execute(load_sql("media/analyses/renumber.sql"), self._key)
        parameters = self._key | {"mime_types": list(FORMATS), "again": again, "moment": moment}
        return connection.execute(load_sql("media/analyses/queue.sql"), parameters).rowcount

    def recover(self, connection: Connection, moment: datetime) -> int:
        """Ends the leases of runs that died. Returns how many."""
        parameters = self._key | {"most_attempts": MOST_ATTEMPTS, "moment": moment}
        return connection.execute(load_sql("media/analyses/recover.sql"), parameters).rowcount

    def lease(self, connection: Connection, moment: datetime, maximum: int) -> list[LeasedPicture]:
        parameters = self._key | {
            "lease_id": self.lease_id,
            "lease_seconds": LEASE_SECONDS,
            "maximum": maximum,
            "moment": moment,
        }
        return [LeasedPicture(*row) for row in connection.execute(load_sql("media/analyses/lease.sql"), parameters)]

    def store(self, connection: Connection, outcomes: Iterable[tuple[LeasedPicture, Outcome]], moment: datetime) -> int:
        """Writes what became of leased pictures; returns how many, lost leases left out. The caller holds `lock`."""
        connection.execute(f"create temporary table attempted_analyses ({_RESULTS}) on commit drop")
        copy_rows(connection, "attempted_analyses", _COLUMNS, (_row(*each) for each in outcomes))
        parameters = {"lease_id": self.lease_id, "moment": moment}
        connection.execute(load_sql("media/analyses/supersede.sql"), parameters)
        return connection.execute(load_sql("media/analyses/store.sql"), parameters).rowcount

    @property
    def lock(self) -> str:
        """The lock under which results are written, so that of two versions one is the newest."""
        return f"media.analyses {self.organization_id} {self.analyzer}"

    @property
    def _key(self) -> dict[str, object]:
        return {"organization_id": self.organization_id, "analyzer": self.analyzer, "version": self.version}


def chosen_analyzers(
    connection: Connection, organization: str | None = None, analyzer: str | None = None
) -> list[ChosenAnalyzer]:
    """The analyzers that are active in each organization, or in one (slug)."""
    parameters = {"organization": organization, "analyzer": analyzer}
    return [ChosenAnalyzer(*row) for row in connection.execute(load_sql("media/analyses/chosen.sql"), parameters)]


def version_number(connection: Connection, chosen: ChosenAnalyzer, version: AnalyzerVersion) -> int:
    """The number of the version, which is added if it is new."""
    parameters = {
        "organization_id": chosen.organization_id,
        "analyzer": chosen.analyzer,
        "program": version.program,
        "model": version.model,
        "prompt": version.prompt,
    }
    cursor = connection.execute(load_sql("media/analyses/version.sql"), parameters)
    cursor.nextset()
    ((number,),) = cursor.fetchall()
    return int(number)


def retry_analyses(connection: Connection, organization_id: str, analyzer: str | None, state: AnalysisState) -> int:
    """Lets analyses of a state wait for a new attempt. Returns how many."""
    parameters = {"organization_id": organization_id, "analyzer": analyzer, "state": state}
    return connection.execute(load_sql("media/analyses/retry.sql"), parameters).rowcount


def _row(picture: LeasedPicture, outcome: Outcome) -> tuple[object, ...]:
    findings, spent = outcome.findings, outcome.spent
    colours = findings.colours
    return (
        picture.organization_id,
        picture.analysis_id,
        outcome.state,
        outcome.next_attempt_at,
        outcome.counts,
        outcome.reason,
        findings.text_in_picture,
        findings.text_language,
        None if colours is None else json.dumps([{"colour": each.colour, "share": each.share} for each in colours]),
        findings.description,
        None if findings.objects is None else list(findings.objects),
        findings.safety,
        findings.safety_reason,
        findings.alt_text,
        findings.confidence,
        *(
            (None,) * 6
            if spent is None
            else (
                spent.usage_id,
                spent.latency_ms,
                spent.input_tokens,
                spent.output_tokens,
                spent.cost,
                spent.currency,
            )
        ),
    )
