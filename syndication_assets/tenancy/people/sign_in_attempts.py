"""Browsers that are sent to a provider to sign in, and come back once, within minutes, as the browser that was sent."""

from datetime import timedelta
from typing import NamedTuple

from syndication_assets.database.connection import Connection
from syndication_assets.tenancy.one_time_tokens import hash_of, new_token

VALID_FOR = timedelta(minutes=10)


class BegunAttempt(NamedTuple):
    """What the browser and the provider are given."""

    state: str
    browser_token: str
    """For a cookie: nobody else can come back."""


class Attempt(NamedTuple):
    """What was kept for the browser that comes back."""

    organization_id: str
    nonce: str
    code_verifier: str
    leads_to: str


def begin_attempt(connection: Connection, attempt: Attempt) -> BegunAttempt:
    """Keeps what is needed when the browser comes back, and forgets those who never did."""
    connection.execute("delete from tenancy.sign_in_attempts where expires_at <= now()")
    begun = BegunAttempt(new_token("sta"), new_token("brw"))
    connection.execute(
        "insert into tenancy.sign_in_attempts (state_hash, browser_hash, organization_id, nonce,"
        " code_verifier, leads_to, expires_at) values (%s, %s, %s, %s, %s, %s, now() + %s)",
        [hash_of(begun.state), hash_of(begun.browser_token), *attempt, VALID_FOR],
    )
    return begun


def take_attempt(connection: Connection, organization_id: str, state: str, browser_token: str) -> Attempt | None:
    """What was kept, once; None for a state that is unknown, used, expired, or of another browser or provider."""
    row = connection.execute(
        "delete from tenancy.sign_in_attempts where state_hash = %s and browser_hash = %s"
        " and organization_id = %s and expires_at > now()"
        " returning organization_id, nonce, code_verifier, leads_to",
        [hash_of(state), hash_of(browser_token), organization_id],
    ).fetchone()
    return None if row is None else Attempt(*row)
