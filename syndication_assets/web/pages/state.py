"""The state of the organization, as `syndication status` says it."""

from starlette.responses import Response

from syndication_assets.database.connection import transaction
from syndication_assets.web.organization_state import read_state
from syndication_assets.web.page import Page
from syndication_assets.web.routes import PageRoute


def show_state(page: Page) -> Response:
    organization = page.organization
    with transaction(page.site.database_url) as connection:
        state = read_state(connection, organization)
    return page.render("state.html", state=state)


ROUTES = (PageRoute("GET", "/status", show_state),)
