"""Access tokens with which the service accounts of an organization ask the API: JWTs that its provider has signed.

Only issuers of rows are asked for their keys, whatever a token says of itself.
"""

import json
import logging
from base64 import urlsafe_b64decode
from typing import Any, NamedTuple

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, Key

from syndication_assets.database.connection import transaction
from syndication_assets.web.provider.discovery import Discovery
from syndication_assets.web.provider.provider_error import ProviderError
from syndication_assets.web.provider.signing_in import ALGORITHMS, LEEWAY_SECONDS

_LONGEST_TOKEN = 8192
_TYPES = {None, "JWT", "at+jwt", "application/at+jwt"}
_BEARERS = """
select p.organization_id, i.user_id, p.api_audience
from tenancy.sign_in_providers as p
inner join tenancy.organizations as o on p.organization_id = o.organization_id and o.is_active
inner join tenancy.user_identities as i on p.organization_id = i.organization_id and p.issuer = i.issuer
inner join tenancy.organization_members as m on i.organization_id = m.organization_id and i.user_id = m.user_id
inner join tenancy.users as u on i.user_id = u.user_id
where
    p.issuer = %s
    and p.api_audience is not null
    and i.subject = %s
    and m.status = 'active'
    and u.is_active
    and u.service_name is not null
"""
_log = logging.getLogger(__name__)


class Bearer(NamedTuple):
    """The service account that a token stands for, in its organization."""

    organization_id: str
    user_id: str


def is_token(text: str) -> bool:
    """Whether it is meant as a JWT: an API key has no dots."""
    return text.count(".") == 2


def bearer_of(database_url: str, discovery: Discovery, token: str) -> Bearer | None:
    """The account of a valid token; None for any other token. Why it is not accepted is in the log of the server."""
    try:
        claimed = _unverified(token)
        issuer, subject = claimed.get("iss"), claimed.get("sub")
        if not isinstance(issuer, str) or not isinstance(subject, str):
            raise ProviderError("It names no issuer or no account.")
        with transaction(database_url) as connection:
            rows = connection.execute(_BEARERS, [issuer, subject]).fetchall()
        if not rows:
            raise ProviderError("It is of no service account that is bound to its issuer and subject.")
        audiences = _verified_audiences(discovery, issuer, subject, token)
    except ProviderError as error:
        _log.warning("A token is not accepted: %s", error)
        return None
    found = [Bearer(organization_id, user_id) for organization_id, user_id, audience in rows if audience in audiences]
    if len(found) != 1:
        _log.warning("A token is not accepted: its audience is that of %s organizations of its account.", len(found))
        return None
    return found[0]


def _unverified(token: str) -> dict[str, Any]:
    """What the token says, which anybody may have written: whose keys to verify it with."""
    if len(token) > _LONGEST_TOKEN:
        raise ProviderError("It is too long.")
    part = token.split(".")[1]
    try:
        claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        raise ProviderError("It is no JWT.") from None
    if not isinstance(claims, dict):
        raise ProviderError("It is no JWT.")
    return claims


def _verified_audiences(discovery: Discovery, issuer: str, subject: str, token: str) -> list[str]:
    def key_of(signed: GuestProtocol) -> Key:
        key_id = signed.headers().get("kid")
        return discovery.keys(issuer, key_id).get_by_kid(key_id)

    try:
        verified = jwt.decode(token, key_of, algorithms=list(ALGORITHMS))
        if verified.header.get("typ") not in _TYPES:
            raise ProviderError("It is a token for something else.")
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            sub={"essential": True, "value": subject},
            aud={"essential": True},
            exp={"essential": True},
        ).validate(verified.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderError(f"It is not valid ({type(error).__name__}).") from None
    audience = verified.claims["aud"]
    return [audience] if isinstance(audience, str) else [each for each in audience if isinstance(each, str)]
