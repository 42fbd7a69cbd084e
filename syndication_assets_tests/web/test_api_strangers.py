"""Every path of the API with an id, as its description names it, tells a stranger what it tells of no row at all.

A path with a new kind of id fails here until the test has a row for it.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from syndication_assets.database.connection import transaction
from syndication_assets.tenancy.api_keys import add_key
from syndication_assets_tests.curation.curated_posts import CuratedPosts
from syndication_assets_tests.studio.studio_desk import StudioDesk, document
from syndication_assets_tests.web.desk import ADDRESS, Desk

pytestmark = pytest.mark.one_server

NO_IDS = {"week", "table", "rule"}
"""Parts of paths that lead to no row of their own."""
UNKNOWN = "00000000"


@pytest.fixture
def studio(desk: Desk, tmp_path: Path) -> StudioDesk:
    return StudioDesk(desk.url, directory=tmp_path)


def _rows(desk: Desk, studio: StudioDesk, owner_id: str) -> dict[str, str]:
    """Name of a parameter → id of a row of the first organization."""
    content = document()
    content["fields"]["headline"]["examples"] = {"en": "Woven by hand"}
    studio.template_version(content)
    request_id = studio.made()
    studio.execute("update studio.content_requests set batch_name = 'spring'")
    (target_id,) = studio.due(str(studio.value("select account_id from channels.social_accounts limit 1")))
    posts = CuratedPosts(desk.url)
    post_id = posts.written("Bread and butter")
    posts.run(1)
    other = desk.person("mia@bakery.example", "manager", studio.organization_id)
    delegation_id = studio.insert(
        "approval.delegations", "delegation_id", from_user_id=owner_id, to_user_id=other, reason="holiday",
        starts_at=date(2026, 1, 1), ends_at=date(2999, 1, 1),
    )  # fmt: skip
    return {
        "content_id": str(studio.value("select content_id from content.posts_content where state = 'needs_review'")),
        "request_id": request_id,
        "batch_name": "spring",
        "variant_id": str(studio.value("select variant_id from studio.asset_variants limit 1")),
        "rule": "contrast_large",
        "picture_id": str(studio.value("select media_file_id from studio.asset_variants limit 1")),
        "target_id": target_id,
        "post_id": post_id,
        "brand_id": studio.brand_id,
        "template_id": studio.template_id,
        "delegation_id": delegation_id,
    }


def _client(desk: Desk, email: str, organization_id: str) -> tuple[TestClient, str]:
    """A program with every right of an owner, and the owner."""
    user_id = desk.person(email, "owner", organization_id)
    with transaction(desk.url) as connection:
        rights = [right for (right,) in connection.execute("select permission from tenancy.permissions")]
        allowed = connection.execute("select permission from tenancy.role_permissions where role = 'owner'").fetchall()
        wanted = sorted(set(rights) & {right for (right,) in allowed})
        valid_for = connection.execute("select interval '1 day'").fetchall()[0][0]
        _, key = add_key(connection, organization_id, user_id, "all", wanted, valid_for, None)
    client = TestClient(desk.application, base_url=ADDRESS)
    client.headers["Authorization"] = f"Bearer {key}"
    return client, user_id


def _send(client: TestClient, method: str, path: str, body: Any) -> tuple[int, Any]:
    response = client.request(method, f"/api/v1{path}", json=body)
    is_json = response.headers["content-type"] == "application/json"
    return response.status_code, response.json() if is_json else response.headers["content-type"]


def test_an_id_of_another_organization_is_as_unknown_as_none(desk: Desk, studio: StudioDesk):
    owner, owner_id = _client(desk, "olga@bakery.example", studio.organization_id)
    ids = _rows(desk, studio, owner_id)
    other_id = str(
        studio.value("insert into tenancy.organizations (slug, name) values ('other', 'O') returning organization_id")
    )
    stranger, _ = _client(desk, "vera@other.example", other_id)
    described = owner.get("/api/v1/openapi.json").json()
    before = studio.value("select count(*) from tenancy.audit_log")
    asked = []
    for path, methods in described["paths"].items():
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        if not set(names) - NO_IDS:
            continue
        for method, operation in methods.items():
            body = _example(described, operation)
            own, unknown = path, path
            for name in names:
                own = own.replace(f"{{{name}}}", ids[name])
                prefix = ids[name].rpartition("-")[0]
                unknown = unknown.replace(f"{{{name}}}", f"{prefix}-{UNKNOWN}" if prefix else "autumn")
            status, answer = _send(stranger, method, own, body)
            nothing = _send(stranger, method, unknown, body)
            own_ids = (ids[name] for name in names)
            told = answer["error"]["message"]
            for identifier in own_ids:
                prefix = identifier.rpartition("-")[0]
                told = told.replace(identifier, f"{prefix}-{UNKNOWN}")
            assert (status, answer["error"]["code"], told) == (
                *(404, "ITEM_NOT_FOUND"),
                nothing[1]["error"]["message"],
            ), (method, own)
            asked.append((method, own, body))
    assert studio.value("select count(*) from tenancy.audit_log") == before
    assert len(asked) >= 23
    # The control: for their owner, each of these ids leads somewhere.
    reads_first = sorted(asked, key=lambda each: each[0] != "get")
    assert [path for method, path, body in reads_first if _send(owner, method, path, body)[0] == 404] == []


def _example(described: dict[str, Any], operation: dict[str, Any]) -> Any:
    if "requestBody" not in operation:
        return None
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    return described["components"]["schemas"][reference.rpartition("/")[2]]["examples"][0]


def test_lists_hold_nothing_of_another_organization(desk: Desk, studio: StudioDesk):
    owner, owner_id = _client(desk, "olga@bakery.example", studio.organization_id)
    _rows(desk, studio, owner_id)
    other_id = str(
        studio.value("insert into tenancy.organizations (slug, name) values ('other', 'O') returning organization_id")
    )
    stranger, _ = _client(desk, "vera@other.example", other_id)
    paths = [
        path
        for path, methods in owner.get("/api/v1/openapi.json").json()["paths"].items()
        if "{" not in path and "get" in methods and path != "/status"
    ]
    counted = {path: len(_send(stranger, "get", path, None)[1]["items"]) for path in paths}
    assert {path: total for path, total in counted.items() if total} == {}
    known = {path: len(_send(owner, "get", path, None)[1]["items"]) for path in paths}
    assert {path for path, total in known.items() if not total} <= {"/results", "/inbox"}
