"""Reasons to send nothing now, whatever is due: the clock is wrong, or the database was restored or moved.

Simulations go on: they send nothing. A restored database has targets that were sent after its backup. The record of
calls names them; but the record may have been restored from the same backup, or be lost, so a database that finds
itself on another server waits for a person in any case.
"""

from collections.abc import Mapping

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.database.identity import IDENTITY
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.publisher import SIMULATION, Publisher
from syndication_assets.publishing.sending.clock import clock_problem
from syndication_assets.publishing.sending.lost_calls import find_lost_calls, holding_accounts
from syndication_assets.publishing.sending.sent_record import SentRecord


def senders(publishers: Mapping[str, Publisher]) -> bool:
    """Whether any of the publishers sends something."""
    return bool(publishers.keys() - {SIMULATION})


def without_senders(publishers: Mapping[str, Publisher]) -> dict[str, Publisher]:
    return {name: publisher for name, publisher in publishers.items() if name == SIMULATION}


def reasons_to_hold(url: str, record: SentRecord) -> list[str]:
    """Why nothing may be sent, as sentences for people; empty if sending may begin."""
    try:
        find_lost_calls(url, record)
    except SyndicationError as error:
        return [str(error)]
    with transaction(url) as connection:
        problem = clock_problem(connection)
        reasons = [problem] if problem is not None else []
        if not _is_at_home(connection):
            reasons.append(
                "This database was restored or moved to another server since it sent its last post, so nothing was "
                "sent: what was sent after the backup would be sent again. Look at the accounts, cancel the targets "
                "that would repeat their posts (`syndication targets list --state scheduled`), then run `syndication "
                "targets release`."
            )
    return reasons


def problems_of_accounts(url: str) -> list[str]:
    """Why single accounts send nothing after a restore."""
    with transaction(url) as connection:
        return holding_accounts(connection)


def hold(url: str, reason: str) -> None:
    """Lets a database that was just restored send nothing before a person releases it, whatever it remembers.

    A backup from before the first call knows no home, and would take the server for it.
    """
    with transaction(url) as connection:
        connection.execute(
            "insert into publishing.home_server (identity, recorded_by) values (%(reason)s, 'restore')"
            " on conflict (is_only) do update set identity = excluded.identity, recorded_by = excluded.recorded_by,"
            " recorded_at = now()",
            {"reason": reason},
        )


def release(url: str, actor: str) -> int:
    """Lets a restored database send again; returns the number of lost calls without a target that are released."""
    with transaction(url, lock="publishing.lost_calls") as connection:
        connection.execute("select set_config('app.actor', %s, true)", [actor])
        connection.execute(
            f"insert into publishing.home_server (identity, recorded_by) select {IDENTITY}, %s"
            " on conflict (is_only) do update set identity = excluded.identity, recorded_by = excluded.recorded_by,"
            " recorded_at = now()",
            [actor],
        )
        return connection.execute(
            "update publishing.lost_calls set released_at = now(), released_by = %s"
            " where target_id is null and released_at is null",
            [actor],
        ).rowcount


def _is_at_home(connection: Connection) -> bool:
    """Whether the database is where it was at its last call. The first call makes this server its home."""
    (is_at_home,) = connection.execute(
        f"select (select identity = {IDENTITY} from publishing.home_server)"  # noqa: S608 - a constant
    ).fetchall()[0]
    if is_at_home is None:
        connection.execute(f"insert into publishing.home_server (identity) select {IDENTITY} on conflict do nothing")
    return is_at_home is not False
