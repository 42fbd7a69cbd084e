"""The language model that the settings name."""

from urllib.parse import urlsplit

from syndication_assets.ai.chat_completions.language_model import LanguageModel
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings


def configured_model(settings: Settings) -> LanguageModel | None:
    """The model; None without a key. SyndicationError if the settings are incomplete."""
    if settings.openai_api_key is None:
        return None
    if settings.llm_model is None:
        raise SyndicationError(
            "OPENAI_API_KEY is set but SYNDICATION_LLM_MODEL is not: set it to the model that writes, or unset the key "
            "to write from templates."
        )
    return LanguageModel(
        settings.openai_api_key.get_secret_value(),
        settings.llm_model,
        settings.openai_url,
        timeout=settings.llm_timeout_seconds,
        concurrency=settings.llm_concurrency,
        output_limit=settings.llm_output_tokens,
    )


def provider_of(base_url: str | None) -> str:
    """The provider in operations.api_prices: the host of the server, or `openai` for OpenAI itself."""
    return "openai" if base_url is None else urlsplit(base_url).hostname or base_url
