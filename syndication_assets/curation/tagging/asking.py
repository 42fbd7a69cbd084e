"""Asks a language model which tags posts have: several posts a question, and once more by itself whatever failed."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from syndication_assets.ai.calls.call_log import CallLog
from syndication_assets.ai.calls.paid_requests import PaidRequests, Subject, UnansweredError
from syndication_assets.ai.chat_completions.answers import Answer, ErrorKind, LanguageModelError
from syndication_assets.ai.chat_completions.language_model import LanguageModel
from syndication_assets.curation.tagging.answer import TagAnswers, tags_form
from syndication_assets.curation.tagging.classifications import Classification, UnaskedPosts
from syndication_assets.curation.tagging.question import PostToTag, TagList, questions_of, tags_question
from syndication_assets.operations.usage.spending import Spending

MOST_PARKED_IN_A_ROW = 5
"""After so many posts without a usable answer between them, the model is at fault and not the posts."""


@dataclass(slots=True)
class Outcome:
    """What became of the questions of a run."""

    answered: list[Classification] = field(default_factory=list)
    parked: list[Classification] = field(default_factory=list)
    unanswered: dict[str, Counter[str]] = field(default_factory=dict)
    """Organization → reason → posts that were not asked about, or got no answer. The next run asks again."""


@dataclass(frozen=True, slots=True)
class _Question:
    tag_list: TagList
    posts: Sequence[PostToTag]


async def ask_about_posts(
    unasked: Sequence[UnaskedPosts],
    model: LanguageModel,
    spending: Mapping[str, Spending],
    log: CallLog[Classification],
) -> Outcome:
    """Asks about all posts, as many questions at a time as the model allows, and adds each answer to the log at once.

    A post without a usable answer is asked about once more, alone, and is parked if that fails too. If there is no
    answer to be had (a budget, a rejected key, an unreachable server), the posts wait for the next run.
    """
    asking = _Asking(model, spending, log)
    waiting = _questions(unasked, model.output_limit)

    async def work() -> None:
        for question in waiting:
            await asking.ask(question)

    async with asyncio.TaskGroup() as workers:
        for _ in range(model.concurrency):
            workers.create_task(work())
    return asking.outcome


def _questions(unasked: Sequence[UnaskedPosts], output_limit: int) -> Iterator[_Question]:
    for each in unasked:
        for posts in questions_of(each.posts, output_limit):
            yield _Question(each.tag_list, posts)


@dataclass(slots=True)
class _Asking:
    model: LanguageModel
    spending: Mapping[str, Spending]
    log: CallLog[Classification]
    outcome: Outcome = field(default_factory=Outcome)
    stop_reasons: list[str] = field(default_factory=list)
    _parked_in_a_row: int = 0

    async def ask(self, question: _Question) -> None:
        problems = await self._problems_of(question, 1)
        for post in problems:
            alone = _Question(question.tag_list, [post])
            for parked, problem in (await self._problems_of(alone, 2)).items():
                self._park(question.tag_list, parked, problem)

    async def _problems_of(self, question: _Question, attempt: int) -> dict[PostToTag, str]:
        """Asks once; returns the posts without a usable answer, with what is wrong. Others are answered, or wait."""
        tag_list, posts = question.tag_list, question.posts
        messages = tags_question(tag_list.tags, [post.text for post in posts])
        form = tags_form(tag_list.tags, len(posts))
        requests = PaidRequests(
            Subject(tag_list.organization_id, "tag_posts", post_ids=tuple(post.post_id for post in posts)),
            self.model,
            self.spending[tag_list.organization_id],
            self.log,
            attempt,
            messages,
            form,
            self.stop_reasons,
            partial(self._classified, question),
        )
        try:
            answer = await self.model.ask(messages, form, requests)
        except UnansweredError as error:
            self._leave(question, str(error))
        except LanguageModelError as error:
            # What is no completion is not the model's answer, and no post is at fault.
            if error.is_answer and error.kind is not ErrorKind.NOT_JSON:
                return dict.fromkeys(posts, str(error))
            self._leave(question, str(error))
        else:
            return {posts[number - 1]: problem for number, problem in answer.content.problems.items()}
        return {}

    def _classified(self, question: _Question, answer: Answer[TagAnswers], usage_id: str) -> list[Classification]:
        """What is stored together with the request that it was paid for."""
        found = [
            Classification.of(question.tag_list, question.posts[number - 1], self.model.model, tags, usage_id)
            for number, tags in answer.content.posts.items()
        ]
        if found:
            self._parked_in_a_row = 0
            self.outcome.answered += found
        return found

    def _park(self, tag_list: TagList, post: PostToTag, problem: str) -> None:
        parked = Classification(tag_list.organization_id, post, self.model.model, tag_list.version, reason=problem)
        self.log.add_results([parked])
        self.outcome.parked.append(parked)
        self._parked_in_a_row += 1
        if self._parked_in_a_row == MOST_PARKED_IN_A_ROW:
            self.stop_reasons.append(
                f"{MOST_PARKED_IN_A_ROW} posts in a row got no usable answer from {self.model.model}: check the model, "
                "then `syndication tag retry`."
            )

    def _leave(self, question: _Question, reason: str) -> None:
        counts = self.outcome.unanswered.setdefault(question.tag_list.organization_id, Counter())
        counts[reason] += len(question.posts)
