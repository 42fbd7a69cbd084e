"""Apify: runs an actor and returns its dataset, byte for byte.

The token travels in the Authorization header alone, and no redirect is followed. Own code on our HTTP client instead of
Apify's library, which brings an HTTP stack of its own without a total deadline or a bound of the size.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import tenacity

from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.clients.request import Parameters
from syndication_assets.http.http_errors import HttpError, WithheldError
from syndication_assets.http.recording import CallResult, RecordedCall
from syndication_assets.http.redaction import redact_to_line
from syndication_assets.http.response import HttpResponse
from syndication_assets.http.retries import RetryPolicy, is_transient_status
from syndication_assets.scraping.apify.actor_answers import (
    ActorRun,
    ErrorAnswer,
    ErrorDetails,
    RunAnswer,
    check_is_dataset,
    converted,
    where_to_look,
)
from syndication_assets.scraping.fetching.fetch_errors import AccountRejectedError, FetchError

# Statuses of a start that show that no run can start: bad token, no credit, not allowed, no such actor.
_REJECTIONS = (401, 402, 403, 404)
_RATE_LIMIT = 429
# The longest time for which Apify holds a request that waits for a run.
_LONG_POLL = timedelta(seconds=60)
_POLL_SECONDS = 0.25
_LARGEST_COST = 1_000_000
_MAXIMUM_BYTES = 64 * 1024 * 1024
_ENDS = ("SUCCEEDED", "FAILED", "TIMED-OUT", "ABORTED")
_CHECK_RUNS = (
    "The actor may have started: look at https://console.apify.com/actors/runs before you fetch again, because a "
    "second run costs again."
)


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

    Rate limits, server errors and lost connections are retried, `maximum_retries` times with exponential backoff from
    `retry_delay`. The start of a run costs money and is repeated only after a rate limit, which proves that no run has
    started.
    """

    token: str = field(repr=False)
    api_url: str
    actor_id: str
    actor_setting: str
    """The environment variable that names the actor, for people."""
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

    def scrape(self, run_input: Mapping[str, Any], items: int) -> ScrapedDataset:
        """The dataset of one actor run with this input, which asks for so many items at most.

        An actor run that fails, is aborted or outlasts `actor_timeout` raises FetchError with the run's id; one that
        is still running then is aborted, because a running actor costs money.
        """
        with self._client(self.request_timeout) as client:
            started, call = self._start(client, run_input, items)
            try:
                finished = self._wait(client, started.id)
            except FetchError as error:
                _settle(call, error.cost_usd)
                raise
            _settle(call, finished.usage_total_usd)
            return self._dataset(client, started, finished)

    def _dataset(self, client: HttpClient, started: ActorRun, finished: ActorRun) -> ScrapedDataset:
        cost = finished.usage_total_usd
        if finished.status != "SUCCEEDED":
            reason = self._redacted(f": {finished.status_message}") if finished.status_message else ""
            raise FetchError(
                f"Apify's actor run {started.id} ended as {finished.status}{reason}. {where_to_look(started.id)}", cost
            )
        response = self._get(
            client,
            f"reading the dataset of actor run {started.id}",
            f"datasets/{quote(finished.default_dataset_id, safe='')}/items",
            {"format": "json"},
            cost_usd=cost,
        )
        check_is_dataset(response.content, started.id, cost)
        finished_at = finished.finished_at or datetime.now(UTC)
        return ScrapedDataset(response.content, started.id, finished_at.astimezone(UTC), cost)

    def _start(
        self, client: HttpClient, run_input: Mapping[str, Any], items: int
    ) -> tuple[ActorRun, RecordedCall | None]:
        """The started run, and the record of the request that is charged for it. Only a rate limit is retried."""
        what = f"starting actor {self.actor_id}"
        delay = self.retry_delay.total_seconds()
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_result(lambda response: response.status == _RATE_LIMIT),
            wait=tenacity.wait_exponential(multiplier=delay) + tenacity.wait_random(0, delay),
            stop=tenacity.stop_after_attempt(self.maximum_retries + 1),
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )
        url = self._url(f"acts/{quote(self.actor_id.replace('/', '~'), safe='~')}/runs")
        parameters = {"timeout": round(self.actor_timeout.total_seconds())}
        try:
            response = retrying(
                client.post_once,
                url,
                parameters=parameters,
                json=dict(run_input),
                operation="run_actor",
                priced_units={"items": items},
            )
        except WithheldError as error:
            raise AccountRejectedError(str(error)) from None
        except HttpError as error:
            problem = self._redacted(f"{error.name}: {error}")
        else:
            if response.status in _REJECTIONS:
                raise AccountRejectedError(
                    f"Apify rejected {what}: {self._error_of(response)}. Check SYNDICATION_APIFY_TOKEN, "
                    f"{self.actor_setting} and the account's credit."
                )
            # Below 500, Apify rejected the request, so nothing has started.
            next_step = "Fetch again later." if 300 <= response.status < 500 else _CHECK_RUNS
            return self._run_of(what, response, next_step), response.call
        raise FetchError(f"Apify could not be reached for {what}: {problem}. {_CHECK_RUNS}")

    def _wait(self, client: HttpClient, actor_run_id: str) -> ActorRun:
        """The run after its end; a run that does not end in time is aborted."""
        what = f"waiting for actor run {actor_run_id}"
        path = f"actor-runs/{quote(actor_run_id, safe='')}"
        deadline = time.monotonic() + self.actor_timeout.total_seconds()
        with self._client(min(self.actor_timeout, _LONG_POLL) + self.request_timeout) as waiting_client:
            while True:
                remaining = max(deadline - time.monotonic(), 0)
                wait = int(min(remaining, _LONG_POLL.total_seconds()))
                # A run that has just been started may not be known everywhere yet.
                response = self._get(waiting_client, what, path, {"waitForFinish": wait}, transient_status=404)
                run = self._run_of(what, response)
                if run.status in _ENDS:
                    return run
                if time.monotonic() >= deadline:
                    break
                time.sleep(min(_POLL_SECONDS, remaining))
        end = f"did not finish within {self.actor_timeout.total_seconds():g} seconds and was aborted"
        try:
            client.post_once(self._url(f"{path}/abort"), operation="abort_run")
        except HttpError as error:
            end = f"did not finish in time and could not be aborted ({error})"
        raise FetchError(f"Apify's actor run {actor_run_id} {end}. {where_to_look(actor_run_id)}", run.usage_total_usd)

    def _get(
        self,
        client: HttpClient,
        what: str,
        path: str,
        parameters: Parameters,
        *,
        transient_status: int | None = None,
        cost_usd: float | None = None,
    ) -> HttpResponse:
        """A successful response. FetchError if there is none after the last retry."""

        def is_transient(response: HttpResponse) -> bool:
            return is_transient_status(response) or response.status == transient_status

        try:
            response = client.get(
                self._url(path), parameters, is_transient=is_transient, operation=path.split("/", maxsplit=1)[0]
            )
        except HttpError as error:
            problem = self._redacted(f"{error.name}: {error}")
        else:
            return self._successful(what, response, "Fetch again later.", cost_usd)
        raise FetchError(f"Apify could not be reached for {what}: {problem}. Fetch again later.", cost_usd)

    def _successful(
        self, what: str, response: HttpResponse, next_step: str, cost_usd: float | None = None
    ) -> HttpResponse:
        if 200 <= response.status < 300:
            return response
        raise FetchError(f"Apify failed at {what}: {self._error_of(response)}. {next_step}", cost_usd)

    def _run_of(self, what: str, response: HttpResponse, next_step: str = "Fetch again later.") -> ActorRun:
        answer = converted(self._successful(what, response, next_step).content, RunAnswer)
        if answer is None:
            raise FetchError(f"Apify answered {what} with something that is not its API's JSON. {next_step}")
        return answer.data

    def _error_of(self, response: HttpResponse) -> str:
        answer = converted(response.content, ErrorAnswer)
        error = answer.error if answer is not None else ErrorDetails()
        return self._redacted(f"{response.status} {error.type or ''} {error.message or ''}")

    def _redacted(self, text: str) -> str:
        return redact_to_line(text, self.token, mark="[token]")

    def _url(self, path: str) -> str:
        return f"{self.api_url.rstrip('/')}/v2/{path}"

    def _client(self, request_timeout: timedelta) -> HttpClient:
        return HttpClient(
            maximum_bytes=_MAXIMUM_BYTES,
            headers={"authorization": f"Bearer {self.token}", "user-agent": "syndication-assets"},
            request_timeout=request_timeout,
            retries=RetryPolicy(self.maximum_retries + 1, self.retry_delay),
            provider="apify",
        )


def _settle(call: RecordedCall | None, cost_usd: float | None) -> None:
    """Writes the cost that Apify reports for a run to the record of its start."""
    if call is not None and cost_usd is not None and 0 <= cost_usd < _LARGEST_COST:
        call.settle(CallResult(cost=Decimal(str(cost_usd)), currency="USD"))
