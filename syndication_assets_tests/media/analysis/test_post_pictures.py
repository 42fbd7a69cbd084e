"""What is found in a picture belongs to every post that shows it, and goes with the last of them."""

from pydantic import SecretStr

from syndication_assets.database.connection import transaction
from syndication_assets.person_erasure.cached_pictures import forget_pictures
from syndication_assets.person_erasure.found_person import find_person
from syndication_assets.person_erasure.person_export import _rows
from syndication_assets_tests.ai.chat_server import ChatServer
from syndication_assets_tests.media.analysis.analysis_desk import AnalysisDesk
from syndication_assets_tests.media.analysis.model_answers import seen
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


def test_what_a_model_says_of_a_picture_is_on_record_with_the_posts_that_show_it(shelf: Shelf):
    """So it is forgotten with the posts of an erased person."""
    shelf.scrape(shelf.serve("/a.jpg", picture(seed=1)), post_number=1)
    shelf.scrape(shelf.serve("/b.jpg", picture(seed=1)), hour=10, post_number=2)
    shelf.cache()
    desk = AnalysisDesk(shelf.url, shelf.media_directory, {"openai_api_key": SecretStr("sk-1"), "llm_concurrency": 1})
    desk.choose("vision", model="small")
    server = ChatServer(seen())
    with server.running():
        desk.changes["openai_url"] = server.url
        assert desk.run(analyzer="vision").states == {("vision", "completed"): 1}
    ((post_ids,),) = desk.rows("select post_ids from ai.llm_calls")
    assert post_ids == [post_id for (post_id,) in desk.rows("select post_id from scraping.post_records order by 1")]
    assert len(post_ids) == 2
