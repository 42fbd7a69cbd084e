"""`syndication tag suggestions`, `accept`, `reject`, `parked`, `retry`, `apply`, and `tagging`, as people type them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets_tests.ai.chat_server import ChatServer, completion
from syndication_assets_tests.curation.curated_posts import CuratedPosts
from syndication_assets_tests.curation.tagging.model_tagging import answering, found, model_at, tag


@pytest.fixture
def desk(curated: CuratedPosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CuratedPosts:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", curated.url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return curated


def _run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, list(arguments))
    assert done.exit_code == code, done.output
    return done.output


def _suggested() -> dict[str, str]:
    """(tag, text) → id."""
    listed = json.loads(_run("tag", "suggestions", "--json"))
    return {f"{each['tag']}: {each['text']}": each["suggestion_id"] for each in listed}


def test_suggestions_are_accepted_and_rejected_in_one_pass(desk: CuratedPosts, monkeypatch: pytest.MonkeyPatch):
    _run("tag", "add", "baking", "--is-for-models", "--model-threshold", "0.95", "--description", "Bread.")
    posts = {text: desk.written(text) for text in ("a loaf", "a pun", "\x1b[2Jbread", "sure")}
    reply = answering(lambda text: [found("baking", 0.99 if text == "sure" else 0.6)], ["Crumbs", "spam"])
    with model_at(ChatServer(reply), monkeypatch):
        tag(desk)
    shown = _run("tag", "suggestions", "--tag", "baking")
    assert shown.count(" 0.60 ") == 3
    assert "(a loaf)" in shown
    assert "\x1b" not in shown
    assert "new tag  crumbs" in _run("tag", "suggestions")
    assert "(for 4 posts)" in _run("tag", "suggestions")
    ids = _suggested()
    assert "baking: sure" not in ids, "what applies is no suggestion"
    crumbs, spam = (next(each for name, each in ids.items() if name.startswith(tag_name)) for tag_name in
                    ("crumbs:", "spam:"))  # fmt: skip
    done = _run("tag", "accept", ids["baking: a loaf"], crumbs, "--reject", ids["baking: a pun"], "--reject", spam)
    assert "2 suggestions are accepted and 2 rejected" in done
    assert "new tags from the next run on" in done
    current = desk.current()
    assert current[posts["a loaf"], "baking"] == ("user", "applied")
    assert current[posts["a pun"], "baking"] == ("user", "removed")
    assert len(_suggested()) == 1
    assert desk.rows("select is_for_models from curation.tags where tag_name = 'crumbs'") == [(True,)]
    assert "agrees on 1 of 2 posts" in _run("tag", "agreement")

    # Asked again because the list has grown: decisions stay, and the rejected name is not proposed again.
    with model_at(ChatServer(reply), monkeypatch):
        assert tag(desk).posts == 4
    assert desk.current()[posts["a pun"], "baking"] == ("user", "removed")
    assert {name.partition(":")[0] for name in _suggested()} == {"baking"}

    assert "is no suggestion" in _run("tag", "accept", "ptg-ffffffff", code=1)
    (last,) = _suggested().values()
    assert "accepted and rejected" in _run("tag", "reject", last, "--accept", last, code=1)
    assert len(_suggested()) == 1, "a refused pass decides nothing"
    _run("tag", "edit", "baking", "--model-threshold", "0.5")
    assert "4 tags of models apply and 0 are suggested" in _run("tag", "apply")
    assert _run("tag", "suggestions") == "Nothing is suggested.\n"


def test_a_parked_post_is_shown_and_asked_about_again(desk: CuratedPosts, monkeypatch: pytest.MonkeyPatch):
    _run("tag", "add", "baking", "--is-for-models")
    post, other = desk.written("bread"), desk.written("kilt")
    with model_at(ChatServer(completion("nonsense")), monkeypatch) as server:
        tag(desk)
        tag(desk)
        assert len(server.requests) == 3, "a parked post is left alone"
    assert f"{post}  " in _run("tag", "parked")
    assert "no JSON object" in _run("tag", "parked")
    assert "1 parked posts again" in _run("tag", "retry", post)
    assert "1 parked posts again" in _run("tag", "retry")
    assert _run("tag", "parked") == "No post is parked.\n"
    logged = desk.rows(
        "select row_key ->> 'post_id', new_values ->> 'state' from tenancy.audit_log"
        " where table_name = 'curation.post_classifications'"
    )
    assert sorted(logged) == sorted([(post, "waiting"), (other, "waiting")])
    with model_at(ChatServer(answering(lambda _: [found("baking")])), monkeypatch):
        assert len(tag(desk).outcome.answered) == 2


def test_only_who_may_edit_tags_decides(desk: CuratedPosts):
    for name in ("isla", "ewan"):
        _run("user", "add", f"{name}@bakery.example")
    _run("member", "add", "isla@bakery.example", "--role", "owner")
    _run("--as", "isla@bakery.example", "member", "add", "ewan@bakery.example", "--role", "viewer")
    for denied in (("accept", "ptg-00000001"), ("reject", "ptg-00000001"), ("retry",), ("apply",)):
        assert "lacks the right" in _run("--as", "ewan@bakery.example", "tag", *denied, code=1)
    # Whoever may decide on the tags of posts adds no tag.
    _run("--as", "isla@bakery.example", "member", "role", "ewan@bakery.example", "member")
    assert "is no suggestion" in _run("--as", "ewan@bakery.example", "tag", "accept", "ptg-00000001", code=1)
    assert "lacks the right tags.edit" in _run("--as", "ewan@bakery.example", "tag", "accept", "tpr-00000001", code=1)


def test_how_models_tag_is_a_setting_of_the_organization(desk: CuratedPosts):
    _run("tagging", "add", "--threshold", "0.9")
    _run("tagging", "edit", "--posts-a-run", "20")
    assert desk.rows("select threshold::text, posts_a_run from curation.model_tagging") == [("0.900", 20)]
    assert "less than or equal to 1" in _run("tagging", "edit", "--threshold", "1.5", code=1)
    _run("tagging", "remove", "--yes")
    assert desk.rows("select 1 from curation.model_tagging") == []
