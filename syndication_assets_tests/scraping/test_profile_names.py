"""One profile has one name, however it is spelled, and a file name alone makes no profile."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication_assets.scraping.items.usernames import canonical_username
from syndication_assets.scraping.linkedin.dataset_parser import parse_item
from syndication_assets.scraping.reading.file_reading import profile_in_name
from syndication_assets_tests.facts import differences, facts
from syndication_assets_tests.scraping.linkedin_dataset import (
    MONDAY,
    TUESDAY,
    Desk,
    activity_id,
    clear,
    name,
    post,
    repost,
)

pytestmark = pytest.mark.both_servers

COMPOSED = "ana\u00efs-exemple"
SPELLINGS = [
    COMPOSED,
    "ana%C3%AFs-exemple",
    "Ana%c3%afs-Exemple",
    "anai\u0308s-exemple",
    "anai%CC%88s-exemple",
    "ana%25C3%25AFs-exemple",
    f" {COMPOSED.upper()}\n",
]
PROFILES = "select username, post_count, is_tracked from scraping.profiles order by 1"
ACTS = "select author_username from scraping.posts where post_type = 'repost'"
ONE, TWO, THREE = (activity_id(number) for number in (1, 2, 3))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_is_one_name(spelling: str):
    assert canonical_username("linkedin", spelling) == COMPOSED


@pytest.mark.parametrize("name", ["100%", "a%zz", "a%ff", "%E2%28%A1", ""])
def test_what_is_no_escape_stays(name: str):
    assert canonical_username("linkedin", name) == name.lower()


def test_case_matters_on_other_platforms():
    assert canonical_username("youtube", " UCaBc ") == "UCaBc"


@settings(derandomize=True, max_examples=300)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("%2C5EÏİ\u0308"), max_size=12))
def test_a_canonical_name_is_its_own_canonical_name(text: str):
    name = canonical_username("linkedin", text)
    assert canonical_username("linkedin", name) == name
    assert unicodedata.is_normalized("NFC", name)


@pytest.mark.parametrize("spelling", SPELLINGS[:-1])
def test_user_names_and_addresses_of_authors_are_spelled_canonically(spelling: str):
    for author in (
        {"username": spelling},
        {"profile_url": f"https://www.linkedin.example/in/{spelling}?x=1"},
        {"company_url": f"https://www.linkedin.example/company/{spelling}/posts"},
    ):
        (observation,) = parse_item(json.dumps(post(ONE) | {"author": author}).encode(), None).observations
        assert observation.author is not None
        assert observation.author.username == COMPOSED


def test_a_long_name_in_another_script_is_no_longer_than_its_characters():
    """Escaped, each of these characters takes nine bytes."""
    author = {"username": "%E3%81%82" * 60}
    (observation,) = parse_item(json.dumps(post(ONE) | {"author": author}).encode(), None).observations
    assert observation.author is not None
    assert observation.author.username == "あ" * 60


def test_one_person_with_two_spellings_is_one_profile(desk: Desk):
    own = post(ONE, author="ana%C3%AFs-exemple")
    desk.put(MONDAY, name("ana%C3%AFs-exemple", MONDAY, 9), json.dumps([own, repost(THREE, post(TWO))]).encode())
    desk.load(MONDAY)
    assert desk.rows(PROFILES) == [("ana\u00efs-exemple", 2, False), ("anna", 1, False)]


@pytest.mark.parametrize("spelling", [spelling for spelling in SPELLINGS if "25" not in spelling])
def test_a_tracked_name_is_stored_canonically_however_it_was_typed(desk: Desk, spelling: str):
    """People copy a name from the browser's address bar."""
    desk.execute(
        "insert into scraping.profiles (organization_id, platform, username, is_tracked)"
        " select organization_id, 'linkedin', %s, true from tenancy.organizations where slug = 'default'",
        [spelling.strip()],
    )
    desk.put(MONDAY, name("anaïs-exemple", MONDAY, 9), json.dumps([post(ONE, author=COMPOSED)]).encode())
    desk.load(MONDAY)
    assert desk.rows(PROFILES) == [(COMPOSED, 1, True)]


@pytest.mark.parametrize(
    "text",
    [
        "anna",
        "Anna",
        "100%",
        "a%zz",
        "a%ff",
        "a%C3%AF%zz",
        "%41%42",
        "%2541",
        "e\u0301",
        "%65%CC%81",
        "%E2%28%A1",
        "a%00",
    ],
)
def test_the_database_and_the_loads_spell_alike(desk: Desk, text: str):
    if "%00" not in text:
        assert desk.value("select scraping.canonical_username('linkedin', %s)", [text]) == canonical_username(
            "linkedin", text
        )
    assert desk.value("select scraping.canonical_username('youtube', %s)", [text]) == (
        text if "%00" in text else canonical_username("youtube", text)
    )


@pytest.mark.parametrize(
    ("file_name", "profile"),
    [
        ("dataset_jane-doe_2025-11-25_06-00-00-000.json", "jane-doe"),
        ("dataset_jane-doe_2025-11-25_06-00-00.json.gz", "jane-doe"),
        ("dataset_jane-doe.json", "jane-doe"),
        ("dataset_jane_doe_2025-11-25.json", "jane_doe"),
        ("videos_UC_x_2025-11-25_06-00-00-000.json", "UC_x"),
        ("2025-11-25_06-00-00-000.json", None),
        ("Export of Jane 2025-11-25_06-00-00-000.json", None),
        ("morning.json", None),
        ("dataset_.json", None),
    ],
)
def test_the_profile_in_a_file_name(file_name: str, profile: str | None):
    assert profile_in_name(file_name) == profile


def export(desk: Desk, file_name: str, *items: dict[str, Any]) -> str:
    return desk.put(MONDAY, file_name, json.dumps(items).encode())


def test_an_export_named_after_its_actor_makes_no_profile(desk: Desk):
    """Apify's console names a download after the actor."""
    export(desk, name("linkedin-profile-posts", MONDAY, 9), post(ONE), repost(THREE, post(TWO, author="bruno")))
    desk.load(MONDAY)
    assert desk.rows(PROFILES) == [("anna", 1, False), ("bruno", 1, False)]
    assert desk.rows(ACTS) == [(None,)]
    assert desk.rows("select tracked_username from landing.files") == [(None,)]


def test_an_own_post_in_the_file_confirms_its_name(desk: Desk):
    export(desk, name("Anna", MONDAY, 9), post(ONE), repost(THREE, post(TWO, author="bruno")))
    desk.load(MONDAY)
    assert desk.rows(ACTS) == [("anna",)]
    assert desk.rows("select tracked_username from landing.files") == [("anna",)]


@pytest.mark.parametrize("is_tracked", [True, False])
def test_a_tracked_profile_confirms_the_name_of_a_file_with_reposts_alone(desk: Desk, is_tracked: bool):
    desk.execute(
        "insert into scraping.profiles (organization_id, platform, username, is_tracked)"
        " select organization_id, 'linkedin', 'cleo', %s from tenancy.organizations where slug = 'default'",
        [is_tracked],
    )
    export(desk, name("cleo", MONDAY, 9), repost(THREE, post(TWO, author="bruno")))
    desk.load(MONDAY)
    assert desk.rows(ACTS) == [("cleo" if is_tracked else None,)]


def test_a_companion_of_a_fetch_confirms_the_profile_also_under_another_name(desk: Desk):
    path = export(desk, name("x", MONDAY, 9), repost(THREE, post(TWO, author="bruno")))
    (desk.root / f"{path}.meta.json").write_text('{"tracked_username": "Cl%C3%A9o"}')
    desk.load(MONDAY)
    assert desk.rows(ACTS) == [("cléo",)]


def test_who_made_a_repost_does_not_depend_on_the_order_of_the_days(desk: Desk):
    export(desk, name("anna", MONDAY, 9), repost(THREE, post(TWO, author="bruno")))
    desk.put(TUESDAY, name("anna", TUESDAY, 9), json.dumps([post(ONE)]).encode())
    desk.load(MONDAY, TUESDAY)
    in_order = facts(desk.url)
    clear(desk.url)
    desk.load(TUESDAY, MONDAY)
    assert differences(in_order, facts(desk.url)) == []
