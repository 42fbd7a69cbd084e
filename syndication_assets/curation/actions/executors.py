"""Who does an action. An executor returns the outcome, or None if a person does it and says what came of it.

One that acts on a platform does so only for an organization that has signed it on, because the platform's terms may
forbid it. If it does not return, the outcome is unknown: the action stays in progress, and is never done again.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError


class ActionToDo(Protocol):
    """What an executor knows of an action."""

    @property
    def action_type(self) -> str: ...
    @property
    def parameters(self) -> dict[str, Any]: ...
    @property
    def url(self) -> str | None: ...


Executor = Callable[[ActionToDo], str | None]


def _manual(_: ActionToDo) -> None:
    """A person does it."""


def _dry_run(action: ActionToDo) -> str:
    return f"dry run: a {action.action_type} was not done on {action.url or 'a post without a URL'}"


EXECUTORS: Mapping[str, Executor] = {"manual": _manual, "dry_run": _dry_run}
WITHOUT_CONSENT = frozenset({"manual", "dry_run"})


def require_consent(connection: Connection, organization_id: str, executor: str) -> None:
    """SyndicationError for an unknown executor, and for one that acts on a platform without being signed on."""
    if executor not in EXECUTORS:
        raise SyndicationError(f"There is no executor {executor!r}: choose from {', '.join(EXECUTORS)}.")
    if executor in WITHOUT_CONSENT:
        return
    consent = connection.execute(
        "select from curation.executor_consents where organization_id = %s and executor = %s",
        [organization_id, executor],
    ).fetchone()
    if consent is None:
        raise SyndicationError(
            f"{executor} acts on a platform, whose terms may forbid it: an admin signs it on with a row of "
            "curation.executor_consents, or leave --executor out and do the action by hand."
        )
