"""`make demo` after installation: `syndication demo` in a fresh local directory, and a second time.

It runs as a separate process, as a user starts it: the embedded server is initialized, migrations run, 28 days of
samples land, and the whole graph is materialized.
"""

import os
import subprocess
import sys

from benchmarks.measuring import Comparison, Result, seconds_of
from benchmarks.workplace import Workplace

NAME = "demo"
SECONDS = 60.0


def run(workplace: Workplace) -> list[Result]:
    """The first run, which has a bound, and a second run, which has nothing left to do."""
    local_directory = workplace.folder("demo")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("SYNDICATION_", "DAGSTER_"))
    }
    environment["SYNDICATION_LOCAL_DIR"] = str(local_directory)

    def syndication(command: str) -> None:
        finished = subprocess.run(
            [sys.executable, "-m", "syndication_assets.cli.main", command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if finished.returncode != 0:
            raise RuntimeError(f"syndication {command} failed: {finished.stderr.strip()[-2000:]}")

    try:
        first = seconds_of(lambda: syndication("demo"))
        second = seconds_of(lambda: syndication("demo"))
    finally:
        syndication("stop")
    return [
        Result(
            NAME,
            "syndication demo, first run",
            first,
            "s",
            value=first,
            comparison=Comparison.AT_MOST,
            bound=SECONDS,
            note="with initdb and migrations, without the installation",
        ),
        Result(NAME, "syndication demo, second run", second, "s", note="nothing new, same totals"),
    ]
