"""A database whose problems, routes and clock a test sets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from syndication_assets.database.connection import transaction
from syndication_assets.operations.alerts.alert_recording import LOCK, Recorded, record
from syndication_assets.operations.alerts.alert_routes import Route, add_route
from syndication_assets.operations.conditions import Condition, Found
from syndication_assets_tests.rows import DatabaseRows

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
KIND = "queue_stands_still"


class AlertDesk(DatabaseRows):
    """The clock begins at noon in UTC on a Monday, and moves only when a test moves it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.organization_id = self.value("select organization_id from tenancy.organizations where slug = 'default'")
        self.now = START

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def problem(self, subject: str = "acc-1", severity: str = "error", **fields: Any) -> Condition:
        condition = Condition(self.organization_id, KIND, subject, severity, self.now, Decimal(40), "Posts wait.")
        return condition._replace(**fields)

    def look(self, *problems: Condition, kinds: tuple[str, ...] = (KIND,)) -> Recorded:
        with transaction(self.url, lock=LOCK) as connection:
            return record(connection, Found(list(problems), list(kinds)), self.now)

    def route(self, name: str = "ops", **fields: Any) -> None:
        route = replace(Route("default", name, "mail", "ops@acme.example"), **fields)
        with transaction(self.url) as connection:
            add_route(connection, route)
        self.execute("update operations.alert_routes set created_at = %s", [START - timedelta(days=30)])

    def outbox(self, name: str = "ops") -> list[tuple[str, str]]:
        """Event and state of each delivery of a route, in order."""
        return self.rows(
            "select d.event, d.state::text from operations.alert_deliveries d join operations.alert_routes r"
            " using (organization_id, route_id) where r.route_name = %s"
            " order by d.event_at, d.created_at, d.event desc",
            [name],
        )

    def due_at(self, event: str) -> datetime:
        moment: datetime = self.value(
            "select next_attempt_at from operations.alert_deliveries where event = %s", [event]
        )
        return moment
