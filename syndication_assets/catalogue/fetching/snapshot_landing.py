"""Lands the API responses of one catalogue snapshot, a file each with its time in its name; the manifest lands last."""

from datetime import UTC, datetime, timedelta

from syndication_assets.catalogue.fetching.snapshot_manifest import Manifest, encode_manifest
from syndication_assets.catalogue.vendors import Vendor
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.landing.zone.observation_time import file_name_time


class SnapshotLanding:
    """Lands one snapshot of one vendor. All of it counts as of `observed_at`, however long the fetch takes."""

    def __init__(self, zone: LandingZone, vendor: Vendor) -> None:
        self._zone = zone
        self._vendor = vendor
        self._last_moment = datetime.min.replace(tzinfo=UTC)
        self.files_landed = 0
        self.observed_at, self._stamp = self._moment()

    def land(self, subject: str, content: bytes) -> str:
        """Lands a response as `<subject>_<time>.json`; returns its path."""
        moment, stamp = self._moment()
        return self._land(f"{subject}_{stamp}.json", content, moment)

    def land_manifest(self, manifest: Manifest) -> str:
        """Lands the manifest in the folder of the day on which the snapshot began."""
        name = f"manifest_{self._vendor.vendor}_{self._stamp}.json"
        return self._land(name, encode_manifest(manifest), self.observed_at)

    def _moment(self) -> tuple[datetime, str]:
        """The time now in milliseconds, later than any time returned before, and its form in file names."""
        now = datetime.now(UTC)
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        self._last_moment = moment = max(now, self._last_moment + timedelta(milliseconds=1))
        return moment, file_name_time(moment)

    def _land(self, name: str, content: bytes, moment: datetime) -> str:
        path, _ = self._zone.land(self._vendor.organization, self._vendor.source, moment.date(), name, content)
        self.files_landed += 1
        return path
