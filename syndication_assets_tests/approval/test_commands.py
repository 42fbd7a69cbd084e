"""An approver's day on the command line, and who may do what."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets_tests.approval.approval_desk import ApprovalDesk
from syndication_assets_tests.content.shop_in_tables import Shop

pytestmark = pytest.mark.one_server


@pytest.fixture
def desk(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ApprovalDesk:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    return ApprovalDesk(database_url, olga="owner", ann="editor", mia="manager", vic="viewer")


def run(name: str, *arguments: str, fails: bool = False) -> str:
    result = CliRunner().invoke(main, ["--as", f"{name}@x.example", "approval", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == int(fails), result.output
    return result.output


def test_a_workflow_is_made_shown_followed_and_paused(desk: ApprovalDesk):
    assert "lacks the right workflows.edit" in run("ann", "workflow", "add", "flow", fails=True)
    run("mia", "workflow", "add", "flow", "--content-types", "announcement", "--forbids-own")
    assert "nobody may decide the step" in run("mia", "step", "add", "flow", "check", "--order", "1", fails=True)
    assert "is no member" in run(
        "mia", "step", "add", "flow", "check", "--order", "1", "--people", "nobody@x.example", fails=True
    )
    run("mia", "step", "add", "flow", "check", "--order", "1", "--roles", "editor", "--remind-after-hours", "4")
    run(
        "mia", "step", "add", "flow", "sign", "--order", "2", "--people", "MIA@x.example", "--needs", "all",
        "--escalate-after-hours", "8", "--escalate-to-roles", "owner",
    )  # fmt: skip
    run("mia", "step", "edit", "flow", "check", "--remind-after-hours", "2.5")
    run("mia", "hours", "add", "--time-zone", "Asia/Bahrain", "--working-days", "7", "--working-days", "1")
    assert run("mia", "workflow", "show", "flow").splitlines()[-2:] == [
        "step 1 check: any of every editor; reminder after 2.50 h",
        "step 2 sign: all of mia@x.example; after 8.00 h also every owner",
    ]
    (hours,) = json.loads(run("mia", "hours", "list", "--json"))
    assert (hours["time_zone"], hours["working_days"]) == ("Asia/Bahrain", [7, 1])
    run("mia", "workflow", "pause", "flow")
    run("mia", "workflow", "resume", "flow")
    run("mia", "step", "remove", "flow", "sign", "--yes")
    message = run("mia", "workflow", "edit", "flow", "--automatic-generators", "template", fails=True)
    assert "people always decide the last step" in message
    run("mia", "workflow", "remove", "flow", "--yes")
    assert json.loads(run("mia", "step", "list", "--json")) == []
    actors = {actor for (actor,) in desk.rows("select actor from tenancy.audit_log where table_name ~ '^approval'")}
    assert actors == {desk.user["mia"]}


def test_an_approver_reads_the_inbox_decides_delegates_and_reads_the_history(desk: ApprovalDesk):
    shop = Shop(desk.url)
    shop.load_templates()
    shop.channel()
    shop.product("kilt", shop.category("Kilts"))
    shop.select()
    shop.write()
    shop.close()
    content_id = desk.value("select content_id from content.posts_content")
    flow = desk.workflow()
    desk.step(flow, 1, "ann")
    desk.step(flow, 2, "mia")
    assert run("ann", "inbox") == "Nothing waits for you.\n"
    assert "no round of" in run("ann", "approve", content_id, fails=True)
    run_review = CliRunner().invoke(main, ["--as", "ann@x.example", "review", "approve", content_id])
    assert run_review.output == f"{content_id} is approved by you, and waits for the step 'step 2'.\n"
    assert run("ann", "inbox") == "Nothing waits for you.\n"
    delegated = run("mia", "delegate", "add", "ann@x.example", "--until", "2999-01-01", "--reason", "on holiday")
    assert "Mia → Ann" in run("vic", "delegate", "list")
    listed = run("ann", "inbox")
    assert "flow: step 2" in listed
    assert "(for Mia; score" in listed
    (as_json,) = json.loads(run("ann", "inbox", "--json"))
    assert (as_json["subject_id"], as_json["step_order"]) == (content_id, 2)
    assert "lacks the right approvals.decide" in run("vic", "approve", content_id, fails=True)
    output = run("ann", "approve", as_json["round_id"], "--reason", "as agreed")
    assert output == f"{content_id}: your decision is stored; the round is approved.\n"
    history = run("vic", "history", content_id).splitlines()
    assert history[0].endswith(" UTC")
    assert "approved by Ann for Mia at" in history[1]
    assert history[1].endswith(": as agreed")
    assert json.loads(run("vic", "history", "cnt-ffffffff", "--json")) == []
    delegation = delegated.split()[1].rstrip(".")
    assert "lacks the right workflows.edit" in run("ann", "delegate", "remove", delegation, fails=True)
    run("mia", "delegate", "remove", delegation)
    assert run("ann", "delegate", "list") == "Nobody decides for anybody else.\n"
    run("ann", "reject", content_id, "--reason", "a typo")
    assert desk.value("select state::text from content.posts_content") == "rejected"
