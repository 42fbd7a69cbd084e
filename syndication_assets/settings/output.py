"""Settings of what goes out: writing posts and publishing them."""

from typing import Annotated

from pydantic import AfterValidator, SecretStr

from syndication_assets.settings.environment import (
    EnvironmentSettings,
    WholeNumber,
    below,
    setting,
)

_LLM_OUTPUT_TOKENS = 900


def _on_or_off(text: str) -> str:
    if text not in {"on", "off"}:
        raise ValueError(f"is {text!r}: set it to on or off")
    return text


class Writing(EnvironmentSettings):
    """Selecting and writing posts"""

    openai_api_key: SecretStr | None = setting(
        "OPENAI_API_KEY",
        None,
        "The key of the language model that writes today's posts and tags scraped ones. Without it, templates write, "
        "and no model tags.",
    )
    openai_url: str | None = setting(
        "OPENAI_BASE_URL",
        None,
        "The base URL of any server that speaks OpenAI's chat completions. Without it, OpenAI's own.",
    )
    llm_model: str | None = setting(
        "SYNDICATION_LLM_MODEL", None, "The model's name on that server; needed with OPENAI_API_KEY."
    )
    llm_timeout_seconds: WholeNumber = setting(
        "SYNDICATION_LLM_TIMEOUT_SECONDS", 60, "How many seconds one request to the model may take."
    )
    llm_output_tokens: Annotated[WholeNumber, AfterValidator(lambda number: number or _LLM_OUTPUT_TOKENS)] = setting(
        "SYNDICATION_LLM_OUTPUT_TOKENS",
        _LLM_OUTPUT_TOKENS,
        "The most tokens that one answer of the model may have, its thoughts included. It is sent to the server, and a "
        "budget reserves that much before each request. Models that think first need several thousand. 0 means the "
        "default.",
    )
    llm_concurrency: WholeNumber = setting(
        "SYNDICATION_LLM_CONCURRENCY", 8, "How many requests to the model run at the same time."
    )


class Publishing(EnvironmentSettings):
    """Credentials and publishing"""

    secret_keys: SecretStr | None = setting(
        "SYNDICATION_SECRET_KEYS",
        None,
        "The keys that encrypt stored credentials: `id:base64key[,id:base64key…]`. The first encrypts; all decrypt. "
        "`syndication credentials key` prints a new one. Needed to store or use a credential.",
    )
    facebook_url: str = setting(
        "SYNDICATION_FACEBOOK_URL", "https://graph.facebook.com", "The base URL of the Graph API."
    )
    facebook_version: str = setting("SYNDICATION_FACEBOOK_VERSION", "v25.0", "The version of the Graph API.")
    facebook_app_id: str | None = setting(
        "SYNDICATION_FACEBOOK_APP_ID", None, "The id of your Facebook app; needed to renew the tokens of pages."
    )
    facebook_app_secret: SecretStr | None = setting(
        "SYNDICATION_FACEBOOK_APP_SECRET", None, "The secret of that app, from its dashboard."
    )
    linkedin_url: str = setting(
        "SYNDICATION_LINKEDIN_URL", "https://api.linkedin.com", "The base URL of LinkedIn's REST API."
    )
    linkedin_version: str = setting(
        "SYNDICATION_LINKEDIN_VERSION",
        "202607",
        "The version of LinkedIn's REST API, as YYYYMM. LinkedIn serves a version for at least a year; after that it "
        "answers 426 to every call.",
    )
    linkedin_login_url: str = setting(
        "SYNDICATION_LINKEDIN_LOGIN_URL", "https://www.linkedin.com", "The base URL of LinkedIn's token endpoint."
    )
    linkedin_client_id: str | None = setting(
        "SYNDICATION_LINKEDIN_CLIENT_ID", None, "The client id of your LinkedIn app; needed to use refresh tokens."
    )
    linkedin_client_secret: SecretStr | None = setting(
        "SYNDICATION_LINKEDIN_CLIENT_SECRET", None, "The client secret of that app, from its Auth tab."
    )
    sent_url: str = below(
        "local_directory",
        "sent",
        "SYNDICATION_SENT_URL",
        "The record of publishing calls, from which a restored database learns what was sent after its backup: a "
        "directory, or any URL that fsspec knows. All machines that publish share it, and it is not restored with the "
        "database.",
    )
    sending: Annotated[str, AfterValidator(_on_or_off)] = setting(
        "SYNDICATION_SENDING",
        "on",
        "`off` where nothing may reach a platform, whatever is due, as in staging: only accounts and processes that "
        "simulate are served, and accounts are not checked.",
    )
    publish_concurrency: Annotated[WholeNumber, AfterValidator(lambda number: max(number, 1))] = setting(
        "SYNDICATION_PUBLISH_CONCURRENCY",
        8,
        "How many publishing calls are made at the same time, each with a database connection; 0 means 1.",
    )
