"""The fixtures of the studio tests."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets.studio.making import visual
from syndication_assets_tests.emptied_tables import delete_rows_of_rooms
from syndication_assets_tests.studio.studio_desk import StudioDesk

_SHIPPED = (
    "brand.enforcement_levels",
    "media.stock_sources",
    "media.host_limits",
    "studio.compliance_rules",
    "studio.compliance_categories",
)
"""Tables whose rows come with the project."""


@pytest.fixture
def desk(shared_database: str, tmp_path: Path) -> StudioDesk:
    delete_rows_of_rooms(shared_database, ["studio", "brand", "media"], kept=_SHIPPED)
    return StudioDesk(shared_database, directory=tmp_path)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The formats that were drawn, in their order."""
    formats: list[str] = []
    render = visual.render

    def counted(template: Any, format_name: str, *arguments: Any, **more: Any) -> Any:
        formats.append(format_name)
        return render(template, format_name, *arguments, **more)

    monkeypatch.setattr(visual, "render", counted)
    return formats


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
