"""What curation keeps of a person's posts goes with their text."""

from typing import Any

import pytest

from syndication_assets.curation.search.post_documents import begin_scope, read_documents
from syndication_assets.curation.tagging.answer import FoundTag
from syndication_assets.curation.tagging.classifications import (
    Classification,
    apply_answers,
    present_tag_lists,
    store_classifications,
    unasked_posts,
)
from syndication_assets.database.connection import transaction
from syndication_assets.person_erasure.erasing import Action
from syndication_assets_tests.person_erasure.neighbours import Neighbours
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, WEDNESDAY

pytestmark = pytest.mark.one_server

REASON = "stricken am Kamin"
# Search terms of what Lena wrote, and every place of the reason that a model gave.
_KEPT = """
select 'terms' from curation.post_documents where document @@ to_tsquery('simple', 'kamin | gemeinsam')
union all select 'answer' from curation.post_classifications where tags::text ~ 'Kamin'
union all select 'proposal' from curation.proposed_tags
union all select 'tag' from curation.post_tags where why ~ 'Kamin'
union all select 'history' from curation.post_tag_changes where why ~ 'Kamin'
union all select 'request' from ai.llm_calls where prompt ~ 'in other words'
"""


def curate(neighbours: Neighbours) -> None:
    """A model tags what Lena wrote, in words of the text."""
    neighbours.execute(
        "insert into curation.tags (organization_id, tag_name, is_for_models)"
        " select organization_id, 'wool', true from tenancy.organizations"
    )
    with transaction(neighbours.url) as connection:
        begin_scope(connection, MONDAY, WEDNESDAY)
        read_documents(connection)
        (tags,) = present_tag_lists(connection)
        posts = [post for post in unasked_posts(connection, tags, "small").posts if "Kamin" in post.text]
        assert posts
        answer: dict[str, Any] = {
            "tags": (FoundTag(tags.tags[0].tag_id, 0.9, REASON),),
            "proposed_names": ("stricken",),
        }
        store_classifications(
            connection, [Classification(tags.organization_id, post, "small", tags.version, **answer) for post in posts]
        )
        apply_answers(connection)
    neighbours.execute(
        "insert into ai.llm_calls (organization_id, attempt, model, prompt, response, post_ids)"
        " select %s, 1, 'small', 'in other words', 'yes', %s",
        [tags.organization_id, [post.post_id for post in posts]],
    )


@pytest.mark.parametrize("action", ["erase", "anonymise"])
def test_search_terms_answers_and_reasons_of_models_go(neighbours: Neighbours, action: Action):
    curate(neighbours)
    assert {place for (place,) in neighbours.execute(_KEPT)} == {
        "terms", "answer", "proposal", "tag", "history", "request",
    }  # fmt: skip
    neighbours.erase(action)
    assert neighbours.execute(_KEPT) == []
    tags = neighbours.execute("select applied_by::text, why from curation.post_tags")
    assert set(tags) == ({("ai", None)} if action == "anonymise" else set())
    if action == "erase":
        assert neighbours.execute("select 1 from curation.post_tag_changes") == []
