"""What curation keeps of a person's posts: search terms, what models answered, and the history of tags."""

from typing import Any

from syndication_assets.database.connection import Connection

# A post without a text has such a row: the next daily run changes nothing of it.
_SEARCH_TERMS = """
update curation.post_documents as d set document = '', language = '', text_hash = decode(md5(''), 'hex')
from erased_posts as e
where d.organization_id = %(organization_id)s and d.post_id = e.post_id
"""
_ANSWERS = """
delete from curation.post_classifications as c
using erased_posts as e
where c.organization_id = %(organization_id)s and c.post_id = e.post_id
"""
_PROPOSALS = """
delete from curation.proposed_tags as g
using erased_posts as e
where g.organization_id = %(organization_id)s and g.post_id = e.post_id
"""
_REASONS = """
update curation.post_tags as t set why = null
from erased_posts as e
where t.organization_id = %(organization_id)s and t.post_id = e.post_id and t.applied_by = 'ai' and t.why is not null
"""
_REASONS_OF_HISTORY = """
update curation.post_tag_changes as t set why = null
from erased_posts as e
where t.organization_id = %(organization_id)s and t.post_id = e.post_id and t.applied_by = 'ai' and t.why is not null
"""
_HISTORY = """
delete from curation.post_tag_changes as t
using erased_posts as e
where t.organization_id = %(organization_id)s and t.post_id = e.post_id
"""


def forget_words(connection: Connection, parameters: dict[str, Any]) -> dict[str, int]:
    """Removes what tells the words of posts that stay without their text, from their tags too; rows by table."""
    statements = {
        "curation.post_documents": _SEARCH_TERMS,
        "curation.post_classifications": _ANSWERS,
        "curation.proposed_tags": _PROPOSALS,
        "curation.post_tags": _REASONS,
        "curation.post_tag_changes": _REASONS_OF_HISTORY,
    }
    return {table: connection.execute(text.encode(), parameters).rowcount for table, text in statements.items()}


def forget_history(connection: Connection, parameters: dict[str, Any]) -> int:
    """Removes the history of the tags of posts that were removed; returns the number of rows."""
    return connection.execute(_HISTORY, parameters).rowcount
