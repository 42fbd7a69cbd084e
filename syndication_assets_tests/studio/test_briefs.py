"""A brief becomes pictures in every format of its channels, a text with its picture, and a post."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syndication_assets.content.review.text_decisions import approve
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.studio.requests.new_brief import BriefError, NewBrief
from syndication_assets.studio.requests.request_states import add_briefs
from syndication_assets.tenancy.people.preferences import Preferences, prefer
from syndication_assets_tests.given_settings import give_setting
from syndication_assets_tests.studio.studio_desk import FEED, StudioDesk, document

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


def test_a_brief_speaks_as_its_requester_or_else_the_organization_prefers(desk: StudioDesk):
    def spoken(person: str, **changes: Any) -> tuple[str, str | None]:
        values = {"title": "Woven", "brief": "By hand.", "channels": [FEED], "template": "Statement", **changes}
        (request_id,) = add_briefs(desk.url, desk.organization_id, [NewBrief(**values)], person)
        return desk.rows("select language, style from studio.content_requests where request_id = %s", [request_id])[0]

    user_id = desk.value("insert into tenancy.users (email) values ('una@mill.example') returning user_id")
    assert spoken(user_id) == ("en", None)
    give_setting(desk.url, "studio.tone", "plain")
    give_setting(desk.url, "studio.tone", "warm, never loud", "default")
    give_setting(desk.url, "studio.language", "de", "default")
    assert spoken(user_id) == ("de", "warm, never loud")
    with transaction(desk.url) as connection:
        prefer(connection, user_id, Preferences(tone="short and dry"))
    assert spoken(user_id) == ("de", "short and dry")
    assert spoken("somebody else") == ("de", "warm, never loud")
    assert spoken(user_id, style="like a poem", language="en") == ("en", "like a poem")
    with transaction(desk.url) as connection:
        assert prefer(connection, user_id, Preferences(tone="")).tone is None
    assert spoken(user_id) == ("de", "warm, never loud")
    with transaction(desk.url) as connection, pytest.raises(SyndicationError, match="one line"):
        prefer(connection, user_id, Preferences(tone="two\nlines"))
