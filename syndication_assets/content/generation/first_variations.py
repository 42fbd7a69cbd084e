"""Variation 1 of posts: other variations reuse its text where they differ only in hashtags or in time."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from syndication_assets.content.draft import Draft
from syndication_assets.content.seen_product import SeenProduct
from syndication_assets.database.connection import Connection, run_file


@dataclass(frozen=True, slots=True)
class FirstVariation:
    """The newest version of variation 1 of a post, with its author."""

    content_id: str
    draft: Draft
    generator: str
    model: str | None
    template_id: str | None
    template_version: int | None
    attempts: int
    created_by: str | None
    seen: SeenProduct
    """What its author was told about the product."""
    problem: str | None
    """Why no other variation may reuse it, such as "breaks text_length"; None if it is compliant."""


def problem_of(state: str, broken_rules: Sequence[str]) -> str | None:
    """Why a first variation in that state, with those broken hard rules, cannot be reused; None if it can."""
    if state == "rejected":
        return "is rejected"
    return f"breaks {', '.join(broken_rules)}" if broken_rules else None


def read_first_variations(connection: Connection, post_core_ids: Sequence[str]) -> dict[str, FirstVariation]:
    """Variation 1 by post id; posts without one are left out."""
    if not post_core_ids:
        return {}
    first_variations = {}
    for values in run_file(connection, "content/first_variations.sql", {"post_core_ids": list(post_core_ids)}):
        post_core_id = values.pop("post_core_id")
        prices = tuple(values.pop("seen_prices"))
        seen = SeenProduct(values.pop("product_version"), prices, values.pop("seen_currency"))
        problem = problem_of(values.pop("state"), values.pop("broken_rules"))
        draft = {field.name: values.pop(field.name) for field in fields(Draft)}
        draft["hashtags"] = tuple(draft["hashtags"])
        first_variations[post_core_id] = FirstVariation(**values, draft=Draft(**draft), seen=seen, problem=problem)
    return first_variations
