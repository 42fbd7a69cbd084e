"""`dagster dev` with the guarded web server: `python -m syndication_assets.automation.web.guarded_dev`.

Dagster has no setting for the program of its web server, so the command that starts it is replaced. If Dagster starts
it in another way one day, nothing starts, and the tests say so.
"""

import signal
import sys
from collections.abc import Sequence
from typing import Any

import click
from dagster._cli import dev

_UNGUARDED = [sys.executable, "-m", "dagster_webserver"]
_GUARDED = [sys.executable, "-m", "syndication_assets.automation.web.guarded_webserver"]
_DAEMON = [sys.executable, "-m", "dagster._daemon"]

_open_subprocess = dev.open_ipc_subprocess  # type: ignore[attr-defined]


def open_guarded(parts: Sequence[str], **options: Any) -> Any:
    """Starts a program of `dagster dev`, with our web server in place of Dagster's."""
    program, arguments = list(parts[: len(_UNGUARDED)]), list(parts[len(_UNGUARDED) :])
    if program == _UNGUARDED:
        return _open_subprocess([*_GUARDED, *arguments], **options)
    if program == _DAEMON:
        return _open_subprocess(list(parts), **options)
    raise click.ClickException(
        f"This version of Dagster starts {' '.join(program)}, which is not known: install the version in "
        "requirements/runtime.lock."
    )


def main() -> None:
    dev.open_ipc_subprocess = open_guarded  # type: ignore[attr-defined]
    # A terminal that is closed ends Dagster as Ctrl-C does; `nohup` keeps it.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    dev.dev_command(prog_name="dagster dev")


if __name__ == "__main__":
    main()
