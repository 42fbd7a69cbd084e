"""Analyzers are chosen, planned and run by commands; the asset shows what was found."""

import json
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets.media.analysis.assets import analyses
from syndication_assets_tests.media.analysis.analysis_desk import AnalysisDesk
from syndication_assets_tests.media.media_samples import picture

pytestmark = pytest.mark.one_server


@pytest.fixture(autouse=True)
def environment(desk: AnalysisDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", desk.url)
    monkeypatch.setenv("SYNDICATION_MEDIA_URL", str(desk.directory))
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path / "local"))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def run(*arguments: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == exit_code, result.output
    return result.output


def test_a_person_plans_analyses_and_reads_what_was_found(desk: AnalysisDesk):
    desk.store(picture(seed=1), picture(seed=2))
    assert "Nothing was analysed yet" in run("media", "analyses")
    run("analyzer", "add", "vision", "--model", "small", "--organization", "default")
    plan = run("media", "analyze", "--plan")
    assert "default: colours: 2 new, 0 waiting, 0 parked, 0 seen only by an older version; 5,000 a run at most" in plan
    assert "vision (small): 2 new" in plan
    assert "the price of the model is unknown" in plan
    assert "it cannot look at pictures: OPENAI_API_KEY is not set" in plan
    run("price", "add", "openai", "small", "2025-01-01", *("--currency", "USD"), *("--input-price", "1"),
        *("--cached-input-price", "0.5"), *("--output-price", "9"))  # fmt: skip
    assert "at most 0.0212 USD" in run("media", "analyze", "--plan")
    done = run("media", "analyze")
    assert "2 pictures were queued. colours: 2 completed." in done
    assert "default: vision looked at no picture: OPENAI_API_KEY is not set" in done
    assert run("media", "analyze", "--analyzer", "colours").startswith("0 pictures were queued. None waited.")
    listed = json.loads(run("media", "analyses", "--json", "--state", "completed"))
    assert [row["colours"][0]["colour"][0] for row in listed] == ["#", "#"]
    assert "colours v1 completed: #" in run("media", "analyses", "--organization", "default")


def test_what_is_parked_waits_again_when_somebody_says_so(desk: AnalysisDesk):
    desk.store(picture())
    desk.run()
    desk.rows(
        "update media.analyses set state = 'failed', is_newest = false, reason = 'no', colours = null returning 1"
    )
    assert "failed: no" in run("media", "analyses", "--state", "failed")
    assert run("media", "retry-analyses", "--organization", "default").startswith("1 analyses wait again.")
    assert "colours: 1 completed" in run("media", "analyze")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("vision",), "vision needs a model"),
        (("colours", "--model", "small"), "colours has no model"),
        (("tesseract",), "tesseract needs the languages"),
        (("rapidocr", "--languages", "ara"), "rapidocr is told no languages"),
    ],
)
def test_an_analyzer_is_told_what_it_needs_and_nothing_else(options: tuple[str, ...], message: str):
    assert message in run("analyzer", "add", *options, "--organization", "default", exit_code=1)


def test_the_asset_shows_what_was_found_and_says_so_without_a_file(desk: AnalysisDesk, tmp_path: Path):
    def materialized() -> dict[str, object]:
        with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path)) as instance:
            result = dg.materialize([analyses], instance=instance)
        (materialization,) = result.asset_materializations_for_node("media__analyses")
        return {name: value.value for name, value in materialization.metadata.items()}

    empty = materialized()
    assert (empty["stored_files"], empty["analysed"]) == (0, 0)
    desk.store(picture())
    desk.choose("vision", model="small")
    shown = materialized()
    assert (shown["stored_files"], shown["pictures_queued"], shown["analysed"], shown["failed"]) == (1, 1, 1, 0)
    assert "| default | colours |" in str(shown["analyses"])
    assert "| colours |  | #" in str(shown["newest"])
    assert "default: vision | OPENAI" in str(shown["not_analysed"])
