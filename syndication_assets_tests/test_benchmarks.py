"""The benchmarks run, and their verdicts are right. The measured values are asserted by `make bench` only."""

import json
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks.measuring import Comparison, Result, alternate, percentile
from syndication_assets.database.connection import SQL_DIRECTORY
from syndication_assets.settings import PROJECT_DIRECTORY


def result(*, value: float, bound: float | None = 1.5, comparison: Comparison = Comparison.AT_MOST) -> Result:
    return Result("made_up", "something", 1.0, "s", 2.0, "another", value, comparison, bound)


def run_made_up(monkeypatch: pytest.MonkeyPatch, output: Path, results: list[Result], *options: str) -> int:
    """The exit code of a command line whose only benchmark returns these results."""
    monkeypatch.setattr(command, "BENCHMARKS", {"made_up": lambda _workplace: results})
    monkeypatch.setattr(command, "open_workplace", lambda *_: nullcontext())
    return command.main(["--output", str(output), *options])


@pytest.mark.slow
def test_quick_runs_the_cheap_benchmarks_and_leaves_only_its_results():
    # A short path that the server's user may enter, because its socket is below.
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        Path(name).chmod(0o755)
        directory, output = Path(name) / "work", Path(name) / "benchmarks.json"
        command_line = ["-m", "benchmarks", "--quick", "--directory", str(directory), "--output", str(output)]
        finished = subprocess.run(
            [
                sys.executable,
                *command_line,
                "storage",
                "queries",
                "generation",
                "approving",
                "publishing",
                "curation",
                "studio",
                "web",
            ],
            cwd=PROJECT_DIRECTORY,
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        document = json.loads(output.read_text())
        assert not directory.exists()
    assert document["is_quick"]
    names = ["storage", "queries", "generation", "approving", "publishing", "curation", "studio", "web"]
    assert [run["name"] for run in document["runs"]] == names
    assert all(line["measured"] > 0 for run in document["runs"] for line in run["results"])
    queries = document["runs"][1]["results"]
    reports = sorted(path.stem for path in (SQL_DIRECTORY / "engagement/report").glob("*.sql"))
    assert sorted({line["what"].split(",")[0] for line in queries}) == reports


@pytest.mark.parametrize(
    ("value", "comparison", "is_met"),
    [
        (1.5, Comparison.AT_MOST, True),
        (1.51, Comparison.AT_MOST, False),
        (1.5, Comparison.AT_LEAST, True),
        (1.49, Comparison.AT_LEAST, False),
    ],
)
def test_a_value_equal_to_the_bound_meets_it(value: float, comparison: Comparison, is_met: bool):
    assert result(value=value, comparison=comparison).is_met is is_met
    assert result(value=value, comparison=comparison, bound=None).is_met is None


def test_a_missed_bound_gives_exit_code_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    met, missed, without_bound = result(value=1.0), result(value=2.0), result(value=9.0, bound=None)
    output = tmp_path / "benchmarks.json"
    assert run_made_up(monkeypatch, output, [met, without_bound]) == 0
    assert run_made_up(monkeypatch, output, [met, missed]) == 1
    assert [line["is_met"] for line in json.loads(output.read_text())["runs"][0]["results"]] == [True, False]


def test_quick_gives_no_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert run_made_up(monkeypatch, tmp_path / "benchmarks.json", [result(value=2.0)], "--quick") == 0


def test_an_unknown_benchmark_is_rejected_with_the_known_names(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="2"):
        command.main(["nonsense"])
    errors = " ".join(capsys.readouterr().err.split())
    assert f"unknown benchmark nonsense: choose from {', '.join(command.BENCHMARKS)}" in errors
    assert {"ingest", "queries", "curation", "studio", "web", "demo"} < command.BENCHMARKS.keys()


def test_the_sides_of_a_comparison_alternate_and_so_does_the_first():
    calls: list[str] = []

    def side(name: str, seconds: float) -> float:
        calls.append(name)
        return seconds

    times = alternate({"a": lambda: side("a", 1.0), "b": lambda: side("b", len(calls))}, 3)
    assert calls == ["a", "b", "b", "a", "a", "b"]
    assert (times["a"].median, times["b"].seconds) == (1.0, (1, 2, 5))


def test_a_percentile_is_one_of_the_values():
    assert percentile([5.0, 1.0, 4.0, 2.0, 3.0], 50) == 3.0
    assert percentile([float(value) for value in range(1, 201)], 95) == 190.0
    assert percentile([7.0], 95) == 7.0
    with pytest.raises(ValueError, match="no values"):
        percentile([], 95)
