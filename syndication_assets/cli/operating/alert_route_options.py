"""What `syndication alert add` and `edit` can say of a route, and the fields of its entry that an edit changes."""

from collections.abc import Callable, Mapping
from typing import Any

import click

from syndication_assets.operations.alerts.alert_routes import CHANNELS, SEVERITIES

_FIELDS = {
    "slack": "slack_variable",
    "webhook": "webhook_variable",
    "secret_name": "key_variable",
    "quiet": "quiet_hours",
    "digest": "digest_at",
}
"""Options of a route that its entry in a file names otherwise."""


def route_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """What `add` and `edit` can say of a route."""
    severities = click.Choice(SEVERITIES)
    for option in reversed(
        (
            click.option("--mail", metavar="ADDRESS", help="Tell by mail to ADDRESS."),
            click.option(
                "--slack", metavar="VARIABLE", help="Tell an incoming webhook whose URL is in the environment VARIABLE."
            ),
            click.option(
                "--webhook", metavar="VARIABLE", help="Post signed JSON to the URL in the environment VARIABLE."
            ),
            click.option(
                "--key",
                "secret_name",
                metavar="VARIABLE",
                help="Environment variable with the key that signs webhooks.",
            ),
            click.option("--kind", metavar="KIND", help="Only this kind of problem; default: every kind."),
            click.option(
                "--from", "minimum_severity", type=severities, help="Severity from which on; default: warning."
            ),
            click.option(
                "--installation/--no-installation",
                "tells_of_installation",
                default=None,
                help="Tell also of problems of no organization: failed runs and checks.",
            ),
            click.option("--quiet", metavar="HH:MM-HH:MM", help="Hours in which nothing below critical is told."),
            click.option("--digest", metavar="HH:MM", help="One message a day instead of one for each event."),
            click.option("--time-zone", metavar="ZONE", help="IANA name, e.g. Europe/London; default: UTC."),
        )
    ):
        function = option(function)
    return function


def changed_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the entry that the options change. Another channel takes the place of the one that it had."""
    fields = {
        _FIELDS.get(option, option): None if value == "" else value
        for option, value in given.items()
        if value is not None
    }
    if any(given[channel] for channel in CHANNELS):
        others = dict.fromkeys(("mail", "slack_variable", "webhook_variable"))
        keyless = {} if given["webhook"] else {"key_variable": None}
        fields = {**others, **keyless, **fields}
    return fields
