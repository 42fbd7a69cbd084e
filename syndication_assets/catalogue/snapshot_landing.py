"""Lands the answers of one look at a shop's catalogue, each under its moment, and the manifest that names them last."""

from datetime import UTC, datetime, timedelta

from syndication_assets.catalogue.manifest import Manifest, encode_manifest
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.landing.landing_zone import LandingZone


class LookLanding:
    """One look of one vendor. What is listed is listed as of `observed_at`, however long the rest takes."""

    def __init__(self, zone: LandingZone, vendor: Vendor) -> None:
        self._zone = zone
        self._vendor = vendor
        self._last_moment = datetime.min.replace(tzinfo=UTC)
        self.files_landed = 0
        self.observed_at, self._stamp = self._moment()

    def land(self, subject: str, content: bytes) -> str:
        """Lands an answer as `<subject>_<moment>.json`; returns its path."""
        moment, stamp = self._moment()
        return self._land(f"{subject}_{stamp}.json", content, moment)

    def land_manifest(self, manifest: Manifest) -> str:
        """Lands the manifest, on the day of the look."""
        name = f"manifest_{self._vendor.vendor}_{self._stamp}.json"
        return self._land(name, encode_manifest(manifest), self.observed_at)

    def _moment(self) -> tuple[datetime, str]:
        """Now to the millisecond, later than any moment before, and how a file's name says it."""
        now = datetime.now(UTC)
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        self._last_moment = moment = max(now, self._last_moment + timedelta(milliseconds=1))
        return moment, f"{moment:%Y-%m-%d_%H-%M-%S}-{moment.microsecond // 1000:03}"

    def _land(self, name: str, content: bytes, moment: datetime) -> str:
        path, _ = self._zone.land(self._vendor.organization, self._vendor.source, moment.date(), name, content)
        self.files_landed += 1
        return path
