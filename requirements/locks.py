"""What must hold in the locks: no extras, nothing missing, not too old.

`python -m requirements.locks` warns of an old lock; the tests check the rest.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = Path(__file__).resolve().parent
MAXIMUM_AGE = timedelta(days=90)
_HEADER = re.compile(r"# Locked as of (?P<moment>\S+) by 'make lock' with uv \S+\.")
_PIN = re.compile(r"^(?P<requirement>[A-Za-z0-9][^\\\n]*?)\s*(?:\\)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock: when it was resolved, and its pins for every platform and Python."""

    locked_at: datetime
    pins: tuple[Requirement, ...]

    @classmethod
    def parse(cls, text: str) -> "Lock":
        """ValueError if the header is missing or a line is no pin."""
        header = _HEADER.match(text)
        if header is None:
            raise ValueError("the first line does not say when it was locked: write the lock with `make lock`")
        pins = (Requirement(line["requirement"]) for line in _PIN.finditer(text))
        return cls(datetime.fromisoformat(header["moment"]), tuple(pins))

    def pins_with_extras(self) -> list[str]:
        """Pins such as `pydantic[email]==2.14.3`: pip resolves their bare name again, past the lock."""
        return [str(pin) for pin in self.pins if pin.extras]

    def age(self) -> timedelta:
        return datetime.now(UTC) - self.locked_at


def missing_requirements(lock: Lock, wanted: Iterable[str]) -> list[str]:
    """What `wanted`, followed through the installed packages, needs here and the lock does not pin.

    A package that is not installed is not followed: its own line is checked all the same.
    """
    pins: Mapping[str, Requirement] = {
        canonicalize_name(pin.name): pin for pin in lock.pins if pin.marker is None or pin.marker.evaluate()
    }
    missing: list[str] = []
    seen: set[tuple[str, str]] = set()
    open_requirements = [Requirement(text) for text in wanted]
    while open_requirements:
        requirement = open_requirements.pop()
        name = canonicalize_name(requirement.name)
        pin = pins.get(name)
        version = next((s.version for s in pin.specifier if s.operator == "=="), None) if pin is not None else None
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            missing.append(str(requirement))
            continue
        for extra in {"", *requirement.extras}:
            if (name, extra) not in seen:
                seen.add((name, extra))
                open_requirements += _requirements_of(name, extra)
    return sorted(set(missing))


def _requirements_of(name: str, extra: str) -> list[Requirement]:
    try:
        texts = requires(name) or []
    except PackageNotFoundError:
        return []
    found = [Requirement(text) for text in texts]
    is_of_extra = [r for r in found if r.marker is None or r.marker.evaluate({"extra": extra})]
    # Requirements without the extra were followed with the bare name.
    return is_of_extra if not extra else [r for r in is_of_extra if r.marker is not None and "extra" in str(r.marker)]


def main() -> None:
    for path in sorted(LOCKS.glob("*.lock")):
        lock = Lock.parse(path.read_text(encoding="utf-8"))
        if lock.age() > MAXIMUM_AGE:
            sys.stdout.write(
                f"warning: requirements/{path.name} is {lock.age().days} days old: run `make lock`, then `make test`.\n"
            )


if __name__ == "__main__":
    main()
