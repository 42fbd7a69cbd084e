"""A brief stops before a step that it names, a person does something, and any run goes on from there."""

from datetime import timedelta

import pytest

from syndication_assets.content.briefs.brief_decisions import decide_on_brief
from syndication_assets.content.review.text_decisions import edit
from syndication_assets.database.connection import transaction
from syndication_assets.sql_assets.checks import find_offenders
from syndication_assets.studio.checks import CHECKS
from syndication_assets.studio.requests.listing import list_briefs
from syndication_assets.studio.requests.manual_steps import edit_brief, edit_variant, resume
from syndication_assets.studio.requests.new_brief import BriefError
from syndication_assets.studio.requests.request_states import cancel, correct
from syndication_assets_tests.studio.studio_desk import FEED, StudioDesk, plain
from syndication_assets_tests.today import today

pytestmark = pytest.mark.both_servers
WAITING = "select state::text, stopped_before::text, attempts from studio.content_requests where request_id = %s"
FILES = """
select v.format_name, v.media_file_id, v.variant_id
from studio.asset_variants as v inner join studio.generated_assets as a using (organization_id, asset_id)
where a.is_newest order by v.format_name
"""


def test_a_person_chooses_the_photo_before_pictures_are_made(desk: StudioDesk, drawn: list[str]):
    first, second = desk.photo(plain("#335577"), "a loom"), desk.photo(plain("#775533"), "a sheep")
    request_id = desk.brief(search_terms="loom", stop_before=["pictures"])
    run = desk.make()
    assert (run.stopped, run.assets, drawn) == (1, [], [])
    assert desk.rows(WAITING, [request_id]) == [("pending", "pictures", 0)]
    assert desk.value("select stock_image_id from studio.content_requests") == first
    assert desk.make().stopped == 0, "no run takes it while it waits"
    edit_brief(desk.url, desk.organization_id, request_id, {"photo": second, "title": "Of wool"})
    assert resume(desk.url, desk.organization_id, request_id) == "pictures"
    assert len(desk.make().assets) == 1
    assert desk.rows("select stock_image_id, fields ->> 'headline' from studio.generated_assets") == [
        (second, "Of wool")
    ]
    assert desk.state(request_id)[0] == "generated"


def test_a_brief_without_a_stop_goes_through(desk: StudioDesk):
    """The negative control."""
    request_id = desk.made()
    assert desk.rows(WAITING, [request_id]) == [("review", None, 1)]
    with pytest.raises(BriefError, match="does not wait for a person"):
        resume(desk.url, desk.organization_id, request_id)


def test_a_person_looks_at_the_pictures_before_texts_are_written_and_nothing_is_repeated(
    desk: StudioDesk, drawn: list[str]
):
    request_id = desk.brief(stop_before=["texts"])
    desk.make()
    assert desk.rows(WAITING, [request_id]) == [("generated", "texts", 1)]
    assert desk.write().texts == []
    before = {name: (file, variant) for name, file, variant in desk.rows(FILES)}
    assert sorted(drawn) == ["link", "square"]
    assert edit_variant(desk.url, before["link"][1], {"headline": "By hand"}) == request_id
    desk.make()
    after = {name: file for name, file, _ in desk.rows(FILES)}
    assert after["square"] == before["square"][0]
    assert after["link"] != before["link"][0]
    assert drawn[2:] == ["link"], "the other picture is taken over"
    assert desk.rows(WAITING, [request_id])[0][:2] == ("generated", "texts")
    results = dict(
        desk.rows(
            "select v.format_name, count(*) from studio.asset_variants as v"
            " inner join studio.compliance_results using (organization_id, variant_id)"
            " inner join studio.generated_assets as a using (organization_id, asset_id)"
            " where a.is_newest group by v.format_name"
        )
    )
    assert results["square"] == results["link"] > 10
    resume(desk.url, desk.organization_id, request_id)
    assert len(desk.write().texts) == 1
    assert desk.state(request_id)[0] == "review"


def test_an_empty_text_takes_the_one_of_a_picture_back(desk: StudioDesk, drawn: list[str]):
    desk.made()
    (link, square) = desk.rows(FILES)
    edit_variant(desk.url, link[2], {"headline": "By hand"})
    desk.make()
    edit_variant(desk.url, desk.rows(FILES)[0][2], {"headline": ""})
    desk.make()
    assert [row[1] for row in desk.rows(FILES)] == [link[1], square[1]]
    assert desk.value("select variant_fields from studio.content_requests") == {}


def test_rules_decide_only_after_a_person_lets_them(desk: StudioDesk):
    desk.insert(
        "content.approval_rules",
        "platform",
        platform="facebook",
        channel_type="feed_post",
        generators=["template", "person"],
        minimum_score=0,
    )
    request_id = desk.brief(stop_before=["decision"])
    desk.make()
    desk.write()
    ((content_id, state),) = desk.rows("select content_id, state::text from content.brief_posts")
    assert state == "generated"
    with transaction(desk.url) as connection:
        assert len(list_briefs(connection, is_waiting=True)) == 1
    new_id, reasons = edit(desk.url, content_id, "an editor", "Come and see the looms at work.\n\n#Tweed")
    assert (reasons, resume(desk.url, desk.organization_id, request_id)) == ([], "decision")
    decide_on_brief(desk.url, desk.organization_id, request_id)
    assert desk.rows("select content_id, state::text from content.brief_posts") == [(new_id, "approved")]


def test_what_a_brief_says_cannot_change_once_it_has_pictures(desk: StudioDesk):
    request_id = desk.made()
    with pytest.raises(BriefError, match="has pictures already"):
        edit_brief(desk.url, desk.organization_id, request_id, {"title": "Another"})
    other = desk.brief()
    with pytest.raises(BriefError, match="There is no stock image stk-00000000"):
        edit_brief(desk.url, desk.organization_id, other, {"photo": "stk-00000000"})
    with pytest.raises(BriefError, match="has no text 'headlin': it has body, headline"):
        edit_variant(desk.url, desk.rows(FILES)[0][2], {"headlin": "x"})
    with pytest.raises(BriefError, match="There is no picture var-00000000"):
        edit_variant(desk.url, "var-00000000", {"headline": "x"})


def test_a_brief_that_waits_can_be_cancelled_and_is_no_offence(desk: StudioDesk):
    request_id = desk.brief(stop_before=["pictures"])
    desk.make()
    desk.execute("update studio.content_requests set state_since = now() - interval '3 days'")
    (offence,) = [each for each in CHECKS if each.name == "no_brief_waits_for_days"]
    with transaction(desk.url) as connection:
        assert find_offenders(connection, "studio", offence, (today(), today() + timedelta(days=1))).count == 0
    cancel(desk.url, desk.organization_id, request_id)
    assert desk.rows(WAITING, [request_id]) == [("archived", None, 0)]


def test_a_correction_keeps_the_photo_that_was_searched_for(desk: StudioDesk):
    first = desk.photo(plain("#335577"), "a loom")
    desk.photo(plain("#775533"), "another loom")
    request_id = desk.made(search_terms="loom")
    correct(desk.url, desk.organization_id, request_id, ["darker_overlay"])
    desk.make()
    assert desk.rows("select stock_image_id from studio.generated_assets order by version") == [(first,), (first,)]


def test_a_photo_that_was_searched_for_is_free_again_if_nothing_is_made_of_it(desk: StudioDesk):
    photo = desk.photo(plain("#335577"), "a loom")
    desk.brief(search_terms="loom", title="Woven \U000131a0 by hand")
    assert desk.make().assets == []
    assert desk.value("select last_used_at from media.stock_images where stock_image_id = %s", [photo]) is None
    desk.brief(search_terms="loom", channels=[FEED])
    assert len(desk.make().assets) == 1
