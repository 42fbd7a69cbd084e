"""The errors of the API: a code that programs may rely on, and a sentence for people."""

from enum import StrEnum
from http import HTTPStatus

from pydantic import BaseModel
from starlette.responses import JSONResponse

from syndication_assets.errors import SyndicationError


class Code(StrEnum):
    """Codes never change their meaning."""

    NOT_SIGNED_IN = "NOT_SIGNED_IN"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    ITEM_NOT_FOUND = "ITEM_NOT_FOUND"
    INVALID_FILTER = "INVALID_FILTER"
    INVALID_CONTENT_TYPE = "INVALID_CONTENT_TYPE"
    INVALID_PLATFORM = "INVALID_PLATFORM"
    INVALID_STATUS = "INVALID_STATUS"
    VALIDATION_ERROR = "VALIDATION_ERROR"
    CONFLICT = "CONFLICT"
    QUOTA_USED_UP = "QUOTA_USED_UP"
    DATABASE_ERROR = "DATABASE_ERROR"


_STATUS = {
    Code.NOT_SIGNED_IN: HTTPStatus.UNAUTHORIZED,
    Code.PERMISSION_DENIED: HTTPStatus.FORBIDDEN,
    Code.ITEM_NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.CONFLICT: HTTPStatus.CONFLICT,
    Code.QUOTA_USED_UP: HTTPStatus.TOO_MANY_REQUESTS,
    Code.DATABASE_ERROR: HTTPStatus.SERVICE_UNAVAILABLE,
}
_CODES_OF_FILTERS = {
    "kind": Code.INVALID_CONTENT_TYPE,
    "platform": Code.INVALID_PLATFORM,
    "state": Code.INVALID_STATUS,
}


class Problem(BaseModel):
    """What went wrong."""

    code: Code
    message: str


class ErrorAnswer(BaseModel):
    """The body of every answer that is an error."""

    error: Problem


class ApiError(SyndicationError):
    """An answer that is an error."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code

    @property
    def status(self) -> int:
        return _STATUS.get(self.code, HTTPStatus.UNPROCESSABLE_ENTITY)


def answer(error: ApiError, status: int | None = None) -> JSONResponse:
    """The answer with the status of its code, or another one."""
    body = ErrorAnswer(error=Problem(code=error.code, message=str(error)))
    return JSONResponse(body.model_dump(mode="json"), status or error.status)


def code_of(place: tuple[int | str, ...]) -> Code:
    """The code of a value that is not accepted, by its place in the request: ("query", "state"), ("body", "reason")."""
    if place[:1] != ("query",):
        return Code.VALIDATION_ERROR
    return _CODES_OF_FILTERS.get(str(place[-1]), Code.INVALID_FILTER)
