"""Feeds: the RSS and Atom feeds of each organization, as rows."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from pydantic import SecretStr

from syndication_assets.channels.accounts.credentials import open_credential
from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings

_PLACEHOLDER = "{credential}"
_FEEDS = """
select o.slug, f.feed_name, f.organization_id, f.url, f.credential_id
from documents.feeds as f
inner join tenancy.organizations as o on f.organization_id = o.organization_id
where f.is_active and o.is_active and not coalesce(o.settings @> '{"is_sample": true}', false)
order by o.slug, f.feed_name
"""


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed to fetch. `url` has the secret of its credential in it; `stored_url` does not."""

    organization: str
    name: str
    url: SecretStr
    stored_url: str
    organization_id: str

    @property
    def host(self) -> str:
        return urlsplit(self.stored_url).hostname or ""


def feeds_to_fetch(connection: Connection, settings: Settings) -> tuple[list[Feed], list[str]]:
    """The active feeds, without those of sample data, and why others cannot be fetched."""
    feeds, problems = [], []
    for slug, name, organization_id, url, credential_id in connection.execute(_FEEDS).fetchall():
        secret = ""
        if credential_id is not None:
            try:
                secret = open_credential(connection, settings, organization_id, credential_id).get_secret_value()
            except SyndicationError as error:
                problems.append(f"{slug}/{name}: {error}")
                continue
        feeds.append(
            Feed(slug, name, SecretStr(url.replace(_PLACEHOLDER, quote(secret, safe=""))), url, organization_id)
        )
    return feeds, problems


def why_no_feed(url: str, *, has_credential: bool) -> str | None:
    """Why no feed can have this URL, as the end of a sentence that does not quote it; None if one can."""
    try:
        parts = urlsplit(url)
        is_https = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        is_https = False
    if not is_https or any(character.isspace() for character in url) or not url.startswith("https://"):
        return "it does not begin with https:// and a host, or has a password or a space in it: write the feed's URL"
    if _PLACEHOLDER in urlsplit(url).netloc:
        return f"{_PLACEHOLDER} stands in the host: it may only stand in the path or the query"
    if has_credential and _PLACEHOLDER not in url:
        return f"it has a credential but no {_PLACEHOLDER}: write {_PLACEHOLDER} where the token stands"
    if not has_credential and _PLACEHOLDER in url:
        return f"it has {_PLACEHOLDER} but no credential: name the credential"
    return None
