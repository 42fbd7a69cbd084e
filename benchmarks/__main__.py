"""`python -m benchmarks [NAME …]`: runs the benchmarks, prints the table, writes `.local/benchmarks.json`.

Exits with 1 if a bound is missed. `--quick` only shows whether the benchmarks work: it uses small sizes, gives no
verdict, and writes `.local/benchmarks-quick.json`.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import (
    approving,
    catalogue,
    curation,
    demo,
    generation,
    ingest,
    media,
    one_day,
    publishing,
    queries,
    rollups,
    storage,
    studio,
    web,
)
from benchmarks.measuring import Result, load_average
from benchmarks.workplace import DIRECTORY, FULL, QUICK, Workplace, open_workplace

BENCHMARKS: dict[str, Callable[[Workplace], list[Result]]] = {
    module.NAME: module.run
    for module in (
        *(ingest, rollups, one_day, storage, queries, catalogue, generation, approving, publishing, curation, media),
        *(studio, web, demo),
    )
}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a benchmark."""

    name: str
    seconds: float
    load_average_before: float | None
    load_average_after: float | None
    results: list[Result]


def main(arguments: list[str] | None = None) -> int:
    """Runs the named benchmarks, or all of them; returns the exit code."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="use small sizes, to test the benchmarks")
    parser.add_argument("--repeats", type=int, help="number of measurements of each side of a comparison")
    parser.add_argument("--directory", type=Path, default=DIRECTORY, help="directory of the server; removed at the end")
    parser.add_argument("--output", type=Path, help="JSON file to write")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"unknown benchmark {', '.join(unknown)}: choose from {', '.join(BENCHMARKS)}")
    output = options.output or DIRECTORY.parent / ("benchmarks-quick.json" if options.quick else "benchmarks.json")
    console = Console(width=None if Console().is_terminal else 180)
    sizes = QUICK if options.quick else FULL
    sizes = replace(sizes, repeats=options.repeats or sizes.repeats)
    runs = []
    with open_workplace(sizes, options.directory) as workplace:
        for name in options.names or BENCHMARKS:
            console.print(f"[bold]{name}[/] …")
            runs.append(_run(name, workplace))
            console.print(_table(runs[-1:], is_quick=options.quick))
    if len(runs) > 1:
        console.print(_table(runs, is_quick=options.quick))
    write_json(output, runs, is_quick=options.quick)
    console.print(f"Written to {output}", soft_wrap=True)
    missed = [result for run in runs for result in run.results if result.is_met is False]
    return 1 if missed and not options.quick else 0


def _run(name: str, workplace: Workplace) -> Run:
    before, started_at = load_average(), time.perf_counter()
    results = BENCHMARKS[name](workplace)
    return Run(name, time.perf_counter() - started_at, before, load_average(), results)


def _table(runs: list[Run], *, is_quick: bool) -> Table:
    table = Table(
        title="Benchmarks (quick: the numbers mean nothing)" if is_quick else "Benchmarks", title_justify="left"
    )
    for column in ("benchmark", "what", "measured", "compared with", "value", "bound", ""):
        is_number = column in {"measured", "value", "bound"}
        table.add_column(column, justify="right" if is_number else "left", no_wrap=is_number)
    for run in runs:
        for result in run.results:
            reference = ""
            if result.reference is not None:
                reference = f"{result.reference_name}: {_number(result.reference)} {result.unit}"
            table.add_row(
                result.benchmark,
                f"{result.what}\n[dim]{result.note}[/]" if result.note else result.what,
                f"{_number(result.measured)} {result.unit}",
                reference,
                "" if result.value is None else _number(result.value),
                "" if result.bound is None else f"{result.comparison.value} {result.bound:g}",
                "" if is_quick else {True: "[green]pass[/]", False: "[red]FAIL[/]", None: ""}[result.is_met],
            )
    return table


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"


def write_json(path: Path, runs: list[Run], *, is_quick: bool) -> None:
    """Writes all results, with a description of the machine."""
    document = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "is_quick": is_quick,
        "machine": {"system": platform.platform(), "processors": os.cpu_count(), "python": platform.python_version()},
        "runs": [
            asdict(run)
            | {
                "results": [
                    asdict(result) | {"comparison": result.comparison.value, "is_met": result.is_met}
                    for result in run.results
                ]
            }
            for run in runs
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
