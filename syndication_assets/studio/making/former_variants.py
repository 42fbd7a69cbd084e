"""The pictures that a brief has already: what would be drawn in the same way again is taken over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syndication_assets.database.connection import Connection, run_file
from syndication_assets.studio.compliance.measuring import MEASURES
from syndication_assets.studio.compliance.rules import Result, Rule


@dataclass(frozen=True, slots=True)
class FormerVariant:
    """One stored picture of the newest visual, with what was measured of it."""

    media_file_id: str
    perceptual_hash: int | None
    render_hash: str
    mime_type: str
    size_bytes: int
    results: tuple[Result, ...]
    """Of the picture itself: those of words are measured again."""

    def serves(
        self, render_hash: str, maximum_bytes: int | None, mime_types: Sequence[str], rules: Sequence[Rule]
    ) -> bool:
        """Whether drawing and measuring again would give the same."""
        wanted = {rule.rule_name: rule.version for rule in rules if rule.rule_name in MEASURES}
        return (
            self.render_hash == render_hash
            and self.mime_type in mime_types
            and (maximum_bytes is None or self.size_bytes <= maximum_bytes)
            and {result.rule_name: result.rule_version for result in self.results} == wanted
        )


def former_variants(connection: Connection, organization_id: str, request_id: str) -> dict[str, FormerVariant]:
    """By channel and format, as in `facebook/feed_post square`; empty if nothing was made of the brief yet."""
    rows = run_file(
        connection,
        "studio/asset_variants/former.sql",
        {"organization_id": organization_id, "request_id": request_id},
    )
    return {f"{row['channel']} {row['format_name']}": _variant(row) for row in rows}


def _variant(row: Mapping[str, Any]) -> FormerVariant:
    return FormerVariant(
        row["media_file_id"],
        row["perceptual_hash"],
        row["render_hash"],
        row["mime_type"],
        row["size_bytes"],
        tuple(Result(**each) for each in row["results"] if each["rule_name"] in MEASURES),
    )
