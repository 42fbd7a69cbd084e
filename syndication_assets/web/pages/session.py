"""Signing in and out, and what a session remembers: the organization and the language."""

from contextlib import suppress
from http import HTTPStatus

from starlette.responses import Response

from syndication_assets.database.connection import DatabaseError, transaction
from syndication_assets.tenancy.people.sign_in import sign_in
from syndication_assets.tenancy.people.web_sessions import (
    begin_session,
    choose_language,
    choose_organization,
    end_session,
    open_link,
    session_valid_for,
)
from syndication_assets.web.languages import LANGUAGES
from syndication_assets.web.page import NotFoundError, Page, own_path
from syndication_assets.web.provider.provider_rows import has_providers, only_provider, provider_of
from syndication_assets.web.rate_limits import SIGN_INS, PerMinute
from syndication_assets.web.routes import PageRoute


def show_sign_in(page: Page) -> Response:
    if page.visitor is not None:
        return page.go(page.request.query_params.get("to", "/"))
    return _form(page, to=own_path(page.request.query_params.get("to")))


def do_sign_in(page: Page) -> Response:
    """Says the same for a wrong password, an unknown user and a locked account."""
    to = own_path(page.form.get("to"))
    if not may_try(page):
        message = page.text("Too many attempts from your address: wait a minute.")
        return _form(page, to=to, problem=message, status=HTTPStatus.TOO_MANY_REQUESTS)
    with transaction(page.site.database_url) as connection:
        actor = sign_in(connection, page.form.get("email", ""), page.form.get("password", ""))
        token = None if actor is None else begin_session(connection, actor.user_id)
    if token is None:
        message = page.text(
            "This address and password do not belong together, or the account is locked for some minutes."
        )
        return _form(page, to=to, problem=message, status=HTTPStatus.FORBIDDEN)
    return begin(page, token, to)


def show_link(page: Page) -> Response:
    """Asks before the link is used, so that a program that looks at links does not use it up."""
    return page.render("link.html", token=page.request.path_params["token"])


def use_link(page: Page) -> Response:
    if not may_try(page):
        return _form(page, to="/", problem=page.text("Too many attempts from your address: wait a minute."))
    with transaction(page.site.database_url) as connection:
        token = open_link(connection, page.request.path_params["token"])
    if token is None:
        message = page.text("This link was used already, or has expired: ask for a new one.")
        return _form(page, to="/", problem=message, status=HTTPStatus.FORBIDDEN)
    return begin(page, token, "/")


def sign_out(page: Page) -> Response:
    """Whoever came with the account of a provider is told that it stays signed in there."""
    visitor = page.visitor
    _end_earlier(page)
    if visitor is None or visitor.organization is None or visitor.session.limited_to_organization_id is None:
        response = page.go("/sign-in", done="signed_out")
    else:
        response = page.go(f"/sign-in?organization={visitor.organization.slug}", done="signed_out_here")
    page.site.take_session(response)
    return response


def change_organization(page: Page) -> Response:
    visitor = page.visitor
    chosen = page.form.get("organization", "")
    if visitor is None or chosen not in {each.organization_id for each in visitor.organizations}:
        raise NotFoundError("There is no such organization among yours.")
    with transaction(page.site.database_url) as connection:
        choose_organization(connection, visitor.session.session_id, chosen)
    return page.go("/")


def change_language(page: Page) -> Response:
    code = page.form.get("language", "")
    if page.visitor is None or code not in LANGUAGES:
        raise NotFoundError("The pages do not speak this language.")
    with transaction(page.site.database_url) as connection:
        choose_language(connection, page.visitor.session, code)
    return page.go(page.form.get("to", "/"))


def show_problem(page: Page, problem: str, status: int, *, slug: str | None = None, to: str = "/") -> Response:
    """The sign-in page, with what went wrong, and with the provider of an organization if one was tried."""
    return _form(page, to=to, problem=problem, status=status, slug=slug)


def _form(page: Page, *, to: str, problem: str | None = None, status: int = 200, slug: str | None = None) -> Response:
    slug = slug or page.request.query_params.get("organization", "").strip()
    provider, asks_for_organization = None, False
    # The form is shown even if the database does not answer.
    with suppress(DatabaseError), transaction(page.site.database_url) as connection:
        provider = provider_of(connection, slug) if slug else only_provider(connection)
        asks_for_organization = provider is None and has_providers(connection)
    if slug and provider is None and problem is None:
        problem = page.text("This organization has no accounts to sign in with.")
    return page.render(
        "sign_in.html",
        status=status,
        to=to,
        problem=problem,
        provider=provider,
        asks_for_organization=asks_for_organization,
        slug=slug,
    )


def may_try(page: Page, limit: PerMinute = SIGN_INS) -> bool:
    """Counts an attempt of the address to sign in; False if it is one too many."""
    client = page.request.client
    return page.site.limits.allows(limit, "unknown" if client is None else client.host)


def _end_earlier(page: Page) -> None:
    """Ends the session that the browser had."""
    if page.visitor is not None:
        with transaction(page.site.database_url) as connection:
            end_session(connection, page.visitor.session.session_id)


def begin(page: Page, token: str, to: str) -> Response:
    """The new session takes the place of the earlier one."""
    _end_earlier(page)
    response = page.go(to)
    with transaction(page.site.database_url) as connection:
        valid_for = session_valid_for(connection)
    page.site.give_session(response, token, valid_for)
    return response


ROUTES = (
    PageRoute("GET", "/sign-in", show_sign_in, is_public=True),
    PageRoute("POST", "/sign-in", do_sign_in, is_public=True),
    PageRoute("GET", "/sign-in/{token}", show_link, is_public=True),
    PageRoute("POST", "/sign-in/{token}", use_link, is_public=True),
    PageRoute("POST", "/sign-out", sign_out),
    PageRoute("POST", "/organization", change_organization),
    PageRoute("POST", "/language", change_language),
)
