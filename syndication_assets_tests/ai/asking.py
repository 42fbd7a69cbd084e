"""Asks a language model on loopback."""

import asyncio

from syndication_assets.ai.chat_completions.answers import POST_FORM, Answer, LanguageModelError
from syndication_assets.ai.chat_completions.language_model import LanguageModel
from syndication_assets.operations.usage.spending import TokenUsage
from syndication_assets_tests.ai.chat_server import ChatServer

KEY = "sk-canary-7Qv9zKpW3mXt"
MESSAGES = [{"role": "user", "content": "Write a post."}]
USED = TokenUsage(1000, 400, 200)


def ask(server: ChatServer, times: int = 1, **options) -> list[Answer | LanguageModelError]:
    """Sends `times` questions at the same time."""
    settings = {"timeout": 5, "retry_delay": 0.01, "maximum_retries": 2, **options}

    async def ask_all() -> list[Answer | LanguageModelError]:
        async with LanguageModel(KEY, "small", server.url, **settings) as model:
            return await asyncio.gather(*(model.ask(MESSAGES, POST_FORM) for _ in range(times)), return_exceptions=True)

    with server.running():
        return asyncio.run(ask_all())
