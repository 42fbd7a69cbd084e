"""`syndication brand`: a brand manager's first hour."""

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from syndication_assets.brand.example.example_brand import example_logo
from syndication_assets.cli.main import main
from syndication_assets_tests.brand.conftest import Studio
from syndication_assets_tests.rendering.looks import document

pytestmark = pytest.mark.one_server


def run(*arguments: str, fails: bool = False) -> str:
    result = CliRunner().invoke(main, ["brand", *arguments])
    assert (result.exit_code != 0) is fails, result.output
    return result.output


def test_a_brand_gets_a_logo_a_colour_and_a_preview_and_is_rolled_back(studio: Studio, tmp_path: Path):
    logo, output = tmp_path / "mark.png", tmp_path / "preview.png"
    logo.write_bytes(example_logo())
    assert "version 2 of the brand" in run("asset", "add", str(logo), "--brand", "Acme", "--type", "logo")
    assert "accent #f4a95b" in run("edit", "Acme", "--colours", "accent=#ffaa00", "--banned-words", "guru")
    shown = run("show", "Acme")
    assert "accent #ffaa00" in shown
    assert "primary #0e3b43" in shown  # the other colours stay
    assert "minimum_score: 0.80, as the level moderate has it" in shown
    (file,) = json.loads(run("asset", "list", "--json"))
    assert (file["name"], file["versions"], file["is_in_use"]) == ("mark", 2, True)
    assert "Wrote" in run("template", "preview", "Figure", "--format", "square", "--output", str(output))
    assert Image.open(io.BytesIO(output.read_bytes())).size == (1080, 1080)
    assert "this is version 4" in run("roll-back", "Acme", "1")
    history = run("history", "Acme")
    assert "files: mark → none" in history
    assert "repeats version 1" in history
    assert "1080 by 1920, facebook story_post" in run("template", "show", "Figure")


def test_a_template_is_checked_before_it_is_stored_and_its_edit_is_a_version(studio: Studio, tmp_path: Path):
    file = tmp_path / "template.json"
    file.write_text(json.dumps({**document(), "surprise": 1}))
    assert "surprise" in run("template", "add", "Mine", "--document", str(file), fails=True)
    file.write_text("{")
    assert "is no JSON file" in run("template", "add", "Mine", "--document", str(file), fails=True)
    file.write_text(json.dumps(document()))
    run("template", "add", "Mine", "--brand", "Acme", "--document", str(file))
    assert "this document already" in run("template", "edit", "Mine", "--document", str(file))
    file.write_text(json.dumps(document(name="Other")))
    assert "a new version" in run("template", "edit", "Mine", "--document", str(file))
    assert "version 2, only for Acme" in run("template", "show", "Mine")
    assert "made for it" in run("remove", "Acme", "--yes", fails=True)
    run("template", "remove", "Mine", "--yes")
    run("remove", "Acme", "--yes")


def test_the_errors_say_what_there_is(studio: Studio, tmp_path: Path):
    output = ("--output", str(tmp_path / "x.png"))
    assert "there are Editorial, Figure, Statement" in run("template", "preview", "Ghost", *output, fails=True)
    assert "there are Acme" in run("show", "Ghost", fails=True)
    run("add-example")
    assert "Name the brand with --brand; there are Acme, Meridian" in run(
        "template", "preview", "Figure", *output, fails=True
    )
    run("template", "preview", "Figure", "--brand", "Meridian", "--format", "square", *output)
    assert "add its file with" in run("edit", "Acme", "--heading-family", "Ghost Sans", fails=True)
    assert "colours that it has not: light" in run("edit", "Acme", "--colours", "light=", fails=True)
