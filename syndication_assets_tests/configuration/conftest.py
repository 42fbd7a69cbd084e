"""A database with the platforms, and files to apply to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from syndication_assets.channels.reference import load_reference
from syndication_assets.channels.reference_files import read_reference
from syndication_assets.configuration.configuration_document import read_document
from syndication_assets.configuration.plan import Plan, apply, plan
from syndication_assets.configuration.plan_text import plan_lines
from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import new_key
from syndication_assets_tests.rows import DatabaseRows

HEAD = "organization: {slug: acme, name: Acme}\n"


@dataclass
class Desk(DatabaseRows):
    """Applies texts as files, and reads the tables."""

    url: str
    directory: Path

    def file(self, text: str, name: str = "acme.yaml") -> Path:
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return path

    def apply(self, text: str, *, removes: bool = False, actor: str = "isla") -> Plan:
        return apply(self.url, read_document(self.file(text)), actor=actor, removes=removes)

    def plan(self, text: str, *, removes: bool = False) -> list[str]:
        """The lines of the plan."""
        document = read_document(self.file(text))
        planned = plan(self.url, document, actor="isla", removes=removes)
        return list(plan_lines(planned, {section.name: section for section in document.sections}))


@pytest.fixture(scope="module")
def module_desk(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk for all tests of a module: each begins without organizations but `default`."""
    with transaction(shared_database) as connection:
        load_reference(connection, read_reference())
    return Desk(shared_database, tmp_path_factory.mktemp("desk"))


@pytest.fixture
def desk(module_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", module_desk.url)
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", new_key())
    yield module_desk
    forget(module_desk)


def forget(desk: Desk) -> None:
    """Removes what a test configured."""
    with transaction(desk.url) as connection:
        for table in ("documents.feeds", "publishing.publishing_schedules", "channels.social_accounts"):
            connection.execute(f"delete from {table}")  # type: ignore[arg-type]
        connection.execute("delete from tenancy.organizations where slug <> 'default'")
        connection.execute("delete from tenancy.users")
