"""Evidence of what was measured: a copy of the picture that marks the place. Drawn when somebody asks for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from syndication_assets.database.connection import Connection, run_file, transaction
from syndication_assets.media.media_store import MediaStore
from syndication_assets.studio.compliance.marking import RULES_WITH_PLACES, marked


@dataclass(frozen=True, slots=True)
class EvidencePicture:
    """One picture with the place that one rule is about."""

    variant_id: str
    format_name: str
    rule_name: str
    is_passed: bool
    content: bytes = field(repr=False)
    """PNG."""


def evidence_picture(
    connection: Connection, store: MediaStore, organization_id: str, variant_id: str, rule_name: str
) -> EvidencePicture | None:
    """What one rule found in one picture; None if it found no place, or was not measured. MediaStoreError."""
    rows = _rows(connection, organization_id, None, variant_id, rule_name)
    return next(_drawn(store, rows), None)


def evidence_pictures(url: str, store: MediaStore, organization_id: str, request_id: str) -> Iterator[EvidencePicture]:
    """All that the rules found in the pictures of the newest visual of a brief. MediaStoreError."""
    with transaction(url) as connection:
        rows = _rows(connection, organization_id, request_id, None, None)
    return _drawn(store, rows)


def _rows(
    connection: Connection, organization_id: str, request_id: str | None, variant_id: str | None, rule_name: str | None
) -> list[dict[str, Any]]:
    parameters = {
        "organization_id": organization_id,
        "request_id": request_id,
        "variant_id": variant_id,
        "rule_names": list(RULES_WITH_PLACES) if rule_name is None else [rule_name],
    }
    return run_file(connection, "studio/asset_variants/evidence.sql", parameters).fetchall()


def _drawn(store: MediaStore, rows: list[dict[str, Any]]) -> Iterator[EvidencePicture]:
    path, content = None, b""
    for row in rows:
        if row["object_path"] != path:
            path = row["object_path"]
            content = store.content(path)
        picture = marked(content, row["rule_name"], row["evidence"], _caption(row), is_passed=row["is_passed"])
        if picture is not None:
            yield EvidencePicture(row["variant_id"], row["format_name"], row["rule_name"], row["is_passed"], picture)


def _caption(row: Mapping[str, Any]) -> str:
    bound = "at least" if row["is_minimum"] else "at most"
    name = row["rule_name"].replace("_", " ")
    return f"{name}: {_number(row['measured'])}, {bound} {_number(row['threshold'])}"


def _number(value: Any) -> str:
    return f"{float(value):.2f}".rstrip("0").rstrip(".")
