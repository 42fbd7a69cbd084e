"""A call that the budget has no room for now is reserved again once other calls of the run have cost less."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from syndication_assets.ai.calls.paid_requests import PaidRequests, Subject, UnansweredError
from syndication_assets.http.http_errors import WithheldError
from syndication_assets.operations.usage.spending import Spending


class Log:
    """A log whose database rejects the first reservation; `meanwhile` happens before the run learns of that."""

    provider = "p"

    def __init__(self, meanwhile: Callable[["Log"], object]) -> None:
        self.writes_done = self.asked = 0
        self._meanwhile = meanwhile

    async def reserve(self, _: object) -> str:
        self.asked += 1
        if self.asked == 1:
            self._meanwhile(self)
            raise WithheldError("The budget is used up.")
        return "use-1"

    async def written(self) -> bool:
        return False


def reserve(log: Log) -> None:
    requests = PaidRequests[Any](
        Subject("org-1", "write_post"),
        cast(Any, SimpleNamespace(model="m", output_limit=100)),
        Spending("acme", "m", None, [], None),
        cast(Any, log),
        1,
        [],
        cast(Any, SimpleNamespace(tokens=0)),
        [],
    )
    asyncio.run(requests.reserve())


def test_a_call_that_ended_meanwhile_lets_it_be_asked_again():
    def end_another_call(log: Log) -> None:
        log.writes_done += 1

    log = Log(end_another_call)
    reserve(log)
    assert log.asked == 2


def test_without_any_other_call_the_budget_is_used_up():
    log = Log(lambda _: None)
    with pytest.raises(UnansweredError, match="The budget is used up"):
        reserve(log)
    assert log.asked == 1
