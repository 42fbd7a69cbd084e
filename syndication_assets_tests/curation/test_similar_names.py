"""An author is found by a name that somebody remembers roughly. Needs no database but for the last test."""

import pytest

from syndication_assets.curation.posts.searched_posts import Search, find_posts
from syndication_assets.curation.search.similar_names import Author, authors_like
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets_tests.curation.curated_posts import CuratedPosts

AUTHORS = [
    Author("cora-crumb", "Cora Crumb"),
    Author("coral-reef", "Coral Reef"),
    Author("jose", "José Ñandú"),
    Author("baker-street", None),
    Author("macgregor", "Ewan MacGregor"),
]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Cora Crumb", ["cora-crumb"]),
        ("cora", ["cora-crumb", "coral-reef"]),
        ("jose nandu", ["jose"]),
        ("crumb", ["cora-crumb"]),
        ("crumb cora", ["cora-crumb"]),
        ("gregor", ["macgregor"]),
        ("bakerstreet", ["baker-street"]),
        ("McGregor", ["macgregor"]),
        ("Kora Krumb", ["cora-crumb"]),
        ("nobody at all", []),
        ("-", []),
        ("", []),
    ],
)
def test_the_closest_way_of_matching_counts(typed: str, found: list[str]):
    assert authors_like(typed, AUTHORS) == found


def test_posts_are_found_by_a_name_like_that_of_their_author(curated: CuratedPosts):
    for username, name in (("cora", "Cora Crumb"), ("ewan", "Ewan MacGregor")):
        profile_id = curated.insert(
            "scraping.profiles", "profile_id", platform="linkedin", username=username, name=name
        )
        curated.written(f"by {name}", author_username=username, profile_id=profile_id)
    curated.run(1)

    def found(typed: str) -> list[str | None]:
        with transaction(curated.url) as connection:
            search = Search(author_like=typed, person="isla")
            return [post.author for post in find_posts(connection, curated.organization_id, search, None)]

    assert found("McGregor") == ["ewan"]
    with pytest.raises(SyndicationError, match="No author has a name like"):
        found("Zebedee")
