"""The writing sensor: requests a text again within the day if another try may help."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
import pytest

from syndication_assets.automation.sensors.writing_sensor import writing_sensor
from syndication_assets.content.generation.day_of_texts import write_day
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.definitions import defs
from syndication_assets.settings import Settings
from syndication_assets_tests.ai.chat_server import ChatServer, Reply, completion, error, post
from syndication_assets_tests.content.shop_in_tables import Shop
from syndication_assets_tests.today import today

pytestmark = pytest.mark.one_server


@pytest.fixture
def shop(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop with one selection of today, which a language model is to write for."""
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-7Qv9zKpW3mXt")
    monkeypatch.setenv("SYNDICATION_LLM_MODEL", "small")
    shop = Shop(database_url)
    shop.load_templates()
    shop.channel()
    shop.product("kilt", shop.category("Kilts"))
    shop.select(today())
    yield shop
    shop.close()


def write(shop: Shop, reply: Reply, monkeypatch: pytest.MonkeyPatch) -> None:
    """The morning's run, with a server that always gives this reply."""
    server = ChatServer(reply)
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    with server.running():
        write_day(shop.url, today(), Settings.from_environment())


def requested() -> list[dg.RunRequest]:
    with dg.build_sensor_context(
        definitions=defs, resources={"postgres": PostgresResource()}, sensor_name="writing_sensor"
    ) as context:
        return list(writing_sensor.evaluate_tick(context).run_requests or ())


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(error(429, "insufficient_quota"), id="no quota"),
        pytest.param(error(429, "rate_limit_exceeded", retry_after="3600"), id="rate limit"),
        pytest.param(error(503, "down", retry_after="3600"), id="down"),
        pytest.param(error(401, "invalid_api_key"), id="invalid key"),
    ],
)
def test_a_text_that_was_not_written_is_requested_again(shop: Shop, reply: Reply, monkeypatch: pytest.MonkeyPatch):
    write(shop, reply, monkeypatch)
    (request,) = requested()
    assert request.partition_key == today().isoformat()
    write(shop, post(), monkeypatch)
    assert requested() == []


def test_a_text_with_three_invalid_answers_waits_for_a_person(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    write(shop, completion("garbage"), monkeypatch)
    assert requested() == []


def test_each_half_hour_has_one_run_key(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    write(shop, error(401, "invalid_api_key"), monkeypatch)
    keys = {request.run_key for _ in range(3) for request in requested()}
    assert len(keys) <= 2, "a half hour may end between two ticks"


def test_other_days_are_left_alone(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    write(shop, error(401, "invalid_api_key"), monkeypatch)
    shop.execute("update content.posts_core set planned_on = %s", [today() - timedelta(1)])
    assert requested() == []


def test_where_templates_write_nothing_is_requested(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    write(shop, error(401, "invalid_api_key"), monkeypatch)
    monkeypatch.delenv("OPENAI_API_KEY")
    assert requested() == []
