"""Finds what a database knows of a person, and whether they may be erased."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError
from syndication_assets.scraping.erasure.erased_people import (
    ErasedPeople,
    Identity,
    Treatment,
    identity_hash,
    posts_in,
)
from syndication_assets.scraping.erasure.person_to_erase import Person
from syndication_assets.scraping.items.usernames import canonical_username

_PROFILE = """
select p.profile_id, p.platform, p.username, p.name, p.profile_id in (
    select o.profile_id from engagement.own_profiles as o where o.organization_id = p.organization_id
)
from scraping.profiles as p
where
    p.organization_id = %(organization_id)s
    and (p.profile_id = %(name)s or (p.platform = %(platform)s and p.username = %(username)s))
"""
_POSTS = """
select distinct a.alias_kind, a.alias
from scraping.post_records as p
inner join scraping.post_aliases as a on p.organization_id = a.organization_id and p.post_id = a.post_id
where p.organization_id = %s and p.profile_id = %s
"""


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person in one organization."""

    organization_id: str
    slug: str
    person: Person
    profile_id: str | None
    """None if the profile is gone, because an erasure was begun."""
    is_own: bool
    """Whether the organization publishes with this account."""
    erased: ErasedPeople | None = None
    """The list, by which the posts of a person are told whose rows are gone already."""

    def person_in(self, content: bytes, treatment: Treatment) -> Person:
        """The person with the posts that a file has."""
        if self.erased is None or self.profile_id is not None:
            return self.person
        return replace(self.person, posts=posts_in(content, self.person.platform, treatment, self.erased))

    @property
    def title(self) -> str:
        return f"{self.person.username} ({self.person.platform}) of {self.slug}"


def find_person(connection: Connection, slug: str, platform: str, name: str) -> FoundPerson:
    """The person by the name of the profile, in any spelling, or by its id. A profile that is gone has no posts."""
    rows = connection.execute("select organization_id from tenancy.organizations where slug = %s", [slug]).fetchall()
    if not rows:
        raise SyndicationError(f"There is no organization {slug!r}: `syndication organization list` shows them.")
    organization_id: str = rows[0][0]
    username = canonical_username(platform, name)
    found = connection.execute(
        _PROFILE, {"organization_id": organization_id, "name": name, "platform": platform, "username": username}
    ).fetchall()
    if not found:
        return FoundPerson(organization_id, slug, Person(platform, username), None, is_own=False)
    profile_id, found_platform, found_username, display_name, is_own = found[0]
    posts = frozenset(
        Identity(found_platform, kind, alias)
        for kind, alias in connection.execute(_POSTS, [organization_id, profile_id])
    )
    names = (display_name,) if display_name else ()
    person = Person(found_platform, found_username, names, posts)
    return FoundPerson(organization_id, slug, person, profile_id, is_own)


def erasure_of(connection: Connection, found: FoundPerson, key: bytes) -> Treatment | None:
    """The erasure that has this person already; None if there is none."""
    hashed = identity_hash(
        key, found.organization_id, Identity(found.person.platform, "username", found.person.username)
    )
    rows = connection.execute(
        "select e.erasure_id, e.action = 'anonymise' from tenancy.erased_identities as i"
        " inner join tenancy.person_erasures as e using (organization_id, erasure_id)"
        " where i.organization_id = %s and i.identity_hash = %s",
        [found.organization_id, hashed],
    ).fetchall()
    return Treatment(rows[0][0], rows[0][1], key, found.organization_id) if rows else None


def require_erasable(connection: Connection, found: FoundPerson) -> None:
    """SyndicationError for an own account, under a legal hold, and while landed files are in the colder place."""
    if found.is_own:
        raise SyndicationError(
            f"{found.title} is an account on which the organization publishes: remove it first with `syndication "
            "account remove`, then erase the person."
        )
    (left,) = connection.execute(
        "select count(*) from landing.left_files where organization_id = %s and action = 'archive'",
        [found.organization_id],
    ).fetchall()[0]
    if left:
        raise SyndicationError(
            f"{left:,} landed files of {found.slug!r} are in the colder place, where nothing is changed: bring them "
            "back with `syndication retention return-files MONTH`, then erase the person."
        )
    held = connection.execute(
        "select hold_id, reason from operations.legal_holds where organization_id = %s and released_at is null"
        " order by held_at limit 1",
        [found.organization_id],
    ).fetchall()
    if held:
        raise SyndicationError(
            f"The legal hold {held[0][0]} keeps {found.slug!r} ({held[0][1]}): nothing was erased. Whoever placed it "
            f"can release it with `syndication retention release {held[0][0]}`."
        )


def add_identities(
    connection: Connection, organization_id: str, erasure_id: str, key: bytes, identities: Iterable[Identity]
) -> None:
    """Adds what identifies a person to the list; again changes nothing."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into tenancy.erased_identities (organization_id, identity_hash, erasure_id) values (%s, %s, %s)"
            " on conflict do nothing",
            [(organization_id, identity_hash(key, organization_id, identity), erasure_id) for identity in identities],
        )
