"""A catalogue with enough products that one of them may be missing, and the query of its quarantine."""

from syndication_assets_tests.catalogue.shop import (
    product,
)

MANY = [product(f"S{number}") for number in range(10)]

QUARANTINE = "select source_file_path, position, reason, replayed_at is not null from landing.quarantine order by 1, 2"
