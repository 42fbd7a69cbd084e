"""The reference in the database: loaded by an asset, then user-maintained."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest
from click.testing import CliRunner

from syndication_assets.channels import assets
from syndication_assets.channels.reference_files import REFERENCE_DIRECTORY, ReferenceFileError, read_reference
from syndication_assets.channels.reference_tables import TABLES
from syndication_assets.cli.main import main
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.database.postgres_resource import PostgresResource

FACEBOOK = {"platform": "facebook", "channel_type": "feed_post"}
LENGTH_OF_FACEBOOK = (
    "platform = 'facebook' and channel_type = 'feed_post' and requirement_category = 'content'"
    " and requirement_key = 'text_length'"
)
EDIT = f"update channels.channel_requirements set maximum = 500 where {LENGTH_OF_FACEBOOK}"


@pytest.fixture
def files(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the reference files that the asset loads, which a test may change."""
    directory = tmp_path / "reference"
    shutil.copytree(REFERENCE_DIRECTORY, directory)
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setattr(assets, "read_reference", lambda: read_reference(directory))
    return directory


def materialize() -> dict[str, dict[str, Any]]:
    """Loads the files as Dagster does; returns the metadata of each table."""
    result = dg.materialize([assets.reference], resources={"postgres": PostgresResource()}, raise_on_error=True)
    return {
        event.asset_key.path[1]: {name: value.value for name, value in event.metadata.items()}
        for event in result.get_asset_materialization_events()
        for event in [event.materialization]
    }


def change_line(file: Path, start: str, change: Callable[[str], str]) -> None:
    lines = file.read_text().splitlines()
    changed = [change(line) if line.startswith(start) else line for line in lines]
    assert changed != lines
    file.write_text("\n".join(changed) + "\n")


def execute(url: str, statement: str) -> int:
    with transaction(url) as connection:
        return connection.execute(statement).rowcount


def value(url: str, query: str) -> Any:
    with transaction(url) as connection:
        return connection.execute(query).fetchall()[0][0]


def rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows with their xmin, which changes whenever a row is written."""
    with transaction(url) as connection:
        return {
            table.name: connection.execute(
                f"select t.*, t.xmin::text from channels.{table.name} t order by t"
            ).fetchall()
            for table in TABLES
        }


@pytest.mark.both_servers
def test_every_line_of_the_files_becomes_a_row_and_a_second_load_writes_nothing(files: Path, database_url: str):
    first = materialize()
    expected = {name: len(table) for name, table in read_reference(files).items()}
    assert {name: metadata["rows_inserted"] for name, metadata in first.items()} == expected
    assert {name: metadata["dagster/row_count"] for name, metadata in first.items()} == expected
    loaded = rows(database_url)
    second = materialize()
    assert rows(database_url) == loaded
    assert {name: metadata["rows_unchanged"] for name, metadata in second.items()} == expected
    assert all("edited_rows" not in metadata and metadata["edited_rows_kept"] == 0 for metadata in second.values())


def test_a_new_version_of_the_files_changes_unedited_rows_only(files: Path, database_url: str):
    materialize()
    execute(database_url, EDIT)
    before = rows(database_url)
    change_line(
        files / "channel_requirements.csv", "facebook,feed_post,content,", lambda line: line.replace("400", "420")
    )
    change_line(files / "channel_requirements.csv", "twitter,feed_post,", lambda line: line.replace("40,280", "50,280"))
    second = materialize()["channel_requirements"]
    assert (second["rows_updated"], second["edited_rows_kept"], second["rows_inserted"]) == (1, 1, 0)
    after = rows(database_url)
    changed = [row for row in after["channel_requirements"] if row not in before["channel_requirements"]]
    assert [row[:4] for row in changed] == [("twitter", "feed_post", "content", "text_length")]
    assert value(database_url, f"select maximum from channels.channel_requirements where {LENGTH_OF_FACEBOOK}") == 500


def test_a_kept_edit_is_named_in_metadata_and_log(files: Path, database_url: str, capfd: pytest.CaptureFixture[str]):
    materialize()
    execute(database_url, EDIT)
    shown = materialize()["channel_requirements"]["edited_rows"]
    assert "facebook/feed\\_post/content/text\\_length | maximum | 500 | 400" in shown
    log = capfd.readouterr().err
    assert "kept 1 edited rows" in log
    assert "kept the edited row facebook/feed_post/content/text_length: maximum 500 (file: 400)" in log


def test_an_edit_of_any_column_keeps_its_row(files: Path, database_url: str):
    materialize()
    edits = {
        "platforms": "update channels.platforms set status = 'inactive' where platform = 'tiktok'",
        "channel_types": "update channels.channel_types set description = 'Ours.' where channel_type = 'reel'",
        "platform_channels": "update channels.platform_channels set notes = 'ours' where platform = 'pinterest'",
        "channel_requirements": "update channels.channel_requirements set is_active = false where severity = 'soft'",
        "picture_formats": "update channels.picture_formats set maximum_bytes = 1 where platform = 'bluesky'",
    }
    edited = {table: execute(database_url, statement) for table, statement in edits.items()}
    kept_rows = rows(database_url)
    second = materialize()
    # A row of publisher_channels is nothing but its key.
    kept = edited | {"publisher_channels": 0}
    assert {name: metadata["edited_rows_kept"] for name, metadata in second.items()} == kept
    assert rows(database_url) == kept_rows


def test_an_equal_number_in_another_notation_is_not_an_edit(files: Path, database_url: str):
    materialize()
    execute(database_url, f"update channels.channel_requirements set maximum = 400.00 where {LENGTH_OF_FACEBOOK}")
    assert materialize()["channel_requirements"]["edited_rows_kept"] == 0


def test_a_deleted_row_comes_back_and_a_deactivated_row_stays_inactive(files: Path, database_url: str):
    materialize()
    assert execute(database_url, "delete from channels.channel_requirements where requirement_key = 'tone'") > 20
    execute(
        database_url, "update channels.channel_requirements set is_active = false where requirement_key = 'language'"
    )
    second = materialize()["channel_requirements"]
    assert second["rows_inserted"] > 20
    assert (
        value(
            database_url,
            "select bool_or(is_active) from channels.channel_requirements where requirement_key = 'language'",
        )
        is False
    )


def test_deleting_an_edited_row_restores_the_version_of_the_file(files: Path, database_url: str):
    materialize()
    execute(database_url, EDIT)
    execute(database_url, f"delete from channels.channel_requirements where {LENGTH_OF_FACEBOOK}")
    assert materialize()["channel_requirements"]["edited_rows_kept"] == 0
    assert value(database_url, f"select maximum from channels.channel_requirements where {LENGTH_OF_FACEBOOK}") == 400


def test_a_row_that_left_the_files_is_kept_and_named(files: Path, database_url: str):
    materialize()
    file = files / "channel_requirements.csv"
    file.write_text("".join(line for line in file.read_text().splitlines(keepends=True) if ",tone," not in line))
    gone = materialize()["channel_requirements"]["no_longer_in_file"]
    assert ["facebook/feed_post/content/tone"] in gone
    assert value(
        database_url, "select count(*) from channels.channel_requirements where requirement_key = 'tone'"
    ) == len(gone)


def test_a_mistake_in_the_last_file_prevents_loading_any_file(files: Path, database_url: str):
    change_line(
        files / "channel_requirements.csv", "bluesky,feed_post,media,alt", lambda line: line.replace("true", "ja")
    )
    with pytest.raises(ReferenceFileError, match=r"channel_requirements\.csv, line \d+, column value: 'ja' is neither"):
        materialize()
    assert value(database_url, "select count(*) from channels.platforms") == 0


def test_edits_wait_for_a_load_so_that_none_is_missed(reference_url: str):
    with transaction(reference_url) as loading, psycopg.connect(reference_url) as editing:
        assets.load_reference(loading, read_reference())
        assert editing.execute("select count(*) from channels.platforms").fetchone() == (11,)
        editing.execute("set local lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            editing.execute(EDIT)


def test_the_rules_of_a_channel_are_ordered_by_category_priority_and_key(reference_url: str):
    statement = (
        "insert into channels.channel_requirements (platform, channel_type, requirement_category, requirement_key,"
        " value_type, value, priority, is_active) values"
        " ('facebook', 'feed_post', 'content', 'zebra', 'text', '\"z\"', 100, true),"
        " ('facebook', 'feed_post', 'content', 'switched_off', 'text', '\"o\"', 100, false),"
        " ('facebook', 'feed_post', 'media', 'last', 'text', '\"l\"', -1, true)"
    )
    execute(reference_url, statement)
    with transaction(reference_url) as connection:
        found = connection.execute(load_sql("channels/requirements_of_channel.sql"), FACEBOOK).fetchall()
    order = [(row[0], -row[7], row[1]) for row in found]
    assert order == sorted(order)
    assert [row[1] for row in found[:2]] == ["text_length", "zebra"]
    assert found[-1][:2] == ("media", "last")
    assert "switched_off" not in [row[1] for row in found]


NEW_PLATFORM = """
insert into channels.platforms (platform, display_name) values ('lemmy', 'Lemmy');
insert into channels.channel_types (channel_type, display_name) values ('link_post', 'Link post');
insert into channels.platform_channels (platform, channel_type) values ('lemmy', 'link_post');
insert into channels.channel_requirements
(platform, channel_type, requirement_category, requirement_key, value_type, maximum, unit, description)
values ('lemmy', 'link_post', 'content', 'text_length', 'number', 200, 'characters', 'Write 200 characters at most.')
"""


def test_a_platform_and_a_channel_are_added_with_rows_only(reference_url: str):
    execute(reference_url, NEW_PLATFORM)
    with transaction(reference_url) as connection:
        [rule] = connection.execute(
            load_sql("channels/requirements_of_channel.sql"), {"platform": "lemmy", "channel_type": "link_post"}
        ).fetchall()
        assets.load_reference(connection, read_reference())
    assert (rule[1], rule[4], rule[8]) == ("text_length", 200, "Write 200 characters at most.")
    shown = CliRunner().invoke(main, ["channels", "lemmy", "link_post"])
    assert "at most 200" in shown.output
    added = CliRunner().invoke(main, ["account", "add", "--platform", "lemmy", "--remote-id", "c1", "--name", "Kilts"])
    assert added.exit_code == 0, added.output


def test_a_changed_row_is_effective_immediately(reference_url: str):
    execute(reference_url, EDIT)
    assert "80 to 500" in CliRunner().invoke(main, ["channels", "facebook", "feed_post"]).output
