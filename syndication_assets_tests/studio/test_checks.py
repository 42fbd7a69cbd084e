"""Each check finds what breaks its rule, and nothing else."""

from datetime import UTC, datetime, timedelta

import psycopg

from syndication_assets.content.briefs import checks as brief_checks
from syndication_assets.sql_assets.checks import SqlCheck, find_offenders
from syndication_assets.studio import checks
from syndication_assets_tests.studio.studio_desk import StudioDesk

DAMAGES = {
    "no_brief_has_failed": "update studio.content_requests set state = 'failed', reason = 'x'",
    "no_brief_waits_for_days": "update studio.content_requests set state = 'generated', state_since = '2025-01-01'",
    "every_channel_has_its_variant": "delete from studio.compliance_results; delete from studio.asset_variants",
    "every_variant_was_measured": "delete from studio.compliance_results",
    "texts_show_the_newest_visual": "update content.posts_content set picture_file_id = null",
}
OWN = [("studio", check) for check in checks.CHECKS if not check.shared_file]
CHECKS = [*OWN, *(("content", check) for check in brief_checks.CHECKS)]


def _broken(connection: psycopg.Connection, room: str, check: SqlCheck) -> int:
    today = datetime.now(UTC).date()
    return find_offenders(connection, room, check, (today, today + timedelta(days=1))).count


def test_every_check_has_a_damage_and_finds_it(desk: StudioDesk):
    assert DAMAGES.keys() == {check.name for _, check in CHECKS}
    desk.made()
    with psycopg.connect(desk.url, cursor_factory=psycopg.ClientCursor) as connection:
        for room, check in CHECKS:
            assert _broken(connection, room, check) == 0, check.name
            # Without triggers, which reject it.
            connection.execute("set session_replication_role = replica")
            connection.execute(DAMAGES[check.name])
            assert _broken(connection, room, check) > 0, check.name
            connection.rollback()
