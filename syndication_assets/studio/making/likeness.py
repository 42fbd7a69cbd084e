"""Whether a picture looks like one of another brief: by the hash of its inputs, and by its perceptual hash."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from syndication_assets.database.connection import Connection, run_file
from syndication_assets.studio.compliance.measuring import LIKENESS
from syndication_assets.studio.compliance.rules import Measured, Result, Rule, judged

MOST_BITS = 6
"""More different bits than the index of the perceptual hashes finds: it stands for them and for more."""


def likeness_results(
    connection: Connection,
    organization_id: str,
    request_id: str,
    variants: Sequence[Mapping[str, Any]],
    rules: Sequence[Rule],
) -> list[list[Result]]:
    """The results of each variant (`format_name`, `render_hash`, `media_file_id`); empty lists without the rule."""
    rule = next((each for each in rules if each.rule_name == LIKENESS), None)
    if rule is None:
        return [[] for _ in variants]
    found = run_file(
        connection,
        "studio/asset_variants/alike.sql",
        {"organization_id": organization_id, "request_id": request_id, "variants": json.dumps(variants)},
    ).fetchall()
    measured = {row["number"]: _measured(row) for row in found}
    return [[judged(rule, measured[number])] for number, _ in enumerate(variants, start=1)]


def _measured(row: Mapping[str, Any]) -> Measured:
    if row["variant_id"] is None:
        if not row["is_telling"]:
            return Measured(None, "It is nearly uniform: its hash does not tell it from others.")
        return Measured(float(MOST_BITS), "No other picture looks like it.")
    how = "is made of the same inputs as" if row["has_same_inputs"] else "looks like"
    return Measured(
        float(row["differing_bits"]),
        f"It {how} {row['variant_id']} of {row['request_id']} ({row['title']!r}): take another photo or template, or "
        "cancel one of the briefs.",
        {"variant": row["variant_id"], "request": row["request_id"], "has_same_inputs": row["has_same_inputs"]},
    )
