"""The history of publishing moves into that of all executions with its months and its retention, and back again."""

import pytest

from syndication_assets.database.migrating.migrations import MigrationError, find_migrations, migrate, rollback
from syndication_assets_tests.rows import DatabaseRows

MOVE = "0024"
OLD, NEW = "publishing.execution_history", "operations.execution_history"
POLICY = "select subject, keep_months, grace_days from operations.retention_policies"
MONTHS = "select inhrelid::regclass::text from pg_inherits where inhparent = %s::regclass"


class BeforeTheMove(DatabaseRows):
    """A database whose publisher ran in two months, and whose organization keeps one month of that."""

    def __init__(self, url: str) -> None:
        self.url = url
        rollback(url, steps=sum(migration.revision >= MOVE for migration in find_migrations()))
        self.organization_id = self.value("select organization_id from tenancy.organizations")
        self.execute("insert into channels.platforms (platform, display_name) values ('facebook', 'Facebook')")
        self.execute("insert into channels.channel_types (channel_type, display_name) values ('feed_post', 'Feed')")
        self.execute("insert into channels.platform_channels (platform, channel_type) values ('facebook', 'feed_post')")
        self.execute(
            "insert into publishing.content_processes (process_name, platform, channel_type, display_name)"
            " values ('product_post', 'facebook', 'feed_post', 'Product posts')"
        )
        self.execute("select operations.ensure_month_partitions(%s::regclass, '2025-01-01', '2025-02-01')", [OLD])
        for executed_at in ("2025-01-31 23:30+00", "2025-02-28 12:00+00"):
            self.execute(
                "insert into publishing.execution_history (organization_id, process_name, platform, channel_type,"
                " execution_status, input_data, output_data, execution_seconds, executed_at)"
                " values (%s, 'product_post', 'facebook', 'feed_post', 'success', '{\"targets\": 1}',"
                " '{\"published\": 1}', 1.5, %s)",
                [self.organization_id, executed_at],
            )
        self.execute(
            "insert into operations.retention_policies (organization_id, subject, keep_months, action, grace_days)"
            " values (%s, %s, 1, 'archive', 3)",
            [self.organization_id, OLD],
        )

    def history(self) -> list[tuple[object, ...]]:
        return self.rows("select to_jsonb(h) from publishing.execution_history as h order by executed_at")

    def archive(self, table: str, state: str) -> None:
        self.execute("delete from operations.archives")
        self.execute(
            "insert into operations.archives (organization_id, table_name, month, state, path, row_count, sums, days,"
            " checksum, size_bytes, sha256, seconds, removable_at, removed_at, restored_at) values (%(id)s, %(table)s,"
            " '2025-01-01', %(state)s, 'a', 1, '{}', '{}', 1, 1, repeat('a', 64), 1, now(), now(),"
            " case when %(state)s = 'restored' then now() end)",
            {"id": self.organization_id, "table": table, "state": state},
        )


@pytest.mark.both_servers
def test_months_and_retention_follow_the_history_and_come_back(database_url: str):
    before = BeforeTheMove(database_url)
    history, months = before.history(), before.rows(MONTHS, [OLD])
    migrate(database_url)
    assert before.history() == history
    assert before.rows(POLICY) == [(NEW, 1, 3)]
    assert before.rows("select tableoid::regclass::text, executed_on::text from operations.execution_history") == [
        (f"{NEW}_2025_01", "2025-01-31"),
        (f"{NEW}_2025_02", "2025-02-28"),
    ]
    rollback(database_url, steps=sum(migration.revision >= MOVE for migration in find_migrations()))
    assert before.history() == history
    assert before.rows(POLICY) == [(OLD, 1, 3)]
    assert set(months) <= set(before.rows(MONTHS, [OLD]))


def test_rows_that_only_an_archive_has_keep_the_history_where_it_is(database_url: str):
    before = BeforeTheMove(database_url)
    before.archive(OLD, "archived")
    with pytest.raises(MigrationError, match="are in no table"):
        migrate(database_url)
    before.archive(OLD, "restored")
    migrate(database_url)
    before.archive(NEW, "archived")
    with pytest.raises(MigrationError, match="are in no table"):
        rollback(database_url, steps=sum(migration.revision >= MOVE for migration in find_migrations()))
