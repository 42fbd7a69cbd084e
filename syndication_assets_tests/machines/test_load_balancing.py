"""Two processes of the web page behind haproxy: what they share is in the database, so one may be killed."""

import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import psycopg
import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.settings import PROJECT_DIRECTORY
from syndication_assets.tenancy.api_keys import add_key
from syndication_assets.web.rate_limits import SIGN_INS
from syndication_assets_tests.machines.services import free_port, require_program
from syndication_assets_tests.machines.web_processes import haproxy, web_process
from syndication_assets_tests.web.desk import Desk

pytestmark = [pytest.mark.one_server, pytest.mark.slow]

_PATIENCE = 60.0
"""Seconds in which a program sends a request again that was not answered."""


@dataclass
class Site:
    """Two processes behind one address."""

    directory: Path
    url: str
    address: str
    ports: list[int]
    processes: "list[subprocess.Popen[bytes]]"
    key: str
    other_user: str

    def client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.address, headers={"Authorization": f"Bearer {self.key}"}, timeout=60)


@pytest.fixture
def site(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    desk = Desk(database_url)
    with psycopg.connect(database_url) as connection:
        ((organization_id,),) = connection.execute("select organization_id from tenancy.organizations").fetchall()
    user_id = desk.person("olga@bakery.example", "owner", organization_id)
    other_user = desk.person("edi@bakery.example", "editor", organization_id)
    with transaction(database_url) as connection:
        _, key = add_key(connection, organization_id, user_id, "import", ["approvals.decide"], timedelta(days=1))
    host = f"127.0.0.1:{free_port()}"
    address = f"http://{host}"
    with (
        web_process(tmp_path, database_url, address) as (first, one),
        web_process(tmp_path, database_url, address) as (second, other),
        haproxy(tmp_path, int(host.partition(":")[2]), host, [first, second]),
    ):
        yield Site(tmp_path, database_url, address, [first, second], [one, other], key, other_user)


def test_the_file_is_one_that_haproxy_accepts():
    subprocess.run(
        [require_program("haproxy"), "-c", "-f", PROJECT_DIRECTORY / "deploy" / "haproxy.cfg"],
        env={"WEB_HOST": "desk.example.org"},
        check=True,
        capture_output=True,
    )


def test_one_process_is_killed_during_requests_and_nothing_is_lost_or_done_twice(site: Site):
    """Questions are all answered. Changes that were cut off are sent again with their keys, and are done once."""
    tokens = sign_in(site)
    begins = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    with ThreadPoolExecutor(6) as pool, httpx2.Client(base_url=site.address, cookies=tokens, timeout=60) as browser:
        questions = [pool.submit(ask, site, 60) for _ in range(3)]
        changes = [pool.submit(delegate, site, begins + timedelta(hours=number)) for number in range(40)]
        time.sleep(0.5)
        site.processes[0].kill()
        assert site.processes[0].wait() == -9
        pages = [browser.get("/inbox").status_code for _ in range(20)]
        statuses = [status for question in questions for status in question.result()]
        for change in changes:
            change.result()
    assert set(pages) == {200}, "the session is in the database"
    assert set(statuses) == {200}
    with psycopg.connect(site.url) as connection:
        rows = connection.execute(
            "select starts_at, count(*) from approval.delegations group by 1 order by 1"
        ).fetchall()
    assert rows == [(begins + timedelta(hours=number), 1) for number in range(40)]


def sign_in(site: Site) -> httpx2.Cookies:
    with httpx2.Client(base_url=site.address, timeout=60) as client:
        form = {"email": "olga@bakery.example", "password": "shortbread and tea", "to": "/", "form_token": ""}
        answer = client.post("/sign-in", data=form, headers={"Origin": site.address})
        assert answer.status_code == 303, answer.text
        return client.cookies


def ask(site: Site, times: int) -> list[int]:
    with site.client() as client:
        return [client.get("/api/v1/inbox").status_code for _ in range(times)]


def delegate(site: Site, starts_at: datetime) -> None:
    """As a program does it: until there is an answer, with one key."""
    body = {
        "to_user_id": site.other_user,
        "reason": "away",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(minutes=59)).isoformat(),
    }
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            with site.client() as client:
                answer = client.post(
                    "/api/v1/delegations", json=body, headers={"Idempotency-Key": starts_at.isoformat()}
                )
        except httpx2.TransportError:
            continue
        if answer.is_success:
            return
        assert answer.status_code in {409, 502, 503}, answer.text
        if answer.status_code == 409:
            # It is under way in a process that is gone: for five minutes, which the test does not wait.
            with psycopg.connect(site.url) as connection:
                connection.execute(
                    "update tenancy.api_requests set requested_at = now() - interval '6 minutes'"
                    " where idempotency_key = %s and status is null",
                    [starts_at.isoformat()],
                )
        time.sleep(0.1)
    raise AssertionError(f"no answer for {starts_at}")


def test_a_limit_counts_what_both_processes_were_asked(site: Site):
    form = {"email": "nobody@bakery.example", "password": "wrong", "to": "/", "form_token": ""}
    statuses = []
    for _ in range(2 * SIGN_INS.amount):
        with httpx2.Client(base_url=site.address, timeout=60) as client:
            statuses.append(client.post("/sign-in", data=form, headers={"Origin": site.address}).status_code)
    let_in = [status for status in statuses if status != 429]
    # A few more if a minute ends meanwhile; each process by itself would let in as many.
    assert SIGN_INS.amount <= len(let_in) <= SIGN_INS.amount + 3
    with psycopg.connect(site.url) as connection:
        counted = connection.execute(
            "select sum(requests + requests_before) from tenancy.request_rates where limit_name = %s", [str(SIGN_INS)]
        ).fetchall()
    assert counted == [(len(let_in),)], "in one row, whichever process was asked"


def test_both_processes_are_asked(site: Site):
    """The negative control of the tests above: the proxy does not send everything to one of them."""
    with site.client() as client:
        for _ in range(6):
            assert client.get("/sign-in").status_code == 200
    asked = (site.directory / "haproxy.log").read_text()
    assert all(f" web/web{port} " in asked for port in site.ports)


def test_a_browser_cannot_say_that_it_is_somebody_else(site: Site):
    form = {"email": "nobody@bakery.example", "password": "wrong", "to": "/", "form_token": ""}
    statuses = []
    for number in range(SIGN_INS.amount + 6):
        headers = {"Origin": site.address, "X-Forwarded-For": f"203.0.113.{number}"}
        with httpx2.Client(base_url=site.address, timeout=60) as client:
            statuses.append(client.post("/sign-in", data=form, headers=headers).status_code)
    assert statuses[-1] == 429
