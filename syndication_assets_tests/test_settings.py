"""Settings: what each variable may be, the messages for invalid values, and the page that documents them."""

import pickle
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from syndication_assets.errors import SyndicationError
from syndication_assets.settings import PROJECT_DIRECTORY, Settings
from syndication_assets.settings.settings_page import SETTINGS_PAGE, main, settings_page

SECRET = "canary-QmVpbm4gQmhyZWFn"
VARIABLES = {str(field.validation_alias): name for name, field in Settings.model_fields.items()}
SECRETS = [
    variable for variable, name in VARIABLES.items() if "SecretStr" in str(Settings.model_fields[name].annotation)
]


@pytest.fixture(autouse=True)
def defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


def error_of(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(SyndicationError) as caught:
        Settings.from_environment()
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    return str(caught.value)


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("SYNDICATION_LOOK_BACK_DAYS", " 9 ", 9),
        ("SYNDICATION_LOOK_BACK_DAYS", "0", 0),
        ("SYNDICATION_FIRST_DAY", "2025-11-03", date(2025, 11, 3)),
        ("SYNDICATION_CLAN_PACE_SECONDS", "0.25", 0.25),
        ("SYNDICATION_CLAN_PACE_SECONDS", "0", 0.0),
        ("SYNDICATION_CLAN_PAGE_SIZE", "50", 50),
        ("SYNDICATION_CLAN_PAGE_SIZE", "0", 10_000),
        ("SYNDICATION_PUBLISH_CONCURRENCY", "0", 1),
        ("SYNDICATION_LANDING_URL", "s3://bucket/landing", "s3://bucket/landing"),
        ("SYNDICATION_REPORTS_DIR", "~/reports", Path.home() / "reports"),
        ("SYNDICATION_DAGSTER_LOGS", "logs", Path.cwd() / "logs"),
        ("SYNDICATION_SECRET_KEYS", f"{SECRET}\n", SecretStr(SECRET)),
        ("OPENAI_BASE_URL", "https://llm.example/v1", "https://llm.example/v1"),
    ],
)
def test_a_variable_gives_its_value(monkeypatch: pytest.MonkeyPatch, variable: str, text: str, value: Any):
    monkeypatch.setenv(variable, text)
    assert getattr(Settings.from_environment(), VARIABLES[variable]) == value


@pytest.mark.parametrize(
    "url",
    [
        f"ftp://somebody:{SECRET}@127.0.0.1/landing",
        f"sftp://somebody:{SECRET}/{SECRET}@127.0.0.1:port/landing",
        f"s3://:{SECRET}@bucket",
        f"simplecache::ftp://somebody:{SECRET}@127.0.0.1",
        f"ftp://127.0.0.1/{SECRET}\x1b[31m",
        f"/srv/{SECRET}\udcff",
    ],
)
def test_a_landing_zone_with_a_password_or_a_control_character_is_rejected_unseen(
    monkeypatch: pytest.MonkeyPatch, url: str
):
    message = error_of(monkeypatch, SYNDICATION_LANDING_URL=url)
    assert message.startswith("SYNDICATION_LANDING_URL has a ")
    assert SECRET not in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("url", ["abfs://zone@account.example/landing", "/srv/a:b@c", "s3://bucket/a@b", "memory://x"])
def test_a_landing_zone_without_a_password_is_accepted(monkeypatch: pytest.MonkeyPatch, url: str):
    monkeypatch.setenv("SYNDICATION_LANDING_URL", url)
    assert Settings.from_environment().landing_url == url


def test_everything_that_this_machine_writes_is_below_the_local_directory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", "~/somewhere")
    local = Path.home() / "somewhere"
    settings = Settings.from_environment()
    assert settings.local_directory == local
    assert settings.landing_url == str(local / "landing")
    assert settings.reports_directory == local / "reports"
    assert settings.dagster_logs == local / "dagster/compute_logs"


@pytest.mark.parametrize("blank", ["", "  ", "\t\n"])
def test_a_blank_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch, blank: str):
    unset = Settings.from_environment()
    for variable in VARIABLES:
        monkeypatch.setenv(variable, blank)
    assert Settings.from_environment() == unset


@pytest.mark.parametrize("name", ["look_back_days", "syndication_look_back_days", "openai_url", "LOOK_BACK_DAYS"])
def test_only_the_exact_name_of_a_variable_is_read(monkeypatch: pytest.MonkeyPatch, name: str):
    unset = Settings.from_environment()
    monkeypatch.setenv(name, "3")
    assert Settings.from_environment() == unset


@pytest.mark.parametrize("value", ["7 days", "-1", "7.0", "1_000", "٣", "²", "1e3", "0x7", "true", "9" * 5000])
def test_a_wrong_whole_number_is_told(monkeypatch: pytest.MonkeyPatch, value: str):
    assert error_of(monkeypatch, SYNDICATION_LOOK_BACK_DAYS=value) == (
        f"SYNDICATION_LOOK_BACK_DAYS is {value!r}: set it to a whole number of 0 or more, or unset it (default: 7)."
    )


@pytest.mark.parametrize("value", ["soon", "-0.5", "3600", "nan", "inf", "1,5", "5 s"])
def test_a_wrong_number_of_seconds_is_told(monkeypatch: pytest.MonkeyPatch, value: str):
    assert error_of(monkeypatch, SYNDICATION_SHOPIFY_PACE_SECONDS=value) == (
        f"SYNDICATION_SHOPIFY_PACE_SECONDS is {value!r}: set it to a number of seconds from 0 to less than 3600, "
        "or unset it (default: 1.0)."
    )


@pytest.mark.parametrize("value", ["2025-13-01", "1700000000", "2025-01-01T00:00:00", "yesterday", "03.11.2025"])
def test_a_wrong_day_is_told(monkeypatch: pytest.MonkeyPatch, value: str):
    assert error_of(monkeypatch, SYNDICATION_FIRST_DAY=value) == (
        f"SYNDICATION_FIRST_DAY is {value!r}: set it to a day such as 2025-11-25, or unset it (default: 2015-01-01)."
    )


def test_a_home_directory_of_nobody_is_told_once_and_not_for_the_places_below_it(monkeypatch: pytest.MonkeyPatch):
    assert error_of(monkeypatch, SYNDICATION_LOCAL_DIR="~no-such-user/local") == (
        "SYNDICATION_LOCAL_DIR begins with the home directory of a user that is unknown: set it to a directory, "
        f"or unset it (default: {PROJECT_DIRECTORY / '.local'})."
    )


def test_all_wrong_variables_are_told_at_once(monkeypatch: pytest.MonkeyPatch):
    told = error_of(
        monkeypatch, SYNDICATION_FIRST_DAY="x", SYNDICATION_LOOK_BACK_DAYS="y", SYNDICATION_CLAN_PACE_SECONDS="z"
    )
    assert [line.split()[0] for line in told.splitlines()] == [
        "SYNDICATION_FIRST_DAY",
        "SYNDICATION_LOOK_BACK_DAYS",
        "SYNDICATION_CLAN_PACE_SECONDS",
    ]


def test_no_secret_shows_itself_or_is_told_with_the_error_of_another_variable(monkeypatch: pytest.MonkeyPatch):
    assert len(SECRETS) >= 6
    for variable in SECRETS:
        monkeypatch.setenv(variable, SECRET)
    settings = Settings.from_environment()
    for shown in (repr(settings), str(settings), str(settings.model_dump())):
        assert SECRET not in shown
    assert pickle.loads(pickle.dumps(settings)) == settings  # noqa: S301 - what was just written
    monkeypatch.setenv("SYNDICATION_FIRST_DAY", "never")
    with pytest.raises(SyndicationError) as caught:
        Settings.from_environment()
    assert SECRET not in str(caught.value)
    assert SECRET not in f"{caught.value.__context__} {caught.value.__context__!r}"


def test_settings_do_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        Settings.from_environment().look_back_days = 3  # type: ignore[misc]


def test_settings_are_read_once_until_what_they_are_read_from_changes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", "here")
    first = Settings.from_environment()
    assert Settings.from_environment() is first
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", "postgresql://host/name")
    second = Settings.from_environment()
    assert second.database_url is not None
    assert Settings.from_environment() is second
    monkeypatch.chdir(tmp_path)
    assert Settings.from_environment().local_directory == tmp_path / "here"
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", "~/there")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings.from_environment().local_directory == tmp_path / "there"
    monkeypatch.setenv("HOME", "/elsewhere")
    assert Settings.from_environment().local_directory == Path("/elsewhere/there")
    monkeypatch.delenv("SYNDICATION_DATABASE_URL")
    assert Settings.from_environment().database_url is None


# The page.


def test_the_page_is_the_one_that_the_settings_give(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", "/elsewhere")
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", SECRET)
    assert SETTINGS_PAGE.read_text(encoding="utf-8") == settings_page(), "run `make settings`, and commit the page"


def test_every_setting_has_a_row_with_its_meaning():
    rows = re.findall(r"^\| `(\w+)` \| (?:none|`[^`|]+`) \| \S.* \|$", settings_page(), re.MULTILINE)
    assert sorted(rows) == sorted(VARIABLES)


def test_every_variable_of_dagsters_configuration_is_on_the_page():
    variables = re.findall(
        r"env: (\w+)", (PROJECT_DIRECTORY / "syndication_assets/automation/dagster.yaml").read_text()
    )
    assert variables
    assert set(variables) <= set(VARIABLES)


def test_the_check_says_that_the_page_is_not_current_and_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    page = tmp_path / "docs" / "settings.md"
    monkeypatch.setattr("syndication_assets.settings.settings_page.SETTINGS_PAGE", page)
    with pytest.raises(SystemExit) as ended:
        main(["--check"])
    assert ended.value.code == 1
    assert "run `make settings`" in capsys.readouterr().err
    assert not page.exists()
    main([], standalone_mode=False)
    assert page.read_text(encoding="utf-8") == settings_page()
    main(["--check"], standalone_mode=False)
