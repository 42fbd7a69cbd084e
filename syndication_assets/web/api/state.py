"""The state of the organization, as `syndication status` says it."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from syndication_assets.database.connection import transaction
from syndication_assets.web.api.caller import CallerOfRequest
from syndication_assets.web.organization_state import Sample, read_state

router = APIRouter(prefix="/status", tags=["status"])


class Problem(BaseModel):
    """Something that is wrong now."""

    kind: str
    severity: str
    subject: str
    since: datetime | None
    message: str = Field(description="What is wrong and what to do.")


class Source(BaseModel):
    """A source of posts. What is not known is null."""

    name: str
    newest: datetime | None
    fetch: datetime | None
    load: datetime | None


class Number(BaseModel):
    """A number with what it is of, such as a state and a platform."""

    labels: dict[str, str]
    value: float


class Status(BaseModel):
    """The state now."""

    problems: list[Problem]
    sources: list[Source]
    undecided_texts: list[Number]
    queue: list[Number]
    quarantined: list[Number]
    budgets_left: list[Number]


@router.get("", summary="Show the state")
def show_status(caller: CallerOfRequest) -> Status:
    """Without the problems of Dagster's runs and of landed files, which the command line shows."""
    with transaction(caller.site.database_url) as connection:
        state = read_state(connection, caller.organization)
    return Status(
        problems=[Problem(**_only(problem._asdict())) for problem in state.problems],
        sources=[Source(**source) for source in state.sources],
        undecided_texts=_numbers(state.undecided),
        queue=_numbers(state.queue),
        quarantined=_numbers(state.quarantined),
        budgets_left=_numbers(state.budgets),
    )


def _only(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in Problem.model_fields}


def _numbers(samples: list[Sample]) -> list[Number]:
    return [
        Number(
            labels={name: str(value) for name, value in each.items() if name not in {"value", "organization"}},
            value=each["value"],
        )
        for each in samples
    ]
