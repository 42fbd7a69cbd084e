"""Dagster's web server behind `web_guard`: `python -m syndication_assets.automation.web.guarded_webserver`."""

import sys

from dagster_webserver import cli
from dagster_webserver.webserver import DagsterWebserver
from starlette.middleware import Middleware

from syndication_assets.automation.web.web_guard import OwnPagesOnly


def guard() -> None:
    """Puts the guard before the middleware of every web server that this process makes."""
    build_middleware = DagsterWebserver.build_middleware

    def guarded(server: DagsterWebserver) -> list[Middleware]:  # type: ignore[type-arg]
        return [Middleware(OwnPagesOnly), *build_middleware(server)]

    DagsterWebserver.build_middleware = guarded  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    guard()
    sys.argv[0] = "dagster-webserver"
    cli.main()  # type: ignore[no-untyped-call]
