"""The generator `llm`: requests each text from a language model, with up to two corrections, within the budget."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from syndication_assets.ai.calls.call_log import CallLog
from syndication_assets.ai.calls.paid_requests import PaidRequests, Subject, UnansweredError
from syndication_assets.ai.chat_completions.answers import POST_FORM, Answer, ErrorKind, LanguageModelError, PostText
from syndication_assets.ai.chat_completions.language_model import LanguageModel
from syndication_assets.ai.prompts import Messages, follow_up, question_again
from syndication_assets.content.compliance.validation import hard_reasons
from syndication_assets.content.draft import Draft
from syndication_assets.content.generation.post_prompt import PROMPT_VERSION, post_question
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
from syndication_assets.operations.usage.spending import Spending

MOST_ATTEMPTS = 3
"""How often a text is requested: once, and again with the rules that it breaks."""
MOST_UNUSABLE_ANSWERS = 2
"""How many answers that are no post a text may get: the second question names the reason, a third would not help."""
_TURNS_BEFORE_CHECKING = 4
"""Turns of the event loop from an answer to the next request: it is read and handed on, then head and body are sent."""


@dataclass(slots=True)
class Outcome:
    """The result of a batch."""

    texts: list[WrittenText] = field(default_factory=list)
    unwritten: dict[str, list[PostToWrite]] = field(default_factory=dict)
    """Reason → the posts without a text for that reason. The next run tries them again."""
    replaced: Counter[str] = field(default_factory=Counter)
    """Reason → how many texts a template wrote because the model is down."""


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
    requested = [post for post in posts if not post.reuses_first_variation]
    batch = _Batch(model, spending, log, with_templates)
    for post in posts:
        if post.reuses_first_variation:
            batch.dependents.setdefault(post.post_core_id, []).append(post)
    requested_ids = {post.post_core_id for post in requested}
    for post_core_id in [post_id for post_id in batch.dependents if post_id not in requested_ids]:
        batch.keep(batch.derived(post_core_id))
    # A few workers instead of one task per post: thousands of tasks would only wait in memory for the same slots.
    waiting = iter(requested)

    async def work() -> None:
        for post in waiting:
            await batch.write(post)

    async with asyncio.TaskGroup() as workers:
        for _ in range(min(_workers(model.concurrency), len(requested))):
            workers.create_task(work())
    order = {post.content_id: number for number, post in enumerate(posts)}
    batch.outcome.texts.sort(key=lambda text: order[text.post.content_id])
    return batch.outcome


def _workers(concurrency: int) -> int:
    """How many posts are in work at the same time: while some wait for the model, others are reserved and checked.

    One at a time stays one at a time, so that the same answers give the same texts.
    """
    return 2 * concurrency - 1


@dataclass(slots=True)
class _Batch:
    """The posts that are written together: the same account pays, and each text is compared with the others."""

    model: LanguageModel
    spending: Mapping[str, Spending]
    log: CallLog[WrittenText]
    with_templates: Collection[str]
    outcome: Outcome = field(default_factory=Outcome)
    dependents: dict[str, list[PostToWrite]] = field(default_factory=dict)
    """Post id → its variations that reuse variation 1 and wait for it."""
    stop_reasons: list[str] = field(default_factory=list)
    _checking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def write(self, post: PostToWrite) -> None:
        try:
            text = await self._request(post)
        except UnansweredError as error:
            replacement = None
            reason = str(error)
            if error.is_model_down and post.organization_id in self.with_templates:
                try:
                    replacement = write_from_template(post)
                except TemplateError as without:
                    reason = f"{reason} {without}"
            if replacement is None:
                unwritten = [post, *self.dependents.pop(post.post_core_id, [])]
                self.outcome.unwritten.setdefault(reason, []).extend(unwritten)
                return
            self.outcome.replaced[reason] += 1
            text = replacement
        remember(text)
        self.keep([text, *self.derived(post.post_core_id)])

    def derived(self, post_core_id: str) -> list[WrittenText]:
        texts = []
        for post in self.dependents.pop(post_core_id, []):
            try:
                texts.append(write_from_first_variation(post))
            except VariationError as error:
                self.outcome.unwritten.setdefault(str(error), []).append(post)
                continue
            remember(texts[-1])
        return texts

    def keep(self, texts: list[WrittenText]) -> None:
        if texts:
            self.log.add_results(texts)
            self.outcome.texts.extend(texts)

    async def _request(self, post: PostToWrite) -> WrittenText:
        """The text of a post. A text that breaks a rule is better than none if no further question can be asked."""
        template = post.templates[0] if post.templates else None
        channel = post.channel
        first = messages = post_question(
            channel.platform, channel.channel_type, post.rules, post.facts, template, post.instructions
        )
        text = None
        unusable_answers = 0
        spending = self.spending[post.organization_id]
        for attempt in range(1, MOST_ATTEMPTS + 1):
            requests = PaidRequests(
                _subject_of(post), self.model, spending, self.log, attempt, messages, POST_FORM, self.stop_reasons
            )
            try:
                answer = await self.model.ask(messages, POST_FORM, requests)
            except (LanguageModelError, UnansweredError) as error:
                problem = error if isinstance(error, UnansweredError) else _problem_of(error)
                if isinstance(error, LanguageModelError) and error.is_answer:
                    unusable_answers += 1
                    if unusable_answers < MOST_UNUSABLE_ANSWERS:
                        messages = _asked_again(first, error)
                        continue
                if text is None:
                    raise problem from None
                break
            text = await self._checked(post, answer, attempt)
            if text.is_compliant:
                break
            messages = follow_up(first, answer.response, hard_reasons(text.findings))
        if text is None:
            raise AssertionError("unreachable")
        return text

    async def _checked(self, post: PostToWrite, answer: Answer[PostText], attempt: int) -> WrittenText:
        """The text of an answer, with its findings.

        Checking takes longer than sending a request. So one text is checked at a time, and what is ready goes first:
        when many answers arrive at once, the next requests do not wait until all of them are checked.
        """
        async with self._checking:
            for _ in range(_TURNS_BEFORE_CHECKING):
                await asyncio.sleep(0)
            draft = assemble(answer.content, post)
            template = post.templates[0] if post.templates else None
            return WrittenText(
                post,
                draft,
                findings_of(post, draft),
                "llm",
                self.model.model,
                template.template_id if template else None,
                template.version if template else None,
                attempt,
                prompt_version=PROMPT_VERSION,
            )


def _subject_of(post: PostToWrite) -> Subject:
    return Subject(post.organization_id, "write_post", post.post_core_id, post.variation)


def _problem_of(error: LanguageModelError) -> UnansweredError:
    return UnansweredError(str(error), is_model_down=error.is_down)


def _asked_again(first: Messages, error: LanguageModelError) -> Messages:
    """The question with the reason why the answer was unusable. What is no completion is not the model's fault."""
    return first if error.kind is ErrorKind.NOT_JSON else question_again(first, error.answer, str(error))


def assemble(answer: PostText, post: PostToWrite) -> Draft:
    """The complete text: what the model wrote, then call to action, link and hashtags where they are missing."""
    facts, rules, picture = post.facts, post.rules, post.picture
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
    alt_text = (answer.alt_text.strip() or None) if facts.image_url else None
    if picture is not None:
        text, alt_text = picture.with_attribution(text), picture.alt_text
    return Draft(
        text_content=text,
        hashtags=hashtags,
        call_to_action=call_to_action or None,
        alt_text=alt_text,
        link_url=facts.url,
        image_url=facts.image_url if picture is None else None,
        picture_file_id=None if picture is None else picture.picture_file_id,
        language=rules.language,
    )
