"""`syndication web`: the web page."""

import getpass

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization
from syndication_assets.tenancy.people.web_sessions import begin_link

_HOST = "127.0.0.1"


@click.command()
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535), help="Port of the pages.")
@click.option(
    "--host",
    default=_HOST,
    show_default=True,
    help="Address to listen on; with another one than this machine's own, set SYNDICATION_WEB_URL.",
)
@click.option("--organization", default=None, metavar="SLUG", help="Organization that the link opens first.")
@command
def web(port: int, host: str, organization: str | None) -> None:
    """Runs the web page: the inbox, the calendar, the posts and the status, for people who decide.

    Prints a link that signs in whoever runs it, once, to the organizations without members. Everybody else signs in
    with a password.
    """
    import uvicorn  # noqa: PLC0415 - other commands need no server

    from syndication_assets.web.application import create_application  # noqa: PLC0415

    settings = Settings.from_environment()
    if host != _HOST and settings.web_url is None:
        raise SyndicationError(
            "Set SYNDICATION_WEB_URL to the address that people use, such as https://desk.example.org: the page "
            "answers to no other name."
        )
    url = migrated_database_url(settings)
    first = None if organization is None else require_organization(url, organization).organization_id
    address = settings.web_url or f"http://{host}:{port}"
    with transaction(url) as connection:
        token = begin_link(connection, user_id=None, login=getpass.getuser(), organization_id=first)
    click.echo(f"The web page runs at {address}; press Ctrl-C to stop it.")
    click.echo(f"Sign in as {getpass.getuser()}, once and within 10 minutes: {address}/sign-in/{token}")
    # A proxy in front says who asks; only its address is trusted.
    uvicorn.run(create_application(url, settings), host=host, port=port, log_level="warning")
