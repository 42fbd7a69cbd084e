"""The manifest: one landed file that says which files are one look at a shop's catalogue.

It lands last, so whoever sees it sees all of its files. Those may have landed on earlier days: the data of a product
that has not changed is named again, not fetched again.
"""

from datetime import UTC, date, datetime

import msgspec

from syndication_assets.errors import SyndicationError

MANIFEST_PREFIX = "manifest_"
PIECE_PREFIXES = ("products_page_", "product_data_", "category_tree_")
"""Of the files that a fetch lands. Without a manifest they are what is left of a fetch that died: not read."""


class ManifestError(SyndicationError):
    """The file is no manifest that can be followed."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One look at a catalogue. Paths are relative to the landing zone, in the folder of the manifest's own source."""

    vendor: str
    observed_at: datetime
    is_complete: bool
    """Whether every page of the list arrived."""
    product_lists: list[str]
    product_details: list[str] = []
    category_tree: str | None = None
    reasons: list[str] = []
    """Why it is not complete."""
    details_fetched: int = 0
    details_known: int = 0
    details_missing: int = 0
    """Products whose data could not be fetched: the list alone, or an older answer, describes them."""

    @property
    def paths(self) -> list[str]:
        tree = [self.category_tree] if self.category_tree is not None else []
        return [*self.product_lists, *self.product_details, *tree]


def encode_manifest(manifest: Manifest) -> bytes:
    """As it lands, for people to read too."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2)


def decode_manifest(content: bytes, organization: str, source: str, landed_on: date) -> Manifest:
    """Reads a manifest of that folder. ManifestError if it is none, or names files or a time of elsewhere."""
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, RecursionError) as error:
        what = str(error) if isinstance(error, msgspec.DecodeError) else "it is nested too deeply"
        raise ManifestError(f"it is no manifest: {what}") from None
    if manifest.observed_at.tzinfo is None:
        raise ManifestError("observed_at of the manifest has no time zone: write it in UTC, with a Z")
    observed_at = manifest.observed_at.astimezone(UTC)
    if observed_at.date() != landed_on:
        raise ManifestError(
            f"the manifest was observed on {observed_at:%Y-%m-%d} (UTC), but stands in the folder of {landed_on}: "
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
