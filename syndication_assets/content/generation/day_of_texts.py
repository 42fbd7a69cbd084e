"""Writes the missing texts of a day: with the language model, or from templates."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from syndication_assets import fault_points
from syndication_assets.ai.call_log import CallLog
from syndication_assets.ai.configured_model import configured_model, provider_of
from syndication_assets.content.generation.llm_writer import Outcome, write_with_model
from syndication_assets.content.generation.posts_to_write import PostToWrite, posts_to_write
from syndication_assets.content.generation.template import TemplateError
from syndication_assets.content.generation.template_rows import read_templates
from syndication_assets.content.generation.writing import (
    VariationError,
    WrittenText,
    remember,
    store,
    write_without_model,
)
from syndication_assets.content.generation.writing_rules import templates_replace_model
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.operations.usage.call_totals import CallTotals
from syndication_assets.operations.usage.spending import read_spending
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.windows import run_window


@dataclass(slots=True)
class DayOfTexts:
    """The result of writing one day."""

    day: date
    texts: list[WrittenText] = field(default_factory=list)
    missing: list[tuple[PostToWrite, str]] = field(default_factory=list)
    """The texts that were not written, with the reason of each."""
    warnings: list[str] = field(default_factory=list)
    calls: CallTotals = field(default_factory=CallTotals)
    """The requests to the language model."""

    @property
    def unwritten(self) -> Counter[str]:
        """Reason → number of missing texts."""
        return Counter(reason for _, reason in self.missing)

    @property
    def broken_rules(self) -> Counter[str]:
        return Counter(rule_name for text in self.texts for rule_name in text.broken_rules)


def write_day(url: str, day: date, settings: Settings, run_id: str | None = None) -> DayOfTexts:
    """Writes the missing texts of a day, with the language model if there is an API key, else from templates.

    Texts from templates are stored in one transaction. Texts from a model are stored one by one, because each was paid
    for. The model writes only today's posts; variations that reuse an existing variation 1 are derived on any day.
    SyndicationError if the model's settings are incomplete.
    """
    with transaction(url) as connection:
        run_window(connection, "content/posts_core/merge.sql", day, day + timedelta(days=1))
    with transaction(url) as connection:
        templates, broken = read_templates(connection)
        posts = posts_to_write(connection, day, templates)
        result = DayOfTexts(day, warnings=[str(error) for error in broken])
        if settings.openai_api_key is None:
            _write_without_model(posts, result)
            store(connection, result.texts)
            fault_points.reach("posts_content.before_commit")
            return result
    today = datetime.now(UTC).date()
    if posts and day != today:
        unwritable = [post for post in posts if not post.needs_no_writer]
        reason = (
            f"The language model writes only today's posts, and today is {today} (UTC). Unset OPENAI_API_KEY to write "
            "the texts of other days from templates."
        )
        result.missing += [(post, reason) for post in unwritable]
        posts = [post for post in posts if post.needs_no_writer]
    if posts:
        outcome = asyncio.run(_write_with_model(url, posts, settings, result, run_id))
        result.texts = outcome.texts
        result.missing += [(post, reason) for reason, unwritten in outcome.unwritten.items() for post in unwritten]
        result.warnings += [
            f"Templates wrote {count:,} text(s) instead of the language model. {reason}"
            for reason, count in outcome.replaced.items()
        ]
    return result


def _write_without_model(posts: Iterable[PostToWrite], result: DayOfTexts) -> None:
    for post in posts:
        try:
            text = write_without_model(post)
        except (TemplateError, VariationError) as error:
            result.missing.append((post, str(error)))
            continue
        remember(text)
        result.texts.append(text)


async def _write_with_model(
    url: str, posts: list[PostToWrite], settings: Settings, result: DayOfTexts, run_id: str | None
) -> Outcome:
    model = configured_model(settings)
    if model is None:
        raise AssertionError("unreachable")
    provider = provider_of(settings.openai_url)
    today = datetime.now(UTC).date()
    with transaction(url) as connection:
        spending = {
            organization: read_spending(connection, organization, provider, model.model, today)
            for organization in {post.organization_id for post in posts}
        }
        with_templates = templates_replace_model(connection)
    async with model, CallLog(url, provider, _store_texts, run_id) as log:
        outcome = await write_with_model(posts, model, spending, log, with_templates)
    result.calls = log.totals
    for organization_spending in spending.values():
        result.warnings += organization_spending.warnings
    return outcome


def _store_texts(connection: Connection, texts: list[WrittenText]) -> None:
    store(connection, texts)
    fault_points.reach("posts_content.before_commit")
