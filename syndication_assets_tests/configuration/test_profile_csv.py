"""Profiles from CSV, as spreadsheets of all kinds write it: the values, or every wrong line with what to do."""

from pathlib import Path

import pytest

from syndication_assets.configuration.configuration_document import Document, entries_of_file
from syndication_assets.configuration.sections.profiles import PROFILES


def read(tmp_path: Path, content: str | bytes) -> tuple[list[tuple[object, ...]], list[str]]:
    """The profiles, and the problems without the directory of the file."""
    path = tmp_path / "profiles.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    document = Document(str(path), None, {})
    problems = entries_of_file(document, PROFILES, path)
    entries = [tuple(entry.model_dump().values()) for entry in document.entries.get("profiles", ())]
    return entries, [str(problem).removeprefix(f"{tmp_path}/") for problem in problems]


TWO = [("linkedin", "jane-doe", True, None), ("youtube", "UCx", False, "Ours")]
CSV = "platform,username,is_active,notes\nlinkedin,jane-doe,,\nyoutube,UCx,FALSE,Ours\n"


@pytest.mark.parametrize(
    "content",
    [
        CSV,
        CSV.encode("utf-8-sig"),
        CSV.encode("utf-16"),
        CSV.replace(",", ";"),
        CSV.replace(",", "\t"),
        CSV.replace("\n", "\r\n"),
        CSV.replace("\n", "\r"),
        CSV.rstrip("\n"),
        CSV + "\n,,,\n",
        CSV.replace("jane-doe", '" Jane-Doe "').replace("platform", "Platform"),
    ],
    ids=["plain", "bom", "utf-16", "semicolons", "tabs", "crlf", "cr", "no end", "empty lines", "quotes and spaces"],
)
def test_what_spreadsheets_write_is_read(tmp_path: Path, content: str | bytes):
    assert read(tmp_path, content) == (TWO, [])


@pytest.mark.parametrize("spelling", ["J%C3%BCrgen", "Jürgen", "Ju\u0308rgen", "JÜRGEN"])
def test_a_name_has_the_spelling_that_loads_give_it(tmp_path: Path, spelling: str):
    entries, _ = read(tmp_path, f"platform,username\nlinkedin,{spelling}\n")
    assert entries == [("linkedin", "jürgen", True, None)]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("platform,username\nlinkedin,jane\nlinkedin,JANE\n", "profiles.csv:3:1: `linkedin/jane` is already in line 2"),
        ("platform,username\nlinkedin,Jürgen\n".encode("latin-1"), "profiles.csv:2:1: The file is not UTF-8"),
        ('platform,username\nlinkedin,"jane\rdoe"\n', "profiles.csv:2:1: The cell `username` has a line break in it"),
        ("platform,username\nlinkedin,jane\rdoe\n", "profiles.csv:3:1: The line has 1 cells, the first line 2"),
        ("platform,username\nlinkedin,\n", "profiles.csv:2:1: `username`"),
        ("platform,username\nlinkedin,jane\u202edoe\n", "is no name of a profile"),
        ("platform,username\nlinkedin,https://www.linkedin.com/in/jane\n", "is a URL: write only the name"),
        ("platform,username\nLinked In,jane\n", "profiles.csv:2:1: `platform` is 'Linked In'"),
        (
            "platform,username,is_active\nlinkedin,jane,no\n",
            "profiles.csv:2:1: `is_active` is 'no': write true or false",
        ),
        ("platform,username\nlinkedin,jane,x\n", "The line has 3 cells, the first line 2"),
        ("linkedin,jane\n", "The first line must name the columns"),
        ("platform,username,plattform\n", "The first line must name the columns"),
        ("", "The first line must name the columns: platform,username"),
        ('platform,username\nlinkedin,"jane\n', "This is no CSV"),
        (
            "platform,username,notes\nlinkedin,jane,sk-" + "a1B2" * 6 + "\n",
            "profiles.csv:2:1: This looks like a secret",
        ),
    ],
)
def test_a_wrong_line_is_told_with_what_to_do(tmp_path: Path, content: str | bytes, problem: str):
    _, problems = read(tmp_path, content)
    assert len(problems) == 1
    assert problem in problems[0]


def test_every_wrong_line_is_told_at_once(tmp_path: Path):
    _, problems = read(tmp_path, "platform,username\nX,jane\nlinkedin\nlinkedin,\nlinkedin,jane\n")
    assert [problem.split(":")[1] for problem in sorted(problems)] == ["2", "3", "4"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    document = Document("acme.yaml", None, {})
    (problem,) = entries_of_file(document, PROFILES, tmp_path / "away.csv")
    assert "away.csv:1:1: The file cannot be read" in str(problem)
