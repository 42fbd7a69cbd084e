"""Pages for a hundred signed-in users over a hundred thousand briefs.

Each user asks for a page every five seconds, for three quarters of a minute, over a connection of their own: the inbox,
requests, the calendar, posts, results and the state in turn, and briefs by a state and by a word that one in twenty
thousand has, as page and as JSON. The server is one process, as `syndication web` starts it, and the
users are another; they and PostgreSQL share the processors. The bound is absolute, so run this benchmark on a quiet
machine.
"""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from benchmarks.measuring import Result, percentile
from benchmarks.workplace import Workplace
from syndication_assets.database.connection import transaction
from syndication_assets.tenancy.people.members import add_member
from syndication_assets.tenancy.people.users import add_user
from syndication_assets.tenancy.people.web_sessions import begin_session

NAME = "web"
USERS = 100
SECONDS_BETWEEN_PAGES = 5.0
MILLISECONDS_AT_95_PERCENT = 100.0
RARE = ("/requests?state=rejected", "/requests?words=woad", "/api/v1/requests?state=rejected&words=woad")
PAGES = ("/inbox", "/requests", "/calendar", "/posts", "/results", "/status", *RARE)
_ONE_IN = 20_000
_SECONDS_TO_START = 60.0
_SERVER = """
import sys
import uvicorn
from syndication_assets.settings import Settings
from syndication_assets.web.application import create_application
uvicorn.run(
    create_application(sys.argv[1], Settings.from_environment()),
    host="127.0.0.1", port=int(sys.argv[2]), log_level="error",
)
"""
_BRIEFS = """
insert into studio.content_requests (
    organization_id, title, brief, language, template_name, requested_by, state, state_since, next_attempt_at
)
select
    %(organization_id)s,
    case n %% %(one_in)s when 7 then 'Dyed with woad ' else 'Brief ' end || n,
    'What brief ' || n || ' says.',
    'en',
    'Statement',
    'a benchmark',
    case n %% %(one_in)s when 7 then 'rejected' else (array['published', 'archived', 'review'])[1 + n %% 3] end
    ::studio.request_state,
    now() - make_interval(mins => n),
    null
from generate_series(1, %(briefs)s) as n
"""


def run(workplace: Workplace) -> list[Result]:
    """The times of all pages together, and of each."""
    url = workplace.create_database(NAME)
    briefs = workplace.sizes.requests
    tokens = _prepare(url, briefs)
    rounds = 1 if briefs < 1000 else len(PAGES)
    with _server(url) as address:
        asyncio.run(_visit(address, tokens[:1], 1, 0.0))  # the first page of a process reads templates
        times = asyncio.run(_visit(address, tokens, rounds, SECONDS_BETWEEN_PAGES if rounds > 1 else 0.1))
    everything = [each for of_page in times.values() for each in of_page]
    at_95_percent = percentile(everything, 95) * 1000
    return [
        Result(
            NAME, f"all pages, {USERS} users, {briefs:,} briefs, p95", at_95_percent, "ms", value=at_95_percent,
            bound=MILLISECONDS_AT_95_PERCENT, note=f"p50 {percentile(everything, 50) * 1000:.0f} ms",
        ),
        *(
            Result(
                NAME, f"{page}, p95", percentile(times[page], 95) * 1000, "ms",
                value=percentile(times[page], 95) * 1000 if page in RARE else None,
                bound=MILLISECONDS_AT_95_PERCENT if page in RARE else None,
                note=f"p50 {percentile(times[page], 50) * 1000:.0f} ms",
            )
            for page in PAGES
        ),
    ]  # fmt: skip


def _prepare(url: str, briefs: int) -> list[str]:
    """Adds the briefs and the users; returns the tokens of their sessions."""
    with transaction(url) as connection:
        ((organization_id,),) = connection.execute("select organization_id from tenancy.organizations").fetchall()
    with transaction(url) as connection:
        connection.execute("reset role; set local session_replication_role = replica")
        connection.execute(_BRIEFS.encode(), {"organization_id": organization_id, "briefs": briefs, "one_in": _ONE_IN})
    with transaction(url) as connection:
        tokens = []
        for number in range(USERS):
            user_id = add_user(
                connection, email=f"u{number}@x.example", service_name=None, display_name=None, database_login=None
            )
            add_member(connection, organization_id, user_id, "editor" if number else "owner")
            tokens.append(begin_session(connection, user_id))
        connection.execute("reset role; analyze")
    return tokens


@contextmanager
def _server(url: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-c", _SERVER, url, str(port)], env=dict(os.environ))
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + _SECONDS_TO_START
        while not _answers(address):
            if server.poll() is not None or time.monotonic() > deadline:
                raise AssertionError("the server did not start")
            time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait()


def _answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/sign-in").status_code == 200
    except httpx2.TransportError:
        return False


async def _visit(address: str, tokens: list[str], rounds: int, pause: float) -> dict[str, list[float]]:
    """Page → the seconds of each visit. The users begin one after another, evenly over a pause."""
    times: dict[str, list[float]] = {page: [] for page in PAGES}

    async def user(number: int, token: str) -> None:
        await asyncio.sleep(pause * number / len(tokens))
        async with httpx2.AsyncClient(base_url=address, cookies={"session": token}, timeout=60) as client:
            for turn in range(rounds * len(PAGES) if pause < 1 else rounds):
                page = PAGES[(number + turn) % len(PAGES)]
                started_at = time.perf_counter()
                response = await client.get(page)
                times[page].append(time.perf_counter() - started_at)
                if response.status_code != 200 or not str(response.url).endswith(page):
                    raise AssertionError(f"{page} answered {response.status_code} at {response.url}")
                await asyncio.sleep(max(pause - (time.perf_counter() - started_at), 0))

    await asyncio.gather(*(user(number, token) for number, token in enumerate(tokens)))
    return times
