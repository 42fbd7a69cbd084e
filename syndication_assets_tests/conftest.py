"""What every test may use: servers, a migrated database of its own, an empty landing zone.

A test that takes `database_url` runs on the embedded PostgreSQL 18. What PostgreSQL 15 may do differently (SQL files,
migrations, row-level security, partitions) is marked `both_servers` and runs there too, with its first parameters,
where Debian's package is installed. `--everything` runs all tests with all parameters on both, the slow ones included,
with all random histories, but those marked `one_server`: what they assert is decided in Python (commands and their
texts, HTTP, Dagster's runs), and other tests run its SQL on both. `--database-url` names another server instead.
Databases and sessions are used again by later tests (`reset_databases`, `kept_sessions`). With `--everything`, each
test on PostgreSQL 15 has a new database, and each connection of a test marked `both_servers` is a new session there.
No test reaches beyond loopback.
"""

import gc
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

from syndication_assets.database.connection_url import sqlalchemy_url
from syndication_assets.database.migrating import migrations
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.fetching.download_runs import RunSession, run_session
from syndication_assets.settings import PROJECT_DIRECTORY
from syndication_assets_tests.kept_sessions import sessions_kept, sessions_not_kept
from syndication_assets_tests.new_databases import filled_template, new_database
from syndication_assets_tests.random_histories import EVERYTHING, QUICK
from syndication_assets_tests.reset_databases import DatabasesOfTests
from syndication_assets_tests.servers import Server, start_servers
from syndication_assets_tests.today import wait_for_the_new_day

_ROOM_FOR_SERVERS = 4 * 1024**3
_PARTITIONS_OF_TOMORROW = """
    select operations.ensure_month_partitions(table_name::regclass, current_date, current_date + 1)
    from operations.partitioned_tables
    where exists (select 1 from pg_inherits where inhparent = table_name::regclass)
"""
"""Migrations leave the logs with the partition of their month. On its last day, tests may run in the next one."""
_ROLES = ("syndication_owner", "syndication_pipeline", "syndication_reader")
set_hypothesis_home_dir(Path(__file__).resolve().parent.parent / ".local" / "cache" / "hypothesis")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-url", help="a PostgreSQL 15 or newer to test on, instead of starting servers")
    parser.addoption("--everything", action="store_true", help="all tests on all servers, the slow ones too")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than processors, because a worker waits a third of its time: for its servers, and for the time
    limits that it tests.
    """
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # until all is imported, of which nothing goes away
    for name in _own_variables():
        del os.environ[name]
    # Dagster lists all partitions for every check of a run: those since 2015 would cost half a second a run.
    os.environ["SYNDICATION_FIRST_DAY"] = "2024-02-01"
    settings.load_profile(EVERYTHING if config.getoption("--everything") else QUICK)
    config.stash[_servers] = []
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        return  # the process that only hands out tests needs no server
    directory = tempfile.TemporaryDirectory(prefix="syn", dir=directory_in_memory(), ignore_cleanup_errors=True)
    servers = start_servers(config.getoption("--database-url"), Path(directory.name))
    config.stash[_servers] = servers
    config.add_cleanup(directory.cleanup)
    for server in servers:
        config.add_cleanup(server.stop)
        config.add_cleanup(server.close)  # before it stops


_servers = pytest.StashKey[list[Server]]()


def directory_in_memory() -> str | None:
    """Where copying a database of a thousand small files takes 20 ms; None for the usual place, on disk, where it takes
    half a second.
    """
    memory = Path("/dev/shm")  # noqa: S108 - a directory with a name of its own is made in it
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM_FOR_SERVERS:
        return str(memory)
    return None


def _own_variables() -> dict[str, str]:
    """The environment variables that change what the project or Dagster does."""
    return {name: os.environ[name] for name in os.environ if name.startswith(("SYNDICATION_", "DAGSTER_", "OPENAI_"))}


def pytest_report_header(config: pytest.Config) -> list[str]:
    return [f"{server.name}: {server.version()}" for server in config.stash[_servers]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "server" in metafunc.fixturenames:
        servers = metafunc.config.stash[_servers]
        if not _is_for_all_servers(metafunc.definition, is_everything=metafunc.config.getoption("--everything")):
            servers = servers[:1]
        metafunc.parametrize("server", servers, ids=[server.name for server in servers], scope="session", indirect=True)


def _is_for_all_servers(test: pytest.Item, *, is_everything: bool) -> bool:
    """By its own marker before that of its module."""
    if is_everything:
        return test.get_closest_marker("one_server") is None
    marker = test.get_closest_marker("both_servers")
    return marker is not None and marker.args != (False,)


def pytest_collection_finish() -> None:
    """Ends the garbage collector's walks through all that was imported, a seventh of the time without a database.

    It then runs after more allocations than usual: a run of Dagster makes many objects that live as long as itself.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--everything"):
        # The manual takes minutes: begun last, it would run alone at the end.
        items.sort(key=lambda item: not (item.path.name == "test_readme.py" and item.get_closest_marker("slow")))
        return
    left_out = {item for item in items if item.get_closest_marker("slow") is not None}
    left_out |= set(_more_parameters_on_further_servers(items))
    config.hook.pytest_deselected(items=sorted(left_out, key=items.index))
    items[:] = [item for item in items if item not in left_out]


def _more_parameters_on_further_servers(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """All but the first parameters of each test on every server but the first: they take the same SQL once more."""
    functions: set[tuple[str, str]] = set()
    first_server: Server | None = None
    for item in items:
        server = item.callspec.params.get("server") if hasattr(item, "callspec") else None
        if server is None:
            continue
        first_server = first_server or item.config.stash[_servers][0]
        if server is not first_server:
            function = (server.name, item.nodeid.partition("[")[0])
            if function in functions:
                yield item
            functions.add(function)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before the fixtures, which have a day too."""
    wait_for_the_new_day(is_slow=item.get_closest_marker("slow") is not None)


@pytest.fixture(autouse=True)
def environment_of_its_own() -> Iterator[None]:
    """Takes back what a test's commands set: they point their process at a database that the test drops."""
    before = _own_variables()
    yield
    for name in _own_variables():
        del os.environ[name]
    os.environ.update(before)


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rejects every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded_connect(self: socket.socket, address: object) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and isinstance(address, tuple):
            host = str(address[0])
            if host not in {"127.0.0.1", "::1", "localhost"}:
                raise AssertionError(f"a test tried to reach {host}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Server:
    server: Server = request.param
    return server


@pytest.fixture(scope="session", autouse=True)
def kept_sessions(pytestconfig: pytest.Config) -> Iterator[None]:
    """Keeps sessions on all servers."""
    with sessions_kept(server.admin_url for server in pytestconfig.stash[_servers]):
        yield


@pytest.fixture(autouse=True)
def new_sessions(request: pytest.FixtureRequest) -> Iterator[None]:
    """With `--everything`, a test of `both_servers` has new sessions on further servers."""
    server = request.getfixturevalue("server") if "server" in request.fixturenames else None
    is_marked = request.node.get_closest_marker("both_servers") is not None
    if server is not None and is_marked and _is_of_everything(request.config, server):
        with sessions_not_kept(server.admin_url):
            yield
    else:
        yield


def _is_of_everything(config: pytest.Config, server: Server) -> bool:
    """Whether nothing is used again on a server: on further ones, with `--everything`."""
    return bool(config.getoption("--everything")) and server is not config.stash[_servers][0]


@pytest.fixture
def server_without_roles(server: Server) -> Iterator[Server]:
    """The server as it is before any database was migrated: the project's roles are put away under other names."""
    if server.name == "given":
        pytest.skip("would rename roles on a server that is not ours")
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        found = connection.execute("select rolname from pg_roles where rolname = any(%s)", [list(_ROLES)])
        existing = [role for (role,) in found]
        for role in existing:
            connection.execute(f"alter role {role} rename to {role}_away")
        try:
            yield server
        finally:
            for role in _ROLES:
                connection.execute(f"drop role if exists {role}")
            for role in existing:
                connection.execute(f"alter role {role}_away rename to {role}")


@pytest.fixture(scope="session")
def template_database(server: Server) -> Iterator[str]:
    """The name of a migrated database that tests copy."""
    name = f"syndication_template_{os.getpid()}"
    server.administer("drop database if exists {} with (force)", name)
    server.administer("create database {}", name)
    migrations.migrate(server.url(name))
    with psycopg.connect(server.url(name)) as connection:
        connection.execute(_PARTITIONS_OF_TOMORROW)
    yield name
    server.administer("drop database if exists {} with (force)", name)


@pytest.fixture(scope="session")
def sample_template(server: Server, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database with three days of sample files, loaded and rolled up: modules copy it."""
    from syndication_assets_tests.sample_database import load_sample  # noqa: PLC0415 - most tests need no sample

    directory = tmp_path_factory.mktemp("landing")
    with filled_template(server, template_database, lambda url: load_sample(url, directory)) as name:
        yield name


@pytest.fixture(scope="session")
def dagster_template(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database with Dagster's own tables, which Dagster needs half a second to make: tests copy it."""
    from dagster import DagsterInstance  # noqa: PLC0415 - most tests need no Dagster

    name, home = f"dagster_template_{os.getpid()}", tmp_path_factory.mktemp("dagster")
    shutil.copy(PROJECT_DIRECTORY / "syndication_assets/automation/dagster.yaml", home)
    server.administer("create database {}", name)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DAGSTER_HOME", str(home))
        environment.setenv("SYNDICATION_DAGSTER_LOGS", str(home / "logs"))
        environment.setenv("SYNDICATION_DAGSTER_STORAGE_URL", sqlalchemy_url(server.url(name)))
        with DagsterInstance.get() as instance:
            instance.get_runs()
    yield name
    server.administer("drop database if exists {} with (force)", name)


@pytest.fixture(scope="session")
def databases_of_tests() -> Iterator[DatabasesOfTests]:
    databases = DatabasesOfTests()
    yield databases
    databases.drop()


@pytest.fixture
def database_url(
    pytestconfig: pytest.Config, server: Server, template_database: str, databases_of_tests: DatabasesOfTests
) -> Iterator[str]:
    """The URL of a migrated database that is this test's own; with `--everything`, a new one on further servers."""
    if _is_of_everything(pytestconfig, server):
        with new_database(server, template_database) as url:
            yield url
    else:
        with databases_of_tests.lend(server, template_database) as url:
            yield url


@pytest.fixture
def new_database_url(server: Server, template_database: str) -> Iterator[str]:
    """The URL of a migrated database that no other test has used: without statistics and traces of earlier ones."""
    with new_database(server, template_database) as url:
        yield url


@pytest.fixture(scope="module")
def shared_database(server: Server, template_database: str) -> Iterator[str]:
    """The URL of a migrated database for the tests of a module, one after the other."""
    with new_database(server, template_database) as url:
        yield url


@pytest.fixture
def empty_database_url(server: Server) -> Iterator[str]:
    """The URL of a database without any migration."""
    with new_database(server, "template0") as url:
        yield url


@pytest.fixture
def session(database_url: str) -> Iterator[RunSession]:
    """An open session of download runs, as a load step has one."""
    with run_session(database_url, "test") as opened:
        yield opened


@pytest.fixture
def zone(tmp_path: Path) -> LandingZone:
    """An empty landing zone."""
    return LandingZone(str(tmp_path / "landing"))
