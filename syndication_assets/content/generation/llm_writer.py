"""The generator `llm`: requests each text from a language model, with up to two corrections, within the budget."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from syndication_assets.ai.call_log import Call, CallLog
from syndication_assets.ai.language_model import LanguageModel
from syndication_assets.ai.language_model_answers import Answer, ErrorKind, LanguageModelError, PostText
from syndication_assets.ai.prompts import Messages, as_text, follow_up, question_again
from syndication_assets.ai.token_counts import estimated_tokens
from syndication_assets.content.compliance.validation import hard_reasons
from syndication_assets.content.draft import Draft
from syndication_assets.content.generation.post_prompt import post_question
from syndication_assets.content.generation.posts_to_write import PostToWrite
from syndication_assets.content.generation.template import TemplateError
from syndication_assets.content.generation.writing import (
    VariationError,
    WrittenText,
    findings_of,
    remember,
    write_from_first_variation,
    write_from_template,
)
from syndication_assets.content.post_hashtags import hashtags_as_text
from syndication_assets.operations.api_usage import Reservation
from syndication_assets.operations.spending import BudgetError, Spending

MOST_ATTEMPTS = 3
"""How often a text is requested: once, and again with the rules that it breaks."""
MOST_UNUSABLE_ANSWERS = 2
"""How many answers that are no post a text may get: the second question names the reason, a third would not help."""


@dataclass(slots=True)
class Outcome:
    """The result of a batch."""

    texts: list[WrittenText] = field(default_factory=list)
    unwritten: dict[str, list[PostToWrite]] = field(default_factory=dict)
    """Reason → the posts without a text for that reason. The next run tries them again."""
    replaced: Counter[str] = field(default_factory=Counter)
    """Reason → how many texts a template wrote because the model is down."""


class _UnwrittenError(Exception):
    """There is no text for a post in this run; the message is the reason."""

    def __init__(self, reason: str, *, is_model_down: bool = False) -> None:
        super().__init__(reason)
        self.is_model_down = is_model_down


async def write_with_model(
    posts: Sequence[PostToWrite],
    model: LanguageModel,
    spending: Mapping[str, Spending],
    log: CallLog[WrittenText],
    with_templates: Collection[str] = (),
) -> Outcome:
    """Writes texts, as many at a time as the model allows, and adds each text to the log as soon as it is written.

    A text that still breaks hard rules after the last attempt is stored for review. A post without a text has a reason:
    the budget, the account, an unreachable server, or unusable answers. If the account is rejected, no more requests
    are made. Templates replace a model that is down for the organizations `with_templates`. Variations that reuse
    variation 1 need no request: they are derived from it at once, and if it has no text, they have none for the same
    reason.
    """
    outcome = Outcome()
    stop_reasons: list[str] = []
    requested = [post for post in posts if not post.reuses_first_variation]
    dependents: dict[str, list[PostToWrite]] = {}
    for post in posts:
        if post.reuses_first_variation:
            dependents.setdefault(post.post_core_id, []).append(post)

    def derived(post_core_id: str) -> list[WrittenText]:
        texts = []
        for post in dependents.pop(post_core_id, []):
            try:
                texts.append(write_from_first_variation(post))
            except VariationError as error:
                outcome.unwritten.setdefault(str(error), []).append(post)
                continue
            remember(texts[-1])
        return texts

    def keep(texts: list[WrittenText]) -> None:
        if texts:
            log.add_results(texts)
            outcome.texts.extend(texts)

    async def write(post: PostToWrite) -> None:
        try:
            text = await _write(post, model, spending[post.organization_id], log, stop_reasons)
        except _UnwrittenError as error:
            replacement = None
            reason = str(error)
            if error.is_model_down and post.organization_id in with_templates:
                try:
                    replacement = write_from_template(post)
                except TemplateError as without:
                    reason = f"{reason} {without}"
            if replacement is None:
                outcome.unwritten.setdefault(reason, []).extend([post, *dependents.pop(post.post_core_id, [])])
                return
            outcome.replaced[reason] += 1
            text = replacement
        remember(text)
        keep([text, *derived(post.post_core_id)])

    requested_ids = {post.post_core_id for post in requested}
    for post_core_id in [post_id for post_id in dependents if post_id not in requested_ids]:
        keep(derived(post_core_id))
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
    """The text of a post. A text that breaks a rule is better than none if no further question can be asked."""
    template = post.templates[0] if post.templates else None
    channel = post.channel
    first = messages = post_question(channel.platform, channel.channel_type, channel.rules, post.facts, template)
    text = None
    unusable_answers = 0
    for attempt in range(1, MOST_ATTEMPTS + 1):
        try:
            answer = await model.ask(messages, _Accounting(post, model, spending, log, attempt, messages, stop_reasons))
        except (LanguageModelError, _UnwrittenError) as error:
            problem = error if isinstance(error, _UnwrittenError) else _problem_of(error)
            if isinstance(error, LanguageModelError) and error.is_answer:
                unusable_answers += 1
                if unusable_answers < MOST_UNUSABLE_ANSWERS:
                    messages = _asked_again(first, error)
                    continue
            if text is None:
                raise problem from None
            break
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
        raise AssertionError("unreachable")
    return text


def _problem_of(error: LanguageModelError) -> _UnwrittenError:
    return _UnwrittenError(str(error), is_model_down=error.is_down)


def _asked_again(first: Messages, error: LanguageModelError) -> Messages:
    """The question with the reason why the answer was unusable. What is no completion is not the model's fault."""
    return first if error.kind is ErrorKind.NOT_JSON else question_again(first, error.answer, str(error))


@dataclass(slots=True)
class _Accounting:
    """Reserves the cost of each request of one question before it is sent, and logs the request with its cost."""

    post: PostToWrite
    model: LanguageModel
    spending: Spending
    log: CallLog[WrittenText]
    attempt: int
    messages: Messages
    stop_reasons: list[str]
    """Why no more requests are made in this run; empty as long as requests are made."""
    _reserved: Decimal = Decimal(0)
    _usage_id: str = ""
    _called_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def before_request(self) -> None:
        estimate = self.spending.expected_cost(estimated_tokens(self.messages), self.model.output_limit)
        self._stop_if_told()
        try:
            self._reserved = await self.spending.reserve(estimate)
        except BudgetError as error:
            raise _UnwrittenError(str(error)) from None
        try:
            self._stop_if_told()
            self._called_at = datetime.now(UTC)
            self._usage_id = await self.log.reserve(
                Reservation(
                    organization_id=self.post.organization_id,
                    provider=self.log.provider,
                    operation="write_post",
                    model=self.model.model,
                    used_at=self._called_at,
                    expected_cost=self._reserved,
                    price=self.spending.price,
                )
            )
        except BaseException:
            self.spending.release(self._reserved)
            raise

    def after_request(self, result: Answer | LanguageModelError) -> None:
        may_have_cost = isinstance(result, Answer) or result.may_have_cost
        charge = self.spending.settle(self._reserved, result.usage, may_have_cost=may_have_cost)
        if isinstance(result, LanguageModelError) and result.ends_all:
            self.stop_reasons.append(str(result))
        self.log.add_call(
            Call(
                organization_id=self.post.organization_id,
                usage_id=self._usage_id,
                post_core_id=self.post.post_core_id,
                variation=self.post.variation,
                attempt=self.attempt,
                model=self.model.model,
                prompt=as_text(self.messages),
                response=result.response if isinstance(result, Answer) else None,
                error_message=None if isinstance(result, Answer) else f"{result.kind}: {result}",
                called_at=self._called_at,
                latency_ms=result.latency_ms,
                usage=result.usage,
                charge=charge,
                price=self.spending.price,
            )
        )

    def _stop_if_told(self) -> None:
        if self.stop_reasons:
            raise _UnwrittenError(self.stop_reasons[0], is_model_down=True)


def assemble(answer: PostText, post: PostToWrite) -> Draft:
    """The complete text: what the model wrote, then call to action, link and hashtags where they are missing."""
    facts, rules = post.facts, post.channel.rules
    hashtags = tuple(tag for raw_tag in answer.hashtags if (tag := raw_tag.strip().lstrip("#")))
    text = answer.text.strip()
    call_to_action = answer.call_to_action.strip()
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
        alt_text=(answer.alt_text.strip() or None) if facts.image_url else None,
        link_url=facts.url,
        image_url=facts.image_url,
        language=rules.language,
    )
