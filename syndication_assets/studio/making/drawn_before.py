"""Pictures that were drawn before from the same inputs, for whichever brief: they are not drawn again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syndication_assets.database.connection import run_file, transaction
from syndication_assets.studio.compliance.measuring import MEASURES
from syndication_assets.studio.compliance.rules import Result, Rule


@dataclass(frozen=True, slots=True)
class DrawnVariant:
    """One stored picture, with what was measured of it."""

    media_file_id: str
    mime_type: str
    size_bytes: int
    results: tuple[Result, ...]
    """Of the picture itself: those of words are measured again."""

    def serves(self, maximum_bytes: int | None, mime_types: Sequence[str], rules: Sequence[Rule]) -> bool:
        """Whether drawing and measuring again would give the same."""
        wanted = {rule.rule_name: rule.version for rule in rules if rule.rule_name in MEASURES}
        return (
            self.mime_type in mime_types
            and (maximum_bytes is None or self.size_bytes <= maximum_bytes)
            and {result.rule_name: result.rule_version for result in self.results} == wanted
        )


DrawnBefore = Mapping[tuple[str, str], DrawnVariant]
"""By channel and format, as in `facebook/feed_post square`, and by the hash of the inputs."""


def drawn_before(url: str, organization_id: str, render_hashes: Sequence[str]) -> DrawnBefore:
    """The newest picture of each place with these inputs, of the organization."""
    parameters = {"organization_id": organization_id, "render_hashes": list(render_hashes)}
    with transaction(url) as connection:
        rows = run_file(connection, "studio/asset_variants/drawn_before.sql", parameters).fetchall()
    return {(f"{row['channel']} {row['format_name']}", row["render_hash"]): _variant(row) for row in rows}


def _variant(row: Mapping[str, Any]) -> DrawnVariant:
    return DrawnVariant(
        row["media_file_id"],
        row["mime_type"],
        row["size_bytes"],
        tuple(Result(**each) for each in row["results"] if each["rule_name"] in MEASURES),
    )
