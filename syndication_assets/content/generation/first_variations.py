"""Variation 1 of posts, whose words the others share where they differ in hashtags or in time alone."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from syndication_assets.content.draft import Draft
from syndication_assets.database.connection import Connection, run_file


@dataclass(frozen=True, slots=True)
class FirstVariation:
    """The newest version of variation 1 of a post, with who wrote it."""

    content_id: str
    draft: Draft
    generator: str
    model: str | None
    template_id: str | None
    template_version: int | None
    attempts: int
    created_by: str | None
    problem: str | None
    """Why no other variation is made of it, as in "it breaks text_length"; None if it is in order."""


def problem_of(state: str, broken_rules: Sequence[str]) -> str | None:
    """What is wrong with a first variation in that state, with those hard rules broken; None if nothing is."""
    if state == "rejected":
        return "is rejected"
    return f"breaks {', '.join(broken_rules)}" if broken_rules else None


def read_first_variations(connection: Connection, post_core_ids: Sequence[str]) -> dict[str, FirstVariation]:
    """Variation 1 of the posts, by the post; those that have none are left out."""
    if not post_core_ids:
        return {}
    found = {}
    for values in run_file(connection, "content/first_variations.sql", {"post_core_ids": list(post_core_ids)}):
        post_core_id = values.pop("post_core_id")
        problem = problem_of(values.pop("state"), values.pop("broken_rules"))
        draft = {field.name: values.pop(field.name) for field in fields(Draft)}
        draft["hashtags"] = tuple(draft["hashtags"])
        found[post_core_id] = FirstVariation(**values, draft=Draft(**draft), problem=problem)
    return found
