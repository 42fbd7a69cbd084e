"""Which indexes row-level security makes useless for a reader: those whose comparison or function is not leakproof."""

import psycopg
import pytest

from syndication_assets.database.connection import load_sql

pytestmark = pytest.mark.both_servers

NOT_FOR_READERS = {
    "scraping.download_runs_open": "only the pipeline looks for runs that are open, in all organizations",
    "content.approvals_organization_id_content_id_decision_key": "the text before the decision selects enough",
    "curation.post_tags_organization_id_post_id_tag_id_applied_by_rule_id_key": "post and tag select enough",
    "curation.post_documents_document": "readers search with curation.search_posts, which runs as its owner",
    "studio.content_requests_of_state": "readers find briefs with studio.found_requests, which runs as its owner",
    "studio.content_requests_parts": "readers find briefs with studio.found_requests, which runs as its owner",
    "curation.tag_lists_tags": "only the pipeline looks whether a list is there already",
    "catalogue.products_page": "only the pipeline looks for the variants of a page",
    "tenancy.invitations_open": "only the pipeline looks for an invitation by its address",
    "tenancy.users_email_key": "only the pipeline looks for a person by the address",
}
"""Index → why no reader needs it."""


def useless_indexes(url: str, *statements: str) -> set[str]:
    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement)
        found = {name for _, name in connection.execute(load_sql("tenancy/indexes_not_for_readers.sql"), {})}
        connection.rollback()
    return found


def test_every_index_serves_readers_or_has_a_reason_not_to(database_url: str):
    assert useless_indexes(database_url) == NOT_FOR_READERS.keys()


@pytest.mark.parametrize(
    "index",
    [
        "(organization_id, state)",
        "using gin (to_tsvector('simple', text_content))",
        "(organization_id, catalogue.page_of(content_id, link_url))",
        "(organization_id, lower(text_content))",
        "(organization_id, (text_content || variation))",
        "(organization_id, (version::text))",
    ],
)
def test_an_index_with_a_comparison_that_is_not_leakproof_is_found(database_url: str, index: str):
    statement = f"create index useless on content.posts_content {index}"
    assert useless_indexes(database_url, statement) - NOT_FOR_READERS.keys() == {"content.useless"}


@pytest.mark.parametrize(
    ("states", "index"),
    [
        ("in ('generated', 'needs_review')", "posts_content_undecided"),
        ("= 'needs_review'", "posts_content_undecided"),
        ("= 'approved'", "posts_content_approved"),
    ],
)
def test_a_reader_finds_texts_by_their_state_through_an_index(database_url: str, states: str, index: str):
    with psycopg.connect(database_url) as connection:
        connection.execute("set local enable_seqscan = off; set local role syndication_reader")
        plan = connection.execute(f"explain select * from content.posts_content where state {states}").fetchall()
        connection.rollback()
    assert index in str(plan)
