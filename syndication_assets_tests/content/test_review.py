"""Decisions by people: their effects, and which decisions are rejected."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets.content.review.reviewed_texts import ReviewError, show, waiting
from syndication_assets.content.review.text_decisions import approve, edit, reject, restore
from syndication_assets_tests.content.shop_in_tables import FIRST_DAY, Shop


@pytest.fixture
def written(shop: Shop) -> Shop:
    """A shop with one undecided text."""
    shop.channel()
    shop.product("kilt", shop.category("Kilts"))
    shop.select()
    shop.write()
    shop.decide()
    return shop


@pytest.fixture
def content_id(written: Shop) -> str:
    return str(written.texts()[0]["content_id"])


def _approvals(shop: Shop) -> list[tuple[str, str, str]]:
    return shop.execute(
        "select content_id, decision::text, decided_by from content.approvals order by decided_at, decision"
    )


def _state(shop: Shop, content_id: str) -> str:
    return str(shop.value("select state::text from content.posts_content where content_id = %s", [content_id]))


def _audited(shop: Shop, table: str) -> list[tuple[str, str]]:
    return shop.execute(
        "select actor, action::text from tenancy.audit_log where table_name = %s order by occurred_at, action desc",
        [table],
    )


def test_an_approval_is_bound_to_the_hash_and_audited(written: Shop, content_id: str):
    assert approve(written.url, content_id, "ann")
    assert _state(written, content_id) == "approved"
    assert written.value(
        "select a.content_hash = c.content_hash from content.approvals as a"
        " join content.posts_content as c using (content_id)"
    )
    assert _audited(written, "content.approvals") == [("ann", "insert")]


def test_a_second_approval_changes_nothing(written: Shop, content_id: str):
    assert approve(written.url, content_id, "ann")
    assert not approve(written.url, content_id, "bob")
    assert _approvals(written) == [(content_id, "approved", "ann")]


def test_approving_a_text_that_breaks_a_hard_rule_fails_with_the_reasons(written: Shop, content_id: str):
    written.rule("banned_words", value=["kilt"])
    with pytest.raises(ReviewError, match="banned_words: the word 'kilt' is banned"):
        approve(written.url, content_id, "ann")
    assert _approvals(written) == []
    assert "banned_words" in written.broken_rules(content_id)


def test_an_approval_checks_todays_facts(written: Shop, content_id: str):
    written.execute("update catalogue.products set price = 99")
    if "£" in show(written.url, content_id)[0].draft.text_content:
        with pytest.raises(ReviewError, match="price_claims"):
            approve(written.url, content_id, "ann")
    written.execute("update catalogue.products set is_active = false, deactivated_at = now()")
    with pytest.raises(ReviewError, match="is_available"):
        approve(written.url, content_id, "ann")


def test_a_rejection_needs_a_reason_and_withdraws_the_approval(written: Shop, content_id: str):
    approve(written.url, content_id, "ann")
    with pytest.raises(ReviewError, match="needs a reason"):
        reject(written.url, content_id, "bob", " ")
    assert reject(written.url, content_id, "bob", "too cold")
    assert not reject(written.url, content_id, "bob", "too cold")
    assert _approvals(written) == [(content_id, "rejected", "bob")]
    with pytest.raises(ReviewError, match="is rejected: edit it"):
        approve(written.url, content_id, "ann")
    assert ("bob", "delete") in _audited(written, "content.approvals")


def test_an_edit_is_a_new_version_and_withdraws_the_approval(written: Shop, content_id: str):
    approve(written.url, content_id, "ann")
    old = written.texts()[0]["text_content"]
    new_id, reasons = edit(written.url, content_id, "bob", old.replace("kilt", "warm kilt", 1))
    assert reasons == []
    first, second = written.texts()
    assert (first["state"], first["text_content"]) == ("superseded", old)
    assert (second["content_id"], second["version"], second["generator"], second["created_by"], second["state"]) == (
        new_id, 2, "person", "bob", "generated",
    )  # fmt: skip
    assert _approvals(written) == []
    assert first["content_hash"] != second["content_hash"]
    assert approve(written.url, new_id, "ann")


def test_an_edit_that_breaks_a_rule_needs_review_and_names_the_rule(written: Shop, content_id: str):
    new_id, reasons = edit(written.url, content_id, "bob", "A kilt for £1.")
    assert _state(written, new_id) == "needs_review"
    assert any(reason.startswith("price_claims") for reason in reasons)
    assert any(reason.startswith("link_required") for reason in reasons)


@pytest.mark.parametrize(
    "decide", [approve, lambda url, i, by: reject(url, i, by, "late"), lambda u, i, b: edit(u, i, b, "x")]
)
def test_a_replaced_text_accepts_no_decision(written: Shop, content_id: str, decide):
    edit(written.url, content_id, "bob", "Another text.")
    with pytest.raises(ReviewError):
        decide(written.url, content_id, "ann")


def test_an_unchanged_text_is_not_an_edit(written: Shop, content_id: str):
    with pytest.raises(ReviewError, match="is the same as the old text"):
        edit(written.url, content_id, "bob", written.texts()[0]["text_content"] + "\n")
    assert len(written.texts()) == 1


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_an_empty_text_is_not_an_edit(written: Shop, content_id: str, text: str):
    with pytest.raises(ReviewError, match="is empty: write a text, or reject"):
        edit(written.url, content_id, "bob", text)
    assert len(written.texts()) == 1


def test_a_replaced_text_is_restored_as_a_new_version_with_its_link_and_picture(written: Shop, content_id: str):
    second, _ = edit(written.url, content_id, "bob", "Another text.")
    third, _ = edit(written.url, second, "bob", "A third text.")
    replaced, restored, reasons = restore(written.url, content_id, "ann")
    assert (replaced, reasons) == (third, [])
    texts = written.texts()
    facts = ("text_content", "hashtags", "call_to_action", "alt_text", "link_url", "image_url", "content_hash")
    assert [texts[-1][name] for name in facts] == [texts[0][name] for name in facts]
    assert (texts[-1]["content_id"], texts[-1]["version"], texts[-1]["created_by"]) == (restored, 4, "ann")
    assert [text["state"] for text in texts] == ["superseded", "superseded", "superseded", "generated"]
    assert approve(written.url, restored, "ann")


def test_a_text_that_was_not_replaced_is_not_restored(written: Shop, content_id: str):
    with pytest.raises(ReviewError, match="was not replaced: there is nothing to undo"):
        restore(written.url, content_id, "ann")


def test_a_published_text_is_neither_edited_nor_rejected(written: Shop, content_id: str):
    approve(written.url, content_id, "ann")
    _start_publishing(written, content_id)
    with pytest.raises(ReviewError, match="was published"):
        reject(written.url, content_id, "bob", "late")
    with pytest.raises(ReviewError, match="was published"):
        edit(written.url, content_id, "bob", "Another text.")


def test_the_texts_before_a_published_one_are_not_restored(written: Shop, content_id: str):
    newest, _ = edit(written.url, content_id, "bob", written.texts()[0]["text_content"].replace("kilt", "warm kilt", 1))
    approve(written.url, newest, "ann")
    _start_publishing(written, newest)
    with pytest.raises(ReviewError, match=f"{newest} was published"):
        restore(written.url, content_id, "bob")


def test_the_audit_log_names_the_editor_of_an_edit(written: Shop, content_id: str):
    edit(written.url, content_id, "bob", "Another text.")
    assert [entry for entry in _audited(written, "content.posts_content") if entry[0] == "bob"] == [
        ("bob", "update"),
        ("bob", "insert"),
    ]


def test_the_list_shows_undecided_texts_with_reasons(written: Shop, content_id: str):
    (row,) = waiting(written.url)
    assert (row[0], row[1], row[2], row[3], row[4], row[5]) == (
        content_id, FIRST_DAY, "facebook/feed_post", "template", "needs_review", "",
    )  # fmt: skip
    approve(written.url, content_id, "ann")
    assert waiting(written.url) == []


def _start_publishing(shop: Shop, content_id: str) -> None:
    """A target of an approved text that was sent, with an outcome still to come."""
    target = shop.insert(
        "publishing.post_targets", "target_id", content_id=content_id,
        content_hash=shop.value("select content_hash from content.posts_content where content_id = %s", [content_id]),
        platform="facebook", channel_type="feed_post",
        account_id=shop.value("select account_id from channels.social_accounts"), state="scheduled",
        scheduled_at=FIRST_DAY, is_simulated=True,
    )  # fmt: skip
    shop.execute(
        "update publishing.post_targets set state = 'publishing', leased_by = 'test', leased_until = now()"
        " where target_id = %s",
        [target],
    )


def _run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, ["review", *arguments], input=text)


@pytest.fixture
def command_line(written: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shop:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", written.url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    return written


def test_the_command_line_lists_shows_edits_and_approves(command_line: Shop, content_id: str):
    listed = _run("list", "--organization", "default")
    assert content_id in listed.output
    shown = _run("show", content_id)
    text = command_line.texts()[0]["text_content"]
    assert text in shown.output
    assert "rules are met" in shown.output
    edited = _run("edit", content_id, "--by", "bob", text=text.replace("kilt", "warm kilt", 1))
    assert edited.exit_code == 0, edited.output
    new_id = edited.output.split()[0]
    assert f"syndication review approve {new_id}" in edited.output
    assert _run("approve", new_id, "--by", "ann").output == f"{new_id} is approved.\n"
    assert _run("approve", new_id, "--by", "ann").output == f"{new_id} was already approved.\n"
    assert "approved by ann" in _run("show", new_id).output
    assert "No text waits" in _run("list").output


def test_the_command_line_lists_texts_as_json(command_line: Shop, content_id: str):
    (listed,) = json.loads(_run("list", "--json").output)
    assert (listed["content_id"], listed["planned_on"], listed["reasons"]) == (content_id, str(FIRST_DAY), "")
    approve(command_line.url, content_id, "ann")
    assert json.loads(_run("list", "--json").output) == []


def test_the_command_line_undoes_an_edit(command_line: Shop, content_id: str):
    edited = _run("edit", content_id, "--by", "bob", text="Another text.")
    restored = _run("restore", content_id, "--by", "ann")
    assert restored.exit_code == 0, restored.output
    new_id = restored.output.split()[0]
    assert restored.output == (
        f"{new_id} replaces {edited.output.split()[0]}.\nApprove it with: syndication review approve {new_id}\n"
    )
    assert _run("edit", new_id, text="").output.startswith(f"Error: The new text of {new_id} is empty")


def test_a_terminal_edits_the_text_in_an_editor(
    command_line: Shop, content_id: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/kilt/warm kilt/' \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setattr("syndication_assets.cli.social.review.is_terminal", lambda: True)
    edited = _run("edit", content_id, "--by", "bob")
    assert edited.exit_code == 0, edited.output
    assert "warm kilt" in command_line.texts()[-1]["text_content"]
    editor.write_text("#!/bin/sh\n")
    unchanged = _run("edit", edited.output.split()[0], "--by", "bob")
    assert "The editor saved nothing" in unchanged.output
    assert len(command_line.texts()) == 2


def test_the_command_line_reads_a_file_and_rejects(command_line: Shop, content_id: str, tmp_path: Path):
    (tmp_path / "new.txt").write_text("Another text.\n")
    edited = _run("edit", content_id, str(tmp_path / "new.txt"), "--by", "bob")
    assert "link_required" in edited.output
    new_id = edited.output.split()[0]
    assert _run("reject", new_id, "--reason", "no link", "--by", "bob").exit_code == 0
    assert "rejected by bob" in _run("show", new_id).output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "cnt-nothing"], "There is no text cnt-nothing"),
        (["approve", "cnt-nothing"], "review list"),
        (["list", "--organization", "nobody"], "There is no organization"),
        (["reject", "cnt-nothing"], "Missing option '--reason'"),
    ],
)
def test_a_mistake_gives_a_message_without_a_traceback(command_line: Shop, arguments: list[str], message: str):
    result = _run(*arguments)
    assert result.exit_code != 0
    assert message in result.output
    assert "Traceback" not in result.output


def test_a_rejected_approval_exits_with_1_and_the_reasons(command_line: Shop, content_id: str):
    command_line.rule("banned_words", value=["kilt"])
    result = _run("approve", content_id)
    assert result.exit_code == 1
    assert "banned_words" in result.output
