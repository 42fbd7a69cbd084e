"""A brief becomes pictures in every format of its channels, a text with its picture, and a post."""

from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.content.review.text_decisions import approve
from syndication_assets.studio.requests.new_brief import BriefError
from syndication_assets_tests.studio.studio_desk import StudioDesk, document

pytestmark = pytest.mark.both_servers


def test_a_brief_becomes_a_published_post_with_its_picture(desk: StudioDesk):
    request_id = desk.brief()
    run = desk.make()
    assert (len(run.assets), run.variants, dict(run.failures)) == (1, 2, {})
    assert desk.state(request_id) == ("generated", None)
    (text,) = desk.write().texts
    assert text.is_compliant, [finding for finding in text.findings if not finding.is_passed]
    assert desk.state(request_id) == ("review", None)
    (content_id, picture, language) = desk.rows(
        "select content_id, picture_file_id, language from content.brief_posts"
    )[0]
    assert language == "en"
    assert approve(desk.url, content_id, "an approver")
    assert desk.state(request_id) == ("approved", None)
    desk.plan_today()
    desk.publish(now=datetime.now(UTC) + timedelta(days=2))
    assert desk.states() == ["published"]
    assert desk.state(request_id) == ("published", None)
    assert picture == desk.value(
        "select media_file_id from studio.asset_variants where is_posted and format_name = 'square'"
    )


def test_a_template_that_needs_a_photo_is_told_where_to_take_it_from(desk: StudioDesk):
    content = document()
    content["fields"]["photo"]["is_required"] = True
    desk.template_version(content)
    with pytest.raises(BriefError, match="needs a photo: say what to search for"):
        desk.brief()
    assert desk.brief(search_terms="a loom").startswith("req-")
