"""Letters for actions, as a person who reads many posts presses them: one queues an action, and takes it back.

A post has one live action of a kind as nobody in particular, so another letter of the same kind takes its place.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from syndication_assets.curation.actions.action_queue import end_action, queue_action
from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError

_LIVE = """
select a.post_id, a.action_id, a.action_type, a.parameters, a.state::text
from curation.actions as a
where
    a.organization_id = %s and a.post_id = any(%s) and a.account_id is null and a.state in ('queued', 'in_progress')
"""
LATER = {"words": "later"}
"""The parameters of a comment or thoughts that are written when the action is done."""
_ACTIONS = {
    "q": ("repost", ""),
    "a": ("autoreact", ""),
    "c": ("comment", "now"),
    "n": ("comment", "later"),
    "t": ("repost", "now"),
    "r": ("repost", "later"),
    "s": ("save", ""),
}
"""Letter → the type of its action, and when the words of a comment, or thoughts on a repost, are written."""
_LETTERS = {action: letter for letter, action in _ACTIONS.items()}
WRITTEN_NOW, WRITTEN_LATER = (
    frozenset(letter for letter, (_, written) in _ACTIONS.items() if written == when) for when in ("now", "later")
)


class LiveAction(NamedTuple):
    """An action that waits or is in progress."""

    action_id: str
    action_type: str
    parameters: Mapping[str, Any]
    state: str

    @property
    def letter(self) -> str | None:
        """The letter that queues such an action; None for a kind without one."""
        written = "now" if "text" in self.parameters else "later" if self.parameters == LATER else ""
        return _LETTERS.get((self.action_type, written))


def live_letters(
    connection: Connection, organization_id: str, post_ids: Collection[str]
) -> Mapping[str, Mapping[str, LiveAction]]:
    """Post → letter → its action. A post without one has no letters."""
    found: dict[str, dict[str, LiveAction]] = defaultdict(dict)
    for post_id, *action in connection.execute(_LIVE, [organization_id, list(post_ids)]):
        live = LiveAction(*action)
        if live.letter is not None:
            found[post_id][live.letter] = live
    return found


def put_letter(
    connection: Connection, organization_id: str, post_id: str, letter: str, parameters: Mapping[str, Any], person: str
) -> None:
    """Queues the action of a letter, in the place of one of the same kind; one that waits already stays.

    SyndicationError if one of the same kind is in progress, or the parameters do not fit.
    """
    action_type = _type_of(letter)
    for live in _live(connection, organization_id, post_id):
        if live.letter == letter:
            return
        if live.action_type == action_type:
            _cancel(connection, live)
    queue_action(
        connection,
        organization_id,
        post_id,
        action_type,
        parameters,
        account_id=None,
        executor="manual",
        priority=0,
        scheduled_for=None,
        notes=None,
        person=person,
    )


def take_letter(connection: Connection, organization_id: str, post_id: str, letter: str) -> None:
    """Cancels the action of a letter; without one, nothing happens. SyndicationError if it is in progress."""
    _type_of(letter)
    for live in _live(connection, organization_id, post_id):
        if live.letter == letter:
            _cancel(connection, live)


def _live(connection: Connection, organization_id: str, post_id: str) -> list[LiveAction]:
    rows = connection.execute(_LIVE + " for update", [organization_id, [post_id]])
    return [LiveAction(*action) for _, *action in rows]


def _cancel(connection: Connection, live: LiveAction) -> None:
    if live.state != "queued":
        raise SyndicationError(
            f"{live.action_id} is in progress: whoever started it says what came of it, with `syndication action "
            "complete`, `fail` or `cancel`."
        )
    end_action(connection, live.action_id, "cancelled", None)


def _type_of(letter: str) -> str:
    if letter not in _ACTIONS:
        raise SyndicationError(f"There is no action for {letter!r}: choose from {', '.join(_ACTIONS)}.")
    return _ACTIONS[letter][0]
