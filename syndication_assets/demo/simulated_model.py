"""The model of `make demo`, which is none: it finds tags by words, says so in each reason, and its name is `simulated`.

Its answers are read, stored and applied as those of a real one. Nothing is sent or paid for: no request is on record.
"""

from datetime import date
from typing import Any

from syndication_assets.curation.search.post_documents import begin_scope
from syndication_assets.curation.tagging.answer import tags_form
from syndication_assets.curation.tagging.classifications import (
    Classification,
    ModelTagged,
    apply_answers,
    present_tag_lists,
    store_classifications,
    unasked_posts,
)
from syndication_assets.database.connection import transaction

MODEL = "simulated"
_WORDS = {"kilts": (("loom", 0.9), ("stitching", 0.6)), "baking": (("oven", 0.85), ("loaves", 0.6), ("salt", 0.5))}
"""Tag → words, with the confidence that each gives."""


def tag_simulated(url: str, organization_id: str, first_day: date, end_day: date) -> tuple[int, ModelTagged]:
    """Answers about the organization's posts that it was not asked about; returns their number, and what follows."""
    with transaction(url, lock="curation.post_tags") as connection:
        begin_scope(connection, first_day, end_day)
        answered = 0
        for tag_list in present_tag_lists(connection):
            if tag_list.organization_id != organization_id:
                continue
            posts = unasked_posts(connection, tag_list, MODEL).posts
            form = tags_form(tag_list.tags, len(posts))
            answers = form.read({"posts": [_answer(number, post.text) for number, post in enumerate(posts, 1)]})
            store_classifications(
                connection,
                [
                    Classification.of(tag_list, posts[number - 1], MODEL, answer, None)
                    for number, answer in answers.posts.items()
                ],
            )
            answered += len(answers.posts)
        return answered, apply_answers(connection)


def _answer(number: int, text: str) -> dict[str, Any]:
    words = text.lower()
    tags = [
        {"tag": tag, "confidence": confidence, "why": f"simulated: the text has {word!r}"}
        for tag, known in _WORDS.items()
        for word, confidence in known
        if word in words
    ]
    return {"post": number, "tags": tags, "new_tags": []}
