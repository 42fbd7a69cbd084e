"""What fetching a catalogue reports, whatever the shop."""

from dataclasses import dataclass, field

from syndication_assets.catalogue.vendors import Vendor


@dataclass(slots=True)
class FetchReport:
    """What one vendor's fetch did."""

    vendor: Vendor
    manifest_path: str = ""
    products: int = 0
    files_landed: int = 0
    details_fetched: int = 0
    details_known: int = 0
    details_missing: list[str] = field(default_factory=list)
    """Skus whose data could not be fetched."""
    reasons: list[str] = field(default_factory=list)
    """Why the catalogue is not complete."""
