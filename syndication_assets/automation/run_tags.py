"""The tags of runs. Apart from the jobs, whose definitions take seconds to import."""

REPOSITORY_TAGS = {".dagster/repository": "__repository__@syndication"}
"""The tags by which the UI's timeline and job pages find the runs of this code location (see workspace.yaml). Dagster
sets them for the runs that the UI starts, but not for runs in the process of a command."""


def range_tags(first_day: str, last_day: str) -> dict[str, str]:
    """The tags that make one run cover a range of daily partitions, both ends included."""
    return {
        "dagster/asset_partition_range_start": first_day,
        "dagster/asset_partition_range_end": last_day,
    }
