"""The log of a question's requests: each is reserved, then made and recorded, or released."""

import asyncio
from collections.abc import Callable

import pytest

from syndication_assets.ai.chat_completions.answers import POST_FORM, Answer, ErrorKind, LanguageModelError
from syndication_assets.ai.chat_completions.language_model import LanguageModel, RequestLog
from syndication_assets_tests.ai.asking import KEY, MESSAGES
from syndication_assets_tests.ai.chat_server import ChatServer, Reply, post


class _Record(RequestLog):
    """Records the begin and the end of each request."""

    def __init__(self) -> None:
        self.reserved = 0
        self.begun = 0
        self.released = 0
        self.ends: list[Answer | LanguageModelError] = []

    async def reserve(self) -> None:
        self.reserved += 1

    def before_request(self) -> None:
        self.begun += 1

    def release(self) -> None:
        self.released += 1

    def after_request(self, result: Answer | LanguageModelError) -> None:
        self.ends.append(result)


def test_every_request_of_a_question_is_recorded():
    server, log = ChatServer(Reply(b"", 500), post()), _Record()

    async def ask_once() -> None:
        async with LanguageModel(KEY, "small", server.url, retry_delay=0.01) as model:
            await model.ask(MESSAGES, POST_FORM, log)

    with server.running():
        asyncio.run(ask_once())
    assert log.begun == len(server.requests) == 2
    assert [isinstance(end, Answer) for end in log.ends] == [False, True]


def test_a_cancelled_request_is_recorded_and_may_have_cost():
    server, log = ChatServer(Reply(post().body, seconds=1)), _Record()

    async def stop() -> None:
        async with LanguageModel(KEY, "small", server.url) as model:
            question = asyncio.create_task(model.ask(MESSAGES, POST_FORM, log))
            while not server.requests:
                await asyncio.sleep(0.01)
            question.cancel()
            with pytest.raises(asyncio.CancelledError):
                await question

    with server.running():
        asyncio.run(stop())
    (end,) = log.ends
    assert isinstance(end, LanguageModelError)
    assert (end.kind, end.may_have_cost) == (ErrorKind.BROKEN_OFF, True)


def ask_twice(model_of: Callable[[str], LanguageModel], first: RequestLog, second: RequestLog) -> list[object]:
    """The results of two questions, the second asked a moment after the first; its server answers after 0.2 s."""

    async def ask_both() -> list[object]:
        async with model_of(server.url) as model:
            tasks = []
            for log in (first, second):
                tasks.append(asyncio.create_task(model.ask(MESSAGES, POST_FORM, log)))
                await asyncio.sleep(0.05)
            return await asyncio.gather(*tasks, return_exceptions=True)

    server = ChatServer(Reply(post().body, seconds=0.2))
    with server.running():
        return asyncio.run(asyncio.wait_for(ask_both(), 5))


def one_at_a_time(url: str) -> LanguageModel:
    return LanguageModel(KEY, "small", url, concurrency=1)


def test_a_request_that_is_being_reserved_has_no_slot_yet():
    """The first reservation ends only when the second question is answered."""

    class Patient(_Record):
        async def reserve(self) -> None:
            await super().reserve()
            while not second.ends:
                await asyncio.sleep(0.01)

    first, second = Patient(), _Record()
    results = ask_twice(one_at_a_time, first, second)
    assert all(isinstance(result, Answer) for result in results)
    assert (first.begun, second.begun) == (1, 1)


def test_the_next_request_is_reserved_while_the_slot_is_taken():
    reserved_while_first_waits = []

    class Curious(_Record):
        async def reserve(self) -> None:
            await super().reserve()
            reserved_while_first_waits.append((first.begun, len(first.ends)))

    first, second = _Record(), Curious()
    assert all(isinstance(result, Answer) for result in ask_twice(one_at_a_time, first, second))
    assert reserved_while_first_waits == [(1, 0)]


def test_a_reserved_request_that_is_not_made_is_released():
    class Stopped(_Record):
        def before_request(self) -> None:
            raise KeyError("stop")

    first, second = _Record(), Stopped()
    answer, error = ask_twice(one_at_a_time, first, second)
    assert isinstance(answer, Answer)
    assert isinstance(error, KeyError)
    assert (second.reserved, second.released, second.ends) == (1, 1, [])
    assert (first.reserved, first.released, len(first.ends)) == (1, 0, 1)


def test_a_question_that_is_cancelled_while_it_waits_for_a_slot_is_released():
    server = ChatServer(Reply(post().body, seconds=0.2))
    first, second = _Record(), _Record()

    async def stop() -> None:
        async with one_at_a_time(server.url) as model:
            tasks = []
            for log in (first, second):
                tasks.append(asyncio.create_task(model.ask(MESSAGES, POST_FORM, log)))
                await asyncio.sleep(0.05)
            tasks[1].cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    with server.running():
        asyncio.run(stop())
    assert (second.reserved, second.begun, second.released, second.ends) == (1, 0, 1, [])
    assert (first.begun, first.released, len(first.ends)) == (1, 0, 1)
