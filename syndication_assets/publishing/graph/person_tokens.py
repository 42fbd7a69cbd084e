"""Tokens of the Graph API, which pages on Facebook and accounts on Instagram share: a person's gets a long life.

https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived: a long token lives for about 60
days and may be exchanged again while it lives; page tokens that are made from it have no end of their own. Secrets
travel in bodies and headers, never in a URL.
"""

from datetime import UTC, datetime, timedelta

import msgspec
from pydantic import SecretStr

from syndication_assets.channels.errors.facebook_errors import classify
from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.http_errors import HttpError
from syndication_assets.http.redaction import redact_to_line
from syndication_assets.http.response import HttpResponse
from syndication_assets.publishing.publisher import Token, TokenError
from syndication_assets.text.outside import read_as


class _Given(msgspec.Struct):
    access_token: str
    expires_in: float | None = None


class GraphTokens:
    """The token methods of the API at a versioned base URL, called as an app."""

    def __init__(self, client: HttpClient, base_url: str, app_id: str | None, app_secret: SecretStr | None) -> None:
        self._client = client
        self._base_url = base_url
        self._app_id = app_id
        self._app_secret = app_secret

    def prolong(self, secret: SecretStr) -> Token:
        """The person's token with a new life. TokenError if Facebook does not exchange it."""
        if self._app_id is None or self._app_secret is None:
            raise TokenError(
                "Set SYNDICATION_FACEBOOK_APP_ID and SYNDICATION_FACEBOOK_APP_SECRET: only the app may exchange tokens."
            )
        app_secret, token = self._app_secret.get_secret_value(), secret.get_secret_value()
        form = {
            "grant_type": "fb_exchange_token",
            "client_id": self._app_id,
            "client_secret": app_secret,
            "fb_exchange_token": token,
        }
        try:
            response = self._client.post_once(f"{self._base_url}/oauth/access_token", form, operation="prolong_token")
        except HttpError as error:
            raise TokenError(f"Facebook could not be reached: {error}.") from None
        return given_token(response, token, app_secret)


def given_token(response: HttpResponse, *secrets: str) -> Token:
    """The token that a response gives. TokenError with its reason, and none of the secrets, if it gives none."""
    try:
        found = read_as(response.content, _Given)
    except ValueError:
        raise no_token(response, *secrets) from None
    lives_for = timedelta(seconds=found.expires_in) if found.expires_in else None
    return Token(SecretStr(found.access_token), None if lives_for is None else datetime.now(UTC) + lives_for)


def no_token(response: HttpResponse, *secrets: str) -> TokenError:
    """Why the response gives no token, without the secrets."""
    outcome = classify(response.status, response.headers, response.content, attempt_number=None)
    message = outcome.message if not response.is_ok else "Facebook answered, and gave no token."
    return TokenError(redact_to_line(message or "", *secrets, mark="[token]", length=400) + ".")
