"""Writes the missing texts of a day: with the language model, or from templates."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from syndication_assets import fault_points
from syndication_assets.content.generation.model_writing import DayOfTexts, write_posts_with_model
from syndication_assets.content.generation.posts_to_write import PostToWrite, posts_to_write
from syndication_assets.content.generation.template import TemplateError
from syndication_assets.content.generation.text_template_rows import read_templates
from syndication_assets.content.generation.writing import (
    VariationError,
    remember,
    store,
    write_without_model,
)
from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.windows import run_window


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
        outcome = asyncio.run(write_posts_with_model(url, posts, settings, result, run_id))
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
