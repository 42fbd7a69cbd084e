"""The analyzer `vision` as runs use it: one request about each picture, with its cost in the ledger.

A request is not repeated within a run, but after a short pause that the server asks for: the queue has the picture, and
a later run asks again.
"""

import asyncio
import time
from decimal import Decimal
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from syndication_assets.ai.token_counts import usage_of
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.http.clients.async_client import AsyncHttpClient
from syndication_assets.http.http_errors import HttpError, InvalidRequestError, NotSentError
from syndication_assets.media.analysis.analyzer import AnalyzerVersion, ChosenAnalyzer, Result
from syndication_assets.media.analysis.findings import AnalysisError, AnalyzerDownError, FailedAttemptError, Spent
from syndication_assets.media.analysis.vision.paid_question import QuestionLedger, expected_cost
from syndication_assets.media.analysis.vision.picture_answers import (
    NOT_CHARGED,
    body_of,
    error_of,
    problem_of,
    read_answer,
)
from syndication_assets.media.analysis.vision.picture_question import LONGEST_SIDE, PROMPT, RESPONSE_FORMAT, question
from syndication_assets.operations.usage.model_calls import price_of
from syndication_assets.operations.usage.spending import TokenUsage
from syndication_assets.settings import Settings

PROGRAM = "vision 1"
"""Raise it when the model is given a picture in another way; model and prompt are parts of the version themselves."""
_OPENAI_URL = "https://api.openai.com/v1"
_HOSTS_OF_OPENAI = (".openai.com", ".openai.azure.com")
_MAXIMUM_BYTES = 4 * 1024 * 1024
_LONGEST_PAUSE = 60.0
_MOST_PAUSES = 3


class VisionAnalyzer:
    """One model of one server. A rate limit pauses all of its questions."""

    longest_side: int = LONGEST_SIDE

    def __init__(self, url: str, chosen: ChosenAnalyzer, settings: Settings, run_id: str | None) -> None:
        if settings.openai_api_key is None or chosen.model is None:
            raise SyndicationError(_NO_KEY)
        self.version = vision_version(chosen)
        self.at_once = settings.llm_concurrency
        self._key = settings.openai_api_key.get_secret_value()
        self._model = chosen.model
        self._output_limit = settings.llm_output_tokens
        self._url = f"{(settings.openai_url or _OPENAI_URL).rstrip('/')}/chat/completions"
        # OpenAI's own models take the first name only; most other servers know the second only.
        is_openai = f".{urlsplit(self._url).hostname}".endswith(_HOSTS_OF_OPENAI)
        self._limit_name = "max_completion_tokens" if is_openai else "max_tokens"
        self._ledger = _ledger(url, chosen, provider_of(settings), self._output_limit, run_id)
        self._client = AsyncHttpClient(
            maximum_bytes=_MAXIMUM_BYTES,
            headers={"Authorization": f"Bearer {self._key}", "User-Agent": "syndication-assets"},
            seconds=settings.llm_timeout_seconds,
            connections=self.at_once,
        )
        self._paused_until = 0.0

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.__aexit__(error_type, error, traceback)

    async def analyse(self, picture: bytes) -> Result:
        body = {
            "model": self._model,
            "messages": question(picture),
            "response_format": RESPONSE_FORMAT,
            self._limit_name: self._output_limit,
        }
        for pauses in range(_MOST_PAUSES + 1):
            await asyncio.sleep(max(self._paused_until - time.monotonic(), 0))
            try:
                return await self._ask(body)
            except AnalyzerDownError as error:
                wait = error.retry_after
                if wait is None or wait > _LONGEST_PAUSE or pauses == _MOST_PAUSES:
                    raise
                # All questions go to the same server: the others would only be rejected too.
                self._paused_until = max(self._paused_until, time.monotonic() + wait)
        raise AssertionError("unreachable")

    async def _ask(self, body: dict[str, Any]) -> Result:
        """One request, on record before it is sent."""
        usage_id = await asyncio.to_thread(self._ledger.reserve)
        started_at = time.monotonic()
        try:
            response = await self._client.post_json(self._url, body)
        except (NotSentError, InvalidRequestError):
            self._ledger.release(usage_id)
            raise AnalyzerDownError("the model's server cannot be reached: check OPENAI_BASE_URL") from None
        except HttpError as error:
            spent = self._settled(usage_id, started_at, TokenUsage(), is_successful=False)
            raise FailedAttemptError(f"the model gave no answer: {str(error).rstrip('.')}", spent=spent) from None
        except BaseException:
            # A run that is stopped has sent the question all the same.
            self._settled(usage_id, started_at, TokenUsage(), is_successful=False)
            raise
        answer, usage = body_of(response), TokenUsage()
        error_reported = error_of(response, answer)
        if error_reported is not None:
            may_have_cost = error_reported.kind not in NOT_CHARGED
            spent = self._settled(usage_id, started_at, usage, is_successful=False, may_have_cost=may_have_cost)
            raise _with_cost(problem_of(error_reported), spent)
        try:
            findings = read_answer(answer, self._key)
        except AnalysisError as error:
            spent = self._settled(usage_id, started_at, usage_of(answer), is_successful=False)
            raise _with_cost(error, spent) from None
        return findings, self._settled(usage_id, started_at, usage_of(answer), is_successful=True)

    def _settled(
        self, usage_id: str, started_at: float, usage: TokenUsage, *, is_successful: bool, may_have_cost: bool = True
    ) -> Spent:
        latency_ms = round(1000 * (time.monotonic() - started_at))
        return self._ledger.settle(
            usage_id, latency_ms, usage, is_successful=is_successful, may_have_cost=may_have_cost
        )


_NO_KEY = "OPENAI_API_KEY is not set: set it, and OPENAI_BASE_URL for another server than OpenAI's"


def why_no_vision(settings: Settings) -> str | None:
    """Why the analyzer is not available; None if it is."""
    if settings.openai_api_key is None:
        return _NO_KEY
    key = settings.openai_api_key.get_secret_value()
    # A header cannot hold anything else, and the HTTP library would quote the whole key to say so.
    if not key.isascii() or not key.isprintable() or " " in key:
        return "OPENAI_API_KEY contains a character that no key has, such as a space or a line break: copy it again"
    return None


def vision_version(chosen: ChosenAnalyzer) -> AnalyzerVersion:
    return AnalyzerVersion(PROGRAM, chosen.model, PROMPT)


def provider_of(settings: Settings) -> str:
    """The provider in operations.api_prices: the host of the server, or `openai` for OpenAI itself."""
    if settings.openai_url is None:
        return "openai"
    return urlsplit(settings.openai_url).hostname or settings.openai_url


def _ledger(url: str, chosen: ChosenAnalyzer, provider: str, output_limit: int, run_id: str | None) -> QuestionLedger:
    model = chosen.model or ""
    with transaction(url) as connection:
        price = price_of(connection, provider, model)
        ((dearest,),) = connection.execute(
            "select max(a.cost) from media.analyses as a inner join media.analyzer_versions as v"
            " using (organization_id, analyzer, version) where a.organization_id = %s and v.model = %s",
            [chosen.organization_id, model],
        ).fetchall()
    expected = Decimal(0) if price is None else expected_cost(price, output_limit)
    return QuestionLedger(
        url, chosen.organization_id, provider, model, price, max(expected, dearest or expected), run_id
    )


def _with_cost(error: AnalysisError, spent: Spent) -> AnalysisError:
    error.spent = spent
    return error
