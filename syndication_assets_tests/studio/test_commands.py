"""The commands take a brief from its request to its posts, and say what to do next."""

from pathlib import Path

import pytest

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
    assert desk.value("select count(*) from media.stock_sources") == 5


def test_a_photo_is_removed_and_stays_for_what_shows_it(desk: StudioDesk, run):
    shown, unused = desk.photo(plain("#335577"), "a loom"), desk.photo(plain("#775533"), "a loom")
    request_id = desk.made(photo=shown)
    assert "is removed; its file goes with" in run("stock", "remove", unused, "--yes")
    assert f"{shown} is removed, and stays for what has it: {request_id}." in run("stock", "remove", shown, "--yes")
    assert f"There is no photo {shown}" in run("stock", "remove", shown, "--yes", fails=True)
    assert shown not in run("stock", "list")
    assert f"{shown} own own, used" in run("stock", "list", "--removed")
    assert desk.value("select count(*) from media.stock_images") == 1
    assert f"There is no stock image {shown}" in run("brief", "add", "X", *BRIEF, "--photo", shown, fails=True)
    run("brief", "retry", request_id)
    run("brief", "make")
    assert "is gone: add the brief with another one" in run("brief", "show", request_id)
    assert desk.photo(plain("#335577"), "a loom") == shown, "whoever adds the file again may use it again"
    assert shown in run("stock", "list")


def test_briefs_are_found_by_platform_day_brand_words_and_wait(desk: StudioDesk, run):
    first = desk.brief(due_on="2026-12-01", title="Harris Tweed")
    second = desk.brief(due_on="2026-12-24", stop_before=["pictures"])
    desk.make()

    def found(*filters: str) -> set[str]:
        output = run("brief", "list", *filters)
        return {each for each in (first, second) if each in output}

    assert found() == found("--platform", "facebook") == found("--brand", "Mill") == {first, second}
    assert found("--platform", "instagram") == found("--brand", "Loom") == set()
    assert found("--due-before", "2026-12-24") == found("--words", "harris tweed") == {first}
    assert found("--words", "100%") == set()
    assert found("--waiting") == found("--state", "pending") == {second}
    assert found("--words", "GENERATIONS", "--waiting") == {second}


def test_a_person_lets_a_brief_go_on_by_command(desk: StudioDesk, run):
    photo = desk.photo(plain("#335577"), "a loom")
    steps = ("--stop-before", "pictures", "--stop-before", "texts", "--stop-before", "decision")
    request_id = run("brief", "add", "Woven by hand", *BRIEF, *steps, "--search", "loom").split(":")[0]
    assert "1 wait for a person: `syndication brief list --waiting`" in run("brief", "make")
    assert f"waits for you before its pictures are made: `syndication brief resume {request_id}`; it has the photo" in (
        run("brief", "show", request_id)
    )
    assert "is changed: brief, photo" in run("brief", "edit", request_id, "--photo", photo, "--brief", MESSAGE)
    assert "Nothing to change" in run("brief", "edit", request_id, fails=True)
    assert "goes on: `syndication brief make`" in run("brief", "resume", request_id)
    run("brief", "make")
    shown = run("brief", "show", request_id)
    assert "waits for you before its texts are written" in shown
    variant = next(line.split()[0] for line in shown.splitlines() if " link " in line)
    assert "with " + variant in run("brief", "edit-picture", variant, "--field", "headline=By hand")
    run("brief", "make")
    run("brief", "resume", request_id)
    run("brief", "make")
    assert "before rules and people decide on its texts" in run("brief", "show", request_id)
    assert "Rules have decided" in run("brief", "resume", request_id)
    assert f"{request_id} does not wait for a person" in run("brief", "resume", request_id, fails=True)


def test_the_evidence_is_written_beside_the_pictures(desk: StudioDesk, run):
    request_id = desk.made()
    output = run("brief", "show", request_id, "--evidence", str(desk.directory / "marks"))
    files = sorted(each.name for each in (desk.directory / "marks").iterdir())
    assert f"{len(files)} pictures with marks are in" in output
    assert {name.split("_", 2)[2] for name in files} >= {"contrast.png", "logo.png", "safe_zone.png"}


def test_a_compliance_rule_is_edited_paused_and_given_back_its_values(desk: StudioDesk, run):
    try:
        assert "threshold: 6 → 2" in run("compliance-rule", "edit", "likeness", "--threshold", "2")
        assert "6 stands for 6 bits and more" in run(
            "compliance-rule", "edit", "likeness", "--threshold", "7", fails=True
        )
        run("compliance-rule", "pause", "likeness")
        newest = "select version, threshold, is_active from studio.compliance_rules where rule_name = 'likeness'"
        assert desk.rows(f"{newest} order by version") == [(1, 6, True), (2, 2, True), (3, 2, False)]
        desk.made()
        assert desk.value("select count(*) from studio.compliance_results where rule_name = 'likeness'") == 0
        run("compliance-rule", "remove", "likeness", "--yes")
        assert desk.rows(f"{newest} order by version desc limit 1") == [(4, 6, True)]
    finally:
        desk.execute("delete from studio.compliance_rules where version > 1")


def test_files_of_a_brand_are_listed_with_their_pictures(desk: StudioDesk, run):
    desk.made()
    assert "in use, 1 version, 2 pictures" in run("brand", "asset", "list")
