"""What people read of an alert: a title, a text, and the same as data for programs. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_EVENTS = {
    "opened": "{severity}",
    "worsened": "worse, now {severity}",
    "reminder": "still {severity}",
    "cleared": "all clear",
}


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as people are told of it."""

    alert_id: str
    organization: str | None
    """The slug; None for the whole installation."""
    kind: str
    description: str
    """What the kind means."""
    subject: str
    severity: str
    message: str
    since: datetime
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel delivers."""

    delivery_id: str
    title: str
    text: str
    data: dict[str, Any]


def alert_message(delivery_id: str, event: str, alert: Alert) -> Message:
    """The message of one event of an alert."""
    what = _EVENTS[event].format(severity=alert.severity)
    title = f"[{_place(alert)}] {what}: {alert.kind} {alert.subject}"
    lines = [alert.description, "", alert.message, "", f"Since {_utc(alert.since)}, found {_utc(alert.opened_at)}."]
    if event == "cleared" and alert.closed_at is not None:
        lines = [f"Gone since {_utc(alert.closed_at)}: {alert.description}", "", f"Last seen: {alert.message}"]
    return Message(delivery_id, title, "\n".join([*lines, f"Alert {alert.alert_id}."]), _data(event, [alert]))


def digest_message(delivery_id: str, organization: str, alerts: Sequence[Alert]) -> Message:
    """The daily message: all open alerts, or that there are none."""
    if not alerts:
        title = f"[{organization}] no open alerts"
        text = "No problem is open. This message comes every day, so its absence is a problem too."
        return Message(delivery_id, title, text, _data("digest", alerts))
    worst = max(alerts, key=lambda alert: ("warning", "error", "critical").index(alert.severity)).severity
    number = "1 open alert" if len(alerts) == 1 else f"{len(alerts)} open alerts"
    lines = [
        f"- {alert.severity}: [{_place(alert)}] {alert.kind} {alert.subject} since {_utc(alert.since)}. {alert.message}"
        for alert in alerts
    ]
    return Message(
        delivery_id, f"[{organization}] {number}, the worst: {worst}", "\n".join(lines), _data("digest", alerts)
    )


def trial_message(organization: str, route_name: str) -> Message:
    """What `syndication alert test` delivers."""
    text = f"This is a test of the route {route_name} of {organization}. Nothing is wrong."
    return Message("dlv-test", f"[{organization}] test of {route_name}", text, _data("test", []))


def _place(alert: Alert) -> str:
    return alert.organization or "installation"


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _data(event: str, alerts: Sequence[Alert]) -> dict[str, Any]:
    return {
        "event": event,
        "alerts": [
            {
                "alert_id": alert.alert_id,
                "organization": alert.organization,
                "kind": alert.kind,
                "subject": alert.subject,
                "severity": alert.severity,
                "message": alert.message,
                "since": alert.since.isoformat(),
                "opened_at": alert.opened_at.isoformat(),
                "closed_at": alert.closed_at.isoformat() if alert.closed_at else None,
            }
            for alert in alerts
        ],
    }
