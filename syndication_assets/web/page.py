"""One request for a page: who asks, what was sent, and what is answered."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from syndication_assets.database.acting import acting_as
from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError
from syndication_assets.tenancy import own_rows
from syndication_assets.web.languages import LANGUAGES, Language, gettext_noop
from syndication_assets.web.site import Site
from syndication_assets.web.uploads import Upload
from syndication_assets.web.visitors import VisitedOrganization, Visitor

_SEE_OTHER = 303
NOTICES = {
    "action_queued": gettext_noop("The action waits in the queue."),
    "action_taken_back": gettext_noop("The action is taken back."),
    "all_approved": gettext_noop("All texts of the request are approved."),
    "all_rejected": gettext_noop("All texts of the request are rejected."),
    "approved": gettext_noop("The text is approved."),
    "delegated": gettext_noop("The delegation is stored."),
    "delegation_ended": gettext_noop("The delegation has ended."),
    "edited": gettext_noop("Your version is saved and waits for a decision."),
    "cancelled": gettext_noop("The post is cancelled."),
    "moved": gettext_noop("The post has another slot."),
    "file_added": gettext_noop("The file is stored."),
    "rolled_back": gettext_noop("The brand is as in the earlier version."),
    "step_approved": gettext_noop("Your decision is stored; the text waits for others."),
    "steps_approved": gettext_noop("Your decisions are stored; texts of the request wait for others."),
    "rejected": gettext_noop("The text is rejected."),
    "session_ended": gettext_noop("Your session has ended: sign in again."),
    "signed_out": gettext_noop("You are signed out."),
    "signed_out_here": gettext_noop(
        "You are signed out here. The account that you continued with may still be signed in in this browser: if "
        "others use it, sign out there too."
    ),
    "unsent": gettext_noop("Your session has ended, and what you sent was not stored: sign in, and send it again."),
}
"""Fixed sentences, so that no link can put words on a page."""


class NotFoundError(SyndicationError):
    """There is no such page, or it belongs to an organization that the visitor may not see: both look alike."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a handler gets. The visitor has been let in, and has the right that the route requires."""

    request: Request
    site: Site
    language: Language
    visitor: Visitor | None = None
    form: dict[str, str] = field(default_factory=dict)
    upload: Upload | None = None

    @property
    def organization(self) -> VisitedOrganization:
        """NotFoundError for a user who is no member anywhere."""
        if self.visitor is None or self.visitor.organization is None:
            raise NotFoundError("You are a member of no organization: ask an admin to add you.")
        return self.visitor.organization

    @property
    def person(self) -> str:
        """Under which name decisions are stored."""
        return "" if self.visitor is None else self.visitor.person

    def may(self, permission: str) -> bool:
        """Whether the visitor has the right in the current organization."""
        return self.visitor is not None and self.visitor.may(permission)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees the current organization and nothing else, and changes nothing."""
        with own_rows.reading(self.site.database_url, self.organization.organization_id) as connection:
            yield connection

    def own_id(self, name: str, table: str, missing: str) -> str:
        """The id in the path, of a row of the current organization. Otherwise NotFoundError, as for no row at all."""
        identifier = str(self.request.path_params[name])
        with self.reading() as connection:
            if not own_rows.has_row(connection, table, name, identifier):
                raise NotFoundError(missing)
        return identifier

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Transactions within are those of the visitor, in the audit log too."""
        user_id = None if self.visitor is None else self.visitor.session.user_id
        if user_id is None:
            yield
            return
        with acting_as(user_id):
            yield

    def text(self, sentence: str, **values: object) -> str:
        """A sentence in the language of the page."""
        translated = self.language.translations.gettext(sentence)
        return translated % values if values else translated

    def render(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """The page."""
        content = self.site.environment.get_template(template).render(
            page=self,
            visitor=self.visitor,
            language=self.language,
            languages=LANGUAGES,
            path=self.request.url.path,
            _=self.language.translations.gettext,
            platform_name=self.site.names.platform,
            channel_name=lambda channel: self.site.names.channel(channel, self.language),
            **values,
        )
        return HTMLResponse(content, status)

    def go(self, path: str, *, done: str | None = None) -> Response:
        """Sends the browser to a page of this site, which says what was done: one of NOTICES."""
        path = own_path(path)
        return RedirectResponse(path if done is None else f"{path}{'&' if '?' in path else '?'}done={done}", _SEE_OTHER)

    @property
    def here(self) -> str:
        """Where the browser is, with what was asked for, but without what was done; the first page after a form."""
        url = self.request.url
        if self.request.method == "POST":
            return "/"
        asked = urlencode([each for each in self.request.query_params.multi_items() if each[0] != "done"])
        return f"{url.path}?{asked}" if asked else url.path

    @property
    def notice(self) -> str | None:
        """What the page before has done, as a sentence; None if nothing."""
        sentence = NOTICES.get(self.request.query_params.get("done", ""))
        return None if sentence is None else self.text(sentence)


def own_path(target: str | None) -> str:
    """The path if it leads to a page of this site, else that of the first page: nobody is sent to another site."""
    if target is None or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc or any(ord(character) < 0x20 for character in target) else target
