"""A small fake of the shop's API on 127.0.0.1, with the faults of the real API: queue them with `fail_next`."""

from dataclasses import dataclass, field
from typing import Any

from syndication_assets_tests.scraping.fake_apis import Answer, FakeApi, Request

HTML = Answer(200, b"<html><body>Back soon</body></html>")
TRUNCATED = Answer(200, b'{"success": true, "data": [{"sku": "S1", "tit')
EMPTY = Answer(200, b"")
SERVER_ERROR = Answer(500, b"oops")


def too_many(retry_after: str) -> Answer:
    return Answer(429, {"success": False, "message": "slow down"}, {"Retry-After": retry_after})


@dataclass
class FakeShop(FakeApi):
    """Products as list entries. Each has details with a price and categories; an answer in `data` for its sku wins."""

    products: list[Any] = field(default_factory=list)
    data: dict[str, Answer] = field(default_factory=dict)
    tree: Any = field(default_factory=lambda: [{"id": 1, "name": "Kilts", "children": []}])
    knows_offset: bool = True
    most_at_once: int = 1000

    def respond(self, request: Request) -> Answer:
        if request.path.endswith("/getProducts"):
            offset = int(request.query.get("offset", "0")) if self.knows_offset else 0
            end = offset + min(int(request.query["limit"]), self.most_at_once)
            return Answer(200, {"success": True, "data": self.products[offset:end]})
        if request.path.endswith("/getProductData"):
            sku = request.query["sku"]
            details = {
                "sku": sku,
                "product_id": "5",
                "title": f"Kilt {sku}",
                "price": 12.5,
                "categories": [{"id": "1"}],
            }
            return self.data.get(sku, Answer(200, {"success": True, "data": details}))
        if request.path.endswith("/getCategoryTree"):
            return Answer(200, {"success": True, "data": self.tree})
        return Answer(404, {"success": False})

    def queries(self, path: str) -> list[dict[str, str]]:
        """The query parameters of the requests for a path, in order."""
        return [request.query for request in self.requests if request.path == path]
