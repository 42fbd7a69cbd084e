"""People decide: what each decision leaves behind, and what is refused."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets.content.review.text_decisions import ReviewError, approve, edit, reject, show, waiting
from syndication_assets_tests.content.shop import FIRST_DAY, Shop


@pytest.fixture
def written(shop: Shop) -> Shop:
    """A shop with one text that nobody has decided on."""
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


def test_approving_twice_is_harmless(written: Shop, content_id: str):
    assert approve(written.url, content_id, "ann")
    assert not approve(written.url, content_id, "bob")
    assert _approvals(written) == [(content_id, "approved", "ann")]


def test_a_text_that_breaks_a_hard_rule_is_refused_with_the_reasons(written: Shop, content_id: str):
    written.rule("banned_words", value=["kilt"])
    with pytest.raises(ReviewError, match="banned_words: the word 'kilt' must not be used"):
        approve(written.url, content_id, "ann")
    assert _approvals(written) == []
    assert "banned_words" in written.broken_rules(content_id)


def test_the_facts_of_today_count_and_not_those_of_the_day_it_was_written(written: Shop, content_id: str):
    written.execute("update catalogue.products set price = 99")
    if "£" in show(written.url, content_id)[0].draft.text_content:
        with pytest.raises(ReviewError, match="price_claims"):
            approve(written.url, content_id, "ann")
    written.execute("update catalogue.products set is_active = false, deactivated_at = now()")
    with pytest.raises(ReviewError, match="is_available"):
        approve(written.url, content_id, "ann")


def test_a_rejection_has_a_reason_and_withdraws_the_approval(written: Shop, content_id: str):
    approve(written.url, content_id, "ann")
    with pytest.raises(ReviewError, match="needs its reason"):
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


def test_an_edit_that_breaks_a_rule_waits_and_says_which(written: Shop, content_id: str):
    new_id, reasons = edit(written.url, content_id, "bob", "A kilt for £1.")
    assert _state(written, new_id) == "needs_review"
    assert any(reason.startswith("price_claims") for reason in reasons)
    assert any(reason.startswith("link_required") for reason in reasons)


@pytest.mark.parametrize(
    "decide", [approve, lambda url, i, by: reject(url, i, by, "late"), lambda u, i, b: edit(u, i, b, "x")]
)
def test_a_replaced_text_takes_no_decision(written: Shop, content_id: str, decide):
    edit(written.url, content_id, "bob", "Another text.")
    with pytest.raises(ReviewError):
        decide(written.url, content_id, "ann")


def test_the_same_text_is_no_edit(written: Shop, content_id: str):
    with pytest.raises(ReviewError, match="would be the same"):
        edit(written.url, content_id, "bob", written.texts()[0]["text_content"] + "\n")
    assert len(written.texts()) == 1


def test_what_went_out_is_neither_edited_nor_rejected(written: Shop, content_id: str):
    approve(written.url, content_id, "ann")
    target = written.insert(
        "publishing.post_targets", "target_id", content_id=content_id,
        content_hash=written.texts()[0]["content_hash"], platform="facebook", channel_type="feed_post",
        account_id=written.value("select account_id from channels.social_accounts"), state="scheduled",
        scheduled_at=FIRST_DAY, is_simulated=True,
    )  # fmt: skip
    written.execute(
        "update publishing.post_targets set state = 'publishing', leased_by = 'test', leased_until = now()"
        " where target_id = %s",
        [target],
    )
    with pytest.raises(ReviewError, match="went out"):
        reject(written.url, content_id, "bob", "late")
    with pytest.raises(ReviewError, match="went out"):
        edit(written.url, content_id, "bob", "Another text.")


def test_an_edit_is_in_the_audit_log_with_the_editor(written: Shop, content_id: str):
    edit(written.url, content_id, "bob", "Another text.")
    assert [one for one in _audited(written, "content.posts_content") if one[0] == "bob"] == [
        ("bob", "update"),
        ("bob", "insert"),
    ]


def test_the_list_names_what_waits_and_why(written: Shop, content_id: str):
    (row,) = waiting(written.url)
    assert (row[0], row[1], row[2], row[3], row[4], row[5]) == (
        content_id, FIRST_DAY, "facebook/feed_post", "template", "needs_review", "",
    )  # fmt: skip
    approve(written.url, content_id, "ann")
    assert waiting(written.url) == []


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


def test_the_command_line_reads_a_file_and_rejects(command_line: Shop, content_id: str, tmp_path: Path):
    (tmp_path / "new.txt").write_text("Another text.\n")
    edited = _run("edit", content_id, str(tmp_path / "new.txt"), "--by", "bob")
    assert "link_required" in edited.output
    new_id = edited.output.split()[0]
    assert _run("reject", new_id, "--reason", "no link", "--by", "bob").exit_code == 0
    assert "rejected by bob" in _run("show", new_id).output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "cnt-nothing"], "There is no text cnt-nothing"),
        (["approve", "cnt-nothing"], "review list"),
        (["list", "--organization", "nobody"], "There is no organization"),
        (["reject", "cnt-nothing"], "Missing option '--reason'"),
    ],
)
def test_a_mistake_is_one_sentence(command_line: Shop, arguments: list[str], said: str):
    result = _run(*arguments)
    assert result.exit_code != 0
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_refused_approval_ends_with_one_and_the_reasons(command_line: Shop, content_id: str):
    command_line.rule("banned_words", value=["kilt"])
    result = _run("approve", content_id)
    assert result.exit_code == 1
    assert "banned_words" in result.output
