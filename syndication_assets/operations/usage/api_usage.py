"""The row of a call of a model in operations.api_usage, which is there before the call is made."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from syndication_assets.database.connection import Connection
from syndication_assets.http.http_errors import WithheldError
from syndication_assets.operations.usage.spending import Price


@dataclass(frozen=True, slots=True)
class Reservation:
    """A call that is about to be made, with the cost that is reserved for it."""

    organization_id: str
    provider: str
    operation: str
    model: str
    used_at: datetime
    expected_cost: Decimal
    price: Price | None
    """None if the price is unknown; then nothing is reserved."""


def reserve(
    connection: Connection, reservations: Sequence[Reservation], run_id: str | None = None
) -> list[str | WithheldError]:
    """Inserts a row for each call and returns their ids, in order. The calls may be made once this is committed.

    In place of an id, why a quota of the provider or a budget does not allow the call now.
    """
    calls = [
        {
            "organization_id": reservation.organization_id,
            "provider": reservation.provider,
            "operation": reservation.operation,
            "model": reservation.model,
            "used_at": reservation.used_at.isoformat(),
            "run_id": run_id,
            "expected_cost": None if reservation.price is None else str(reservation.expected_cost),
            "currency": None if reservation.price is None else reservation.price.currency,
            "price_version": None if reservation.price is None else reservation.price.version,
        }
        for reservation in reservations
    ]
    found = connection.execute(
        "select usage_id, problem, free_at from operations.reserve_calls(%s::jsonb)", [json.dumps(calls)]
    )
    return [
        usage_id if usage_id is not None else WithheldError(problem, free_at) for usage_id, problem, free_at in found
    ]


def release(connection: Connection, organization_id: str, usage_id: str) -> None:
    """Deletes the row of a call that was reserved and not made. A settled call stays."""
    connection.execute(
        "delete from operations.api_usage where organization_id = %s and usage_id = %s and is_successful is null",
        [organization_id, usage_id],
    )
