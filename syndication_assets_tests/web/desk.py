"""A browser without a window over the pages of a test's database, and the people who sit before it."""

from html.parser import HTMLParser
from typing import Self

from starlette.responses import Response
from starlette.testclient import TestClient

from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.people.members import add_member
from syndication_assets.tenancy.people.sign_in import begin_reset, set_password
from syndication_assets.tenancy.people.users import add_user
from syndication_assets.tenancy.people.web_sessions import begin_link
from syndication_assets.web.application import create_application

PASSWORD = "shortbread and tea"
ADDRESS = "http://127.0.0.1"


class Browser:
    """One person's browser: it keeps the cookie, follows redirects and sends forms as a page of the site does."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str, *, status: int = 200) -> str:
        response = self.client.get(path)
        assert response.status_code == status, response.text
        return str(response.text)

    def post(self, path: str, *, status: int = 200, **fields: str) -> str:
        """Sends a form with the token of the session's pages."""
        fields.setdefault("form_token", self.form_token())
        response = self.client.post(path, data=fields, headers={"Origin": ADDRESS})
        assert response.status_code == status, response.text
        return str(response.text)

    def form_token(self) -> str:
        """That of the forms of this session; empty without one."""
        return _Fields.of(self.client.get("/posts").text).get("form_token", "")

    @property
    def path(self) -> str:
        return str(self.client.get("/").url.path)

    def sign_in(self, email: str, password: str = PASSWORD, to: str = "/", *, status: int = 200) -> str:
        return self.post("/sign-in", status=status, email=email, password=password, to=to, form_token="")

    def open_link(self, token: str, *, status: int = 200) -> str:
        return self.post(f"/sign-in/{token}", status=status, form_token="")


class Desk:
    """The pages over one database, and its people."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.application = create_application(url, Settings.from_environment())

    def browser(self) -> Browser:
        return Browser(TestClient(self.application, base_url=ADDRESS, client=("127.0.0.1", 50_000)))

    def person(self, email: str, role: str, organization_id: str) -> str:
        """Adds a member with a password; returns the id."""
        with transaction(self.url) as connection:
            user_id = add_user(connection, email=email, service_name=None, display_name=None, database_login=None)
            add_member(connection, organization_id, user_id, role)
            set_password(connection, begin_reset(connection, user_id), PASSWORD)
        return user_id

    def link(self, user_id: str | None = None) -> str:
        """The token of a link of the user, else of whoever runs the server."""
        with transaction(self.url) as connection:
            return begin_link(connection, user_id=user_id, login=None if user_id else "fiona")


class _Fields(HTMLParser):
    """The hidden fields of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    @classmethod
    def of(cls, page: str) -> dict[str, str]:
        parser: Self = cls()
        parser.feed(page)
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "input" and values.get("type") == "hidden":
            self.found[str(values["name"])] = values.get("value") or ""


def session_cookie(response: Response) -> str:
    """The header that gives a browser its session."""
    return next(value for name, value in response.headers.items() if name == "set-cookie")
