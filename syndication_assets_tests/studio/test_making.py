"""Each brief is made once, whatever happens to a run, and what a person has to change waits with its reason."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from syndication_assets.content.review.text_decisions import approve
from syndication_assets.database.connection import DatabaseError
from syndication_assets.sql_assets.checks import find_offenders
from syndication_assets.studio.checks import CHECKS
from syndication_assets.studio.making.request_queue import lease_next
from syndication_assets.studio.requests.new_brief import BriefError
from syndication_assets.studio.requests.request_states import cancel, correct, make_again
from syndication_assets_tests.studio.studio_desk import StudioDesk, document, plain

pytestmark = pytest.mark.both_servers
_KILLED = """
import sys
from pathlib import Path
from syndication_assets.settings import Settings
from syndication_assets.studio.making.making import Studio

settings = Settings.from_environment().model_copy(update={"media_url": sys.argv[2]})
Studio(sys.argv[1], settings).run()
"""


def _later(desk: StudioDesk, column: str) -> None:
    desk.execute(
        f"update studio.content_requests set {column} = now() - interval '1 minute' where {column} is not null"
    )


@pytest.mark.slow
@pytest.mark.parametrize("point", ["studio.before_rows", "studio.before_commit"])
def test_a_run_that_is_killed_leaves_all_or_nothing_and_the_next_one_makes_it(desk: StudioDesk, point: str):
    request_id = desk.brief()
    environment = os.environ | {"SYNDICATION_FAULT_POINT": point}
    arguments = [sys.executable, "-c", _KILLED, desk.url, str(desk.directory / "media")]
    assert subprocess.run(arguments, env=environment, check=False).returncode == -signal.SIGKILL
    assert desk.state(request_id)[0] == "processing"
    assert desk.value("select count(*) from studio.generated_assets") == 0
    assert desk.make().assets == []
    _later(desk, "leased_until")
    run = desk.make()
    assert (run.recovered, len(run.assets)) == (1, 1)
    assert desk.state(request_id)[0] == "generated"
    assert desk.value("select count(*) from studio.asset_variants") == 2


def test_a_brief_is_leased_once_and_a_lease_that_went_to_another_run_stores_nothing(desk: StudioDesk):
    request_id = desk.brief()
    now = datetime.now(UTC)
    assert lease_next(desk.url, "default", now) is not None
    assert lease_next(desk.url, "default", now) is None
    _later(desk, "leased_until")

    def lost(brief: object, formats: object) -> tuple[None, None]:
        # Another run has taken it over meanwhile.
        desk.execute("update studio.content_requests set lease_id = gen_random_uuid()")
        return None, None

    assert desk.make(lost).assets == []
    assert desk.state(request_id)[0] == "processing"
    assert desk.value("select count(*) from studio.generated_assets") == 0
    _later(desk, "leased_until")
    assert len(desk.make().assets) == 1


def test_what_a_person_has_to_change_is_parked_and_what_may_pass_is_tried_again(desk: StudioDesk):
    long_title = "Woven by hand for as long as anybody in this glen remembers, and longer than that"
    too_long = desk.brief(title=long_title, priority=5)
    missing_glyph = desk.brief(title="Woven \U000131a0 by hand")
    run = desk.make()
    assert run.assets == []
    assert "at most 60 are allowed" in (desk.state(too_long)[1] or "")
    assert "U+131A0" in (desk.state(missing_glyph)[1] or "")
    check = next(check for check in CHECKS if check.name == "no_brief_has_failed")
    today = datetime.now(UTC).date()
    with psycopg.connect(desk.url) as connection:
        assert len(find_offenders(connection, "studio", check, (today, today + timedelta(days=1))).rows) == 2
    desk.template_version(
        document(fields={**document()["fields"], "headline": {"kind": "text", "max_characters": 200}})
    )
    make_again(desk.url, desk.organization_id, too_long)
    assert len(desk.make().assets) == 1


def test_a_correction_makes_another_version_and_its_text_shows_the_new_picture(desk: StudioDesk):
    desk.brand_version(colours='{"primary": "#d4af37", "accent": "#123c4a"}')
    request_id = desk.made(photo=desk.photo(plain("#d4af37")))
    rows = "select content_id, state::text, picture_file_id, version from content.brief_posts"
    ((first, state, picture, version),) = desk.rows(rows)
    assert (state, version) == ("needs_review", 1)
    reasons = desk.rows("select reason from content.compliance_checks where rule_name = 'picture_compliance'")
    assert "is hard to read on what is under it" in reasons[0][0]
    correct(desk.url, desk.organization_id, request_id, ["darker_overlay"])
    assert len(desk.make().assets) == 1
    desk.write()
    ((second, state, new_picture, version),) = desk.rows(rows)
    assert (state, version) == ("needs_review", 2)
    assert new_picture != picture
    assert desk.rows("select state::text from content.posts_content where content_id = %s", [first]) == [
        ("superseded",)
    ]
    assert desk.rows("select version, is_newest, corrections::text from studio.generated_assets order by version") == [
        (1, False, "{}"),
        (2, True, "{darker_overlay}"),
    ]
    assert approve(desk.url, second, "an approver")
    assert desk.state(request_id) == ("approved", None)


def test_the_same_pictures_are_stored_once_and_a_brief_cannot_be_changed_or_skip_a_state(desk: StudioDesk):
    first, second = desk.brief(), desk.brief()
    desk.make()
    assert desk.value("select count(distinct render_hash) from studio.asset_variants") == 2
    assert desk.value("select count(*) from studio.asset_variants") == 4
    assert desk.value("select count(distinct media_file_id) from studio.asset_variants") == 2
    with pytest.raises(DatabaseError, match="cannot change while it is generated"):
        desk.execute("update studio.content_requests set title = 'x' where request_id = %s", [first])
    with pytest.raises(DatabaseError, match="cannot go from generated to published"):
        desk.execute("update studio.content_requests set state = 'published'")
    with pytest.raises(DatabaseError, match="a visual never changes"):
        desk.execute("update studio.asset_variants set alt_text = 'x'")
    cancel(desk.url, desk.organization_id, second)
    with pytest.raises(BriefError, match="cannot go from archived to pending"):
        make_again(desk.url, desk.organization_id, second)
    with pytest.raises(BriefError, match="There is no brief req-00000000"):
        cancel(desk.url, desk.organization_id, "req-00000000")


def test_a_brief_that_cannot_be_made_is_refused_when_it_is_added(desk: StudioDesk):
    with pytest.raises(BriefError) as refused:
        desk.brief(template="Poster", channels=["facebook/feed_post", "mastodon/feed_post"])
    assert "There is no active visual template 'Poster'" in str(refused.value)
    assert "There is no channel mastodon/feed_post" in str(refused.value)
    with pytest.raises(BriefError, match="does not speak 'fr', but en, de, ar"):
        desk.brief(language="fr")
    with pytest.raises(BriefError, match="has no format for facebook/story_post"):
        desk.brief(channels=["facebook/story_post"])
    assert desk.value("select count(*) from studio.content_requests") == 0


def test_the_compliance_of_a_brand_by_day_counts_what_passed_and_what_most_pictures_break(desk: StudioDesk):
    desk.brief()
    desk.brief(photo=desk.photo(plain("#ffffff")))
    desk.make()
    ((variants, passed, failed, rate, violations),) = desk.rows(
        "select variants, passed, failed, pass_rate, common_violations from studio.brand_compliance_daily"
    )
    assert (variants, passed, failed, rate) == (4, 2, 2, 0.5)
    assert violations["contrast"] == violations["contrast_large"] == 2
