"""What is done with stored files knows both places: orphans, verification and repair, erasure, status, the asset."""

import os
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets.media.archive.assets import archived_files
from syndication_assets.media.file_repair import damaged_files
from syndication_assets.media.media_store import MediaStore, MediaStoreError
from syndication_assets.media.stored_files import orphans, remove_unnamed, require_places
from syndication_assets_tests.media.conftest import Shelf
from syndication_assets_tests.media.media_samples import picture
from syndication_assets_tests.media.shelf_with_archive import ShelfWithArchive

RED, BLUE = picture(seed=1), picture(seed=2)


@pytest.fixture
def old(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> ShelfWithArchive:
    """Commands find its places in the environment."""
    old = ShelfWithArchive(shelf)
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", shelf.url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(shelf.directory / "local"))
    monkeypatch.setenv("SYNDICATION_MEDIA_URL", str(shelf.media_directory))
    monkeypatch.setenv("SYNDICATION_MEDIA_ARCHIVE_URL", str(old.archive_directory))
    return old


def _run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == code, result.output
    return result.output


def _overwrite(path: Path, content: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(content)


def test_commands_move_files_and_the_status_tells_where_they_are(old: ShelfWithArchive):
    old.cached(RED, BLUE)
    assert f"2 files of {len(RED) + len(BLUE):,} bytes would move" in _run("media", "archive", "--dry-run")
    assert "1 files of" in _run("media", "archive", "--dry-run", "--limit", "1")
    assert "bytes in the archive" not in _run("media", "status")
    assert "1 files of" in _run("media", "archive", "--limit", "1")
    assert "(1 of" in _run("media", "status")
    assert "1 files of" in _run("media", "archive")
    assert f"(2 of {len(RED) + len(BLUE):,} bytes in the archive)" in _run("media", "status")
    assert "2 stored files were read, 0 are damaged or missing." in _run("media", "verify")
    assert "were moved back" in _run("media", "unarchive")
    assert "bytes in the archive" not in _run("media", "status")
    assert old.archived() == []


def test_without_an_archive_nothing_moves(old: ShelfWithArchive, monkeypatch: pytest.MonkeyPatch):
    old.cached(RED)
    monkeypatch.delenv("SYNDICATION_MEDIA_ARCHIVE_URL")
    assert "set SYNDICATION_MEDIA_ARCHIVE_URL" in _run("media", "archive", code=1)
    assert dg.materialize([archived_files]).success
    assert len(old.shelf.stored()) == 1


def test_the_asset_moves_what_is_due_and_fails_for_what_is_damaged(old: ShelfWithArchive):
    old.cached(RED, BLUE)
    damaged, _ = old.shelf.stored()
    content = damaged.read_bytes()
    _overwrite(damaged, b"x")
    failed = dg.materialize([archived_files], raise_on_error=False)
    assert not failed.success
    assert len(old.archived()) == 1
    _overwrite(damaged, content)
    result = dg.materialize([archived_files])
    (materialization,) = result.asset_materializations_for_node("media__archived_files")
    assert materialization.metadata["files_moved"].value == 1


def test_files_of_the_archive_without_a_row_are_found(old: ShelfWithArchive):
    old.cached(RED)
    old.move()
    archive = old.store.archive
    assert archive is not None
    archive.claim(old.shelf.url)
    archive.write("org-00000000/aa/left.jpg", b"\xff\xd8\xff left")
    assert orphans(old.shelf.url, old.store) == []  # it may be about to get its row
    for path in old.archived():
        os.utime(path, (0, 0))
    (orphan,) = orphans(old.shelf.url, old.store)
    assert (orphan.place.url, orphan.path) == (str(old.archive_directory), "org-00000000/aa/left.jpg")
    assert "1 stored files have no row" in _run("media", "clean")
    assert "1 stored files without a row were removed" in _run("media", "clean", "--yes")
    assert [path.read_bytes() for path in old.archived()] == [RED]


def test_an_erased_file_leaves_both_places(old: ShelfWithArchive):
    old.cached(RED, BLUE)
    old.move()
    organization_id = old.shelf.desk.value("select organization_id from tenancy.organizations")
    # A run that was killed has left a second copy of the one, and the other stays.
    erased, kept = old.archived()
    copy = old.shelf.media_directory / erased.relative_to(old.archive_directory)
    copy.write_bytes(erased.read_bytes())
    old.shelf.desk.execute(
        "delete from media.cached_media as c using media.media_files as f"
        " where c.media_file_id = f.media_file_id and f.object_path = %s",
        [str(erased.relative_to(old.archive_directory))],
    )
    old.shelf.desk.execute(
        "delete from media.media_files where object_path = %s", [str(erased.relative_to(old.archive_directory))]
    )
    assert remove_unnamed(old.shelf.url, old.store, organization_id) == 3  # with its small copy
    assert (old.archived(), old.shelf.stored()) == ([kept], [])


def test_an_erased_organization_leaves_nothing_in_the_archive(old: ShelfWithArchive, monkeypatch: pytest.MonkeyPatch):
    old.cached(RED)
    old.move()
    with monkeypatch.context() as patch:
        patch.delenv("SYNDICATION_MEDIA_ARCHIVE_URL")
        assert "set SYNDICATION_MEDIA_ARCHIVE_URL" in _run("organization", "erase", "default", "--yes", code=1)
    with pytest.raises(MediaStoreError, match="in the archive, where they would stay"):
        require_places(old.shelf.url, MediaStore(str(old.shelf.media_directory)), "default")
    assert len(old.archived()) == 1
    assert "2 media files." in _run("organization", "erase", "default", "--yes")
    assert (old.archived(), old.shelf.stored()) == ([], [])


def test_a_damaged_copy_is_replaced_by_the_sound_one(old: ShelfWithArchive):
    old.cached(RED)
    old.move()
    (archived,) = old.archived()
    copy = old.shelf.media_directory / archived.relative_to(old.archive_directory)
    copy.write_bytes(RED)
    _overwrite(archived, RED[:-1])
    (damage,) = damaged_files(old.shelf.url, old.store)
    assert damage is not None
    assert damage.reason == "in the archive: its content has another SHA-256"
    assert "1 are damaged or missing" in _run("media", "verify", code=1)
    assert archived.read_bytes() == RED[:-1]
    assert "a sound copy has taken its place" in _run("media", "repair")
    assert archived.read_bytes() == RED
    assert "0 are damaged or missing" in _run("media", "verify")


def test_a_file_that_is_nowhere_is_fetched_from_its_source_while_the_url_is_alive(old: ShelfWithArchive):
    old.cached(RED)
    old.move()
    (archived,) = old.archived()
    archived.unlink()
    old.shelf.desk.execute("update media.cached_media set url_expires_at = now() - interval '1 day'")
    assert "it is missing\n" in _run("media", "repair", code=1)
    assert old.shelf.states() == [("cached", None)]
    old.shelf.desk.execute("update media.cached_media set url_expires_at = null")
    assert "1 media wait to be fetched again" in _run("media", "repair")
    assert old.shelf.states() == [("waiting", "its stored file was lost")]
    assert dict(old.shelf.cache().states) == {"cached": 1}
    assert [path.read_bytes() for path in old.shelf.stored()] == [RED]
    assert "0 are damaged or missing" in _run("media", "verify")


def test_a_place_that_cannot_be_read_is_no_reason_to_repair(old: ShelfWithArchive, monkeypatch: pytest.MonkeyPatch):
    old.cached(RED)
    read = MediaStore.own_content

    def fails(self: MediaStore, path: str) -> bytes | None:
        if self.url == str(old.archive_directory):
            with self._errors("read"):
                raise ConnectionError(111, "Connection refused")
        return read(self, path)

    monkeypatch.setattr("syndication_assets.media.media_place.MediaPlace.own_content", fails)
    (stored,) = old.shelf.stored()
    stored.unlink()
    shown = _run("media", "repair", code=1)
    assert "in the archive" in shown
    assert "Connection refused" in shown
    assert old.shelf.states() == [("cached", None)]
