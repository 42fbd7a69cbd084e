"""The fixtures of the studio tests."""

from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets_tests.studio.studio_desk import StudioDesk


@pytest.fixture
def desk(shared_database: str, tmp_path: Path) -> StudioDesk:
    with psycopg.connect(shared_database, autocommit=True) as connection:
        (statement,) = connection.execute(
            "select 'set session_replication_role = replica;'"
            " || string_agg(format('delete from %%s;', c.oid::regclass), '')"
            " from pg_class c where c.relkind = 'r' and c.relnamespace::regnamespace::text = any(%s)"
            " and c.relname not in ('stock_sources', 'host_limits', 'enforcement_levels', 'compliance_rules',"
            " 'compliance_categories')",
            [["studio", "brand", "media"]],
        ).fetchall()[0]
        connection.execute(statement)
    return StudioDesk(shared_database, directory=tmp_path)


@pytest.fixture
def run(desk: StudioDesk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", desk.url)
    monkeypatch.setenv("SYNDICATION_MEDIA_URL", str(desk.directory / "media"))
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(desk.directory))

    def invoke(*arguments: str, fails: bool = False) -> str:
        result: Result = CliRunner().invoke(main, list(arguments))
        assert (result.exit_code == 1) is fails, result.output
        assert "Traceback" not in result.output
        return result.output

    return invoke
