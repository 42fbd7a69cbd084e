"""An organization moves whole to another cluster, with its ids; nothing is sent twice, and others stay as they are."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from syndication_assets.cli.main import main
from syndication_assets.database.migrating import migrations
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.publishing.sending.publish import publish_due
from syndication_assets.relocation.exported_organization import MANIFEST_FILE, ExportError, read_manifest
from syndication_assets.relocation.exporting import export_organization
from syndication_assets.relocation.importing import import_organization
from syndication_assets.settings import PROJECT_DIRECTORY, Settings
from syndication_assets.tenancy.erasure import erase_organization
from syndication_assets_tests.conftest import _servers, new_database
from syndication_assets_tests.publishing.fake_platform import FakePlatform
from syndication_assets_tests.publishing.publishing_queue import AFTER_SLOT, KEYS, PublishingQueue, settings_of
from syndication_assets_tests.servers import Server
from syndication_assets_tests.tenancy.conftest import add_channel, fill_two_organizations_of_people
from syndication_assets_tests.tenancy.test_erasure import holding, id_of, rows


def silent(_: str) -> None:
    """No progress."""


@pytest.fixture(scope="module")
def other_server(request: pytest.FixtureRequest, server: Server) -> Server:
    """Another cluster: Debian's, where it is installed; else the same with another database."""
    others = [other for other in request.config.stash[_servers] if other.name != server.name]
    return others[0] if others else server


@pytest.fixture(scope="module")
def other_template(other_server: Server) -> Iterator[str]:
    name = "syndication_template_of_relocation"
    other_server.administer("drop database if exists {} with (force)", name)
    other_server.administer("create database {} template template0", name)
    migrations.migrate(other_server.url(name))
    yield name
    other_server.administer("drop database if exists {} with (force)", name)


@pytest.fixture
def there(other_server: Server, other_template: str) -> Iterator[str]:
    """The URL of the database that the organization moves to, where the shared rows are the same."""
    with new_database(other_server, other_template) as url:
        yield url


@pytest.fixture(scope="module")
def filled_template(server: Server, template_database: str) -> Iterator[str]:
    with new_database(server, template_database) as url:
        fill_two_organizations_of_people(url)
        with psycopg.connect(url) as connection:
            # Who decides for a member is one too.
            connection.execute(
                "insert into tenancy.organization_members (organization_id, user_id, role)"
                " select organization_id, to_user_id, 'editor' from approval.delegations on conflict do nothing"
            )
        with psycopg.connect(url) as connection:
            connection.execute("update tenancy.organizations set is_active = false where slug = 'first'")
        yield url.partition("?")[0].rpartition("/")[2]


@pytest.fixture
def here(server: Server, filled_template: str) -> Iterator[str]:
    """The URL of a database with the organizations `first`, which is paused, and `second`, with rows in every table."""
    with new_database(server, filled_template) as url:
        yield url


def shared_rows(url: str) -> None:
    """The rows that `fill_two_organizations` shares between organizations."""
    with psycopg.connect(url) as connection:
        add_channel(connection)


def settings_at(directory: Path, **changes: Any) -> Settings:
    return Settings.from_environment().model_copy(
        update={"landing_url": str(directory), "secret_keys": SecretStr(f"key-1:{KEYS[5:]}"), **changes}
    )


@pytest.fixture
def exported(here: str, tmp_path: Path) -> Path:
    """The directory of the exported organization, with landed files of all kinds."""
    folder = tmp_path / "here" / "first" / "linkedin_apify" / "2025-11-03"
    folder.mkdir(parents=True)
    (folder / "posts.json").write_text("[]")
    (folder / "posts.json.meta.json").write_text("{}")
    (folder / "unfinished.json.part").write_text("[")
    withdrawn = tmp_path / "here" / "first" / ".withdrawn" / "linkedin_apify"
    withdrawn.mkdir(parents=True)
    (withdrawn / "old.json").write_text("[1]")
    other = tmp_path / "here" / "second"
    other.mkdir()
    (other / "posts.json").write_text("[2]")
    directory = tmp_path / "export"
    export_organization(here, LandingZone(str(tmp_path / "here")), "first", directory, silent)
    return directory


def own_rows(url: str, organization_id: str) -> dict[str, list[str]]:
    """The rows that name the organization, by table without partitions' names."""
    found: dict[str, list[str]] = {}
    for table, texts in rows(url).items():
        name = table.rstrip("0123456789_") if table[-7:].replace("_", "").isdigit() else table
        found.setdefault(name, []).extend(text for text in texts if organization_id in text)
    return {table: sorted(texts) for table, texts in found.items() if texts}


def test_an_organization_arrives_with_every_row_and_its_ids(here: str, there: str, exported: Path, tmp_path: Path):
    first, second = id_of(here, "first"), id_of(here, "second")
    shared_rows(there)
    before = rows(there)
    imported = import_organization(settings_at(tmp_path / "there"), there, exported, silent)

    expected, found = own_rows(here, first), own_rows(there, first)
    entries = found.pop("tenancy.audit_log")
    assert len(entries) == len(expected.pop("tenancy.audit_log")) + 1
    assert any(",import,tenancy.organizations," in entry for entry in entries)
    assert found == expected
    assert imported.rows == sum(map(len, expected.values())) + len(entries) - 1
    assert len(found) > 40
    assert holding(there, second) == set()
    for table, kept in before.items():
        assert set(kept) <= set(rows(there)[table]), table
    files = sorted(str(path.relative_to(tmp_path / "there")) for path in (tmp_path / "there").rglob("*.json"))
    assert files == [
        "first/.withdrawn/linkedin_apify/old.json",
        "first/linkedin_apify/2025-11-03/posts.json",
        "first/linkedin_apify/2025-11-03/posts.json.meta.json",
    ]


def test_triggers_are_as_before_and_new_ids_begin_after_the_imported_ones(
    here: str, there: str, exported: Path, tmp_path: Path
):
    shared_rows(there)
    statement = "select tgrelid::regclass::text, tgname, tgenabled from pg_trigger where not tgisinternal order by 1, 2"
    with psycopg.connect(here) as connection:
        connection.execute("select setval('scraping.hashtag_id_sequence', 5000)")
    shutil.rmtree(exported)
    export_organization(here, LandingZone(str(tmp_path / "here")), "first", exported, silent)
    with psycopg.connect(there) as connection:
        before = set(connection.execute(statement).fetchall())
    import_organization(settings_at(tmp_path / "there"), there, exported, silent)
    with psycopg.connect(there) as connection:
        after = set(connection.execute(statement).fetchall())
        assert before <= after
        assert {state for _, _, state in after} <= {"O", "A"}
        assert connection.execute("select nextval('scraping.hashtag_id_sequence')").fetchone() == (5001,)
        first = id_of(there, "first")
        connection.execute("set local role syndication_pipeline")
        connection.execute(
            "insert into scraping.hashtags (organization_id, hashtag, first_seen_at) values (%s, 'new', now())", [first]
        )
    with psycopg.connect(there) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("update tenancy.audit_log set actor = 'nobody'")


@contextmanager
def nothing_changes(url: str) -> Iterator[None]:
    before = rows(url)
    yield
    assert rows(url) == before


def test_an_import_replaces_nothing(here: str, exported: Path, tmp_path: Path):
    with nothing_changes(here), pytest.raises(ExportError, match="an import replaces nothing"):
        import_organization(settings_at(tmp_path / "there"), here, exported, silent)


def test_the_slug_of_another_organization_is_refused(there: str, exported: Path, tmp_path: Path):
    with psycopg.connect(there) as connection:
        connection.execute("insert into tenancy.organizations (slug, name) values ('first', 'Another')")
    with nothing_changes(there), pytest.raises(ExportError, match="'first' of this database has the slug 'first'"):
        import_organization(settings_at(tmp_path / "there"), there, exported, silent)


def test_missing_keys_and_missing_shared_rows_are_named(there: str, exported: Path, tmp_path: Path):
    manifest = read_manifest(exported)
    assert manifest.secret_key_ids == ["key-1"]
    with pytest.raises(ExportError, match="encrypted with the keys key-1: add them"):
        import_organization(settings_at(tmp_path / "there", secret_keys=SecretStr(KEYS)), there, exported, silent)
    with nothing_changes(there), pytest.raises(ExportError, match="refers to rows that all organizations share"):
        import_organization(settings_at(tmp_path / "there"), there, exported, silent)


def test_somebody_else_with_the_same_address_is_refused(here: str, there: str, exported: Path, tmp_path: Path):
    shared_rows(there)
    with psycopg.connect(here) as connection:
        [(user_id,)] = connection.execute(
            "select user_id from tenancy.organization_members where organization_id = %s and role = 'owner'",
            [id_of(here, "first")],
        ).fetchall()
    with psycopg.connect(there) as connection:
        connection.execute("select setval('tenancy.user_id_sequence', 1000)")
        connection.execute(
            "insert into tenancy.users (email, display_name) values (%s, 'X')", [f"{user_id}@example.org"]
        )
    with nothing_changes(there), pytest.raises(ExportError, match=f"{user_id} of the export and another user"):
        import_organization(settings_at(tmp_path / "there"), there, exported, silent)


def test_a_damaged_file_is_named_and_a_changed_row_is_found(there: str, exported: Path, tmp_path: Path):
    shared_rows(there)
    file = exported / "tables" / "scraping.hashtags.copy"
    content = file.read_bytes()
    file.write_bytes(content.replace(b"\t", b" ", 1))
    with pytest.raises(ExportError, match=r"scraping\.hashtags\.copy is damaged"):
        import_organization(settings_at(tmp_path / "there"), there, exported, silent)
    # The negative control of the checksums of tables: a row that was changed on its way, in a file that looks intact.
    changed = content.replace(b"12:00:00+00", b"12:00:01+00")
    assert changed != content
    file.write_bytes(changed)
    manifest = exported / MANIFEST_FILE
    manifest.write_text(manifest.read_text().replace(sha256(content).hexdigest(), sha256(changed).hexdigest()))
    with nothing_changes(there), pytest.raises(ExportError, match=r"rows of scraping\.hashtags are not those"):
        import_organization(settings_at(tmp_path / "there"), there, exported, silent)


def test_an_active_organization_and_a_full_directory_are_refused(here: str, tmp_path: Path):
    zone = LandingZone(str(tmp_path / "here"))
    with pytest.raises(ExportError, match="'second' is not paused"):
        export_organization(here, zone, "second", tmp_path / "export", silent)
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "x").write_text("")
    with pytest.raises(ExportError, match="is not empty"):
        export_organization(here, zone, "first", tmp_path / "export", silent)
    with pytest.raises(ExportError, match=f"has no {MANIFEST_FILE}"):
        read_manifest(tmp_path / "export")


def test_nothing_is_published_twice(server: Server, template_database: str, there: str, tmp_path: Path):
    """Two posts are sent here and one there: what was sent travels, and the paused organization sends nothing more."""
    with new_database(server, template_database) as here:
        queue, platform = PublishingQueue(here), FakePlatform()
        queue.due(queue.page(publisher="facebook_graph"), 3)
        queue.publish_to(platform, limit=2)
        assert len(platform.accepted) == 2
        queue.execute("update tenancy.organizations set slug = 'moving', is_active = false")
        with psycopg.connect(there) as connection:
            _copy_shared(here, connection)
        # The first organization of every database has the same id.
        erase_organization(there, "default")
        export_organization(here, LandingZone(str(tmp_path / "here")), "moving", tmp_path / "export", silent)
        queue.publish_to(platform)
        assert len(platform.accepted) == 2, "the copy that stays is paused"

        settings = settings_of(landing_url=str(tmp_path / "there"), sent_url=str(tmp_path / "sent"))
        import_organization(settings, there, tmp_path / "export", silent)
        publishers = {"facebook_graph": platform}
        publish_due(there, settings, AFTER_SLOT, publishers, 10)
        assert len(platform.accepted) == 2, "the copy that arrives is paused, too"
        with psycopg.connect(there) as connection:
            connection.execute("update tenancy.organizations set is_active = true where slug = 'moving'")
        for _ in range(2):
            publish_due(there, settings, AFTER_SLOT, publishers, 10)
        assert len(platform.accepted) == 3
        assert len(set(platform.texts())) == 3
        # Its credential was opened there.
        assert platform.secrets[-1] == platform.secrets[0]


def _copy_shared(here: str, there: psycopg.Connection) -> None:
    """What the queue of a test has added to the tables that all organizations share."""
    tables = (
        "channels.platforms",
        "channels.channel_types",
        "channels.platform_channels",
        "publishing.content_processes",
    )
    with psycopg.connect(here) as source:
        for table in tables:
            with (
                source.cursor().copy(f"copy {table} to stdout") as out,
                there.cursor().copy(f"copy {table} from stdin") as into,
            ):
                for chunk in out:
                    into.write(chunk)


def test_the_commands_export_and_import(here: str, there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shared_rows(there)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path / "local"))
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", f"key-1:{KEYS[5:]}")
    with psycopg.connect(here) as connection:
        [(owner,)] = connection.execute(
            "select user_id from tenancy.organization_members where organization_id = %s and role = 'owner'",
            [id_of(here, "first")],
        ).fetchall()
    monkeypatch.setenv("SYNDICATION_ACTOR", owner)
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", here)
    result = CliRunner().invoke(main, ["organization", "export", "first", str(tmp_path / "export")])
    assert result.exit_code == 0, result.output
    assert "Change nothing of it here from now on." in result.output
    assert "SYNDICATION_SECRET_KEYS with: key-1" in result.output
    monkeypatch.delenv("SYNDICATION_ACTOR")
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", there)
    result = CliRunner().invoke(main, ["organization", "import", str(tmp_path / "export")])
    assert result.exit_code == 0, result.output
    assert "all of them are as they were exported." in result.output
    again = CliRunner().invoke(main, ["organization", "import", str(tmp_path / "export")])
    assert again.exit_code == 1
    assert "this needs the right organizations.import" in again.output
    monkeypatch.setenv("SYNDICATION_ACTOR", owner)
    again = CliRunner().invoke(main, ["organization", "import", str(tmp_path / "export")])
    assert "an import replaces nothing" in again.output


def test_a_new_cluster_counts_from_a_place_of_its_own_as_the_page_says(here: str, there: str):
    page = (PROJECT_DIRECTORY / "docs" / "many-machines.md").read_text()
    [statement] = re.findall(r'^syndication psql -c "(select setval.*)"$', page, flags=re.MULTILINE)
    added = "insert into tenancy.organizations (slug, name) values ('acme', 'Acme') returning organization_id"
    with psycopg.connect(here) as connection:
        existing = {row[0] for row in connection.execute("select organization_id from tenancy.organizations")}
    with psycopg.connect(there) as connection:
        assert connection.execute(added).fetchone()[0] in existing, "the negative control"  # type: ignore[index]
        connection.rollback()
        connection.execute(statement)
        assert connection.execute(added).fetchone()[0] not in existing  # type: ignore[index]


def test_an_unknown_slug_names_the_existing_ones(here: str, tmp_path: Path):
    with pytest.raises(SyndicationError, match="There is no organization 'nobody'; there are default, first, second"):
        export_organization(here, LandingZone(str(tmp_path)), "nobody", tmp_path / "export", silent)
