"""What it means for a picture that a model gave no description of it."""

from syndication_assets.ai.chat_completions.answers import ErrorKind, LanguageModelError
from syndication_assets.media.analysis.findings import (
    AnalysisError,
    AnalyzerDownError,
    FailedAttemptError,
    RefusedPictureError,
)

_DOWN = {
    ErrorKind.UNREACHABLE: "the model's server cannot be reached: check OPENAI_BASE_URL",
    ErrorKind.QUOTA_EXHAUSTED: "the quota of the model's account is exhausted: raise it, or wait for the next period",
    ErrorKind.UNAUTHORIZED: "the model's server rejects OPENAI_API_KEY",
    ErrorKind.UNKNOWN_MODEL: "the server has no such model: check the analyzer's model and OPENAI_BASE_URL",
    ErrorKind.REDIRECTED: "the model's server redirects: set OPENAI_BASE_URL to where it leads",
    ErrorKind.RATE_LIMITED: "the model's server reports a rate limit",
}
_FAILED = {
    ErrorKind.REJECTED: "the model's server rejects the question: does the model see pictures?",
    ErrorKind.NOT_JSON: "the server answered with something that is no completion: check OPENAI_BASE_URL",
    ErrorKind.EMPTY: "the model answered with an empty message",
    ErrorKind.TRUNCATED: "the model stopped in the middle of its answer: raise SYNDICATION_LLM_OUTPUT_TOKENS",
}


def problem_of(error: LanguageModelError) -> AnalysisError:
    """What an error means for the picture. Nothing that the server or the model wrote is kept: it may quote the key,
    the prompt, or what the picture says.
    """
    sentence = str(error).rstrip(".")
    if error.kind in _DOWN:
        return AnalyzerDownError(_DOWN[error.kind], retry_after=error.retry_after)
    if error.kind is ErrorKind.REFUSAL:
        is_of_filter = sentence.startswith("The server's content filter")
        return RefusedPictureError(
            "the server's content filter held the answer back" if is_of_filter else "the model refuses to describe it"
        )
    if error.kind is ErrorKind.MALFORMED:
        reason = sentence.rpartition(": ")[2]
        return FailedAttemptError(f"the model answered with something that is no description: {reason}")
    if error.kind in _FAILED:
        return FailedAttemptError(_FAILED[error.kind], retry_after=error.retry_after)
    return FailedAttemptError(f"the model gave no answer: {sentence}", retry_after=error.retry_after)
