"""Events reach webhooks at least once, signed, with one id; what a receiver does not accept is sent again."""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.operations.conditions import find_conditions
from syndication_assets.operations.outbox import Delivered
from syndication_assets.operations.webhooks.delivering import deliver_webhooks
from syndication_assets.operations.webhooks.delivery_log import list_deliveries
from syndication_assets_tests.http.raw_server import RawServer, response, serve
from syndication_assets_tests.rows import DatabaseRows

KEY = "canary-signing-key"
_DELIVER = """
import sys
from datetime import UTC, datetime
from syndication_assets.operations.webhooks.delivering import deliver_webhooks
deliver_webhooks(sys.argv[1], datetime.now(UTC), addresses_of=lambda url: ["127.0.0.1"])
"""


def here(_: str) -> list[str]:
    """The guard lets the tests' own server pass."""
    return ["127.0.0.1"]


class Hooks(DatabaseRows):
    def __init__(self, url: str) -> None:
        self.url = url
        self.organization_id = self.value("select organization_id from tenancy.organizations where slug = 'default'")

    def add(self, name: str = "shop", events: tuple[str, ...] = ("published", "failed"), **more: Any) -> None:
        self.insert(
            "operations.webhooks",
            "webhook_id",
            webhook_name=name,
            events=list(events),
            **{"url_name": "SHOP_URL", "secret_name": "SHOP_KEY", **more},
        )

    def happens(self, event: str = "published", **data: Any) -> None:
        with transaction(self.url) as connection:
            connection.execute(
                "select operations.tell_webhooks(%s, %s, %s)", [self.organization_id, event, json.dumps(data)]
            )

    def deliver(self, **later: float) -> Delivered:
        return deliver_webhooks(self.url, datetime.now(UTC) + timedelta(**later), addresses_of=here)

    def states(self) -> list[str]:
        with transaction(self.url) as connection:
            return [row.state for row in list_deliveries(connection)]

    def error(self) -> str:
        return str(self.value("select error_message from operations.webhook_deliveries"))


@pytest.fixture
def hooks(database_url: str) -> Hooks:
    return Hooks(database_url)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[RawServer]:
    with serve() as server:
        monkeypatch.setenv("SHOP_URL", server.url("/canary-path"))
        monkeypatch.setenv("SHOP_KEY", KEY)
        yield server


def _parts(request: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}, body


@pytest.mark.both_servers
def test_an_event_is_posted_once_and_signed(database_url: str, shop: RawServer):
    hooks = Hooks(database_url)
    hooks.add()
    hooks.happens(target_id="tgt-1")
    shop.then(response(204))
    assert hooks.deliver() == (1, 0)
    assert hooks.deliver() == (0, 0)
    headers, body = _parts(shop.requests[0])
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(KEY.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    told = json.loads(body)
    assert (told["type"], told["organization"], told["data"]) == ("published", "default", {"target_id": "tgt-1"})
    assert told["id"] == headers["webhook-id"]


def test_nothing_is_written_for_an_event_that_nobody_is_told_of(hooks: Hooks):
    hooks.happens()
    hooks.add(events=("failed",))
    hooks.add("paused", is_active=False)
    hooks.happens()
    assert hooks.value("select count(*) from operations.webhook_events") == 0


def test_an_event_that_is_rolled_back_is_told_to_nobody(hooks: Hooks):
    hooks.add()
    with transaction(hooks.url) as connection:
        connection.execute("select operations.tell_webhooks(%s, 'published', '{}')", [hooks.organization_id])
        connection.rollback()
    assert hooks.states() == []


def test_an_event_of_one_organization_is_not_told_to_another(hooks: Hooks):
    hooks.execute("insert into tenancy.organizations (slug, name) values ('acme', 'Acme')")
    acme = hooks.value("select organization_id from tenancy.organizations where slug = 'acme'")
    hooks.add(organization_id=acme)
    hooks.happens()
    assert hooks.states() == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (response(500, b"down\x1b[31m"), "answered 500: down"),
        (response(302, Location="http://127.0.0.1:9/elsewhere"), "answered 302"),
        (b"garbage", "not reached"),
    ],
)
def test_what_is_not_accepted_is_sent_again_later_with_the_same_id_and_bytes(
    answer: bytes, reason: str, hooks: Hooks, shop: RawServer
):
    hooks.add()
    hooks.happens()
    shop.then(answer)
    shop.then(response(200))
    assert hooks.deliver() == (0, 1)
    assert reason in hooks.error()
    assert "canary" not in hooks.error()
    assert hooks.deliver() == (0, 0), "it waits for a minute"
    assert hooks.deliver(minutes=2) == (1, 0)
    (first, body), (second, same_body) = map(_parts, shop.requests)
    assert (first["webhook-id"], body) == (second["webhook-id"], same_body)


def test_a_receiver_that_does_not_answer_costs_ten_seconds_at_most(
    hooks: Hooks, shop: RawServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("syndication_assets.operations.outgoing.SECONDS", 0.3)
    hooks.add()
    hooks.happens()
    shop.then(b"HTTP/1.1 200 OK\r\n", seconds_between=5)
    assert hooks.deliver() == (0, 1)
    assert "not reached" in hooks.error()


def test_an_event_is_abandoned_after_a_day_and_the_webhook_is_a_problem_before(hooks: Hooks, shop: RawServer):
    hooks.add()
    hooks.happens()
    for hours in (0, 2, 4):
        shop.then(response(500))
        assert hooks.deliver(hours=hours).failed == 1
    with transaction(hooks.url) as connection:
        found = [c for c in find_conditions(connection, {}).conditions if c.kind == "webhook_fails"]
    assert [(c.subject, c.severity) for c in found] == [("shop", "error")]
    shop.then(response(500))
    assert hooks.deliver(hours=25).failed == 1
    assert hooks.states() == ["abandoned"]
    assert hooks.deliver(hours=50) == (0, 0)


def test_one_broken_receiver_does_not_stop_the_others(hooks: Hooks, shop: RawServer):
    hooks.add("broken", url_name="NOWHERE_URL")
    hooks.add()
    hooks.happens()
    shop.then(response(200))
    assert hooks.deliver() == (1, 1)
    assert "NOWHERE_URL is not set" in str(
        hooks.value("select error_message from operations.webhook_deliveries where state = 'pending'")
    )


def test_a_private_address_is_refused(hooks: Hooks, shop: RawServer, monkeypatch: pytest.MonkeyPatch):
    hooks.add()
    hooks.happens()
    assert deliver_webhooks(hooks.url, datetime.now(UTC)) == (0, 1)
    assert "https://" in hooks.error()
    monkeypatch.setenv("SHOP_URL", "https://127.0.0.1/hook")
    assert deliver_webhooks(hooks.url, datetime.now(UTC) + timedelta(hours=1)) == (0, 1)
    assert "no public address" in hooks.error()
    assert shop.requests == []


def test_a_process_that_dies_after_sending_sends_again_with_the_same_id(hooks: Hooks, shop: RawServer):
    hooks.add()
    hooks.happens()
    shop.then(response(200))
    shop.then(response(200))
    environment = os.environ | {"SYNDICATION_FAULT_POINT": "webhooks.after_send"}
    killed = subprocess.run([sys.executable, "-c", _DELIVER, hooks.url], env=environment, check=False, timeout=60)
    assert killed.returncode < 0
    assert hooks.states() == ["pending"]
    delivered = Delivered(0, 0)
    for _ in range(100):  # until the server has noticed the death, the row is locked
        delivered = hooks.deliver()
        if delivered.delivered:
            break
    assert delivered == (1, 0)
    assert len({_parts(request)[0]["webhook-id"] for request in shop.requests}) == 1
    assert len(shop.requests) == 2
