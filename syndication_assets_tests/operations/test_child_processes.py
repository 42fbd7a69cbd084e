"""Processes that a pool starts: they do not run the program of their parent, and they end with it."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from syndication_assets.operations.child_processes import started_pool

print("imported by", __name__)

if __name__ == "__main__":
    with {pool} as pool:
        assert pool.submit(os.getpid).result() != os.getpid()
        assert sys.modules["__main__"].__file__ == __file__
"""


@pytest.mark.parametrize(
    ("pool", "imports"),
    [
        ("started_pool(2)", ["imported by __main__"]),
        # What a pool does by itself, in at least one of its processes.
        ("ProcessPoolExecutor(1, get_context('spawn'))", ["imported by __main__", "imported by __mp_main__"]),
    ],
)
def test_children_do_not_import_the_program_of_their_parent(pool: str, imports: list[str], tmp_path: Path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(pool=pool))
    ran = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.splitlines() == imports
