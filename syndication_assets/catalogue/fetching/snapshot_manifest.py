"""The manifest: a landed file that lists the files of one catalogue snapshot.

It lands last, so that all of its files are there when it is. Some may have landed on earlier days: the details of an
unchanged product are listed again, not fetched again.
"""

from datetime import UTC, date, datetime

import msgspec

from syndication_assets.errors import SyndicationError

MANIFEST_PREFIX = "manifest_"
PIECE_PREFIXES = ("products_page_", "product_data_", "category_tree_")
"""How the names of fetched files begin. The load skips such files when no manifest lists them: their fetch died."""


class ManifestError(SyndicationError):
    """The file is not a valid manifest."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One catalogue snapshot. Paths are relative to the landing zone, within the manifest's organization and source."""

    vendor: str
    observed_at: datetime
    is_complete: bool
    """Whether every page of the list and the category tree arrived."""
    product_lists: list[str]
    product_details: list[str] = []
    category_tree: str | None = None
    reasons: list[str] = []
    """Why it is incomplete; empty if it is complete."""
    details_fetched: int = 0
    details_known: int = 0
    details_missing: int = 0
    """Products whose details could not be fetched: the list alone, or an older response, describes them."""

    @property
    def paths(self) -> list[str]:
        tree = [self.category_tree] if self.category_tree is not None else []
        return [*self.product_lists, *self.product_details, *tree]


def encode_manifest(manifest: Manifest) -> bytes:
    """The manifest as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2)


def decode_manifest(content: bytes, organization: str, source: str, landed_on: date) -> Manifest:
    """Reads a manifest. ManifestError if it is invalid, or its files or its day belong to another folder."""
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, RecursionError) as error:
        what = str(error) if isinstance(error, msgspec.DecodeError) else "it is nested too deeply"
        raise ManifestError(f"it is not a manifest: {what}") from None
    if manifest.observed_at.tzinfo is None:
        raise ManifestError("observed_at of the manifest has no time zone: write it in UTC, with a Z")
    observed_at = manifest.observed_at.astimezone(UTC)
    if observed_at.date() != landed_on:
        raise ManifestError(
            f"the manifest was observed on {observed_at:%Y-%m-%d} (UTC), but is in the folder of {landed_on}: "
            f"land it under {observed_at:%Y-%m-%d}"
        )
    if any(not _is_of_folder(path, organization, source) for path in manifest.paths):
        raise ManifestError(f"the manifest names a file outside of {organization}/{source}/<YYYY-MM-DD>/")
    return msgspec.structs.replace(manifest, observed_at=observed_at)


def _is_of_folder(path: str, organization: str, source: str) -> bool:
    parts = path.split("/")
    if len(parts) < 4 or parts[:2] != [organization, source] or any(not p or p.startswith(".") for p in parts):
        return False
    try:
        return date.fromisoformat(parts[2]).isoformat() == parts[2]
    except ValueError:
        return False
