"""Reading a configuration file: every problem at once, at its place, with what to do; never a secret."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from syndication_assets.configuration.configuration_document import model_of, read_document
from syndication_assets.configuration.file.problems import ConfigurationError
from syndication_assets.configuration.schema_page import SCHEMA_FILES, schema_text
from syndication_assets.configuration.sections import OF_ORGANIZATIONS, SHARED
from syndication_assets.configuration.sections.profiles import Profile
from syndication_assets.settings import PROJECT_DIRECTORY

HEAD = "organization: {slug: acme, name: Acme}\n"
EXAMPLES = sorted((PROJECT_DIRECTORY / "docs" / "examples").glob("*.yaml"))
YAML_IN_THE_MANUAL = [
    block
    for page in sorted((PROJECT_DIRECTORY / "docs").glob("*.md"))
    for block in re.findall(r"^```yaml\n(.*?)^```", page.read_text(), flags=re.MULTILINE | re.DOTALL)
]
TOKEN = "sk-" + "a1B2c3D4" * 4


@pytest.fixture
def problems(tmp_path: Path):
    """The problems of a text, each as `line:column: message`."""

    def of(text: str) -> list[str]:
        (tmp_path / "acme.yaml").write_text(text)
        with pytest.raises(ConfigurationError) as caught:
            read_document(tmp_path / "acme.yaml")
        return [line.removeprefix(f"{tmp_path}/acme.yaml:") for line in str(caught.value).splitlines()]

    return of


def test_all_problems_are_told_at_once_in_the_order_of_the_file(problems: Any):
    keys, fields = model_of(is_shared=False).model_fields, Profile.model_fields
    assert problems(
        "organization: {slug: Acme, name: 12}\n"
        "vendor: []\n"
        "profiles:\n"
        "  - {platform: linkedin, username: jane, is_active: no}\n"
        "  - {platform: linkedin, usrname: jane}\n"
        "budgets:\n"
        "  - {period: week, amount: '20', currency: gbp}\n"
        "schedules: {}\n"
        "members:\n"
        "  - isla@acme.example\n"
    ) == [
        "1:22: `slug` is 'Acme': it must match ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$.",
        "1:34: `name` is 12, which is no text: put it in quotes, as in '12'.",
        f"2:1: The key `vendor` is unknown: did you mean `vendors`? The keys here are {', '.join(keys)}.",
        "4:53: `is_active` is 'no', which is a text here: write true or false.",
        "5:5: `username` is missing: add it.",
        f"5:26: The key `usrname` is unknown: did you mean `username`? The keys here are {', '.join(fields)}.",
        "7:14: `period` is 'week': choose from 'day', 'month'.",
        "7:28: `amount` is '20': it is no number: write it without quotes, as 12.50.",
        "7:44: `currency` is 'gbp': it must match ^[A-Z]{3}$.",
        "8:12: `schedules` is a mapping: it must be a list: begin each entry with `- `.",
        "10:5: `members` is 'isla@acme.example': it must be a mapping of `key: value` lines.",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("profiles: []\n", "1:1: Begin the file with `organization:`"),
        (HEAD + "shared: true\n", "1:1: Begin the file with `organization:`"),
        ("- a\n", "1:1: The file is no mapping"),
        (HEAD + "prices: []\n", "2:1: `prices` belongs into a file that begins with `shared: true`"),
        ("shared: true\nbudgets: []\n", "2:1: `budgets` belongs into the file of an organization"),
        (HEAD + "budgets: [{period: day, amount: 1.00001, currency: GBP}]\n", "2:33: `amount` is 1.00001: decimal"),
        (HEAD + "accounts: [{platform: facebook, remote_id: 12345, name: A}]\n", "put it in quotes, as in '12345'"),
        (HEAD + "members: [{email: nobody}]\n", "2:19: `email` is 'nobody': it must match"),
        (HEAD + "profiles:\n  - {platform: linkedin, username: A}\n  - {platform: linkedin, username: a}\n",
         "4:5: `linkedin/a` is already in line 3"),
        (HEAD + "profiles_file: away.csv\n", "away.csv:1:1: The file cannot be read"),
        (HEAD + "budgets:\n", "2:9: `budgets` has no value"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(problems: Any, text: str, problem: str):
    (told,) = problems(text)
    assert problem in told


@pytest.mark.parametrize(
    "text",
    [
        HEAD + f"credentials: [{{name: {TOKEN}}}]\n",
        HEAD + f"credentials: [{{name: page, environment: {TOKEN}}}]\n",
        HEAD + f"accounts: [{{platform: facebook, remote_id: '1', name: A, credential: {TOKEN}}}]\n",
        HEAD + f"feeds: [{{name: blog, url: 'https://blog.example/?token={TOKEN}'}}]\n",
        HEAD + f"feeds: [{{name: blog, url: 'https://u:{TOKEN}@blog.example/'}}]\n",
        HEAD + f"token: {TOKEN}\n",
        HEAD + f"budgets: {TOKEN}\n",
    ],
)
def test_a_value_that_looks_like_a_secret_is_refused_and_never_shown(problems: Any, text: str):
    told = problems(text)
    assert any("This looks like a secret" in line for line in told)
    assert TOKEN not in "".join(told)
    assert TOKEN[:20] not in "".join(told)


def test_a_section_that_is_not_in_the_file_is_told_apart_from_an_empty_one(tmp_path: Path):
    (tmp_path / "acme.yaml").write_text(HEAD + "feeds: []\n")
    assert read_document(tmp_path / "acme.yaml").entries == {"feeds": []}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_every_example_is_valid_and_names_its_schema(file: Path):
    document = read_document(file)
    assert {section.name for section in document.sections} >= set(document.entries)
    first_line = file.read_text().splitlines()[0]
    schema = file.parent / first_line.removeprefix("# yaml-language-server: $schema=")
    assert schema.resolve() in SCHEMA_FILES


@pytest.mark.parametrize("block", YAML_IN_THE_MANUAL, ids=range(len(YAML_IN_THE_MANUAL)))
def test_every_yaml_block_of_the_manual_is_a_valid_file(tmp_path: Path, block: str):
    (tmp_path / "acme.yaml").write_text(block if "organization:" in block else HEAD + block)
    assert read_document(tmp_path / "acme.yaml").entries


def test_the_example_of_an_organization_shows_every_section_that_needs_no_secret():
    document = read_document(PROJECT_DIRECTORY / "docs" / "examples" / "acme.yaml")
    assert set(document.entries) == {section.name for section in OF_ORGANIZATIONS} - {"credentials"}


@pytest.mark.parametrize("file", SCHEMA_FILES, ids=lambda file: file.name)
def test_the_schema_is_the_one_that_the_models_give(file: Path):
    assert file.read_text(encoding="utf-8") == schema_text(is_shared=SCHEMA_FILES[file]), "run `make settings`"
    schema = json.loads(file.read_text(encoding="utf-8"))
    assert schema["additionalProperties"] is False
    assert all(part["additionalProperties"] is False for part in schema["$defs"].values())


def test_every_section_is_in_the_model_of_its_file_under_its_own_name():
    assert len({section.name for section in (*OF_ORGANIZATIONS, *SHARED)}) == len(OF_ORGANIZATIONS) + len(SHARED)
    for is_shared, sections in ((False, OF_ORGANIZATIONS), (True, SHARED)):
        assert {section.name for section in sections} <= set(model_of(is_shared=is_shared).model_fields)


@pytest.mark.parametrize("section", [*OF_ORGANIZATIONS, *SHARED], ids=lambda section: section.name)
def test_every_field_that_may_be_left_out_has_a_default_and_a_meaning(section: Any):
    for name, field in section.entry.model_fields.items():
        assert name in section.key or field.is_required() or field.description, name
    assert all(section.entry.model_fields[name].is_required() for name in section.key)
