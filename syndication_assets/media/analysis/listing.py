"""Analyses as people look at them."""

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.media.analysis.outcomes import AnalysisState


class ListedAnalysis(NamedTuple):
    """What one version of an analyzer found in one content."""

    organization: str
    analysis_id: str
    sha256: str
    analyzer: str
    version: int
    state: str
    state_since: datetime
    attempts: int
    next_attempt_at: datetime | None
    reason: str | None
    post_id: str | None
    """One of the posts that show it; None if none does any more."""
    text_in_picture: str | None
    colours: list[dict[str, Any]] | None
    description: str | None
    objects: list[str] | None
    safety: str | None
    alt_text: str | None
    confidence: float | None
    cost: Decimal | None
    currency: str | None


class AnalysisStatus(NamedTuple):
    """What one analyzer of an organization has done."""

    organization: str
    analyzer: str
    pending: int
    analyzing: int
    completed: int
    rejected: int
    failed: int
    cost: Decimal | None
    currency: str | None


def list_analyses(
    connection: Connection,
    *,
    organization: str | None = None,
    analyzer: str | None = None,
    state: AnalysisState | None = None,
    maximum: int,
) -> list[ListedAnalysis]:
    """The newest first."""
    parameters = {"organization": organization, "analyzer": analyzer, "state": state, "maximum": maximum}
    return [ListedAnalysis(*row) for row in connection.execute(load_sql("media/analyses/listed.sql"), parameters)]


def analysis_statuses(connection: Connection) -> list[AnalysisStatus]:
    rows = connection.execute(
        "select o.slug, s.analyzer, s.pending, s.analyzing, s.completed, s.rejected, s.failed, s.cost, s.currency"
        " from media.analysis_status as s inner join tenancy.organizations as o using (organization_id)"
        " order by o.slug, s.analyzer, s.currency"
    )
    return [AnalysisStatus(*row) for row in rows]


def what_was_found(found: ListedAnalysis) -> str:
    """The findings in one line, for people."""
    parts = [
        None if found.description is None else found.description,
        None if not found.text_in_picture else f"text: {found.text_in_picture}",
        None if not found.colours else ", ".join(f"{c['colour']} {c['share']:.0%}" for c in found.colours[:3]),
        None if found.alt_text is None else f"alt text: {found.alt_text}",
        None if found.safety in {None, "safe"} else str(found.safety),
    ]
    text = "; ".join(part for part in parts if part)
    return " ".join(text.split()) or "nothing"
