"""The application: its routes, and what happens around each handler."""

import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from syndication_assets.database.connection import DatabaseError, transaction
from syndication_assets.database.sessions.kept_sessions import sessions_kept
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings
from syndication_assets.tenancy.permission_checks import PermissionDeniedError
from syndication_assets.web.api.application import create_api
from syndication_assets.web.languages import language, preferred
from syndication_assets.web.own_site import OwnSiteOnly
from syndication_assets.web.page import NotFoundError, Page
from syndication_assets.web.pages import (
    brands,
    calendar,
    delegations,
    inbox,
    pictures,
    posts,
    provider_sign_in,
    requests,
    results,
    session,
    state,
    whole_briefs,
)
from syndication_assets.web.rate_limits import PAGES
from syndication_assets.web.routes import PageRoute
from syndication_assets.web.site import Site
from syndication_assets.web.uploads import Form, read_form
from syndication_assets.web.visitors import Visitor, find_visitor

_STATIC = Path(__file__).parent / "static"
_NO_FORM = Form({}, None)
_Answer = TypeVar("_Answer", bound=Response | None)
_log = logging.getLogger(__name__)
ROUTES: tuple[PageRoute, ...] = (
    *session.ROUTES,
    *provider_sign_in.ROUTES,
    *inbox.ROUTES,
    *delegations.ROUTES,
    *requests.ROUTES,
    *whole_briefs.ROUTES,
    *pictures.ROUTES,
    *brands.ROUTES,
    *calendar.ROUTES,
    *posts.ROUTES,
    *results.ROUTES,
    *state.ROUTES,
)


def create_application(database_url: str, settings: Settings) -> Starlette:
    """The pages and the API over a migrated database."""
    site = Site(database_url, settings)

    @asynccontextmanager
    async def lifespan(_application: Starlette) -> AsyncIterator[None]:
        with sessions_kept():
            yield

    async def not_found(request: Request, _error: Exception) -> Response:
        def act(page: Page) -> Response:
            return _problem(page, HTTPStatus.NOT_FOUND, "There is no such page.")

        return await run_in_threadpool(_guarded, site, request, _NO_FORM, act)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
        page = _page(site, request, None, _NO_FORM)
        # A form's own path is no page to be looked at.
        is_no_page = error.status_code == HTTPStatus.METHOD_NOT_ALLOWED
        message = "There is no such page." if is_no_page else error.detail
        response = await run_in_threadpool(_problem, page, HTTPStatus(error.status_code), message)
        # What is left of a body that nobody reads is no next request.
        response.headers.update({"Connection": "close"} | dict(error.headers or {}))
        return response

    return Starlette(
        routes=[
            *(Route(route.path, _endpoint(site, route), methods=[route.method]) for route in ROUTES),
            Mount("/api/v1", create_api(site)),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[Middleware(OwnSiteOnly, public_url=settings.web_url)],
        exception_handlers={HTTPStatus.NOT_FOUND: not_found, HTTPException: refused},
        lifespan=lifespan,
    )


def _endpoint(site: Site, route: PageRoute) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if route.method != "POST":
            return await run_in_threadpool(_answer, site, route, request, _NO_FORM)
        if route.takes_file:
            # Of a file that is refused anyway, no byte is read.
            rejection = await run_in_threadpool(_guarded, site, request, _NO_FORM, partial(_rejection, route))
            if rejection is not None:
                return rejection
        form = await read_form(request, takes_file=route.takes_file)
        return await run_in_threadpool(_answer, site, route, request, form)

    return endpoint


def _answer(site: Site, route: PageRoute, request: Request, form: Form) -> Response:
    def act(page: Page) -> Response:
        return _rejection(route, page) or _rejection_of_form(route, page) or route.handler(page)

    return _guarded(site, request, form, act)


def _guarded(site: Site, request: Request, form: Form, act: Callable[[Page], _Answer]) -> _Answer | Response:
    """What is answered to a visitor, or a page that says what went wrong."""
    page = _page(site, request, None, form)
    try:
        page = _page(site, request, _visitor(site, request), form)
        return act(page)
    except NotFoundError as error:
        return _problem(page, HTTPStatus.NOT_FOUND, str(error))
    except PermissionDeniedError as error:
        return _problem(page, HTTPStatus.FORBIDDEN, str(error))
    except DatabaseError:
        # What PostgreSQL says is for those who run it.
        _log.exception("%s %s failed", request.method, request.url.path)
        return _problem(page, HTTPStatus.SERVICE_UNAVAILABLE, "The database did not answer: try again in a minute.")
    except SyndicationError as error:
        return _problem(page, HTTPStatus.CONFLICT, str(error))


def _page(site: Site, request: Request, visitor: Visitor | None, form: Form) -> Page:
    chosen = None if visitor is None else visitor.language
    spoken = language(preferred(chosen, request.headers.get("accept-language", "")))
    return Page(request, site, spoken, visitor, form.fields, form.upload)


def _visitor(site: Site, request: Request) -> Visitor | None:
    token = site.session_token(request)
    if token is None:
        return None
    with transaction(site.database_url) as connection:
        return find_visitor(connection, token)


def _rejection(route: PageRoute, page: Page) -> Response | None:
    """Why the visitor may not ask for this; None if they may."""
    visitor = page.visitor
    if route.is_public:
        return None
    if visitor is None:
        return _to_sign_in(route, page)
    if not page.site.limits.allows(PAGES, visitor.session.session_id):
        return _problem(page, HTTPStatus.TOO_MANY_REQUESTS, "Too many requests: wait a minute.")
    if route.permission is not None and not visitor.may(route.permission):
        message = page.text("This needs the right %(right)s: ask an admin.", right=route.permission)
        return _problem(page, HTTPStatus.FORBIDDEN, message)
    return None


def _to_sign_in(route: PageRoute, page: Page) -> Response:
    """Leads on to the page that was asked for. Whoever had a session is told that it has ended."""
    had_session = page.site.session_token(page.request) is not None
    ended = "unsent" if route.method == "POST" else "session_ended"
    return page.go(f"/sign-in?to={quote(page.here)}", done=ended if had_session else None)


def _rejection_of_form(route: PageRoute, page: Page) -> Response | None:
    """Whether the form is another session's, or of none."""
    if route.is_public or route.method != "POST" or page.visitor is None:
        return None
    if secrets.compare_digest(page.form.get("form_token", "").encode(), page.visitor.form_token.encode()):
        return None
    return _problem(page, HTTPStatus.FORBIDDEN, "This form belongs to another session: load the page again.")


def _problem(page: Page, status: HTTPStatus, message: str) -> Response:
    return page.render("problem.html", status=status, message=page.text(message))
