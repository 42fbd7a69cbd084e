"""Which workflow a subject follows, and what its automatic rule covers. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Needs = Literal["any", "all"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is decided on, as its room describes it."""

    subject_id: str
    noun: str
    """The noun of its kind, such as text."""
    content_hash: bytes
    content_type: str | None = None
    platform: str | None = None
    channel_type: str | None = None
    generator: str | None = None
    score: Decimal | None = None
    """0 to 1; None if it has none."""
    authors: tuple[str, ...] = ()
    complies: bool = False
    """Whether it breaks no rule, so that an automatic rule may cover it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a workflow."""

    step_order: int
    step_name: str
    needs: Needs
    roles: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    """Ids."""
    escalation_roles: tuple[str, ...] = ()
    escalation_users: tuple[str, ...] = ()
    remind_after_hours: Decimal | None = None
    escalate_after_hours: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """An active workflow with its steps in order. An empty selection is for everything."""

    workflow_id: str
    workflow_name: str
    version: int
    priority: int = 0
    subjects: tuple[str, ...] = ()
    content_types: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    channel_types: tuple[str, ...] = ()
    minimum_score: Decimal | None = None
    automatic_generators: tuple[str, ...] = ()
    automatic_minimum_score: Decimal = Decimal(0)
    forbids_own: bool = False
    steps: tuple[Step, ...] = ()

    def is_for(self, subject: Subject) -> bool:
        """Whether every selection is empty or has the subject's value."""
        wanted = (
            (self.subjects, subject.noun),
            (self.content_types, subject.content_type),
            (self.platforms, subject.platform),
            (self.channel_types, subject.channel_type),
        )
        return all(not selected or value in selected for selected, value in wanted)

    @property
    def selections(self) -> int:
        """How much it says about its subjects."""
        return sum(map(bool, (self.subjects, self.content_types, self.platforms, self.channel_types)))

    def covers(self, subject: Subject) -> bool:
        """Whether its automatic rule covers the subject. An unknown score counts as 0."""
        score = Decimal(0) if subject.score is None else subject.score
        lowest = max(self.automatic_minimum_score, self.minimum_score or Decimal(0))
        return subject.complies and subject.generator in self.automatic_generators and score >= lowest


def matching_workflow(workflows: Iterable[Workflow], subject: Subject) -> Workflow | None:
    """The workflow that the subject follows; None if one person with the right decides.

    The highest priority first; of equal ones, the one that says more about its subjects; then the first by name.
    """
    fitting = [workflow for workflow in workflows if workflow.is_for(subject)]
    return min(fitting, key=lambda each: (-each.priority, -each.selections, each.workflow_name), default=None)
