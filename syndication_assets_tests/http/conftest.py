from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from syndication_assets_tests.http.raw_server import RawServer, serve


@pytest.fixture
def http_server() -> Iterator[RawServer]:
    with serve() as served:
        yield served


@pytest.fixture
def sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between attempts, which take no time here."""
    slept: list[float] = []
    monkeypatch.setattr("syndication_assets.http.retries.time", SimpleNamespace(sleep=slept.append))
    return slept
