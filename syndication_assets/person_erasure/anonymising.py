"""Takes the name off the rows of a person, in one transaction: numbers stay, under invented ids."""

import msgspec

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.person_erasure.cached_pictures import forget_pictures, pictures_of_posts
from syndication_assets.person_erasure.curated_posts import forget_words
from syndication_assets.person_erasure.found_person import FoundPerson
from syndication_assets.person_erasure.posts_of_person import name_posts
from syndication_assets.person_erasure.purging import (
    forget_payloads,
    forget_texts,
    record_purge,
)
from syndication_assets.person_erasure.removing_names import remove_names
from syndication_assets.scraping.erasure.erased_people import Treatment

_POSTS = """
update scraping.post_records as p set
    urn = coalesce(i.new_value, p.urn), full_urn = null, url = null, author_username = %(erasure_id)s,
    text_content = null, article = null, content_hash = null, content_observed_at = null, payload_source = null,
    payload_hash = null, payload_member = null, updated_at = now()
from erased_posts as e
left join lateral (
    select v.new_value
    from scraping.post_records as r
    inner join invented_ids as v on r.urn_kind = v.kind and r.urn = v.value
    where r.organization_id = %(organization_id)s and r.post_id = e.post_id
) as i on true
where p.organization_id = %(organization_id)s and p.post_id = e.post_id and p.profile_id = %(profile_id)s
"""
_IDS = """
update scraping.post_aliases as a set alias = i.new_value
from invented_ids as i
where
    a.organization_id = %(organization_id)s
    and a.platform = %(platform)s
    and a.alias_kind = i.kind
    and a.alias = i.value
"""
_PROFILE = """
update scraping.profiles as p set
    username = %(erasure_id)s, name = null, headline = null, profile_url = null, notes = null, is_tracked = false,
    described_at = null
where p.organization_id = %(organization_id)s and p.profile_id = %(profile_id)s
"""


def anonymise_rows(url: str, found: FoundPerson, treatment: Treatment) -> None:
    """Changes the rows, and records how many by table. A second time there is nothing left to change."""
    with transaction(url, lock="scraping load") as connection:
        parameters = name_posts(connection, found, treatment.erasure_id, with_reposts=False)
        counts = {
            "ai.llm_calls": forget_texts(connection, parameters),
            "scraping.raw_payloads": forget_payloads(connection, parameters),
            **forget_words(connection, parameters),
        }
        _invent_ids(connection, found, treatment)
        pictures = pictures_of_posts(connection, parameters)
        for table in ("media_records", "post_hashtags"):
            counts[f"scraping.{table}"] = connection.execute(
                f"delete from scraping.{table} where organization_id = %(organization_id)s"  # noqa: S608
                " and post_id in (select e.post_id from erased_posts as e)",
                parameters,
            ).rowcount
        counts["media.media_files"] = forget_pictures(connection, found.organization_id, pictures)
        parameters = parameters | {"platform": found.person.platform}
        for table, statement in (("post_records", _POSTS), ("post_aliases", _IDS), ("profiles", _PROFILE)):
            counts[f"scraping.{table}"] = connection.execute(statement, parameters).rowcount
        for table, count in remove_names(connection, found, treatment.erasure_id):
            counts[table] = counts.get(table, 0) + count
        record_purge(connection, parameters, counts)
        fault_points.reach("person_erasure.before_purge")
    fault_points.reach("person_erasure.purged")


def _invent_ids(connection: Connection, found: FoundPerson, treatment: Treatment) -> None:
    connection.execute(
        "create temporary table invented_ids on commit drop as"
        " select i.kind, i.value, i.new_value from jsonb_to_recordset(%s::jsonb) as i (kind text, value text,"
        " new_value text)",
        [
            msgspec.json.encode(
                [
                    {
                        "kind": identity.kind,
                        "value": identity.value,
                        "new_value": treatment.new_id(identity.platform, identity.kind, identity.value),
                    }
                    for identity in found.person.posts
                ]
            ).decode()
        ],
    )
