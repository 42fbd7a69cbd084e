"""The API as an application, with its description by OpenAPI at `openapi.json`."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from syndication_assets.database.connection import DatabaseError
from syndication_assets.errors import SyndicationError
from syndication_assets.web.api import (
    batches,
    brands,
    briefs,
    delegations,
    inbox,
    pictures,
    posts,
    queue,
    results,
    state,
    texts,
    variants,
)
from syndication_assets.web.api.errors import ApiError, Code, ErrorAnswer, answer, as_api_error
from syndication_assets.web.site import Site

_log = logging.getLogger(__name__)
_DESCRIPTION = """What people decide on the web page, for programs.

Send an API key as `Authorization: Bearer KEY` (`syndication key add`). A request may do what the key and its member
may. A request that changes something may name an `Idempotency-Key`: sent again within a day, it gets the first answer,
and nothing is done twice. An error has a `code`, which never changes its meaning, and a `message` for people.
"""


def create_api(site: Site) -> FastAPI:
    """The API of a site; it is mounted at /api/v1."""
    api = FastAPI(
        title="Syndication Assets",
        version="1",
        description=_DESCRIPTION,
        # Their pages load scripts of other hosts.
        docs_url=None,
        redoc_url=None,
        responses={"4XX": {"model": ErrorAnswer}, "503": {"model": ErrorAnswer}},
    )
    api.state.site = site
    modules = (inbox, texts, delegations, briefs, batches, variants, pictures, queue, posts, brands, results, state)
    for module in modules:
        api.include_router(module.router)
    api.add_exception_handler(RequestValidationError, _refused)
    api.add_exception_handler(HTTPException, _rejected)
    api.add_exception_handler(SyndicationError, _refused)
    return api


def _rejected(_request: Request, error: Exception) -> JSONResponse:
    """What the framework rejects: an unknown path or method, a body that cannot be read or is too long."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
    code = Code.ITEM_NOT_FOUND if error.status_code == HTTPStatus.NOT_FOUND else Code.VALIDATION_ERROR
    return answer(ApiError(code, str(error.detail)), error.status_code)


def _refused(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, DatabaseError):
        # What PostgreSQL says is for those who run it.
        _log.error("%s %s failed: %s", request.method, request.url.path, error)
        return answer(ApiError(Code.DATABASE_ERROR, "The database did not answer: try again in a minute."))
    assert isinstance(error, RequestValidationError | SyndicationError)  # noqa: S101 - registered for these classes
    return answer(as_api_error(error))
