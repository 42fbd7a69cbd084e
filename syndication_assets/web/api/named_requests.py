"""A changing request that names an Idempotency-Key is done once; when it is sent again, it gets the first answer."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from syndication_assets.database.connection import DatabaseError, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.tenancy.api_requests import (
    AnotherRequestError,
    NamedRequest,
    RequestUnderWayError,
    begin_request,
    end_request,
    hash_of_request,
)
from syndication_assets.web.api.caller import find_caller
from syndication_assets.web.api.errors import ApiError, Code, answer, as_api_error

HEADER = "Idempotency-Key"
_LONGEST_KEY = 200
_SERVER_ERROR = 500
Answer = Callable[[Request], Awaitable[Response]]


class OnceOnly(APIRoute):
    """A route whose named requests are done once. Answers of a server that failed are not kept."""

    def get_route_handler(self) -> Any:
        handle: Answer = super().get_route_handler()

        async def once(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None or request.method == "GET":
                return await handle(request)
            if not 1 <= len(key) <= _LONGEST_KEY or not key.isprintable():
                raise ApiError(Code.VALIDATION_ERROR, f"{HEADER} has 1 to {_LONGEST_KEY} printable characters.")
            body = await request.body()
            named, earlier = await run_in_threadpool(_begin, request, key, body)
            if earlier is not None:
                return JSONResponse(earlier[1], earlier[0])
            try:
                response = await handle(request)
            except DatabaseError:
                # Nobody knows whether it was done: for some minutes it counts as under way.
                raise
            except (RequestValidationError, SyndicationError) as error:
                response = answer(as_api_error(error))
            if response.status_code < _SERVER_ERROR:
                await run_in_threadpool(_end, request, named, response)
            return response

        return once


def _begin(request: Request, key: str, body: bytes) -> tuple[NamedRequest, tuple[int, Any] | None]:
    caller = find_caller(request)
    named = NamedRequest(caller.organization.organization_id, caller.person, key)
    try:
        with transaction(caller.site.database_url) as connection:
            return named, begin_request(connection, named, hash_of_request(request.method, request.url.path, body))
    except AnotherRequestError as error:
        raise ApiError(Code.VALIDATION_ERROR, str(error)) from None
    except RequestUnderWayError as error:
        raise ApiError(Code.CONFLICT, str(error)) from None


def _end(request: Request, named: NamedRequest, response: Response) -> None:
    with transaction(request.app.state.site.database_url) as connection:
        end_request(connection, named, response.status_code, json.loads(bytes(response.body)))
