"""The locks are complete, so that they install the same packages next year: no extras, no open versions."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from requirements.locks import LOCKS, MAXIMUM_AGE, Lock, missing_requirements

PROJECT = tomllib.loads((LOCKS.parent / "pyproject.toml").read_text())["project"]
EXTRAS = {
    "runtime": [],
    "workers": ["workers"],
    "development": ["development", "workers", "faces"],
    "benchmarks": ["development", "workers", "benchmarks"],
}
HEADER = "# Locked as of 2026-01-31T12:00:00Z by 'make lock' with uv 0.13.9.\n"


def lock_text(name: str) -> str:
    return (LOCKS / f"{name}.lock").read_text()


def wanted(name: str) -> list[str]:
    optional = (PROJECT["optional-dependencies"][extra] for extra in EXTRAS[name])
    return [*PROJECT["dependencies"], *(requirement for extra in optional for requirement in extra)]


def test_every_kind_of_installation_has_a_lock():
    assert {path.stem for path in LOCKS.glob("*.lock")} == EXTRAS.keys() | {"build"}


@pytest.mark.parametrize("name", EXTRAS)
def test_no_pin_of_a_lock_has_extras(name: str):
    assert Lock.parse(lock_text(name)).pins_with_extras() == []


@pytest.mark.parametrize("name", EXTRAS)
def test_a_lock_pins_every_requirement_of_its_packages(name: str):
    assert missing_requirements(Lock.parse(lock_text(name)), wanted(name)) == []


@pytest.mark.parametrize("name", EXTRAS)
def test_every_pin_has_a_hash_and_no_url(name: str):
    text = lock_text(name)
    assert text.count("==") <= text.count("--hash=sha256:")
    assert "://" not in text


def test_a_pin_with_extras_is_reported():
    lock = Lock.parse(HEADER + "pydantic[email]==2.14.3 \\\n    --hash=sha256:00\n")
    assert lock.pins_with_extras() == ["pydantic[email]==2.14.3"]


@pytest.mark.parametrize("gone", ["pydantic-core", "dagster-shared", "psycopg-binary"])
def test_a_missing_transitive_dependency_is_reported(gone: str):
    lock = Lock.parse(lock_text("runtime"))
    without = Lock(lock.locked_at, tuple(pin for pin in lock.pins if pin.name != gone))
    assert any(requirement.startswith(gone) for requirement in missing_requirements(without, wanted("runtime")))


def test_a_pin_that_violates_a_requirement_is_reported():
    lock = Lock.parse(HEADER + "click==7.0 \\\n    --hash=sha256:00\n")
    assert missing_requirements(lock, ["click>=8.1"]) == ["click>=8.1"]


def test_an_old_lock_gives_a_warning_with_its_age(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    from requirements import locks  # noqa: PLC0415

    monkeypatch.setattr(locks, "LOCKS", tmp_path)
    old = datetime.now(UTC) - MAXIMUM_AGE - timedelta(days=1)
    (tmp_path / "old.lock").write_text(HEADER.replace("2026-01-31T12:00:00Z", f"{old:%Y-%m-%dT%H:%M:%SZ}"))
    (tmp_path / "new.lock").write_text(HEADER.replace("2026-01-31", f"{datetime.now(UTC):%Y-%m-%d}"))
    locks.main()
    assert capsys.readouterr().out.splitlines() == [
        "warning: requirements/old.lock is 91 days old: run `make lock`, then `make test`."
    ]


def test_a_lock_without_a_timestamp_is_rejected():
    with pytest.raises(ValueError, match="make lock"):
        Lock.parse("click==8.1.0\n")
