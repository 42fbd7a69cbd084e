"""Posts with texts, and the tags that rules and people give them, for the tests of this folder."""

from typing import Any

from psycopg.types.json import Jsonb

from syndication_assets.curation.posts.post_states import decide_tag
from syndication_assets.curation.rules.rule_runs import Tagged, backfill_rule, tag_scope
from syndication_assets.curation.search.post_documents import begin_scope, read_documents
from syndication_assets.database.connection import transaction
from syndication_assets_tests.engagement.snapshots import History, day, moment


class CuratedPosts(History):
    """The tables of the default organization. Days are numbered as in `History`."""

    def written(self, text: str, on: int = 1, **columns: Any) -> str:
        """A post with a text, observed at noon of a numbered day with 10 reactions."""
        values: dict[str, Any] = {
            "platform": "linkedin",
            "author_username": "cora",
            "post_type": "regular",
            "posted_at": moment(on, "08:00"),
            "first_seen_at": moment(on),
            "last_seen_at": moment(on),
            "content_observed_at": moment(on),
            "url": "https://social.example/1",
            **columns,
        }
        self._urns += 1
        post_id = self.insert(
            "scraping.post_records", "post_id", urn=str(self._urns), urn_kind="activity", text_content=text, **values
        )
        self.snapshot(post_id, moment(on), reactions=10)
        return post_id

    def tag(self, name: str) -> str:
        return self.insert("curation.tags", "tag_id", tag_name=name)

    def rule(self, name: str, tag_id: str, text: str | None = None, **conditions: Any) -> str:
        return self.insert(
            "curation.tag_rules", "rule_id", rule_name=name, tag_id=tag_id, text_query=text, filter=Jsonb(conditions)
        )

    def run(self, first: int, last: int | None = None) -> Tagged:
        """What the asset does for the numbered days, both included."""
        with transaction(self.url) as connection:
            begin_scope(connection, day(first), day((last or first) + 1))
            read_documents(connection)
            return tag_scope(connection)

    def backfill(self, rule_name: str) -> Tagged:
        with transaction(self.url) as connection:
            return backfill_rule(connection, self.organization_id, rule_name)

    def decide(self, post_id: str, tag: str, state: Any, why: str | None = None) -> int:
        with transaction(self.url) as connection:
            return decide_tag(connection, self.organization_id, [post_id], tag, "isla", state, why)

    def current(self) -> dict[tuple[str, str], tuple[str, str]]:
        """(post, tag) → source and state of what counts."""
        rows = self.rows("select post_id, tag_name, applied_by::text, state::text from curation.current_post_tags")
        return {(post_id, tag): (source, state) for post_id, tag, source, state in rows}

    def facts(self) -> list[tuple[Any, ...]]:
        """What must not depend on the order of runs: all but ids and the times of writing."""
        return self.rows(
            "select post_id, tag_id, applied_by::text, state::text, rule_version, confidence, why, null, null"
            " from curation.post_tags union all"
            " select post_id, language, document::text, null, reader_version, null, null, posted_at, observed_at"
            " from curation.post_documents order by 1, 2, 3"
        )
