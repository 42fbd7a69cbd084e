"""Publishing calls and calls of the language model fail in every way: no secret is left anywhere, and nothing is lost.

Commands run as people run them, against local servers that quote every secret they receive. Everything that was written
is searched: all databases, Dagster's own among them, all files, what was printed and logged, and the server's log.
"""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from syndication_assets.channels.accounts.credentials import open_credential
from syndication_assets.cli.main import main
from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import new_key
from syndication_assets.publishing.facebook import registration
from syndication_assets.publishing.facebook.graph_publisher import FacebookGraph
from syndication_assets.settings import Settings
from syndication_assets_tests.ai.chat_server import GOOD_POST, ChatServer, Reply, completion
from syndication_assets_tests.ai.chat_server import error as model_error
from syndication_assets_tests.ai.chat_server import post as good_post
from syndication_assets_tests.canaries import everything_in, places_with
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.content.shop_in_tables import Shop
from syndication_assets_tests.publishing.graph_server import FakeGraph, Response, error, serve
from syndication_assets_tests.publishing.publishing_queue import PublishingQueue
from syndication_assets_tests.servers import Server
from syndication_assets_tests.today import today

TOKEN = 'canary-EAAB/page "token"+3vXq81='
API_KEY = "sk-canary-OpenAI-7Qv9zKpW3mXt"
APIFY_TOKEN = "apify_api_canaryApify0123456789abcdefghij"
YOUTUBE_KEY = "canary-YouTube-AIza51kd93mq"
DATABASE_PASSWORD = "canary-database-p4ssw0rd"
PERSON = "Canaria Person-Beispiel canaria.person@mail.example"
"""Stands in parts of answers that nobody needs."""


@dataclass
class Workplace:
    """Two databases, a directory, and everything that commands printed."""

    queue: PublishingQueue
    shop: Shop
    dagster_url: str
    directory: Path
    secrets: dict[str, str]
    server_log: Path
    outputs: list[str] = field(default_factory=list)

    def run(self, *arguments: str, stdin: str | None = None) -> int:
        result = CliRunner().invoke(main, list(arguments), input=stdin)
        self.outputs.append(result.output)
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        return result.exit_code

    def places(self, log: str) -> dict[str, bytes]:
        return {
            "the database": everything_in(self.queue.url),
            "Dagster's database": everything_in(self.dagster_url),
            "files": b"\n".join(path.read_bytes() for path in self.directory.rglob("*") if path.is_file()),
            "the output of the commands": "\n".join(self.outputs).encode(),
            "stdout, stderr and the log": log.encode(),
            "the log of the database's server": self.server_log.read_bytes(),
        }


@pytest.fixture
def workplace(
    server: Server, dagster_template: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workplace]:
    keys = new_key()
    with new_database(server, dagster_template) as dagster_url:
        queue = PublishingQueue(database_url)
        shop = Shop(database_url)
        shop.load_templates()
        values = {
            "SYNDICATION_DATABASE_URL": database_url.replace("postgres@", f"postgres:{DATABASE_PASSWORD}@", 1),
            "SYNDICATION_DAGSTER_STORAGE_URL": dagster_url.replace("postgres@", f"postgres:{DATABASE_PASSWORD}@", 1),
            "SYNDICATION_LOCAL_DIR": str(tmp_path),
            "SYNDICATION_SECRET_KEYS": keys,
            "SYNDICATION_APIFY_TOKEN": APIFY_TOKEN,
            "SYNDICATION_YOUTUBE_API_KEY": YOUTUBE_KEY,
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        assert DATABASE_PASSWORD in values["SYNDICATION_DATABASE_URL"]
        secrets = {
            "the token of the page": TOKEN,
            "the key of the language model": API_KEY,
            "the token of Apify": APIFY_TOKEN,
            "the key of YouTube": YOUTUBE_KEY,
            "the password of the database": DATABASE_PASSWORD,
            "the key of the credentials": keys.split(":")[1],
        }
        with transaction(database_url, role="postgres") as connection:
            (data,) = connection.execute("show data_directory").fetchall()[0]
        # The embedded server writes its log into its data, Debian's beside it.
        log = next(path for path in (Path(data) / "log", Path(data).parent / "log") if path.is_file())
        yield Workplace(queue, shop, dagster_url, tmp_path, secrets, log)
        shop.close()


def quoting(secret: str) -> str:
    """An error message as careless servers write it."""
    return (
        f"Cannot read {secret} or {quote_plus(secret)} in access_token={quote_plus(secret)}&x=1 or {json.dumps(secret)}"
    )


SOMEBODY = {"error_user_msg": PERSON, "error_data": {"admin": PERSON}}

GRAPH_FAILURES: dict[str, tuple[Response, str, str]] = {
    # page: the response, the state of its target, and what its message says
    "500": (Response(500, error(1, quoting(TOKEN), **SOMEBODY)), "needs_reconcile", "error 1: Cannot read [token]"),
    "502": (Response(502, f"<html>{TOKEN} {PERSON}".encode()), "needs_reconcile", "answered 502"),
    "429": (Response(429, TOKEN.encode(), {"Retry-After": "600", "X-Admin": PERSON}), "scheduled", "too many requests"),
    "limit": (Response(400, error(32, quoting(TOKEN))), "scheduled", "error 32: Cannot read [token]"),
    "timeout": (Response(body={"id": "late"}, delay=1.4), "needs_reconcile", "no answer within 1 s"),
    "late": (Response(body={"id": "late"}, is_accepted=True, delay=1.4), "needs_reconcile", "no answer within 1 s"),
    "reset": (Response(body=None), "needs_reconcile", "the connection failed"),
    "taken": (Response(body=None, is_accepted=True), "needs_reconcile", "the connection failed"),
    "html": (Response(200, f"<html>{TOKEN}{PERSON}".encode()), "needs_reconcile", "answered 200"),
    "half": (Response(200, f'{{"id": "{quote_plus(TOKEN)}'.encode()), "needs_reconcile", "answered 200"),
    "echo": (Response(200, {"id": TOKEN, "post_id": f"1_{TOKEN}", "by": PERSON}), "needs_reconcile", "answered 200"),
    "wrong": (Response(400, error(100, quoting(TOKEN), **SOMEBODY)), "failed", "syndication targets retry"),
    "token": (Response(400, error(190, quoting(TOKEN))), "scheduled", "The account is disconnected"),
}


def in_log(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> str:
    output = capfd.readouterr()
    return output.out + output.err + caplog.text


def assert_no_secret_in(places: dict[str, bytes], secrets: dict[str, str]) -> None:
    for name, secret in secrets.items():
        assert places_with(places, secret) == [], name
    assert places_with(places, PERSON) == [], "a person"


def test_failing_publishing_calls_leave_no_secret_and_lose_no_post(
    workplace: Workplace,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
):
    caplog.set_level(logging.DEBUG)
    queue = workplace.queue
    monkeypatch.setattr(registration, "FacebookGraph", partial(FacebookGraph, timeout=timedelta(seconds=1)))
    assert workplace.run("credentials", "set", "page", "--platform", "facebook", stdin=TOKEN) == 0
    targets = {}
    for page in (*GRAPH_FAILURES, "fine"):
        add = ("account", "add", "--platform", "facebook", "--name", page, "--publisher", "facebook_graph")
        assert workplace.run(*add, "--remote-id", page, "--credential", "page") == 0
        account_id = queue.value("select account_id from channels.social_accounts where display_name = %s", [page])
        (targets[page],) = queue.due(account_id)
    with serve() as graph:
        monkeypatch.setenv("SYNDICATION_FACEBOOK_URL", graph.url)
        graph.responses_of_pages = {page: response for page, (response, _, _) in GRAPH_FAILURES.items()}
        assert workplace.run("publish") == 0
        assert len(graph.requests) == len(targets)
        assert {request["form"]["access_token"] for request in graph.requests} == {TOKEN}
        assert queue.target(targets["fine"])["state"] == "published"
        for page, (_, state, message) in GRAPH_FAILURES.items():
            target, (attempt,) = queue.target(targets[page]), queue.attempts(targets[page])
            assert (page, target["state"]) == (page, state)
            assert message in target["error_message"]
            assert attempt["outcome"] in ("unknown", "retryable", "permanent", "disconnected", "refresh_token")
            if state == "needs_reconcile":
                assert f"syndication targets resolve {targets[page]}" in target["error_message"]

        # What was delivered is found, though the listing quotes token and people; what was not is never sent again.
        for listed in graph.posts:
            listed |= {"from": PERSON, "permalink_url": f"https://fb.example/1?access_token={quote_plus(TOKEN)}"}
        graph.responses_of_pages = {}
        queue.pass_waits()
        assert workplace.run("publish") == 0
        states = {page: queue.target(target_id)["state"] for page, target_id in targets.items()}
        sent_again = {"429", "limit"}
        assert {page for page, state in states.items() if state == "published"} == {
            "fine",
            "late",
            "taken",
        } | sent_again
        assert {page for page, state in states.items() if state == "failed"} == {"wrong"}
        assert {page for page, state in states.items() if state == "scheduled"} == {"token"}
        unresolved = {"500", "502", "timeout", "reset", "html", "half", "echo"}
        assert {page for page, state in states.items() if state == "needs_reconcile"} == unresolved
        assert len(graph.posts) == 5
        assert workplace.run("targets", "list") == 0
        assert_the_run_of_dagster_fails_in_the_same_way(workplace, graph)
    assert workplace.run("targets", "list", "--json") == 0

    with transaction(queue.url) as connection:
        (credential,) = connection.execute("select organization_id, credential_id from channels.credentials").fetchall()
        assert open_credential(connection, Settings.from_environment(), *credential) == SecretStr(TOKEN)
    places = workplace.places(in_log(caplog, capfd))
    assert_no_secret_in(places, workplace.secrets)
    assert b"[token]" in places["the database"]
    assert b"now needs_reconcile" in places["stdout, stderr and the log"]
    assert b"now needs_reconcile" in places["Dagster's database"]
    assert b'"call_id"' in places["files"]


def assert_the_run_of_dagster_fails_in_the_same_way(workplace: Workplace, graph: FakeGraph) -> None:
    """Posts of a new page in a run of Dagster, whose events hold the messages."""
    queue = workplace.queue
    add = ("account", "add", "--platform", "facebook", "--name", "new", "--publisher", "facebook_graph")
    assert workplace.run(*add, "--remote-id", "new", "--credential", "page") == 0
    account_id = queue.value("select account_id from channels.social_accounts where display_name = 'new'")
    (target_id,) = queue.due(account_id)
    graph.responses_of_pages = {"new": GRAPH_FAILURES["500"][0]}
    select = ("--select", 'key:"publishing/publish_due_targets"')
    assert workplace.run("materialize", "--partitions", str(today()), *select) == 0
    assert queue.target(target_id)["state"] == "needs_reconcile"


Answer = Reply | Callable[[dict[str, Any]], Reply]

MODEL_FAILURES: dict[str, tuple[Answer, str, str]] = {
    # platform: the answer, the kind of the error, and what its message says
    "fails_500": (model_error(500, "server_error", f"{API_KEY} {PERSON}"), "server_error", "server failed (500)"),
    "fails_503": (Reply(f"<html>{API_KEY}{PERSON}".encode(), 503), "server_error", "server failed (503)"),
    "limits": (
        model_error(429, "rate_limit_exceeded", f"Slow down {API_KEY}", retry_after="0.05"),
        "rate_limited",
        "Slow down [key]",
    ),
    "times_out": (Reply(b"", seconds=1.3), "timeout", "did not answer within 1 seconds"),
    "answers_late": (
        Reply(json.dumps({"choices": []}).encode(), seconds=1.3), "timeout", "did not answer within 1 seconds"
    ),
    "cuts_off": (Reply(good_post().body, is_cut_off=True), "broken_off", "closed the connection"),
    "no_json": (Reply(f"{API_KEY} {PERSON}".encode()), "not_json", "check OPENAI_BASE_URL"),
    "hides_error": (
        Reply(json.dumps({"error": {"message": f"no {API_KEY}", "code": 400, "user": PERSON}}).encode()),
        "rejected",
        "no [key]",
    ),
    "rejects": (model_error(400, "bad_request", quoting(API_KEY)), "rejected", "Cannot read [key]"),
    "refuses": (completion(None, refusal=f"I know {API_KEY} and say no"), "refusal", "I know [key] and say no"),
    "mumbles": (completion(f"My key is {API_KEY}, not a post"), "malformed", "is not the JSON of a post"),
    "stops": (completion(f'{{"text": "{API_KEY}', finish_reason="length"), "truncated", "stopped in the middle"),
    "is_empty": (completion(""), "empty", "empty message"),
}  # fmt: skip
WRITING = 'key:"content/product_selections" or key:"content/posts_content"'
LEAKS = "quotes_the_key"
"""A model that puts what it was sent into an otherwise good post."""


def by_platform(request: dict[str, Any]) -> Reply:
    prompt = json.dumps(request["messages"])
    for platform, (answer, _, _) in MODEL_FAILURES.items():
        if f"Write for {platform}," in prompt:
            return answer if isinstance(answer, Reply) else answer(request)
    assert f"Write for {LEAKS}," in prompt
    return good_post(text=f"{GOOD_POST['text']} {API_KEY}")


@pytest.mark.slow
def test_failing_calls_of_the_language_model_leave_no_secret_and_lose_no_post(
    workplace: Workplace,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
):
    caplog.set_level(logging.DEBUG)
    shop, queue = workplace.shop, workplace.queue
    for platform in (*MODEL_FAILURES, LEAKS):
        shop.channel(platform)
    for number in range(3):
        shop.product(f"kilt-{number}", shop.category(f"Kilts {number}"))
    server = ChatServer(by_platform)
    monkeypatch.setenv("OPENAI_API_KEY", API_KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("SYNDICATION_LLM_MODEL", "small")
    monkeypatch.setenv("SYNDICATION_LLM_TIMEOUT_SECONDS", "1")
    monkeypatch.setenv("SYNDICATION_LLM_CONCURRENCY", "20")
    write = ("materialize", "--partitions", str(today()), "--select", WRITING)

    def unwritten() -> set[str]:
        query = (
            "select p.platform from content.posts_core as p where not exists (select from content.posts_content as c"
            " where (c.organization_id, c.post_core_id) = (p.organization_id, p.post_core_id))"
        )
        return {platform for (platform,) in queue.rows(query)}

    with server.running():
        workplace.run(*write)
        assert server.keys
        assert set(server.keys) == {f"Bearer {API_KEY}"}
        assert unwritten() == set(MODEL_FAILURES)
        for platform, (_, kind, message) in MODEL_FAILURES.items():
            calls = queue.rows(
                "select error_message from ai.llm_calls join content.posts_core using (organization_id, post_core_id)"
                " where platform = %s",
                [platform],
            )
            # On a busy machine further calls of a question may time out.
            found = [text for (text,) in calls if text.startswith(f"{kind}: ") and message in text]
            assert found, (platform, calls)
        # The account is rejected: one call, and every post waits.
        server.replies = [model_error(401, "invalid_api_key", f"Incorrect key {API_KEY[:16]} of {PERSON}")]
        workplace.run(*write)
        assert unwritten() == set(MODEL_FAILURES)
        # The next run with a model that answers writes what is missing, and only that.
        server.replies = [good_post()]
        workplace.run(*write)
        assert unwritten() == set()
    assert queue.value("select count(*) from content.posts_content") == len(MODEL_FAILURES) + 1
    assert queue.value("select count(*) from operations.api_usage where is_successful is null") == 0
    assert workplace.run("review", "list", "--json") == 0

    places = workplace.places(in_log(caplog, capfd))
    assert_no_secret_in(places, workplace.secrets)
    assert b"[key]" in places["the database"]
    for sentence in (b"rejects OPENAI_API_KEY", b"check OPENAI_BASE_URL", b"did not answer within 1 seconds"):
        assert sentence in places["Dagster's database"]
        assert sentence in places["the output of the commands"]


def test_the_search_finds_a_leak_in_every_place(workplace: Workplace, caplog: pytest.LogCaptureFixture):
    workplace.run("credentials", "list")
    workplace.queue.execute("update tenancy.organizations set description = %s", [f"the {API_KEY}"])
    with transaction(workplace.dagster_url, role="postgres") as connection:
        connection.execute("create table kept as select %s::text as said", [API_KEY])
    (workplace.directory / "report.html").write_text(f"<p>{API_KEY}</p>")
    workplace.outputs.append(API_KEY)
    with transaction(workplace.queue.url, role="postgres") as connection:
        connection.execute(f"do $$ begin raise log 'it is {API_KEY}'; end $$")
    logging.getLogger("syndication_assets").warning(API_KEY)
    assert places_with(workplace.places(caplog.text), API_KEY) == list(workplace.places(""))
