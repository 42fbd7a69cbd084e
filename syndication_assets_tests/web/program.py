"""A program that asks the API with the key of an owner."""

from datetime import timedelta
from typing import Any

from starlette.testclient import TestClient

from syndication_assets.database.connection import transaction
from syndication_assets.tenancy.api_keys import add_key
from syndication_assets_tests.web.desk import ADDRESS, Desk


class Program:
    """A program with a key of an owner of the organization."""

    def __init__(
        self, desk: Desk, organization_id: str, rights: list[str], requests_per_day: int | None = None
    ) -> None:
        self.user_id = desk.person("olga@bakery.example", "owner", organization_id)
        with transaction(desk.url) as connection:
            self.key_id, self.key = add_key(
                connection, organization_id, self.user_id, "import", rights, timedelta(days=1), requests_per_day
            )
        self.client = TestClient(desk.application, base_url=ADDRESS)
        self.client.headers["Authorization"] = f"Bearer {self.key}"

    def get(self, path: str, status: int = 200) -> Any:
        response = self.client.get(f"/api/v1{path}")
        assert response.status_code == status, response.text
        return response.json()

    def post(self, path: str, body: Any = None, status: int = 200, key: str | None = None) -> Any:
        headers = {} if key is None else {"Idempotency-Key": key}
        response = self.client.post(f"/api/v1{path}", json=body, headers=headers)
        assert response.status_code == status, response.text
        return response.json()

    def code(self, path: str, status: int) -> str:
        return str(self.get(path, status)["error"]["code"])
