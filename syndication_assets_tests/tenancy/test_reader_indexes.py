"""Which indexes row-level security makes useless for a reader: those whose comparison or function is not leakproof."""

import psycopg
import pytest

pytestmark = pytest.mark.both_servers

NOT_FOR_READERS = {
    "scraping.download_runs_open": "only the pipeline looks for runs that are open, in all organizations",
    "content.approvals_organization_id_content_id_decision_key": "the text before the decision selects enough",
    "curation.post_tags_organization_id_post_id_tag_id_applied_by_rule_id_key": "post and tag select enough",
    "curation.post_documents_document": "readers search with curation.search_posts, which runs as its owner",
    "catalogue.products_page": "only the pipeline looks for the variants of a page",
}
"""Index → why no reader needs it."""

_USELESS = """
select i.indexrelid::regclass::text
from pg_index as i
join pg_class as c on c.oid = i.indrelid
cross join lateral unnest(i.indclass::oid[]) as k (opclass)
join pg_opclass as o on o.oid = k.opclass
join pg_am as a on a.oid = o.opcmethod
join pg_amop as m
    on
        m.amopfamily = o.opcfamily
        and m.amoplefttype = o.opcintype
        and (m.amoprighttype = o.opcintype or a.amname in ('gin', 'gist', 'spgist'))
join pg_operator as p on p.oid = m.amopopr
join pg_proc as f on f.oid = p.oprcode
where c.relrowsecurity and not c.relispartition and not f.proleakproof
union
select i.indexrelid::regclass::text
from pg_index as i
join pg_class as c on c.oid = i.indrelid
join pg_depend as d
    on d.classid = 'pg_class'::regclass and d.objid = i.indexrelid and d.refclassid = 'pg_proc'::regclass
join pg_proc as f on f.oid = d.refobjid
where c.relrowsecurity and not c.relispartition and not f.proleakproof
"""


def useless_indexes(url: str, *statements: str) -> set[str]:
    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement)
        found = {name for (name,) in connection.execute(_USELESS)}
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
