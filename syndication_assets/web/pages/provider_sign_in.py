"""Signing in with the account of an organization's provider: the way there and back.

A browser is sent by a link, not by a form: the policy of the pages lets no form lead to another site.
"""

import logging
import re
from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.database.secret_box import SecretError
from syndication_assets.tenancy.people.identities import Account, member_of_account
from syndication_assets.tenancy.people.sign_in_attempts import Attempt, begin_attempt, take_attempt
from syndication_assets.tenancy.people.web_sessions import begin_limited_session
from syndication_assets.web.page import NotFoundError, Page, own_path
from syndication_assets.web.pages.session import begin, may_try, show_problem
from syndication_assets.web.provider.provider_error import ProviderError
from syndication_assets.web.provider.provider_rows import Provider, provider_of
from syndication_assets.web.provider.signing_in import Secrets, account_of_code, address_to_send_to, new_secrets
from syndication_assets.web.rate_limits import PROVIDER_SIGN_INS
from syndication_assets.web.routes import PageRoute

_log = logging.getLogger(__name__)
_LONGEST = 4096
"""Characters of what a browser brings back."""
_ERROR_CODE = "[a-z_]{1,60}"


def send_to_provider(page: Page) -> Response:
    """Remembers the browser, and sends it to the provider of the organization."""
    if not may_try(page, PROVIDER_SIGN_INS):
        return _too_many(page)
    kept = new_secrets()
    leads_to = own_path(page.request.query_params.get("to"))
    with transaction(page.site.database_url) as connection:
        provider = _provider(page, connection)
        begun = begin_attempt(connection, Attempt(provider.organization_id, *kept, leads_to))
    try:
        address = address_to_send_to(
            page.site.discovery, provider, kept, state=begun.state, return_address=_return_address(page, provider)
        )
    except ProviderError as error:
        return _failed(page, provider, error)
    response = RedirectResponse(address, HTTPStatus.SEE_OTHER)
    page.site.give_attempt(response, begun.browser_token)
    return response


def come_back(page: Page) -> Response:
    """Signs in whoever the provider vouches for, if they are a member or invited; tells everybody else nothing more."""
    if not may_try(page, PROVIDER_SIGN_INS):
        return _too_many(page)
    asked = page.request.query_params
    state, code = asked.get("state", ""), asked.get("code", "")
    with transaction(page.site.database_url) as connection:
        provider = _provider(page, connection)
        attempt = take_attempt(connection, provider.organization_id, state, page.site.attempt_token(page.request))
    if attempt is None or asked.get("iss", provider.issuer) != provider.issuer:
        return _failed(page, provider, ProviderError("a browser came back that was not sent"))
    if "error" in asked:
        return _refused(page, provider, attempt, asked["error"])
    try:
        if not 0 < len(code) <= _LONGEST:
            raise ProviderError("a browser came back without a code")
        account = _account(page, provider, attempt, code)
    except (ProviderError, SecretError) as error:
        return _failed(page, provider, error, attempt)
    with transaction(page.site.database_url) as connection:
        user_id = member_of_account(connection, provider.organization_id, account)
        token = None if user_id is None else begin_limited_session(connection, user_id, provider.organization_id)
    if token is None:
        stranger = ProviderError(f"account {account.subject!r:.80} belongs to no member")
        return _failed(page, provider, stranger, attempt)
    response = begin(page, token, attempt.leads_to)
    page.site.take_attempt(response)
    return response


def _account(page: Page, provider: Provider, attempt: Attempt, code: str) -> Account:
    with transaction(page.site.database_url) as connection:
        secret = provider.secret(connection, page.site.settings)
    return account_of_code(
        page.site.discovery,
        provider,
        secret,
        Secrets(attempt.nonce, attempt.code_verifier),
        code=code,
        return_address=_return_address(page, provider),
    )


def _provider(page: Page, connection: Connection) -> Provider:
    provider = provider_of(connection, str(page.request.path_params["slug"]))
    if provider is None:
        raise NotFoundError("This organization has no accounts to sign in with.")
    return provider


def _return_address(page: Page, provider: Provider) -> str:
    return f"{page.site.own_address(page.request)}/sign-in/with/{provider.slug}/back"


def _too_many(page: Page) -> Response:
    message = page.text("Too many attempts from your address: wait a minute.")
    return show_problem(page, message, HTTPStatus.TOO_MANY_REQUESTS)


def _refused(page: Page, provider: Provider, attempt: Attempt, code: str) -> Response:
    """The provider sends the browser back with an error, such as that the person did not agree."""
    error = ProviderError(f"it answers {code}" if re.fullmatch(_ERROR_CODE, code) else "it answers with an error")
    if code != "access_denied":
        return _failed(page, provider, error, attempt)
    message = page.text(
        "You did not agree at %(name)s that it tells this page who you are. Continue there again, and agree.",
        name=provider.label,
    )
    return _failed(page, provider, error, attempt, message)


def _failed(
    page: Page, provider: Provider, error: Exception, attempt: Attempt | None = None, message: str | None = None
) -> Response:
    """What went wrong is for those who run the server."""
    _log.warning("signing in to %s with %s failed: %s", provider.slug, provider.issuer, error)
    message = message or page.text(
        "Signing in did not work. Try again, or ask an admin whether you are a member and your address is verified."
    )
    leads_to = "/" if attempt is None else attempt.leads_to
    response = show_problem(page, message, HTTPStatus.FORBIDDEN, slug=provider.slug, to=leads_to)
    page.site.take_attempt(response)
    return response


ROUTES = (
    PageRoute("GET", "/sign-in/with/{slug}", send_to_provider, is_public=True),
    PageRoute("GET", "/sign-in/with/{slug}/back", come_back, is_public=True),
)
