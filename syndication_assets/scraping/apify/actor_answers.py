"""The parts of Apify's answers that are read."""

from datetime import datetime
from typing import TypeVar

import msgspec

from syndication_assets.scraping.fetching.fetch_errors import FetchError
from syndication_assets.text.outside import read_as, read_json

Shape = TypeVar("Shape")


class ActorRun(msgspec.Struct, rename="camel"):
    """A run of an actor, finished or not."""

    id: str
    status: str
    default_dataset_id: str
    status_message: str | None = None
    finished_at: datetime | None = None
    usage_total_usd: float | None = None


class RunAnswer(msgspec.Struct):
    """An answer about a run."""

    data: ActorRun


class ErrorDetails(msgspec.Struct):
    """What is wrong, in Apify's words."""

    type: str | None = None
    message: str | None = None


class ErrorAnswer(msgspec.Struct):
    """An answer that is an error."""

    error: ErrorDetails


def where_to_look(actor_run_id: str) -> str:
    """A sentence with the page of the run."""
    return f"See https://console.apify.com/actors/runs/{actor_run_id}"


def converted(content: bytes, shape: type[Shape]) -> Shape | None:
    """The answer in this shape; None if it has another one."""
    try:
        return read_as(content, shape)
    except ValueError:
        return None


def check_is_dataset(content: bytes, actor_run_id: str, cost_usd: float | None) -> None:
    """FetchError, with the cost of the run, unless the content is a list."""
    try:
        is_dataset = isinstance(read_json(content), list)
    except ValueError:
        is_dataset = False
    if not is_dataset:
        raise FetchError(
            f"The dataset of Apify's actor run {actor_run_id} came as something else than a JSON list. "
            f"{where_to_look(actor_run_id)}",
            cost_usd,
        )
