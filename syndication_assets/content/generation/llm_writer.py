"""The generator `llm`: asks a language model for each post, tells it what is wrong, twice at most, and keeps books."""

import asyncio
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from syndication_assets.ai.call_log import Call, CallLog
from syndication_assets.ai.language_model import LanguageModel
from syndication_assets.ai.language_model_answers import Answer, LanguageModelError, PostText
from syndication_assets.content.compliance.validation import hard_reasons
from syndication_assets.content.draft import Draft
from syndication_assets.content.generation import post_prompt
from syndication_assets.content.generation.posts_to_write import PostToWrite
from syndication_assets.content.generation.writing import (
    VariationError,
    WrittenText,
    findings_of,
    remember,
    write_from_first,
)
from syndication_assets.content.post_hashtags import as_text
from syndication_assets.operations.spending import Spending

MOST_ATTEMPTS = 3
_EXPECTED_OUTPUT_TOKENS = 600


@dataclass(slots=True)
class Outcome:
    """What came of a batch."""

    texts: list[WrittenText] = field(default_factory=list)
    unwritten: dict[str, list[PostToWrite]] = field(default_factory=dict)
    """Why there is no text → the posts; the next run tries them again."""


class _Stopped(Exception):  # noqa: N818 - no error: a reason
    """No text can be had for this post now."""


async def write_with_model(
    posts: Sequence[PostToWrite], model: LanguageModel, spending: Mapping[str, Spending], log: CallLog[WrittenText]
) -> Outcome:
    """Writes posts, as many at a time as the model allows, and keeps each text in the log as soon as it is there.

    A text whose hard rules stay broken is there for a person.

    A post without a text has its reason: the budget, the account, a server that is not there, or answers that were no
    posts. When the account itself is refused, nothing more is asked. For variations that share the words of variation 1
    nobody is asked: they follow it at once, and where it got no text, they have none for the same reason.
    """
    outcome = Outcome()
    refusal: list[str] = []
    asked = [post for post in posts if not post.shares_words]
    followers: dict[str, list[PostToWrite]] = {}
    for post in posts:
        if post.shares_words:
            followers.setdefault(post.post_core_id, []).append(post)

    def keep(text: WrittenText) -> None:
        remember(text)
        log.keep(text)
        outcome.texts.append(text)

    def follow(post_core_id: str) -> None:
        for post in followers.pop(post_core_id, []):
            try:
                keep(write_from_first(post))
            except VariationError as error:
                outcome.unwritten.setdefault(str(error), []).append(post)

    async def write_one(post: PostToWrite) -> None:
        try:
            text = await _write(post, model, spending[post.organization_id], log, refusal)
        except _Stopped as stopped:
            outcome.unwritten.setdefault(str(stopped), []).extend([post, *followers.pop(post.post_core_id, [])])
            return
        keep(text)
        follow(post.post_core_id)

    asked_of = {post.post_core_id for post in asked}
    for post_core_id in [one for one in followers if one not in asked_of]:
        follow(post_core_id)
    # A task for each post would have them all wait in memory for the same slots.
    waiting = iter(asked)

    async def work() -> None:
        for post in waiting:
            await write_one(post)

    async with asyncio.TaskGroup() as workers:
        for _ in range(min(model.concurrency, len(asked))):
            workers.create_task(work())
    order = {post.content_id: number for number, post in enumerate(posts)}
    outcome.texts.sort(key=lambda text: order[text.post.content_id])
    return outcome


async def _write(
    post: PostToWrite, model: LanguageModel, spending: Spending, log: CallLog[WrittenText], refusal: list[str]
) -> WrittenText:
    template = post.templates[0] if post.templates else None
    channel = post.channel
    first = messages = post_prompt.first_messages(
        channel.platform, channel.channel_type, channel.rules, post.facts, template
    )
    text = None
    problem = ""
    for attempt in range(1, MOST_ATTEMPTS + 1):
        try:
            books = _Books(post, model.model, spending, log, attempt, post_prompt.as_text(messages), refusal)
            answer = await model.ask(messages, books)
        except LanguageModelError as error:
            problem = str(error)
            if error.ends_all:
                refusal.append(problem)
            if not error.is_answer:
                raise _Stopped(problem) from None
            continue
        draft = assemble(answer.post, post)
        findings = findings_of(post, draft)
        text = WrittenText(
            post,
            draft,
            findings,
            "llm",
            model.model,
            template.template_id if template else None,
            template.version if template else None,
            attempt,
        )
        if text.is_in_order:
            break
        messages = post_prompt.next_messages(first, answer.response, hard_reasons(findings))
    if text is None:
        raise _Stopped(problem)
    return text


@dataclass(slots=True)
class _Books:
    """Holds each request of one question against the budget, and writes it down with what it cost."""

    post: PostToWrite
    model: str
    spending: Spending
    log: CallLog[WrittenText]
    attempt: int
    prompt: str
    run_refusal: list[str]
    """Why nothing more is asked in this run, if so."""
    _expected: Decimal = Decimal(0)
    _called_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def before_request(self) -> None:
        if self.run_refusal:
            raise _Stopped(self.run_refusal[0])
        self._expected = self.spending.expected_cost(len(self.prompt), _EXPECTED_OUTPUT_TOKENS)
        refusal = self.spending.refusal(self._expected)
        if refusal is not None:
            raise _Stopped(refusal)
        self.spending.set_aside(self._expected)
        self._called_at = datetime.now(UTC)

    def after_request(self, result: Answer | LanguageModelError) -> None:
        may_have_cost = isinstance(result, Answer) or result.may_have_cost
        charge = self.spending.settle(self._expected, result.usage, may_have_cost=may_have_cost)
        self.log.add(
            Call(
                organization_id=self.post.organization_id,
                post_core_id=self.post.post_core_id,
                variation=self.post.variation,
                attempt=self.attempt,
                model=self.model,
                prompt=self.prompt,
                response=result.response if isinstance(result, Answer) else None,
                error_message=None if isinstance(result, Answer) else f"{result.kind}: {result}",
                called_at=self._called_at,
                latency_ms=result.latency_ms,
                usage=result.usage,
                charge=charge,
                price=self.spending.price,
            )
        )


def assemble(said: PostText, post: PostToWrite) -> Draft:
    """The whole text: what the model wrote, then call to action, link and hashtags, where they are missing."""
    facts, rules = post.facts, post.channel.rules
    hashtags = tuple(tag for said_tag in said.hashtags if (tag := _printable(said_tag).lstrip("#")))
    text = _printable(said.text)
    asks = _printable(said.call_to_action)
    if asks and asks.casefold() not in text.casefold():
        text = f"{text}\n\n{asks}"
    if rules.wants_link and facts.url is not None and facts.url not in text:
        text = f"{text} {facts.url}"
    missing = [tag for tag in hashtags if f"#{tag}".casefold() not in text.casefold()]
    if missing:
        text = f"{text}\n\n{as_text(missing)}"
    return Draft(
        text_content=text,
        hashtags=hashtags,
        call_to_action=asks or None,
        alt_text=(_printable(said.alt_text) or None) if facts.image_url else None,
        link_url=facts.url,
        image_url=facts.image_url,
        language=rules.language,
    )


def _printable(text: str) -> str:
    """Without control signs, which no channel shows and no database takes."""
    return "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) != "Cc").strip()
