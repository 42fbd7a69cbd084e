"""`syndication tag`, `tag-rule`, `profile-tag`, `posts` and `action`, as people type them."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets_tests.curation.curated_posts import CuratedPosts


@pytest.fixture
def desk(curated: CuratedPosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CuratedPosts:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", curated.url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    curated.execute(
        "insert into channels.platforms (platform, display_name, status, priority)"
        " values ('linkedin', 'LinkedIn', 'active', 1) on conflict do nothing"
    )
    return curated


def _run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, list(arguments))
    assert done.exit_code == code, done.output
    return done.output


def test_a_rule_is_written_previewed_backfilled_and_overruled(desk: CuratedPosts):
    post = desk.written("Fresh sourdough bread \x1b[2J")
    desk.run(1)
    _run("tag", "add", "bread", "--color", "yellow")
    _run("tag-rule", "add", "baked", "--tag", "bread", "--text", "bread", "--platforms", "linkedin")
    assert "meets 1 posts, which get the tag bread" in _run("tag-rule", "preview", "baked")
    assert "meets 1 posts: 1 tags written" in _run("tag-rule", "backfill", "baked")
    shown = _run("posts", "list", "sourdough", "--tag", "bread")
    assert f"{post} • " in shown
    assert "[bread]" in shown
    assert "\x1b" not in shown
    _run("posts", "tag", "bread", post, "--remove", "--why", "a pun")
    assert _run("posts", "list", "--tag", "bread") == "No post is found.\n"
    told = _run("posts", "show", post)
    assert re.search(r"bread removed by \S+ \(1.00\): a pun", told)
    assert "bread applied by rule (1.00): baked, version 1 (outranked)" in told
    assert "rule nothing → applied" in told
    assert "+10 ████" in told
    assert "agrees on 0 of 1 posts" in _run("tag", "agreement")
    _run("tag-rule", "edit", "baked", "--text", "cake")
    assert "version 2" in _run("tag-rule", "history", "baked")
    assert "no word to look for" in _run("tag-rule", "edit", "baked", "--text", "-", code=1)
    assert "there is no tag 'cake'" in _run("tag-rule", "add", "x", "--tag", "cake", "--text", "cake", code=1)
    assert "asks nothing" in _run("tag-rule", "add", "x", "--tag", "bread", code=1)
    assert "lower case" in _run("tag", "add", "Bread", code=1)
    assert "longer than 1,000 characters" in _run("posts", "list", "bread " * 200, code=1)
    assert "1000" in _run("tag-rule", "edit", "baked", "--text", "bread " * 200, code=1)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("Ärger", "in lower case, as 'ärger'"),
        ("cafe\u0301", "with composed letters, as 'café'"),
        ("wo\u200bol", "what nobody sees: U+200B"),
        ("\u202eloow", "what nobody sees: U+202E"),
    ],
)
def test_tags_that_look_the_same_are_the_same(desk: CuratedPosts, name: str, advice: str):
    assert advice in _run("tag", "add", name, code=1)
    assert desk.value("select count(*) from curation.tags") == 0


@pytest.mark.parametrize(
    "name",
    ["مخبز", "می\u200cخواهم", "パン", "ขนมปัง", "👩\u200d🍳", "straße"],  # noqa: RUF001 - as people write them
)
def test_tags_have_names_in_any_language(desk: CuratedPosts, name: str):
    _run("tag", "add", name)
    assert desk.value("select tag_name from curation.tags") == name


def test_an_argument_that_is_no_text_is_an_error_without_a_traceback(desk: CuratedPosts):
    assert "'bread\\udcff' is no UTF-8 text" in _run("posts", "list", "bread\udcff", code=1)
    assert "There is no post p-ffffffff" in _run("posts", "mark", "p-ffffffff", code=1)


def test_each_person_has_read_and_marked_posts_of_their_own(desk: CuratedPosts):
    post = desk.written("bread")
    desk.run(1)
    for name in ("isla", "ewan"):
        _run("user", "add", f"{name}@bakery.example")
    _run("--as", "isla@bakery.example", "posts", "mark", post)
    _run("--as", "isla@bakery.example", "posts", "read", post)
    assert post in _run("--as", "isla@bakery.example", "posts", "list", "--marked")
    assert post not in _run("--as", "isla@bakery.example", "posts", "list", "--unread")
    assert post not in _run("--as", "ewan@bakery.example", "posts", "list", "--marked")
    assert post in _run("--as", "ewan@bakery.example", "posts", "list", "--unread")
    assert desk.rows("select is_read, is_marked from scraping.posts") == [(True, True)]
    _run("--as", "isla@bakery.example", "posts", "mark", "--undo", post)
    assert desk.rows("select is_read, is_marked from scraping.posts") == [(True, False)]
    actors = desk.rows("select distinct actor from tenancy.audit_log where table_name = 'curation.post_user_state'")
    assert actors == desk.rows("select user_id from tenancy.users where email = 'isla@bakery.example'")


def test_an_export_has_the_marked_posts_with_the_search_that_found_them(desk: CuratedPosts, tmp_path: Path):
    marked = desk.written("=bread()\x1b[31m and cake")
    desk.written("bread for all")
    desk.run(1)
    _run("posts", "mark", marked)
    document = json.loads(_run("posts", "export", "bread", "--platform", "linkedin"))
    assert [post["post_id"] for post in document["posts"]] == [marked]
    assert document["search"]["text"] == "bread"
    assert document["search"]["conditions"] == {"platforms": ["linkedin"]}
    assert document["search"]["is_marked"] is True
    assert "\x1b" not in document["posts"][0]["text"]
    _run("posts", "export", "bread", "--all", "--format", "csv", "--output", "posts.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "posts.csv").read_text())))
    assert {row["text"] for row in rows} == {"'=bread() and cake", "bread for all"}
    assert json.loads(rows[0]["search"])["text"] == "bread"


def test_an_action_is_queued_started_and_completed(desk: CuratedPosts):
    post = desk.written("bread")
    queued = _run("action", "queue", post, "comment", "--parameter", "text=Well said", "--why", "a customer")
    action = queued.split()[0]
    assert f"{action}  default" in _run("action", "list")
    assert "write" in _run("action", "queue", post, "share", "--parameter", "to", code=1).lower()
    started = _run("action", "start")
    for part in ("comment https://social.example/1", "text: Well said", "why: a customer", f"action complete {action}"):
        assert part in started
    assert _run("action", "complete", action, "--note", "done") == f"{action} is completed.\n"
    assert _run("action", "list") == "No action waits.\n"
    assert "completed" in _run("action", "list", "--all")
    assert "may act" in _run("action", "allow", "robot", "--why", "a contract")
    assert "no longer acts" in _run("action", "allow", "robot", "--withdraw")


def test_a_member_without_the_right_changes_nothing(desk: CuratedPosts):
    post = desk.written("bread")
    desk.run(1)
    _run("tag", "add", "bread")
    _run("user", "add", "isla@bakery.example")
    _run("user", "add", "ewan@bakery.example")
    _run("member", "add", "isla@bakery.example", "--role", "owner")
    _run("--as", "isla@bakery.example", "member", "add", "ewan@bakery.example", "--role", "viewer")
    ewan = ("--as", "ewan@bakery.example")
    _run(*ewan, "posts", "mark", post)
    for denied in (("posts", "tag", "bread", post), ("action", "queue", post, "save"), ("tag", "add", "cake")):
        assert "lacks the right" in _run(*ewan, *denied, code=1)


def test_a_profile_has_tags(desk: CuratedPosts):
    desk.profile("cora")
    _run("tag", "add", "baker")
    _run("profile-tag", "add", "linkedin", "Cora", "baker")
    assert "cora  baker" in _run("profile-tag", "list")
    assert "there is no profile" in _run("profile-tag", "add", "linkedin", "isla", "baker", code=1)
    _run("profile-tag", "remove", "linkedin", "cora", "baker", "--yes")
    assert _run("profile-tag", "list") == "There are no profile tags yet.\n"
