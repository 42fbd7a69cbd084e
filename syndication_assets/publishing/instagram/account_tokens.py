"""Tokens of Instagram accounts: that of the Facebook page which an account is connected to.

A person's long token lists the pages that the person manages, each with its token and its Instagram account:
https://developers.facebook.com/docs/instagram-platform/instagram-api-with-facebook-login/get-started
"""

import msgspec
from pydantic import SecretStr

from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import HttpError
from syndication_assets.publishing.graph.paging import Paging
from syndication_assets.publishing.graph.person_tokens import no_token
from syndication_assets.publishing.publisher import Account, Token, TokenError
from syndication_assets.text.outside import read_as

_PAGES_A_CALL = 100
_MAXIMUM_CALLS = 20


class _Connected(msgspec.Struct):
    id: str


class _Page(msgspec.Struct):
    access_token: str | None = None
    instagram_business_account: _Connected | None = None


class _Pages(msgspec.Struct):
    data: list[_Page]
    paging: Paging = msgspec.field(default_factory=Paging)


class AccountTokens:
    """The tokens of accounts, from the API at a versioned base URL."""

    def __init__(self, client: HttpClient, base_url: str) -> None:
        self._client = client
        self._base_url = base_url

    def token_of(self, account: Account, secret: SecretStr) -> Token:
        """The token of the page that the account is connected to, which does not expire. TokenError if none is."""
        parameters: dict[str, str | int] = {"fields": "access_token,instagram_business_account", "limit": _PAGES_A_CALL}
        for _ in range(_MAXIMUM_CALLS):
            pages = self._pages(parameters, secret.get_secret_value())
            for page in pages.data:
                connected = page.instagram_business_account
                if connected is not None and connected.id == account.remote_account_id and page.access_token:
                    return Token(SecretStr(page.access_token), None)
            if pages.paging.next is None or pages.paging.cursors.after is None:
                break
            parameters["after"] = pages.paging.cursors.after
        raise TokenError(
            f"None of the person's pages is connected to the Instagram account {account.remote_account_id}: connect "
            "one in its settings, or check the account's id."
        )

    def _pages(self, parameters: dict[str, str | int], token: str) -> _Pages:
        try:
            response = self._client.get(
                f"{self._base_url}/me/accounts",
                parameters,
                headers={"Authorization": f"Bearer {token}"},
                operation="pages",
            )
        except HttpError as error:
            raise TokenError(f"Facebook could not be reached: {error}.") from None
        try:
            return read_as(response.content, _Pages)
        except ValueError:
            raise no_token(response, token) from None
