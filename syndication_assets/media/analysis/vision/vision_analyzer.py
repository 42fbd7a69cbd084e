"""The analyzer `vision` as runs use it: one question about each picture to a language model that sees.

A question is not repeated within a run, but after a short pause that the server asks for: the queue has the picture,
and a later run asks again.
"""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from syndication_assets.ai.calls.call_log import CallLog
from syndication_assets.ai.calls.paid_requests import Subject, UnansweredError
from syndication_assets.ai.chat_completions.answers import ErrorKind, LanguageModelError
from syndication_assets.ai.chat_completions.configured_model import provider_of
from syndication_assets.ai.chat_completions.language_model import LanguageModel
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.media.analysis.analyzer import AnalyzerVersion, ChosenAnalyzer, Result
from syndication_assets.media.analysis.findings import AnalyzerDownError
from syndication_assets.media.analysis.vision.paid_question import OPERATION, PictureRequests
from syndication_assets.media.analysis.vision.picture_answers import problem_of
from syndication_assets.media.analysis.vision.picture_question import (
    LONGEST_SIDE,
    PICTURE_FORM,
    PROMPT,
    findings_of,
    question,
)
from syndication_assets.operations.usage.spending import read_spending
from syndication_assets.settings import Settings

PROGRAM = "vision 1"
"""Raise it when the model is given a picture in another way; model and prompt are parts of the version themselves."""
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
        self._url = url
        self._organization_id = chosen.organization_id
        self._model = LanguageModel(
            settings.openai_api_key.get_secret_value(),
            chosen.model,
            settings.openai_url,
            timeout=settings.llm_timeout_seconds,
            concurrency=settings.llm_concurrency,
            output_limit=settings.llm_output_tokens,
            maximum_retries=0,
            longest_wait=_LONGEST_PAUSE,
        )
        provider = provider_of(settings.openai_url)
        with transaction(url) as connection:
            self._spending = read_spending(
                connection, chosen.organization_id, provider, chosen.model, datetime.now(UTC).date()
            )
        self._log: CallLog[None] = CallLog(url, provider, _store_nothing, run_id)
        self._stop_reasons: list[str] = []
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._opened.enter_async_context(self._model)
        await self._opened.enter_async_context(self._log)
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._opened.__aexit__(error_type, error, traceback)

    async def analyse(self, picture: bytes, sha256: str) -> Result:
        messages = question(picture)
        posts = await asyncio.to_thread(self._posts_with, sha256)
        subject = Subject(self._organization_id, OPERATION, post_ids=posts)
        for attempt in range(1, _MOST_PAUSES + 2):
            requests = PictureRequests(
                subject, self._model, self._spending, self._log, attempt, messages, PICTURE_FORM, self._stop_reasons
            )
            try:
                answer = await self._model.ask(messages, PICTURE_FORM, requests)
            except UnansweredError as error:
                raise AnalyzerDownError(str(error).rstrip(".")) from None
            except LanguageModelError as error:
                is_short = error.retry_after is not None and error.retry_after <= _LONGEST_PAUSE
                if error.kind is ErrorKind.RATE_LIMITED and is_short and attempt <= _MOST_PAUSES:
                    continue  # the model waits before it is asked again, whichever picture is next
                problem = problem_of(error)
                problem.spent = requests.spent
                raise problem from None
            return findings_of(answer.content), requests.spent
        raise AssertionError("unreachable")

    def _posts_with(self, sha256: str) -> tuple[str, ...]:
        """The posts that show the picture: what the model says of it is forgotten with them."""
        parameters = {"organization_id": self._organization_id, "sha256": sha256}
        with transaction(self._url) as connection:
            rows = connection.execute(load_sql("media/analyses/posts_of_picture.sql"), parameters)
            return tuple(post_id for (post_id,) in rows)


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


def _store_nothing(_: Connection, __: list[None]) -> None:
    """What the model found is written with the end of the lease of its picture."""
