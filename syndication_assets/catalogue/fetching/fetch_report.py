"""The report of a catalogue fetch, the same for every source."""

from dataclasses import dataclass, field

from syndication_assets.catalogue.vendors import Vendor


@dataclass(slots=True)
class FetchReport:
    """What fetching one vendor's catalogue did."""

    vendor: Vendor
    manifest_path: str = ""
    products: int = 0
    files_landed: int = 0
    details_fetched: int = 0
    details_known: int = 0
    details_missing: list[str] = field(default_factory=list)
    """The skus of products whose details could not be fetched."""
    reasons: list[str] = field(default_factory=list)
    """Why the catalogue is incomplete; empty if it is complete."""
