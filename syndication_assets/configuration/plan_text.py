"""A plan in the words of the file."""

from collections.abc import Iterator
from typing import Any

from syndication_assets.configuration.file.validation_messages import shown
from syndication_assets.configuration.plan import Plan
from syndication_assets.configuration.section import Section


def plan_lines(plan: Plan, sections: dict[str, Section], *, is_applied: bool = False) -> Iterator[str]:
    """The lines of a plan: `+` added, `~` changed (old → new), `-` removed, `=` not in the file and kept."""
    if plan.is_new:
        yield f"+ organization {plan.title}"
    elif plan.head:
        yield f"~ organization {plan.title}: {_fields(plan.head)}"
    for name in plan.differences:
        yield from _section_lines(plan, sections[name])
    if plan.unmanaged:
        counts = ", ".join(f"{name} ({count:,})" for name, count in plan.unmanaged.items())
        yield f"Not managed by this file, and kept: {counts}."
    yield summary(plan, is_applied=is_applied)


def summary(plan: Plan, *, is_applied: bool = False) -> str:
    """The numbers of a plan as a sentence."""
    kept = f"; {plan.kept:,} not in the file, kept" if plan.kept else ""
    if plan.is_empty:
        return f"No difference: {plan.title} is as the file says{kept}."
    verbs = ("added", "changed", "removed") if is_applied else ("to add", "to change", "to remove")
    numbers = zip((plan.added, plan.changed, plan.removed), verbs, strict=True)
    return f"{plan.title}: {', '.join(f'{number:,} {verb}' for number, verb in numbers)}{kept}."


def _section_lines(plan: Plan, section: Section) -> Iterator[str]:
    difference, removed = plan.differences[section.name], plan.removed_from(section.name)
    for change in difference.added:
        yield f"+ {section.path_of(change.new)}{_new_values(section, change.new)}"
    for change in difference.changed:
        yield f"~ {section.path_of(change.new)}: {_fields(change.fields)}"
    for entry in difference.not_in_file:
        title = section.path_of(entry)
        yield f"- {title}" if entry in removed else f"= {title}: not in the file, kept"


def _fields(fields: dict[str, tuple[Any, Any]]) -> str:
    return "; ".join(f"{name}: {shown(old)} → {shown(new)}" for name, (old, new) in fields.items())


def _new_values(section: Section, entry: Any) -> str:
    """The values of a new entry that are not its key and not what a file may leave out."""
    values = {
        name: getattr(entry, name)
        for name, field in type(entry).model_fields.items()
        if name not in section.key and (field.is_required() or getattr(entry, name) != field.default)
    }
    return "".join(
        f"{', ' if number else ': '}{name} {shown(value)}" for number, (name, value) in enumerate(values.items())
    )
