"""What models answered about posts, in the database: which posts are to be asked about, storing, and what follows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from syndication_assets import fault_points
from syndication_assets.curation.tagging.answer import FoundTag, PostAnswer
from syndication_assets.curation.tagging.question import PROMPT_VERSION, ModelTag, PostToTag, TagList
from syndication_assets.database.connection import Connection, load_sql

DEFAULT_THRESHOLD = Decimal("0.8")
DEFAULT_POSTS_A_RUN = 500
_SQL = "curation/post_classifications"


@dataclass(frozen=True, slots=True)
class Classification:
    """What a model answered about one post; with a `reason`, why it gave no usable answer."""

    organization_id: str
    post: PostToTag
    model: str
    tag_list_version: int
    tags: tuple[FoundTag, ...] = ()
    proposed_names: tuple[str, ...] = ()
    reason: str | None = None
    usage_id: str | None = None

    @classmethod
    def of(
        cls, tag_list: TagList, post: PostToTag, model: str, answer: PostAnswer, usage_id: str | None
    ) -> "Classification":
        return cls(tag_list.organization_id, post, model, tag_list.version, *answer, reason=None, usage_id=usage_id)


class ModelTagged(NamedTuple):
    """What follows from the current answers: rows that say applied and suggested, written rows, and removed rows."""

    applied: int = 0
    suggested: int = 0
    written: int = 0
    removed: int = 0


class UnaskedPosts(NamedTuple):
    """The posts that a run asks about, and how many wait for the next run."""

    tag_list: TagList
    posts: list[PostToTag]
    later: int


def present_tag_lists(connection: Connection) -> list[TagList]:
    """The tags that models may give, by organization; a new list gets its version."""
    rows = connection.execute(load_sql("curation/tag_lists/present_lists.sql"))
    return [
        TagList(organization_id, version, tuple(ModelTag(t["tag_id"], t["name"], t["description"]) for t in tags))
        for organization_id, version, tags in rows
    ]


def unasked_posts(connection: Connection, tag_list: TagList, model: str) -> UnaskedPosts:
    """The posts in the temporary table `scope` whose present text the model was not asked about. Answers that it gave
    before are current again.
    """
    parameters = {
        "organization_id": tag_list.organization_id,
        "model": model,
        "prompt_version": PROMPT_VERSION,
        "tag_list_version": tag_list.version,
        "default_posts_a_run": DEFAULT_POSTS_A_RUN,
    }
    connection.execute(load_sql(f"{_SQL}/existing_answers.sql"), parameters)
    rows = connection.execute(load_sql(f"{_SQL}/unasked_posts.sql"), parameters).fetchall()
    posts = [PostToTag(*row[:3]) for row in rows]
    return UnaskedPosts(tag_list, posts, rows[0][3] - len(rows) if rows else 0)


def store_classifications(connection: Connection, classifications: Sequence[Classification]) -> None:
    """Stores answers, which are the current ones of their posts from then on."""
    asked_at = datetime.now(UTC).isoformat()
    rows: list[dict[str, Any]] = [
        {
            "organization_id": each.organization_id,
            "post_id": each.post.post_id,
            "text_md5": each.post.text_hash,
            "model": each.model,
            "prompt_version": PROMPT_VERSION,
            "tag_list_version": each.tag_list_version,
            "tags": [tag._asdict() for tag in each.tags],
            "proposed_names": list(each.proposed_names),
            "reason": each.reason,
            "usage_id": each.usage_id,
            "asked_at": asked_at,
        }
        for each in classifications
    ]
    connection.execute(load_sql(f"{_SQL}/merge.sql"), {"rows": json.dumps(rows)})
    fault_points.reach("post_classifications.before_commit")


def apply_answers(connection: Connection) -> ModelTagged:
    """Makes the tags of models those of the current answers about the posts in the temporary table `scope`."""
    cursor = connection.execute(load_sql("curation/post_tags/model_tags.sql"), {"default_threshold": DEFAULT_THRESHOLD})
    return ModelTagged(*cursor.fetchall()[0])


def apply_all_answers(connection: Connection, organization_id: str) -> ModelTagged:
    """The same for all posts of an organization, after a threshold has changed. No model is asked."""
    connection.execute(
        "create temporary table scope on commit drop as select organization_id, post_id"
        " from curation.post_classifications where organization_id = %s and is_current",
        [organization_id],
    )
    return apply_answers(connection)
