"""Tokens of Facebook pages: a person's long token gives those of the pages that the person manages."""

from urllib.parse import quote

from pydantic import SecretStr

from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import HttpError
from syndication_assets.publishing.graph.person_tokens import given_token
from syndication_assets.publishing.publisher import Account, Token, TokenError


class PageTokens:
    """The tokens of pages, from the API at a versioned base URL."""

    def __init__(self, client: HttpClient, base_url: str) -> None:
        self._client = client
        self._base_url = base_url

    def token_of(self, account: Account, secret: SecretStr) -> Token:
        """The page's own token. TokenError if the person has no role on the page."""
        token = secret.get_secret_value()
        try:
            response = self._client.get(
                f"{self._base_url}/{quote(account.remote_account_id, safe='')}",
                {"fields": "access_token"},
                headers={"Authorization": f"Bearer {token}"},
                operation="page_token",
            )
        except HttpError as error:
            raise TokenError(f"Facebook could not be reached: {error}.") from None
        return given_token(response, token)
