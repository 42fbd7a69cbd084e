"""No test knows the day of another moment than its own: none is computed at import, and none begins before midnight
and ends after.
"""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import SimpleNamespace

import pytest

from syndication_assets_tests import today as day_of_tests
from syndication_assets_tests.conftest import pytest_runtest_setup
from syndication_assets_tests.today import LONGEST_SLOW_TEST, LONGEST_TEST, seconds_to_wait

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ("syndication_assets_tests", "benchmarks", "syndication_assets", "requirements")
"""The project's own modules too: a server, a worker and a daemon import them once, and run for weeks."""
CLOCKS = {"now", "today", "utcnow", "current_time", "time_ns"}
CLOCKS_WITHOUT_ARGUMENTS = {"time", "time.time", "time.localtime", "time.gmtime"}
"""Without arguments they ask the clock; `time(9)` is nine o'clock."""


def clocks_at_import(source: str) -> list[int]:
    """The lines of a module that ask for the time when it is imported: outside of functions, in the default of an
    argument, in a decorator.
    """
    return [node.lineno for node in _run_at_import(ast.parse(source)) if _asks_the_time(node)]


def _run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        children: list[ast.AST] = [*node.args.defaults, *(default for default in node.args.kw_defaults if default)]
        children += [] if isinstance(node, ast.Lambda) else node.decorator_list
    else:
        children = list(ast.iter_child_nodes(node))
    for child in children:
        yield from _run_at_import(child)


def _asks_the_time(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func)
    has_arguments = bool(node.args or node.keywords)
    return name.rpartition(".")[2] in CLOCKS or (name in CLOCKS_WITHOUT_ARGUMENTS and not has_arguments)


def test_no_module_asks_for_the_time_when_it_is_imported():
    files = [path for package in PACKAGES for path in sorted((PROJECT / package).rglob("*.py"))]
    assert len(files) > 1000
    found = {path.relative_to(PROJECT).as_posix(): clocks_at_import(path.read_text("utf-8")) for path in files}
    assert {path: lines for path, lines in found.items() if lines} == {}, "ask in the test: `today()`"


@pytest.mark.parametrize(
    "source",
    [
        "TODAY = datetime.now(UTC).date()",
        "NOW: datetime = datetime.now(UTC)",
        "WINDOW = (DAY, today() + timedelta(days=2))",
        "class Desk:\n    opened_at = datetime.now(UTC)",
        "def test(day=date.today()): ...",
        "def test(*, day=date.today()): ...",
        "find = lambda day=date.today(): day",
        "@pytest.mark.parametrize('until', [datetime.utcnow()])\ndef test(until): ...",
        "CLAIMS = {'exp': int(time.time()) - 3600}",
        "DAYS = [today() - timedelta(days=days) for days in range(3)]",
        "if True:\n    STARTED = time.time_ns()",
    ],
)
def test_a_module_that_asks_when_it_is_imported_is_found(source: str):
    assert len(clocks_at_import(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "def today():\n    return datetime.now(UTC).date()",
        "class Desk:\n    def open(self):\n        self.opened_at = datetime.now(UTC)",
        "TODAY = lambda: datetime.now(UTC).date()",
        "OPENS_AT = time(9)",
        "MIDNIGHT = datetime.min.time()",
        "SINCE = 'now() - interval 1 day'",
        "@dataclass\nclass Run:\n    now: Callable[[], datetime] = current_time",
    ],
)
def test_a_module_that_asks_later_is_fine(source: str):
    assert clocks_at_import(source) == []


MIDNIGHT = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize("longest", [LONGEST_TEST, LONGEST_SLOW_TEST])
def test_a_test_that_could_see_midnight_begins_after_it(longest: timedelta):
    assert seconds_to_wait(MIDNIGHT - longest - timedelta(seconds=1), longest) == 0
    assert seconds_to_wait(MIDNIGHT - longest, longest) == longest.total_seconds() + 1
    assert seconds_to_wait(MIDNIGHT - timedelta(microseconds=1), longest) == pytest.approx(1, abs=0.001)
    assert seconds_to_wait(MIDNIGHT, longest) == 0


class TwoMinutesBefore(datetime):
    @classmethod
    def now(cls, _: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return MIDNIGHT - timedelta(minutes=2)


@pytest.mark.parametrize(("marker", "waits"), [(None, 0.0), (pytest.mark.slow, 121.0)])
def test_a_slow_test_waits_longer(marker: pytest.MarkDecorator | None, waits: float, monkeypatch: pytest.MonkeyPatch):
    waited: list[float] = []
    monkeypatch.setattr(day_of_tests, "datetime", TwoMinutesBefore)
    monkeypatch.setattr(day_of_tests, "time", SimpleNamespace(sleep=waited.append))
    pytest_runtest_setup(SimpleNamespace(get_closest_marker={"slow": marker}.get))  # type: ignore[arg-type]
    assert waited == [waits]
