"""Records found problems as alerts, and puts what people have to hear of into the outbox."""

import json
from datetime import datetime
from typing import NamedTuple

from syndication_assets.database.connection import Connection, run_file
from syndication_assets.operations.conditions import Found

LOCK = "alerts"
"""Transactions that record alerts run one after another."""


class Recorded(NamedTuple):
    """How many alerts opened and closed now, and how many are open."""

    opened: int
    closed: int
    open_now: int


def record(connection: Connection, found: Found, moment: datetime) -> Recorded:
    """Opens, updates and closes alerts; see `sql/operations/alerts/merge.sql`. The caller holds LOCK."""
    conditions = [
        {
            **condition._asdict(),
            "since": None if condition.since is None else condition.since.isoformat(),
            "value": None if condition.value is None else str(condition.value),
        }
        for condition in found.conditions
    ]
    parameters = {"conditions": json.dumps(conditions), "kinds": found.kinds, "moment": moment}
    return Recorded(**run_file(connection, "operations/alerts/merge.sql", parameters).fetchall()[0])
