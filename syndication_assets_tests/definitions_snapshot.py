"""All definitions that Dagster loads, as text.

`python -m syndication_assets_tests.definitions_snapshot` rewrites the snapshot.
"""

import json
from pathlib import Path
from typing import Any

from syndication_assets.definitions import defs

SNAPSHOT = Path(__file__).with_name("definitions_snapshot.json")


def snapshot() -> str:
    """Assets with their properties, checks, jobs, schedules and sensors, in a stable order."""
    repository = defs.get_repository_def()
    graph = defs.resolve_asset_graph()
    assets: dict[str, Any] = {}
    for spec in sorted(defs.resolve_all_asset_specs(), key=lambda spec: spec.key):
        assets[spec.key.to_user_string()] = {
            "group": spec.group_name,
            "upstream": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
            "kinds": sorted(spec.kinds),
            "owners": list(spec.owners),
            "table": spec.metadata.get("dagster/table_name"),
            "partitioned": spec.partitions_def is not None,
            "materializable": graph.get(spec.key).is_materializable,
            "condition": spec.automation_condition is not None,
        }
    described = {
        "assets": assets,
        "checks": sorted(f"{key.asset_key.to_user_string()}: {key.name}" for key in graph.asset_check_keys),
        "jobs": {
            job.name: sorted(key.to_user_string() for key in job.asset_layer.executable_asset_keys)
            for job in sorted(repository.get_all_jobs(), key=lambda job: job.name)
            if not job.name.startswith("__")
        },
        "schedules": {schedule.name: schedule.cron_schedule for schedule in repository.schedule_defs},
        "sensors": sorted(sensor.name for sensor in repository.sensor_defs),
    }
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SNAPSHOT.write_text(snapshot())
