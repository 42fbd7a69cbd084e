"""The commands take a brief from its request to its posts, and say what to do next."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets_tests.studio.studio_desk import MESSAGE, StudioDesk, plain

pytestmark = pytest.mark.one_server
BRIEF = ("--brief", MESSAGE, "--channel", "facebook/feed_post", "--template", "Statement", "--fact", "Tweed")
BATCH = f"""
- title: Woven by hand
  brief: {MESSAGE}
  facts: [Tweed]
  channels: [facebook/feed_post]
  template: Statement
- title: Von Hand gewebt
  brief: Unsere Weberei webt seit Generationen von Hand. Kommen Sie und sehen Sie die Webstühle bei der Arbeit.
  language: de
  channels: [facebook/feed_post]
  template: Statement
"""


@pytest.fixture
def run(desk: StudioDesk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", desk.url)
    monkeypatch.setenv("SYNDICATION_MEDIA_URL", str(desk.directory / "media"))
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(desk.directory))

    def invoke(*arguments: str, fails: bool = False) -> str:
        result: Result = CliRunner().invoke(main, list(arguments))
        assert (result.exit_code == 1) is fails, result.output
        assert "Traceback" not in result.output
        return result.output

    return invoke


def test_a_brief_goes_from_its_request_to_its_cancellation(desk: StudioDesk, run):
    request_id = run("brief", "add", "Woven by hand", *BRIEF, "--field", "body=A body of its own").split(":")[0]
    assert f"{request_id} pending en facebook/feed_post" in run("brief", "list")
    assert "1 visuals with 2 pictures were made, and 1 texts written." in run("brief", "make")
    shown = run("brief", "show", request_id, "--pictures", str(desk.directory / "pictures"))
    assert "facebook/feed_post square 320x320" in shown
    assert "syndication review show cnt-" in shown
    assert len(list((desk.directory / "pictures").iterdir())) == 2
    assert "A body of its own" in desk.value("select alt_text from content.posts_content")
    assert "is cancelled; 1 of its texts are rejected." in run("brief", "cancel", request_id)
    assert desk.value("select state::text from content.posts_content") == "rejected"
    assert desk.state(request_id)[0] == "archived"
    assert "cannot go from archived to pending" in run("brief", "retry", request_id, fails=True)
    assert "There is no brief req-00000000" in run("brief", "show", "req-00000000", fails=True)


def test_a_file_is_one_batch_and_is_added_whole_or_not_at_all(desk: StudioDesk, run, tmp_path: Path):
    file = tmp_path / "open-days.yaml"
    file.write_text(BATCH.replace("language: de", "language: fr"))
    assert "'Von Hand gewebt' (fr): The brand does not speak 'fr'" in run("brief", "import", str(file), fails=True)
    file.write_text(BATCH.replace("template: Statement\n- title", "templat: Statement\n- title"))
    refused = run("brief", "import", str(file), fails=True)
    assert "brief 1: template: Field required" in refused
    assert "brief 1: templat: Extra inputs are not permitted" in refused
    assert desk.value("select count(*) from studio.content_requests") == 0
    file.write_text(BATCH)
    run("brief", "import", str(file))
    run("brief", "make")
    assert desk.rows(
        "select batch_name, r.language, p.language, r.state::text from studio.content_requests as r"
        " inner join content.brief_posts as p using (organization_id, request_id) order by 2"
    ) == [("open-days", "de", "de", "review"), ("open-days", "en", "en", "review")]


def test_a_correction_is_proposed_and_applied_on_request(desk: StudioDesk, run):
    photo = desk.photo(plain("#ffffff"))
    request_id = run("brief", "add", "Woven by hand", *BRIEF, "--photo", photo).split(":")[0]
    run("brief", "make")
    shown = run("brief", "show", request_id)
    assert f"proposed: syndication brief correct {request_id} --correction darker_overlay" in shown
    run("brief", "correct", request_id, "--correction", "dark_text")
    run("brief", "make")
    assert "proposed" not in run("brief", "show", request_id)


def test_photos_are_added_listed_and_shown(desk: StudioDesk, run, tmp_path: Path):
    (tmp_path / "loom.png").write_bytes(plain("#102030"))
    added = run("stock", "add", str(tmp_path / "loom.png"), "--title", "A loom", "--words", "weaving")
    stock_image_id = added.split()[0]
    assert f"{stock_image_id} own own, never used: A loom" in run("stock", "list")
    assert "is attribution required: False" in run("stock", "show", stock_image_id)
    assert f"{stock_image_id}: A loom" in run("stock", "search", "weaving")
    desk.execute("update media.stock_sources set is_active = source = 'own'")
    assert "No source has a photo for these words." in run("stock", "search", "harbour", fails=True)
    desk.execute("update media.stock_sources set is_active = true")


def test_sources_of_photos_are_ordered_paused_and_given_back_their_values(desk: StudioDesk, run):
    run("stock-source", "pause", "freepik")
    run("stock-source", "resume", "freepik")
    run("stock-source", "edit", "openverse", "--attribution", "always")
    query = "select attribution::text from media.stock_sources where source = 'openverse'"
    assert desk.value(query) == "always"
    run("stock-source", "remove", "openverse", "--yes")
    assert desk.value(query) == "by_licence"
