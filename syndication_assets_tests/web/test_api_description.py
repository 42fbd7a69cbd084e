"""The description of the API: every route, examples that are valid, and nothing from elsewhere."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from syndication_assets_tests.web.desk import ADDRESS, Desk

pytestmark = pytest.mark.one_server


@pytest.fixture
def described(desk: Desk) -> dict[str, Any]:
    return dict(TestClient(desk.application, base_url=ADDRESS).get("/api/v1/openapi.json").json())


def _operations(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }


def test_it_names_every_route(described: dict[str, Any]):
    assert set(_operations(described)) == {
        "GET /inbox",
        "GET /texts",
        "GET /texts/{content_id}",
        "POST /texts/{content_id}/approve",
        "POST /texts/{content_id}/reject",
        "POST /texts/{content_id}/edit",
        "GET /delegations",
        "POST /delegations",
        "POST /delegations/{delegation_id}/end",
        "GET /requests",
        "POST /requests",
        "GET /requests/{request_id}",
        "GET /requests/{request_id}/progress",
        "POST /requests/{request_id}/retry",
        "POST /requests/{request_id}/correct",
        "POST /requests/{request_id}/approve",
        "POST /requests/{request_id}/reject",
        "POST /requests/{request_id}/archive",
        "GET /variants/{variant_id}",
        "GET /variants/{variant_id}/evidence/{rule}",
        "POST /batches",
        "GET /batches/{batch_name}",
        "GET /pictures/{picture_id}",
        "GET /queue",
        "POST /queue/{target_id}/cancel",
        "POST /queue/{target_id}/move",
        "GET /posts",
        "GET /posts/{post_id}",
        "POST /posts/{post_id}/flags",
        "GET /brands",
        "GET /brands/{brand_id}",
        "POST /brands/{brand_id}/roll-back",
        "GET /templates",
        "GET /templates/{template_id}/preview",
        "GET /results",
        "GET /results/{week}",
        "GET /results/{week}/tables/{table}",
        "GET /results/{week}/tables/{table}/csv",
        "GET /status",
    }


def test_every_operation_says_what_it_does_and_shows_an_example_that_is_valid(described: dict[str, Any]):
    schemas = described["components"]["schemas"]
    examples = 0
    for name, operation in _operations(described).items():
        assert operation.get("summary"), name
        assert operation.get("description"), name
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path":
                shown = parameter["schema"].get("examples") or parameter.get("examples")
                assert shown, (name, parameter["name"])
                Draft202012Validator(parameter["schema"]).validate(shown[0])
                examples += 1
        if "requestBody" in operation:
            reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            schema = schemas[reference.rpartition("/")[2]]
            validator = Draft202012Validator({**schema, "components": described["components"]})
            for example in schema["examples"]:
                validator.validate(example)
                examples += 1
            assert not validator.is_valid({"no such field": 1}), name
    assert examples > 25


def test_it_loads_nothing_from_elsewhere(desk: Desk):
    client = TestClient(desk.application, base_url=ADDRESS)
    assert client.get("/api/v1/docs").status_code == 404


def test_an_unknown_path_or_method_has_a_code_too(desk: Desk):
    client = TestClient(desk.application, base_url=ADDRESS)
    answer = client.get("/api/v1/nothing")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ITEM_NOT_FOUND")
    answer = client.delete("/api/v1/texts", headers={"Origin": ADDRESS})
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "VALIDATION_ERROR")
