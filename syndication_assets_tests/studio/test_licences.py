"""Nothing is scheduled with a picture whose licence is not known, forbids it, or whose author is not named."""

import pytest

from syndication_assets.content.review.reviewed_texts import ReviewError
from syndication_assets.content.review.text_decisions import approve, edit
from syndication_assets.database.connection import DatabaseError
from syndication_assets_tests.studio.studio_desk import MESSAGE, StudioDesk, plain

pytestmark = pytest.mark.both_servers
CREDIT = "Photo: Isla MacLeod / Pexels"


def _approved(desk: StudioDesk, attribution: str | None = CREDIT) -> str:
    """The id of an approved text whose picture shows a photo."""
    photo = desk.photo(plain("#102030"), attribution=attribution)
    desk.made(photo=photo)
    content_id = desk.value("select content_id from content.brief_posts")
    assert approve(desk.url, content_id, "an approver")
    return content_id


def test_the_author_is_named_in_the_text_before_its_hashtags_and_an_edit_must_keep_it(desk: StudioDesk):
    content_id = _approved(desk)
    text = desk.value("select text_content from content.posts_content")
    assert text == f"{MESSAGE}\n\n{CREDIT}\n\n#Tweed"
    new_id, reasons = edit(desk.url, content_id, "an editor", MESSAGE)
    assert reasons == [f'picture_licence: the licence of the photo wants its author named: add "{CREDIT}"']
    with pytest.raises(ReviewError, match="wants its author named"):
        approve(desk.url, new_id, "an approver")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("licence = null", "is not known"),
        ("is_attribution_required = null", "is not known"),
        ("allows_commercial_use = false", "forbids marketing"),
        ("allows_changes = false", "forbids changes"),
        ("attribution = 'Photo: somebody else'", "Neither text nor picture names the author"),
    ],
)
def test_no_statement_schedules_a_picture_that_its_licence_does_not_allow(desk: StudioDesk, change: str, reason: str):
    content_id = _approved(desk)
    desk.execute(f"update media.stock_images set {change}")
    desk.plan_today()
    assert desk.states() == []
    target = {
        "content_id": content_id,
        "content_hash": desk.value("select content_hash from content.brief_posts"),
        "account_id": desk.value("select account_id from channels.social_accounts"),
        "platform": "facebook",
        "channel_type": "feed_post",
        "is_simulated": True,
    }
    with pytest.raises(DatabaseError, match=reason):
        desk.insert("publishing.post_targets", "target_id", state="scheduled", scheduled_at="2026-01-01", **target)
    # The negative control: a draft is no schedule, and what the licence allows is scheduled by the same statement.
    target_id = desk.insert("publishing.post_targets", "target_id", state="draft", **target)
    with pytest.raises(DatabaseError, match=reason):
        desk.execute("update publishing.post_targets set state = 'scheduled', scheduled_at = '2026-01-01'")
    desk.execute(
        "update media.stock_images set licence = 'own', allows_commercial_use = true, allows_changes = true,"
        " is_attribution_required = true, attribution = %s",
        [CREDIT],
    )
    desk.execute("update publishing.post_targets set state = 'scheduled', scheduled_at = '2026-01-01'")
    assert desk.rows("select target_id, state::text from publishing.post_targets") == [(target_id, "scheduled")]


def test_a_picture_of_unknown_origin_is_refused_and_a_licence_that_ends_unschedules(desk: StudioDesk):
    _approved(desk)
    stranger = desk.file(plain("#abcdef"))
    problem = "select publishing.picture_problem(%s, %s, '')"
    assert "Nobody knows where its picture is from" in desk.value(problem, [desk.organization_id, stranger])
    desk.plan_today()
    assert desk.states() == ["scheduled"]
    desk.execute("update media.stock_images set allows_commercial_use = false")
    desk.plan_today()
    assert desk.states() == ["draft"]
    assert "forbids marketing" in desk.value("select error_message from publishing.post_targets")
