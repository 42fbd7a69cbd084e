"""A copy of a database removes nothing from the archives of the database that it was copied from."""

import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets.operations.archive.archive_store import ArchiveError, ArchiveStore
from syndication_assets.operations.stores.owned_store import MARK
from syndication_assets_tests.operations.archive.archived_history import SNAPSHOTS, ArchivedHistory

pytestmark = pytest.mark.one_server


def test_a_copy_is_refused_until_it_takes_the_place_of_the_former_database(
    archive: ArchivedHistory, monkeypatch: pytest.MonkeyPatch
):
    archive.keep(SNAPSHOTS)
    archive.run()
    files = archive.files()
    assert len(files) == 1
    # The copy was made before the file was written: it knows another database by the mark, and not the file.
    (archive.directory / MARK).write_text("7/1/16384\nsince 2026-01-01 00:00:00 UTC\n")
    archive.history.execute("delete from operations.archives")
    with pytest.raises(
        ArchiveError, match=r"belongs to another database.*set SYNDICATION_ARCHIVE_URL to an empty place"
    ):
        archive.run()
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", archive.url)
    monkeypatch.setenv("SYNDICATION_ARCHIVE_URL", str(archive.directory))
    erased = CliRunner().invoke(main, ["organization", "erase", "default", "--yes"])
    assert (erased.exit_code, "belongs to another database" in erased.output) == (1, True)
    assert archive.count("tenancy.organizations") == 1
    assert archive.files() == files
    taken = CliRunner().invoke(main, ["archive", "take-over"])
    assert "belongs to this database from now on" in taken.output
    archive.run()
    assert not set(files) & set(archive.files()), "without the mark, the file would have gone"


def test_a_database_that_was_restored_claims_an_empty_place_and_no_other_without_a_mark(archive: ArchivedHistory):
    archive.keep(SNAPSHOTS)
    archive.history.execute("insert into publishing.home_server (identity) values ('restore of 20261129T034500Z-3fa1')")
    file = archive.directory / "default/scraping.snapshots/2024-12-0a1b2c3d.parquet"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"of the former database")
    with pytest.raises(ArchiveError, match="syndication archive take-over"):
        archive.run()
    assert archive.files() == ["default/scraping.snapshots/2024-12-0a1b2c3d.parquet"]
    file.unlink()
    archive.run()
    assert len(archive.files()) == 1


def test_a_place_is_marked_with_the_first_change_and_never_changed_without_a_claim(archive: ArchivedHistory):
    archive.run()
    assert not (archive.directory / MARK).exists(), "nothing was due"
    archive.keep(SNAPSHOTS)
    archive.run()
    assert (archive.directory / MARK).read_text().count("\n") == 2
    with pytest.raises(AssertionError, match="before it is claimed"):
        ArchiveStore(str(archive.directory)).remove_folder("default")
    assert len(archive.files()) == 1
