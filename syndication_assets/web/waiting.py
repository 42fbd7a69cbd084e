"""What waits for somebody: the open steps that they may decide, and the texts that whoever has the right may decide.

A text of no workflow has no round until somebody decides on it.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from syndication_assets.approval.rounds.inbox import WaitingStep, inbox_of
from syndication_assets.content.briefs.whole_briefs import TextOfBrief
from syndication_assets.database.connection import Connection

MOST_STEPS = 1000
_TEXTS = """
select
    c.content_id, p.platform, p.channel_type, p.planned_on, left(c.text_content, 240) as beginning, p.request_id,
    c.picture_file_id, c.created_at
from content.posts_content as c
inner join content.posts_core as p on c.organization_id = p.organization_id and c.post_core_id = p.post_core_id
where
    c.content_id = any(%(steps)s)
    or (
        %(may_begin)s
        and c.state in ('generated', 'needs_review')
        and not exists (
            select from approval.rounds as r
            where r.organization_id = c.organization_id and r.subject_id = c.content_id and r.ended_at is null
        )
    )
order by c.created_at, c.content_id
limit %(most)s
"""


class WaitingSubject(NamedTuple):
    """A text that somebody may decide on now."""

    content_id: str
    platform: str
    channel_type: str
    planned_on: date
    beginning: str
    request_id: str | None
    picture_file_id: str | None
    created_at: datetime
    step: WaitingStep | None = None
    """None if no round has begun: one person with the right decides."""

    @property
    def since(self) -> datetime:
        return self.created_at if self.step is None else self.step.since


def waiting_for(connection: Connection, organization_id: str, person: str, *, may_begin: bool) -> list[WaitingSubject]:
    """What the person may decide now, the longest waiting first; `may_begin` is whether they may begin rounds."""
    steps = {step.subject_id: step for step in inbox_of(connection, organization_id, person, limit=MOST_STEPS)}
    rows = connection.execute(_TEXTS, {"steps": list(steps), "may_begin": may_begin, "most": MOST_STEPS})
    found = [WaitingSubject(*row)._replace(step=steps.get(row[0])) for row in rows]
    return sorted(found, key=lambda subject: (subject.since, subject.content_id))


def may_decide_all(
    connection: Connection, organization_id: str, person: str, texts: Iterable[TextOfBrief], *, may_begin: bool
) -> bool:
    """Whether a text is undecided, and the person may decide now on each that is."""
    undecided = {text.content_id for text in texts if text.is_open}
    waits = waiting_for(connection, organization_id, person, may_begin=may_begin) if undecided else []
    return bool(undecided) and undecided <= {subject.content_id for subject in waits}
