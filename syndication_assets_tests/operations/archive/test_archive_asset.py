"""The asset archives what is due and says how much; its checks find what is overdue and what is damaged."""

from pathlib import Path

import dagster as dg
import pytest

from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.operations.archive import assets
from syndication_assets_tests.operations.archive.archived_history import SNAPSHOTS, ArchivedHistory

pytestmark = pytest.mark.one_server


def test_the_asset_archives_and_its_checks_find_what_is_wrong(
    archive: ArchivedHistory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", archive.url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    archive.keep(SNAPSHOTS)
    assert {name for name, passed in checks(archive).items() if not passed} == {"due_months_are_archived"}
    result = dg.materialize([assets.archive], resources={"postgres": PostgresResource()})
    metadata = result.asset_materializations_for_node("operations__archive")[0].metadata
    assert metadata["rows"].value == metadata["rows_removed"].value == 21
    assert metadata["months_written"].value == 3
    assert metadata["bytes_per_row"].value == metadata["size_bytes"].value / 21  # type: ignore[operator]
    assert set(checks(archive).values()) == {True}
    (archive.directory / archive.files()[0]).unlink()
    failed = dg.materialize([assets.archive], resources={"postgres": PostgresResource()}, raise_on_error=False)
    assert not failed.success
    assert checks(archive)["every_file_verifies"] is False


def checks(archive: ArchivedHistory) -> dict[str, bool]:
    """The checks of today, by name."""
    job = dg.Definitions(
        assets=[assets.archive, assets.archives, assets.legal_holds, assets.retention_policies,
                assets.retention_subjects],
        asset_checks=[assets.archives_check],
        jobs=[
            dg.define_asset_job(
                "checks", dg.AssetSelection.checks_for_assets(assets.archives.key), executor_def=dg.in_process_executor
            )
        ],
        resources={"postgres": PostgresResource()},
    ).resolve_job_def("checks")  # fmt: skip
    with dg.DagsterInstance.ephemeral() as instance:
        found = job.execute_in_process(instance=instance).get_asset_check_evaluations()
    assert len(found) == 3
    return {each.check_name: each.passed for each in found}
