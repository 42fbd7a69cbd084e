"""Calls that this database does not know, because it was restored from a backup that is older than they are.

Each is kept in publishing.lost_calls. If its text has a target here, the target becomes unresolved with the call as its
attempt: the lookup finds its post, or a person decides. As long as a call has no target, its account sends nothing.
"""

import psycopg
from psycopg.rows import dict_row

from syndication_assets.database.connection import Connection, load_sql, run_file, transaction
from syndication_assets.publishing.sending.outcome_recording import unresolved_message
from syndication_assets.publishing.sending.sent_record import SentCall, SentRecord

_LOST = "The database was restored from a backup that is older than this call."


def find_lost_calls(url: str, record: SentRecord) -> int:
    """Compares the record with the attempts, and takes over what is missing; returns the number of lost calls found.

    A backup has everything up to its time, so the search goes back to the first day of which every call is known.
    """
    found = 0
    for day in record.days():
        call_ids = record.call_ids(day)
        with transaction(url, lock="publishing.lost_calls") as connection:
            unknown = [
                call_id
                for (call_id,) in connection.execute(
                    load_sql("publishing/unknown_calls.sql"), {"call_ids": call_ids}
                ).fetchall()
            ]
            added = sum(_add(connection, call) for call in record.read(day, unknown))
        found += added
        if call_ids and not added:
            break
    with transaction(url, lock="publishing.lost_calls") as connection:
        _adopt(connection)
    return found


def holding_accounts(connection: Connection) -> list[str]:
    """Why accounts send nothing after a restore, as sentences for people."""
    rows = connection.execute(
        "select a.display_name, a.account_id, count(*), min(l.called_at) from publishing.lost_calls as l"
        " join channels.social_accounts as a on a.organization_id = l.organization_id and a.account_id = l.account_id"
        " where l.target_id is null and l.released_at is null group by 1, 2 order by 1, 2"
    ).fetchall()
    return [
        f"{name} ({account_id}) sends nothing: {count} calls since {since:%Y-%m-%d %H:%M} UTC are in the record of "
        "what was sent and not in this database, which was restored from a backup. Look at the account, cancel the "
        "targets that would repeat its posts, then run `syndication targets release`."
        for name, account_id, count, since in rows
    ]


def _add(connection: Connection, call: SentCall) -> int:
    """1 if the call is of an account of this database, which did not know it; 0 otherwise."""
    return connection.execute(
        "insert into publishing.lost_calls (organization_id, call_id, account_id, channel_type, publisher,"
        " content_hash, text_content, called_at, recorded_target_id)"
        " select a.organization_id, %(call_id)s::uuid, a.account_id, %(channel_type)s, %(publisher)s,"
        " decode(%(content_hash)s, 'hex'), %(text)s, %(called_at)s, %(target_id)s"
        " from channels.social_accounts as a join tenancy.organizations as o using (organization_id)"
        " where o.slug = %(organization)s and a.platform = %(platform)s"
        " and a.remote_account_id = %(remote_account_id)s on conflict do nothing",
        {name: getattr(call, name) for name in call.__struct_fields__},
    ).rowcount


def _adopt(connection: Connection) -> None:
    rows = connection.cursor(row_factory=dict_row).execute(load_sql("publishing/targets_of_lost_calls.sql")).fetchall()
    for row in rows:
        try:
            with connection.transaction():
                message = unresolved_message(row["target_id"], _LOST)
                run_file(connection, "publishing/take_over_lost_call.sql", {**row, "message": message, "reason": _LOST})
        except psycopg.IntegrityError:
            continue  # another version of the text is scheduled or published: the account waits for a person
