"""The errors that the samples contain on purpose, so that the demo can tell them from real ones.

Pure: it knows files and numbers, and compares them with what the demo finds.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from syndication_assets.demo.samples.blog import broken_feed_files
from syndication_assets.demo.samples.catalogue import broken_catalogue_files
from syndication_assets.demo.samples.edge_cases import edge_cases

EXPECTED_CHECKS = {
    "catalogue/catalogue_snapshots: none_was_rejected": "one catalogue of the samples is cut off",
    "landing/quarantine: has_no_open_items": "the samples contain broken items",
}
"""Checks that fail as a warning because of the samples, with the reason for people."""


@dataclass(frozen=True, slots=True)
class PlantedErrors:
    """Files with broken items, as `<source>/<day>/<file>`, and how many items of them belong into quarantine."""

    items: dict[str, int]

    def unexpected(self, quarantined: Iterable[str]) -> dict[str, int]:
        """By file, how many more items are in quarantine than were planted; a negative number if some are missing.

        `quarantined` has the file of each item, with the organization before it.
        """
        found = Counter(path.split("/", 1)[1] for path in quarantined)
        differences = {path: found[path] - self.items.get(path, 0) for path in sorted(found.keys() | self.items.keys())}
        return {path: number for path, number in differences.items() if number}


def planted_errors(first_day: date, days: int) -> PlantedErrors:
    """The planted errors of the days that begin with `first_day`."""
    items = {
        **dict.fromkeys(broken_catalogue_files(first_day=first_day, days=days), 1),
        **dict.fromkeys(broken_feed_files(first_day=first_day, days=days), 1),
        # An edge case with several files has its broken item in the last one.
        **{
            edge_case.files[-1]: edge_case.quarantined
            for edge_case in edge_cases()
            if edge_case.quarantined and max((day - first_day).days for day in edge_case.days) < days
        },
    }
    return PlantedErrors(items)
