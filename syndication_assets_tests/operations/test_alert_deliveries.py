"""Messages reach mail servers and webhooks; what is not accepted is tried again, and said without secrets."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import SecretBox, new_key
from syndication_assets.database.stored_settings import store_secret_setting
from syndication_assets.operations.alerts.deliveries import deliver
from syndication_assets.operations.alerts.delivery_channels import DeliveryError, send
from syndication_assets.operations.alerts.messages import trial_message
from syndication_assets.operations.conditions import find_conditions
from syndication_assets_tests.given_settings import give_setting
from syndication_assets_tests.http.raw_server import RawServer, response, serve
from syndication_assets_tests.operations.alert_desk import AlertDesk
from syndication_assets_tests.operations.mail_server import MailServer, mail_server

pytestmark = pytest.mark.one_server

KEY = "canary-signing-key"


@pytest.fixture
def desk(database_url: str) -> AlertDesk:
    return AlertDesk(database_url)


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server() as server:
        monkeypatch.setenv("SYNDICATION_SMTP_URL", server.url)
        monkeypatch.setenv("SYNDICATION_MAIL_FROM", "syndication@acme.example")
        yield server


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[RawServer]:
    with serve() as server:
        monkeypatch.setenv("OPS_URL", server.url("/canary-path"))
        monkeypatch.setenv("OPS_KEY", KEY)
        yield server


def try_route(desk: AlertDesk, channel: str, address: str, secret_name: str | None = None) -> None:
    with transaction(desk.url) as connection:
        send(connection, channel, address, secret_name, trial_message("default", "ops"))


def test_an_alert_comes_by_mail_with_what_is_wrong_and_the_all_clear_follows(desk: AlertDesk, mails: MailServer):
    desk.route()
    desk.look(desk.problem())
    assert deliver(desk.url, desk.now) == (1, 0)
    desk.later(minutes=1)
    desk.look()
    assert deliver(desk.url, desk.now) == (0, 0)
    desk.later(minutes=5)
    assert deliver(desk.url, desk.now) == (1, 0)
    opened, cleared = mails.mails
    assert "Subject: [default] error: queue_stands_still acc-1" in opened
    assert "To: ops@acme.example" in opened
    assert "Posts wait." in opened
    assert "Subject: [default] all clear: queue_stands_still acc-1" in cleared


def test_a_delivered_message_is_not_delivered_again(desk: AlertDesk, mails: MailServer):
    desk.route()
    desk.look(desk.problem())
    deliver(desk.url, desk.now)
    assert deliver(desk.url, desk.now) == (0, 0)
    assert len(mails.mails) == 1


def test_slack_gets_a_text(desk: AlertDesk, hook: RawServer):
    desk.route(channel="slack", address="OPS_URL")
    hook.then(response(200, b"ok"))
    desk.look(desk.problem())
    assert deliver(desk.url, desk.now) == (1, 0)
    body = json.loads(hook.requests[0].partition(b"\r\n\r\n")[2])
    assert body["text"].startswith("*[default] error: queue_stands_still acc-1*\n")


def test_a_webhook_is_signed_over_its_id_time_and_body(desk: AlertDesk, hook: RawServer):
    desk.route(channel="webhook", address="OPS_URL", secret_name="OPS_KEY")
    hook.then(response(204))
    desk.look(desk.problem())
    assert deliver(desk.url, desk.now) == (1, 0)
    head, _, body = hook.requests[0].partition(b"\r\n\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(KEY.encode(), signed, hashlib.sha256).digest()).decode()
    assert head.decode().split("webhook-signature: ")[1].split("\r\n")[0] == f"v1,{expected}"
    alert = json.loads(body)["alerts"][0]
    assert (alert["kind"], alert["severity"], alert["organization"]) == ("queue_stands_still", "error", "default")


def test_a_failed_delivery_is_tried_again_later_and_abandoned_after_a_day(desk: AlertDesk, mails: MailServer):
    desk.route()
    desk.look(desk.problem())
    desk.execute("update operations.alert_deliveries set created_at = %s", [desk.now])
    mails.answers["DATA"] = "451 try later"
    for attempts in range(1, 31):
        assert deliver(desk.url, desk.now).failed == 1, attempts
        assert deliver(desk.url, desk.now).failed == 0, "it waits"
        desk.now = max(desk.now, desk.due_at("opened"))
    assert deliver(desk.url, desk.now + timedelta(hours=2)) == (0, 0)
    assert desk.outbox() == [("opened", "abandoned")]
    assert "451" in desk.value("select error_message from operations.alert_deliveries")


def test_a_mail_server_that_returns_gets_what_waited(desk: AlertDesk, mails: MailServer):
    desk.route()
    desk.look(desk.problem())
    mails.answers["MAIL"] = "421 closing"
    assert deliver(desk.url, desk.now) == (0, 1)
    mails.answers.clear()
    assert deliver(desk.url, desk.now) == (0, 0), "it waits for a minute"
    assert deliver(desk.url, desk.now + timedelta(minutes=1)) == (1, 0)


def test_one_broken_route_does_not_stop_the_others(desk: AlertDesk, mails: MailServer, hook: RawServer):
    desk.route("hook", channel="webhook", address="OPS_URL", secret_name="OPS_KEY")
    desk.route("mail")
    hook.then(response(500, b"down"))
    desk.look(desk.problem())
    assert deliver(desk.url, desk.now) == (1, 1)


def test_a_route_that_keeps_failing_is_a_problem_itself(desk: AlertDesk):
    desk.route("gone", channel="slack", address="OPS_URL")
    desk.look(desk.problem())
    for _ in range(3):
        deliver(desk.url, desk.now)
        desk.later(hours=1)
    with desk.connected() as connection:
        found = find_conditions(connection, {})
    (failing,) = [condition for condition in found.conditions if condition.kind == "delivery_fails"]
    assert failing.subject == "gone"
    assert "OPS_URL is not set" in failing.message


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"RCPT": "550 no such user"}, "rejects the address ops@acme.example"),
        ({"MAIL": "451 try later"}, "451"),
        ({"DATA": "554 spam"}, "554"),
    ],
)
def test_a_mail_that_is_refused_says_why(answer: dict[str, str], reason: str, desk: AlertDesk, mails: MailServer):
    mails.answers.update(answer)
    with pytest.raises(DeliveryError, match=reason):
        try_route(desk, "mail", "ops@acme.example")


def test_a_password_is_not_sent_without_encryption(desk: AlertDesk, mails: MailServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_SMTP_URL", f"smtp://user:canary@127.0.0.1:{mails.port}")
    with pytest.raises(DeliveryError, match="no encryption"):
        try_route(desk, "mail", "ops@acme.example")
    assert not any("AUTH" in command for command in mails.commands)


@pytest.mark.parametrize("answer", [response(404, b"no\x1b[31m such hook"), response(500), b"garbage"])
def test_what_a_webhook_answers_is_said_without_its_url_or_key(answer: bytes, desk: AlertDesk, hook: RawServer):
    hook.then(answer)
    with pytest.raises(DeliveryError) as caught:
        try_route(desk, "webhook", "OPS_URL", "OPS_KEY")
    assert "canary" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_a_server_that_is_not_there_is_said(desk: AlertDesk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_SMTP_URL", "smtp://127.0.0.1:9")
    monkeypatch.setenv("SYNDICATION_MAIL_FROM", "syndication@acme.example")
    monkeypatch.setenv("OPS_URL", "http://127.0.0.1:9/canary-path")
    for channel, address in (("mail", "ops@acme.example"), ("slack", "OPS_URL")):
        with pytest.raises(DeliveryError, match="not reached"):
            try_route(desk, channel, address)


def test_the_mail_server_and_the_sender_of_the_database_come_before_those_of_the_environment(
    desk: AlertDesk, mails: MailServer, monkeypatch: pytest.MonkeyPatch
):
    keys = SecretStr(new_key())
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", keys.get_secret_value())
    monkeypatch.setenv("SYNDICATION_SMTP_URL", "smtp://127.0.0.1:9")
    give_setting(desk.url, "mail.sender", "desk@acme.example")
    with transaction(desk.url) as connection:
        store_secret_setting(connection, SecretBox(keys), "mail.server", SecretStr(mails.url))
    try_route(desk, "mail", "ops@acme.example")
    (mail,) = mails.mails
    assert "From: desk@acme.example" in mail
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", new_key())
    with pytest.raises(DeliveryError, match=r"mail\.server cannot be opened"):
        try_route(desk, "mail", "ops@acme.example")
    with transaction(desk.url) as connection:
        connection.execute("update tenancy.settings set secret = null")
    with pytest.raises(DeliveryError, match="not reached"):
        try_route(desk, "mail", "ops@acme.example")
    monkeypatch.delenv("SYNDICATION_SMTP_URL")
    with pytest.raises(DeliveryError, match=r"syndication settings set mail\.server"):
        try_route(desk, "mail", "ops@acme.example")
