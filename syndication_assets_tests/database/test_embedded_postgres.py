"""The embedded server and its pid file: after a crash, the id in it may be nobody's, or another program's."""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from syndication_assets.database import embedded_postgres
from syndication_assets.errors import SyndicationError


@pytest.fixture
def directory() -> Iterator[Path]:
    """A local directory with a server of its own, which was started and killed."""
    with tempfile.TemporaryDirectory(prefix="syn", ignore_cleanup_errors=True) as name:
        place = Path(name)
        place.chmod(0o755)
        embedded_postgres.start(place)
        _kill(place)
        yield place
        embedded_postgres.stop(place)


@pytest.fixture
def other_program() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"]) as process:
        yield process
        process.kill()


def _kill(place: Path) -> None:
    """Kills the server with its children, as a power failure does: the pid file stays."""
    postmaster = psutil.Process(int(_pid_file(place).read_text().split()[0]))
    family = [postmaster, *postmaster.children()]
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    psutil.wait_procs(family, 10)


def _pid_file(place: Path) -> Path:
    return embedded_postgres.data_directory(place) / "postmaster.pid"


def _name_in_pid_file(place: Path, process_id: int) -> None:
    _, *rest = _pid_file(place).read_text().splitlines()
    _pid_file(place).write_text("\n".join([str(process_id), *rest]) + "\n")


def _is_answered(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("select true").fetchone() == (True,)


@pytest.mark.slow
def test_a_pid_file_with_the_id_of_another_program_is_no_server(
    directory: Path, other_program: subprocess.Popen[bytes]
):
    _name_in_pid_file(directory, other_program.pid)
    # Before, this sent the other program the signals that end a server.
    assert embedded_postgres.stop(directory) is False
    assert other_program.poll() is None
    assert _is_answered(embedded_postgres.start(directory))
    assert other_program.poll() is None


@pytest.mark.slow
def test_a_pid_file_with_the_id_of_another_server_is_not_ours(directory: Path):
    with tempfile.TemporaryDirectory(prefix="syn", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        url = embedded_postgres.start(Path(name))
        _name_in_pid_file(directory, int(_pid_file(Path(name)).read_text().split()[0]))
        assert embedded_postgres.stop(directory) is False
        assert _is_answered(embedded_postgres.start(directory))
        assert _is_answered(url)
        embedded_postgres.stop(Path(name))


@pytest.mark.slow
@pytest.mark.parametrize("content", ["", "no number\n", "4194305\n", "-1\n/nowhere\n"])
def test_a_damaged_pid_file_is_no_server(directory: Path, content: str):
    _pid_file(directory).write_text(content)
    assert embedded_postgres.stop(directory) is False
    assert _is_answered(embedded_postgres.start(directory))


@pytest.mark.slow
def test_a_server_that_cannot_start_says_why_in_a_sentence(directory: Path):
    configuration = embedded_postgres.data_directory(directory) / "postgresql.conf"
    good = configuration.read_text()
    configuration.write_text(f"{good}\nno_such_setting = 1\n")
    with pytest.raises(SyndicationError, match=r"did not start: .*The log is .*/postgres/log") as caught:
        embedded_postgres.start(directory)
    assert len(str(caught.value).splitlines()) == 1
    configuration.write_text(good)


@pytest.mark.slow
def test_a_server_without_a_free_connection_says_so_in_a_sentence(directory: Path, monkeypatch: pytest.MonkeyPatch):
    url = embedded_postgres.start(directory)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("alter system set max_connections = 5")
        connection.execute("alter system set superuser_reserved_connections = 0")
    embedded_postgres.stop(directory)
    url = embedded_postgres.start(directory)
    monkeypatch.setattr(embedded_postgres, "_started", {})
    taken = []
    with suppress(psycopg.OperationalError):
        while True:
            taken.append(psycopg.connect(url))
    with pytest.raises(SyndicationError, match=r"runs, but accepts no connection: .*too many clients already"):
        embedded_postgres.start(directory)
    for connection in taken:
        connection.close()
