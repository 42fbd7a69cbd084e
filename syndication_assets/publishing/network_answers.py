"""What the answers of networks mean whose errors are HTTP statuses and names, and what a post needs to be sent there.

Shared by the publishers of networks other than Facebook. Texts from outside carry no secret.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from pydantic import SecretStr

from syndication_assets.channels.errors.network_errors import classify
from syndication_assets.channels.errors.outcome import Outcome, OutcomeKind
from syndication_assets.http.clients.public_urls import PublicUrlError
from syndication_assets.http.http_errors import HttpError, InvalidRequestError, NotSentError, WithheldError
from syndication_assets.http.redaction import redact_to_line
from syndication_assets.http.response import HttpResponse
from syndication_assets.publishing.publisher import Post
from syndication_assets.text.outside import read_as

T = TypeVar("T")

WITHOUT_CREDENTIAL = "The account has no credential to publish with."
WITHOUT_SERVER = "The account names no server: add it again with `syndication account add --server https://…`."


class RejectedError(Exception):
    """The server answered with something else than what was asked for, or not at all."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


def read_answer(
    publisher: str,
    name: str,
    response: HttpResponse,
    shape: type[T],
    secrets: Sequence[str],
    *,
    is_ok: bool,
    reads_only: bool = False,
) -> T:
    """The response in this shape. RejectedError with what it means instead; `name` is the network's, for people."""
    if is_ok:
        try:
            return read_as(response.content, shape)
        except ValueError:
            message = f"{name} answered {response.status}, and not in the documented form."
            raise RejectedError(Outcome(OutcomeKind.UNKNOWN, http_status=response.status, message=message)) from None
    raise RejectedError(without_secrets(classify(publisher, name, response, reads_only=reads_only), secrets))


def without_secrets(outcome: Outcome, secrets: Sequence[str]) -> Outcome:
    """The outcome with a message that quotes none of the secrets."""
    return replace(outcome, message=redact_to_line(outcome.message or "", *secrets, mark="[token]", length=400))


def unreachable_network(name: str, error: Exception) -> Outcome:
    """The outcome of a request that published nothing, whether or not the server received it."""
    if isinstance(error, WithheldError):
        return withheld(error)
    return Outcome(OutcomeKind.RETRYABLE, message=f"{name} could not be reached: {str(error).rstrip('.')}.")


def withheld(error: WithheldError) -> Outcome:
    """The outcome of a request that was not made: the account waits until its quota is free again."""
    wait = None if error.free_at is None else max(error.free_at - datetime.now(UTC), timedelta(seconds=1))
    return Outcome(OutcomeKind.RETRYABLE, message=str(error), wait=wait)


def outcome_of_sending(name: str, send: Callable[[], Outcome]) -> Outcome:
    """The outcome of the call that publishes the post, for every way in which it may fail."""
    try:
        return send()
    except RejectedError as error:
        return error.outcome
    except (NotSentError, InvalidRequestError, PublicUrlError) as error:
        return unreachable_network(name, error)
    except HttpError as error:
        return Outcome(OutcomeKind.UNKNOWN, message=f"The answer did not come: {error}.")


def nothing_published(outcome: Outcome) -> Outcome:
    """The outcome of a request before the post itself: whatever its response proves, nothing was published."""
    return replace(outcome, kind=OutcomeKind.RETRYABLE) if outcome.kind is OutcomeKind.UNKNOWN else outcome


def reason_not_to_send(
    name: str, post: Post, secret: SecretStr | None, *channel_types: str, needs_server: bool = True
) -> str | None:
    """Why the post cannot be sent at all; None if it can."""
    if secret is None:
        return WITHOUT_CREDENTIAL
    if needs_server and post.server_url is None:
        return WITHOUT_SERVER
    if post.channel_type not in channel_types:
        return f"Only {', '.join(channel_types)} can be published on {name}, not {post.channel_type}."
    return None
