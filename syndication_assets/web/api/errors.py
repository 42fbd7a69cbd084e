"""The errors of the API: a code that programs may rely on, and a sentence for people."""

from enum import StrEnum
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.responses import JSONResponse

from syndication_assets.errors import SyndicationError
from syndication_assets.tenancy.permission_checks import PermissionDeniedError


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

    def __init__(self, code: Code, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after
        """Seconds after which the same request may be answered; None if that is not known."""

    @property
    def status(self) -> int:
        return _STATUS.get(self.code, HTTPStatus.UNPROCESSABLE_ENTITY)


def answer(error: ApiError, status: int | None = None) -> JSONResponse:
    """The answer with the status of its code, or another one."""
    body = ErrorAnswer(error=Problem(code=error.code, message=str(error)))
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return JSONResponse(body.model_dump(mode="json"), status or error.status, headers)


def code_of(place: tuple[int | str, ...]) -> Code:
    """The code of a value that is not accepted, by its place in the request: ("query", "state"), ("body", "reason")."""
    if place[:1] != ("query",):
        return Code.VALIDATION_ERROR
    return _CODES_OF_FILTERS.get(str(place[-1]), Code.INVALID_FILTER)


def as_api_error(error: RequestValidationError | SyndicationError) -> ApiError:
    """What is answered where a request lacks something, or a room refuses it."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, RequestValidationError):
        # Without the value: it may be a secret that was put in the wrong place.
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        return ApiError(code_of(first["loc"]), f"{place}: {first['msg']}.")
    code = Code.PERMISSION_DENIED if isinstance(error, PermissionDeniedError) else Code.CONFLICT
    return ApiError(code, str(error))
