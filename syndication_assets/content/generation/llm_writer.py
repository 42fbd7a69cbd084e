"""The generator `llm`: requests each text from a language model, with up to two corrections, within the budget."""

import asyncio
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from syndication_assets.ai.call_log import Call, CallLog
from syndication_assets.ai.language_model import LanguageModel
from syndication_assets.ai.language_model_answers import Answer, LanguageModelError, PostText
from syndication_assets.ai.prompts import as_text, follow_up
from syndication_assets.content.compliance.validation import hard_reasons
from syndication_assets.content.draft import Draft
from syndication_assets.content.generation.post_prompt import post_question
from syndication_assets.content.generation.posts_to_write import PostToWrite
from syndication_assets.content.generation.writing import (
    VariationError,
    WrittenText,
    findings_of,
    remember,
    write_from_first_variation,
)
from syndication_assets.content.post_hashtags import hashtags_as_text
from syndication_assets.operations.spending import Spending

MOST_ATTEMPTS = 3
_EXPECTED_OUTPUT_TOKENS = 600


@dataclass(slots=True)
class Outcome:
    """The result of a batch."""

    texts: list[WrittenText] = field(default_factory=list)
    unwritten: dict[str, list[PostToWrite]] = field(default_factory=dict)
    """Reason → the posts without a text for that reason. The next run tries them again."""


class _UnwrittenError(Exception):
    """There is no text for a post in this run; the message is the reason."""


async def write_with_model(
    posts: Sequence[PostToWrite], model: LanguageModel, spending: Mapping[str, Spending], log: CallLog[WrittenText]
) -> Outcome:
    """Writes texts, as many at a time as the model allows, and adds each text to the log as soon as it is written.

    A text that still breaks hard rules after the last attempt is stored for review. A post without a text has a reason:
    the budget, the account, an unreachable server, or unusable answers. If the account is rejected, no more requests
    are made. Variations that reuse variation 1 need no request: they are derived from it at once, and if it has no
    text, they have none for the same reason.
    """
    outcome = Outcome()
    stop_reasons: list[str] = []
    requested = [post for post in posts if not post.reuses_first_variation]
    dependents: dict[str, list[PostToWrite]] = {}
    for post in posts:
        if post.reuses_first_variation:
            dependents.setdefault(post.post_core_id, []).append(post)

    def keep(text: WrittenText) -> None:
        remember(text)
        log.add_result(text)
        outcome.texts.append(text)

    def derive(post_core_id: str) -> None:
        for post in dependents.pop(post_core_id, []):
            try:
                keep(write_from_first_variation(post))
            except VariationError as error:
                outcome.unwritten.setdefault(str(error), []).append(post)

    async def write(post: PostToWrite) -> None:
        try:
            text = await _write(post, model, spending[post.organization_id], log, stop_reasons)
        except _UnwrittenError as error:
            outcome.unwritten.setdefault(str(error), []).extend([post, *dependents.pop(post.post_core_id, [])])
            return
        keep(text)
        derive(post.post_core_id)

    requested_ids = {post.post_core_id for post in requested}
    for post_core_id in [post_id for post_id in dependents if post_id not in requested_ids]:
        derive(post_core_id)
    # A few workers instead of one task per post: thousands of tasks would only wait in memory for the same slots.
    waiting = iter(requested)

    async def work() -> None:
        for post in waiting:
            await write(post)

    async with asyncio.TaskGroup() as workers:
        for _ in range(min(model.concurrency, len(requested))):
            workers.create_task(work())
    order = {post.content_id: number for number, post in enumerate(posts)}
    outcome.texts.sort(key=lambda text: order[text.post.content_id])
    return outcome


async def _write(
    post: PostToWrite, model: LanguageModel, spending: Spending, log: CallLog[WrittenText], stop_reasons: list[str]
) -> WrittenText:
    template = post.templates[0] if post.templates else None
    channel = post.channel
    first = messages = post_question(channel.platform, channel.channel_type, channel.rules, post.facts, template)
    text = None
    problem = ""
    for attempt in range(1, MOST_ATTEMPTS + 1):
        try:
            accounting = _Accounting(post, model.model, spending, log, attempt, as_text(messages), stop_reasons)
            answer = await model.ask(messages, accounting)
        except LanguageModelError as error:
            problem = str(error)
            if error.ends_all:
                stop_reasons.append(problem)
            if not error.is_answer:
                raise _UnwrittenError(problem) from None
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
        if text.is_compliant:
            break
        messages = follow_up(first, answer.response, hard_reasons(findings))
    if text is None:
        raise _UnwrittenError(problem)
    return text


@dataclass(slots=True)
class _Accounting:
    """Reserves budget for each request of one question, and logs the request with its cost."""

    post: PostToWrite
    model: str
    spending: Spending
    log: CallLog[WrittenText]
    attempt: int
    prompt: str
    stop_reasons: list[str]
    """Why no more requests are made in this run; empty as long as requests are made."""
    _expected: Decimal = Decimal(0)
    _called_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def before_request(self) -> None:
        if self.stop_reasons:
            raise _UnwrittenError(self.stop_reasons[0])
        self._expected = self.spending.expected_cost(len(self.prompt), _EXPECTED_OUTPUT_TOKENS)
        rejection = self.spending.rejection(self._expected)
        if rejection is not None:
            raise _UnwrittenError(rejection)
        self.spending.reserve(self._expected)
        self._called_at = datetime.now(UTC)

    def after_request(self, result: Answer | LanguageModelError) -> None:
        may_have_cost = isinstance(result, Answer) or result.may_have_cost
        charge = self.spending.settle(self._expected, result.usage, may_have_cost=may_have_cost)
        self.log.add_call(
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


def assemble(answer: PostText, post: PostToWrite) -> Draft:
    """The complete text: what the model wrote, then call to action, link and hashtags where they are missing."""
    facts, rules = post.facts, post.channel.rules
    hashtags = tuple(tag for raw_tag in answer.hashtags if (tag := _printable(raw_tag).lstrip("#")))
    text = _printable(answer.text)
    call_to_action = _printable(answer.call_to_action)
    if call_to_action and call_to_action.casefold() not in text.casefold():
        text = f"{text}\n\n{call_to_action}"
    if rules.wants_link and facts.url is not None and facts.url not in text:
        text = f"{text} {facts.url}"
    missing = [tag for tag in hashtags if f"#{tag}".casefold() not in text.casefold()]
    if missing:
        text = f"{text}\n\n{hashtags_as_text(missing)}"
    return Draft(
        text_content=text,
        hashtags=hashtags,
        call_to_action=call_to_action or None,
        alt_text=(_printable(answer.alt_text) or None) if facts.image_url else None,
        link_url=facts.url,
        image_url=facts.image_url,
        language=rules.language,
    )


def _printable(text: str) -> str:
    """Without control characters, which channels do not show and the database does not accept."""
    return "".join(
        character for character in text if character == "\n" or unicodedata.category(character) != "Cc"
    ).strip()
