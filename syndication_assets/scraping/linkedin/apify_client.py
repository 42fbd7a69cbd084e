"""Apify: runs the actor that scrapes one profile's posts and returns its dataset, byte for byte.

The token travels in the Authorization header alone. The client's exceptions may quote that header, so none of them
leaves this module: each becomes a FetchError in our words, without a cause or context that a log would print.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import tenacity

from syndication_assets.http.redaction import redact_to_line
from syndication_assets.scraping.fetch_errors import AccountRejectedError, FetchError

if TYPE_CHECKING:
    from apify_client import ApifyClient
    from apify_client._models import Run

# Statuses of a start that show that no run can start: bad token, no credit, not allowed, no such actor.
_REJECTIONS = (401, 402, 403, 404)
_RATE_LIMIT = 429
# The longest time for which Apify holds a request that waits for a run.
_LONG_POLL = timedelta(seconds=60)
_CHECK_RUNS = (
    "The actor may have started: look at https://console.apify.com/actors/runs before you fetch again, because a "
    "second run costs again."
)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class ScrapedDataset:
    """The result of one actor run, as the API gave it."""

    content: bytes
    """The dataset's items, a JSON list, untouched."""
    actor_run_id: str
    finished_at: datetime
    """UTC; when the actor finished, by Apify's clock."""
    cost_usd: float | None
    """The cost of the run as Apify knew it when the run ended; None if the account may not see it."""


@dataclass(frozen=True)
class ApifyScraper:
    """One actor of one account. `actor_timeout` bounds an actor run, `request_timeout` one HTTP request.

    The client retries rate limits, server errors and lost connections, `maximum_retries` times with exponential backoff
    from `retry_delay`. The start of a run costs money and is repeated only after a rate limit, which proves that no run
    has started.
    """

    token: str = field(repr=False)
    api_url: str
    actor_id: str
    actor_timeout: timedelta = timedelta(minutes=10)
    request_timeout: timedelta = timedelta(seconds=30)
    maximum_retries: int = 4
    retry_delay: timedelta = timedelta(milliseconds=500)

    def __post_init__(self) -> None:
        # A header holds printable ASCII only, and the HTTP library would quote the whole token to say so.
        if not self.token.isascii() or not self.token.isprintable() or " " in self.token:
            raise AccountRejectedError(
                "SYNDICATION_APIFY_TOKEN contains a character that no token has, such as a space or a line break: "
                "copy it again from Apify's console."
            )

    def scrape_profile(self, username: str, limit: int = 10) -> ScrapedDataset:
        """Scrapes the newest `limit` posts of a profile. A profile without posts gives an empty list.

        An actor run that fails, is aborted or outlasts `actor_timeout` raises FetchError with the run's id; one that
        is still running then is aborted, because a running actor costs money.
        """
        run_input = {"username": username, "page_number": 1, "limit": limit}
        started = self._call(f"starting actor {self.actor_id}", lambda: self._start(run_input), is_start=True)
        finished = self._wait(started.id)
        cost = finished.usage_total_usd
        if finished.status != "SUCCEEDED":
            reason = self._redacted(f": {finished.status_message}") if finished.status_message else ""
            raise FetchError(
                f"Apify's actor run {started.id} ended as {finished.status}{reason}. {_see(started.id)}", cost
            )
        dataset = self._client.dataset(finished.default_dataset_id)
        content = self._call(
            f"reading the dataset of actor run {started.id}",
            lambda: dataset.get_items_as_bytes(timeout=self.request_timeout),
            cost_usd=cost,
        )
        _check_is_dataset(content, started.id, cost)
        finished_at = finished.finished_at or datetime.now(UTC)
        return ScrapedDataset(content, started.id, finished_at.astimezone(UTC), cost)

    def _start(self, run_input: dict[str, Any]) -> "Run":
        """The started run. Only a rate limit is retried."""
        actor = self._client_with(maximum_retries=0).actor(self.actor_id)
        delay = self.retry_delay.total_seconds()
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_is_rate_limit),
            wait=tenacity.wait_exponential(multiplier=delay) + tenacity.wait_random(0, delay),
            stop=tenacity.stop_after_attempt(self.maximum_retries + 1),
            reraise=True,
        )
        started: Run = retrying(
            actor.start, run_input=run_input, run_timeout=self.actor_timeout, timeout=self.request_timeout
        )
        return started

    def _wait(self, actor_run_id: str) -> "Run":
        """The run after its end; a run that does not end in time is aborted."""
        client = self._client.run(actor_run_id)
        run = self._call(
            f"waiting for actor run {actor_run_id}",
            lambda: client.wait_for_finish(
                wait_duration=self.actor_timeout, timeout=min(self.actor_timeout, _LONG_POLL) + self.request_timeout
            ),
        )
        if run is None:
            raise FetchError(f"Apify does not know its actor run {actor_run_id} any more. {_see(actor_run_id)}")
        if run.status in ("READY", "RUNNING"):
            self._call(f"aborting actor run {actor_run_id}", lambda: client.abort(timeout=self.request_timeout))
            raise FetchError(
                f"Apify's actor run {actor_run_id} did not finish within {self.actor_timeout.total_seconds():g} "
                f"seconds and was aborted. {_see(actor_run_id)}",
                run.usage_total_usd,
            )
        return run

    def _call(
        self, what: str, request: Callable[[], Answer], *, is_start: bool = False, cost_usd: float | None = None
    ) -> Answer:
        try:
            return request()
        except Exception as error:  # whatever the client raises may quote the token
            described = self._described(what, error, is_start, cost_usd)
        # Raised out here, so that the client's exception is neither cause nor context of ours.
        raise described

    def _described(self, what: str, error: Exception, is_start: bool, cost_usd: float | None) -> FetchError:
        from apify_client.errors import ApifyApiError, InvalidResponseBodyError  # noqa: PLC0415 - slow to import
        from pydantic import ValidationError  # noqa: PLC0415 - comes with the client

        next_step = _CHECK_RUNS if is_start else "Fetch again later."
        if isinstance(error, ApifyApiError):
            problem = self._redacted(f"{error.status_code} {error.type or ''} {error.message or ''}")
            if is_start and error.status_code in _REJECTIONS:
                return AccountRejectedError(
                    f"Apify rejected {what}: {problem}. Check SYNDICATION_APIFY_TOKEN, "
                    "SYNDICATION_APIFY_LINKEDIN_ACTOR and the account's credit."
                )
            if error.status_code < 500:  # Apify rejected the request, so nothing has started.
                next_step = "Fetch again later."
            return FetchError(f"Apify failed at {what}: {problem}. {next_step}", cost_usd)
        if isinstance(error, InvalidResponseBodyError | ValidationError):
            return FetchError(f"Apify answered {what} with something that is not its API's JSON. {next_step}", cost_usd)
        problem = self._redacted(f"{type(error).__name__}: {error}")
        return FetchError(f"Apify could not be reached for {what}: {problem}. {next_step}", cost_usd)

    def _redacted(self, text: str) -> str:
        return redact_to_line(text, self.token, mark="[token]")

    @cached_property
    def _client(self) -> "ApifyClient":
        return self._client_with(self.maximum_retries)

    def _client_with(self, maximum_retries: int) -> "ApifyClient":
        from apify_client import ApifyClient  # noqa: PLC0415 - slow to import, and only a fetch needs it

        return ApifyClient(
            self.token,
            api_url=self.api_url,
            max_retries=maximum_retries,
            min_delay_between_retries=self.retry_delay,
        )


def _is_rate_limit(error: BaseException) -> bool:
    from apify_client.errors import ApifyApiError  # noqa: PLC0415 - slow to import

    return isinstance(error, ApifyApiError) and error.status_code == _RATE_LIMIT


def _see(actor_run_id: str) -> str:
    return f"See https://console.apify.com/actors/runs/{actor_run_id}"


def _check_is_dataset(content: bytes, actor_run_id: str, cost_usd: float | None) -> None:
    try:
        is_dataset = isinstance(json.loads(content), list)
    except (ValueError, RecursionError):
        is_dataset = False
    if not is_dataset:
        raise FetchError(
            f"The dataset of Apify's actor run {actor_run_id} came as something else than a JSON list. "
            f"{_see(actor_run_id)}",
            cost_usd,
        )
