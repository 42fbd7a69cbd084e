"""The health of social accounts: what platforms say about their credentials, and limits that servers set. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind


class AccountState(StrEnum):
    """The values of `channels.account_health_state`."""

    CONNECTED = "connected"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ERROR = "error"
    """The platform could not be asked, or answered something else."""


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """What a check found. `message` is a sentence for people, without secrets; None only if connected."""

    state: AccountState
    message: str | None = None
    limits: Mapping[str, int] = field(default_factory=dict)
    """Rule → greatest number that the account's server accepts, in the unit of the rule."""
    rejection: Outcome | None = None
    """What the answer means for the account, if it was rejected."""


_STATES = {OutcomeKind.REFRESH_TOKEN: AccountState.EXPIRED, OutcomeKind.DISCONNECTED: AccountState.REVOKED}


def rejected(outcome: Outcome) -> AccountHealth:
    """The health of an account whose check was answered with an error."""
    state = _STATES.get(outcome.kind, AccountState.ERROR)
    return AccountHealth(state, outcome.message or "The platform gave no reason.", rejection=outcome)


def unreachable(reason: str) -> AccountHealth:
    """The health of an account whose platform gave no usable answer."""
    return AccountHealth(AccountState.ERROR, reason)
