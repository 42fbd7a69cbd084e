"""What is found in a picture belongs to every post that shows it, and goes with the last of them."""

from syndication_assets.database.connection import transaction
from syndication_assets.person_erasure.cached_pictures import forget_pictures
from syndication_assets.person_erasure.exporting import _rows
from syndication_assets.person_erasure.found_person import find_person
from syndication_assets_tests.media.analysis.analysis_desk import AnalysisDesk
from syndication_assets_tests.media.conftest import Shelf
from syndication_assets_tests.media.media_samples import DOCUMENT, picture


def test_posts_that_show_the_same_picture_share_its_analysis_until_it_is_forgotten(shelf: Shelf):
    shelf.scrape(shelf.serve("/a.jpg", picture(seed=1)), post_number=1)
    shelf.scrape(shelf.serve("/b.jpg", picture(seed=1)), shelf.serve("/c.jpg", picture(seed=2)), post_number=2)
    assert dict(shelf.cache().states) == {"cached": 3}
    desk = AnalysisDesk(shelf.url, shelf.media_directory)
    desk.store(DOCUMENT)
    assert desk.run().states == {("colours", "completed"): 2}
    found = desk.rows(
        "select post_id, sha256, colours is not null from media.post_media_analyses order by sha256, post_id"
    )
    assert [has_colours for *_, has_colours in found] == [True] * 3
    assert len({post_id for post_id, *_ in found}) == 2
    assert len({sha256 for _, sha256, _ in found}) == 2

    ((author,),) = desk.rows(
        "select distinct p.username from scraping.profiles as p"
        " inner join scraping.post_records as r using (organization_id, profile_id)"
    )
    with transaction(shelf.url) as connection:
        exported = _rows(connection, find_person(connection, "default", "linkedin", author))
        assert len([found for found in exported["pictures"] if found["colours"]]) == 3, "a person is told of it"
        ((organization_id, media_file_id),) = connection.execute(
            "select organization_id, media_file_id from media.post_media_analyses group by 1, 2 having count(*) = 2"
        ).fetchall()
        connection.execute("delete from media.cached_media where media_file_id = %s", [media_file_id])
        assert forget_pictures(connection, organization_id, [media_file_id]) == 1
    assert desk.rows("select count(*), count(distinct sha256) from media.analyses") == [(1, 1)]
