"""Access tokens of LinkedIn from a refresh token, which only apps of approved products get.

https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens: an access token lives for
60 days and a refresh token for a year, which no renewal makes longer: then a person authorizes the app again. Secrets
travel in bodies, never in a URL.
"""

from datetime import UTC, datetime, timedelta

import msgspec
from pydantic import SecretStr

from syndication_assets.channels.errors.network_errors import classify
from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import HttpError
from syndication_assets.publishing.network_answers import without_secrets
from syndication_assets.publishing.publisher import Token, TokenError
from syndication_assets.text.outside import read_as


class _Refreshed(msgspec.Struct):
    access_token: str
    expires_in: float | None = None
    refresh_token: str | None = None
    refresh_token_expires_in: float | None = None


class RefreshTokens:
    """The token endpoint of LinkedIn's OAuth 2.0, called as an app."""

    def __init__(
        self, client: HttpClient, login_url: str, client_id: str | None, client_secret: SecretStr | None, network: str
    ) -> None:
        """`network` is LinkedIn's name as a publisher, under which its errors are known."""
        self._client = client
        self._url = f"{login_url.rstrip('/')}/oauth/v2/accessToken"
        self._client_id = client_id
        self._client_secret = client_secret
        self._network = network

    def refresh_token(self, secret: SecretStr) -> Token:
        """The refresh token with the time that it has left: LinkedIn may give another one. TokenError."""
        answer = self._refresh(secret)
        token = SecretStr(answer.refresh_token) if answer.refresh_token else secret
        return Token(token, _until(answer.refresh_token_expires_in))

    def access_token(self, secret: SecretStr) -> Token:
        """A new access token. TokenError."""
        answer = self._refresh(secret)
        return Token(SecretStr(answer.access_token), _until(answer.expires_in))

    def _refresh(self, secret: SecretStr) -> _Refreshed:
        if self._client_id is None or self._client_secret is None:
            raise TokenError(
                "Set SYNDICATION_LINKEDIN_CLIENT_ID and SYNDICATION_LINKEDIN_CLIENT_SECRET: only the app may use a "
                "refresh token."
            )
        secrets = [secret.get_secret_value(), self._client_secret.get_secret_value()]
        form = {
            "grant_type": "refresh_token",
            "refresh_token": secrets[0],
            "client_id": self._client_id,
            "client_secret": secrets[1],
        }
        try:
            response = self._client.post_once(self._url, form, operation="refresh_token")
        except HttpError as error:
            raise TokenError(f"LinkedIn could not be reached: {error}.") from None
        if response.is_ok:
            try:
                return read_as(response.content, _Refreshed)
            except ValueError:
                raise TokenError("LinkedIn answered, and gave no token.") from None
        outcome = without_secrets(classify(self._network, "LinkedIn", response, reads_only=True), secrets)
        raise TokenError(f"{outcome.message}.")


def _until(seconds: float | None) -> datetime | None:
    return datetime.now(UTC) + timedelta(seconds=seconds) if seconds else None
