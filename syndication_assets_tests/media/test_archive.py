"""Old files move to the archive and are read from there; at no moment is a file at neither place."""

import signal

import pytest

from syndication_assets.media.media_place import MediaPlace
from syndication_assets.media.media_store import MediaArchive, MediaStore, MediaStoreError
from syndication_assets_tests.media.conftest import TUESDAY, Shelf
from syndication_assets_tests.media.media_samples import picture
from syndication_assets_tests.media.shelf_with_archive import ShelfWithArchive

RED, BLUE = picture(seed=1), picture(seed=2)


@pytest.fixture
def old(shelf: Shelf) -> ShelfWithArchive:
    return ShelfWithArchive(shelf)


def test_an_old_file_moves_and_is_read_as_before(old: ShelfWithArchive):
    old.cached(RED, BLUE)
    old.shelf.desk.execute("update media.media_files set created_at = now() where size_bytes = %s", [len(BLUE)])
    (blue,) = (path for path in old.shelf.stored() if path.read_bytes() == BLUE)
    run = old.move()
    assert (run.files, run.bytes, run.problems) == (1, len(RED), [])
    (moved,) = old.archived()
    assert moved.read_bytes() == RED
    assert old.shelf.stored() == [blue]
    assert sorted(is_archived for _, is_archived in old.rows()) == [False, True]
    path = str(moved.relative_to(old.archive_directory))
    assert old.store.content(path) == RED
    assert old.store.exists(path)
    with pytest.raises(MediaStoreError, match="is missing"):
        MediaStore(str(old.shelf.media_directory)).content(path)
    (thumbnail,) = old.shelf.desk.rows("select thumbnail_path from media.media_files where archived_at is not null")
    assert (old.shelf.media_directory / thumbnail[0]).exists()
    assert old.move().files == 0


def test_the_days_are_a_setting_of_the_organization(old: ShelfWithArchive):
    old.cached(RED)
    organization_id = old.shelf.desk.rows("select organization_id from tenancy.organizations")[0][0]
    old.shelf.desk.execute(
        "insert into tenancy.organization_settings (setting, organization_id, value)"
        " values ('media.archive_after_days', %s, '101')",
        [organization_id],
    )
    assert old.move().files == 0
    old.shelf.desk.execute("update tenancy.organization_settings set value = '99'")
    assert old.move().files == 1


def test_what_else_uses_a_file_keeps_it_in_its_place(old: ShelfWithArchive):
    old.cached(RED)
    old.shelf.desk.execute(
        "insert into media.stock_images (organization_id, source, source_image_id, media_file_id, licence,"
        " allows_commercial_use, allows_changes) select organization_id, 'own', 'x', media_file_id, 'own', true, true"
        " from media.media_files"
    )
    assert old.move().files == 0
    old.shelf.desk.execute("delete from media.stock_images")
    assert old.move().files == 1


@pytest.mark.parametrize(
    ("fault_point", "local", "archived"),
    [("media.moved.copied", 1, 1), ("media.moved.removed", 0, 1), ("media.moved.before_rows", 0, 1)],
)
def test_a_run_that_is_killed_loses_nothing_and_the_next_one_ends_it(
    old: ShelfWithArchive, fault_point: str, local: int, archived: int
):
    old.cached(RED)
    assert old.killed_at(fault_point) == -signal.SIGKILL
    assert (len(old.shelf.stored()), len(old.archived())) == (local, archived)
    ((path, is_archived),) = old.rows()
    assert not is_archived
    assert old.store.content(path) == RED
    assert old.move().files == 1
    assert old.rows() == [(path, True)]
    assert (old.shelf.stored(), [each.read_bytes() for each in old.archived()]) == ([], [RED])


def test_a_run_that_is_not_killed_is_the_control(old: ShelfWithArchive):
    old.cached(RED)
    assert old.killed_at("media.no_such_point") == 0
    assert (old.shelf.stored(), len(old.archived())) == ([], 1)


@pytest.mark.parametrize("reason", [OSError(28, "No space left on device"), ConnectionError(111, "Connection refused")])
def test_an_archive_that_is_full_or_out_of_reach_moves_nothing(
    old: ShelfWithArchive, monkeypatch: pytest.MonkeyPatch, reason: OSError
):
    old.cached(RED)
    written = MediaPlace.write

    def fails(self: MediaPlace, path: str, content: bytes) -> None:
        if isinstance(self, MediaArchive) and "org-" in path:
            with self._errors("written"):
                raise reason
        written(self, path, content)

    with monkeypatch.context() as patch:
        patch.setattr(MediaPlace, "write", fails)
        with pytest.raises(MediaStoreError, match=f"{reason.strerror}.*SYNDICATION_MEDIA_ARCHIVE_URL"):
            old.move()
    assert (len(old.shelf.stored()), old.archived()) == (1, [])
    # What is in the store is read without the archive.
    ((path, is_archived),) = old.rows()
    assert (old.store.content(path), is_archived) == (RED, False)
    assert old.move().files == 1


def test_a_place_that_cuts_files_short_is_noticed(old: ShelfWithArchive, monkeypatch: pytest.MonkeyPatch):
    old.cached(RED)
    written = MediaPlace._write_whole

    def cut(self: MediaPlace, path: str, content: bytes) -> None:
        written(self, path, content[:-1] if isinstance(self, MediaArchive) and "org-" in path else content)

    with monkeypatch.context() as patch:
        patch.setattr(MediaPlace, "_write_whole", cut)
        with pytest.raises(MediaStoreError, match="read back has another SHA-256"):
            old.move()
    assert [path.read_bytes() for path in old.shelf.stored()] == [RED]
    assert [path.read_bytes() for path in old.archived()] == [RED[:-1]]
    # The next run takes the cut file for what it is.
    assert old.move().files == 1
    assert [path.read_bytes() for path in old.archived()] == [RED]


def test_what_moved_before_another_file_failed_has_its_row(old: ShelfWithArchive, monkeypatch: pytest.MonkeyPatch):
    old.cached(RED, BLUE)
    written = MediaPlace._write_whole

    def fails(self: MediaPlace, path: str, content: bytes) -> None:
        if isinstance(self, MediaArchive) and content == BLUE:
            raise OSError(28, "No space left on device")
        written(self, path, content)

    with monkeypatch.context() as patch:
        patch.setattr(MediaPlace, "_write_whole", fails)
        with pytest.raises(MediaStoreError, match="No space left"):
            old.move(media_connections=1)
    contents = {path: old.store.content(path) for path, _ in old.rows()}
    assert sorted(contents.values()) == sorted([RED, BLUE])
    # A row says so only of a file that has moved.
    assert all(contents[path] == RED for path, is_archived in old.rows() if is_archived)
    old.move()
    assert (old.shelf.stored(), len(old.archived())) == ([], 2)


def test_a_damaged_file_stays_and_is_named(old: ShelfWithArchive):
    old.cached(RED, BLUE)
    damaged, _ = old.shelf.stored()
    damaged.chmod(0o600)
    damaged.write_bytes(b"x")
    run = old.move()
    assert [(file.path, why) for file, why in run.problems] == [
        (str(damaged.relative_to(old.shelf.media_directory)), "its content has another SHA-256")
    ]
    assert (run.files, old.shelf.stored()) == (1, [damaged])


@pytest.mark.parametrize("archive", ["media", "media/archive", ".", "linked"])
def test_the_archive_is_no_part_of_the_store(old: ShelfWithArchive, archive: str):
    old.cached(RED)
    (old.shelf.directory / "linked").symlink_to(old.shelf.media_directory)
    with pytest.raises(MediaStoreError, match="same place"):
        old.move(media_archive_url=str((old.shelf.directory / archive).absolute()))
    assert [path.read_bytes() for path in old.shelf.stored()] == [RED]


def test_an_archive_in_an_object_store_is_read_too(old: ShelfWithArchive):
    old.cached(RED)
    url = f"memory://{old.shelf.directory.name}"
    assert old.move(media_archive_url=url).files == 1
    ((path, _),) = old.rows()
    assert MediaStore(str(old.shelf.media_directory), url).content(path) == RED


def test_files_come_back(old: ShelfWithArchive):
    old.cached(RED)
    old.move()
    run = old.move("back")
    assert (run.files, old.archived(), len(old.shelf.stored())) == (1, [], 1)
    assert [is_archived for _, is_archived in old.rows()] == [False]


def test_a_content_that_is_met_again_is_once_more_at_one_place(old: ShelfWithArchive):
    old.cached(RED)
    old.move()
    old.shelf.scrape(old.shelf.internet.url("/0.jpg") + "?again", day=TUESDAY, post_number=2)
    old.shelf.serve("/0.jpg", RED)
    old.shelf.cache()
    assert old.shelf.desk.rows("select count(*) from media.cached_media where state = 'cached'") == [(2,)]
    assert [is_archived for _, is_archived in old.rows()] == [False]
    assert old.move().files == 1
    assert (old.shelf.stored(), len(old.archived())) == ([], 1)
