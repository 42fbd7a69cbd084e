"""`analyzers`: what looks at the pictures of posts."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from syndication_assets.configuration.entry import ACTIVE, Entry, Text
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section

_Language = Annotated[str, Field(pattern="^[a-zA-Z_]{2,20}$")]


class Analyzer(Entry):
    """What looks at the pictures of posts, and at how many in one run."""

    name: Literal["colours", "rapidocr", "tesseract", "vision"] = Field(
        description="colours: dominant colours. rapidocr, tesseract: text, read on this machine. vision: a language "
        "model, which is paid."
    )
    model: Text | None = Field(default=None, description="The model of vision, one that sees pictures.")
    languages: list[_Language] = Field(
        default=[], description="The languages that tesseract reads, as its data are named, such as ara."
    )
    pictures_per_run: Annotated[int, Field(gt=0, le=1_000_000)] = Field(
        default=500, description="The most pictures that one run analyses."
    )
    is_active: bool = ACTIVE


def _check(_: Context, analyzer: Analyzer) -> Iterable[Finding]:
    if analyzer.name == "vision" and analyzer.model is None:
        yield Finding("model", "vision needs a model: name one that sees pictures")
    if analyzer.name != "vision" and analyzer.model is not None:
        yield Finding("model", f"{analyzer.name} has no model: leave it out")
    if analyzer.name == "tesseract" and not analyzer.languages:
        yield Finding("languages", "tesseract needs the languages that it reads, such as [ara]")
    if analyzer.name != "tesseract" and analyzer.languages:
        yield Finding("languages", f"{analyzer.name} is told no languages: leave them out")


def _write(context: Context, analyzer: Analyzer) -> None:
    values = {
        "organization_id": context.organization_id,
        "analyzer": analyzer.name,
        "model": analyzer.model,
        "languages": analyzer.languages,
        "pictures_per_run": analyzer.pictures_per_run,
        "is_active": analyzer.is_active,
    }
    upsert(context.connection, "media.analyzers", ("organization_id", "analyzer"), values)


def _remove(context: Context, analyzer: Analyzer) -> None:
    delete(
        context.connection, "media.analyzers", {"organization_id": context.organization_id, "analyzer": analyzer.name}
    )


ANALYZERS = Section(
    name="analyzers",
    noun="analyzer",
    paused="it looks at no picture; what it found stays",
    removed="What it found stays. Without an entry, colours is active and the others are not.",
    entry=Analyzer,
    permission="analyzers.edit",
    key=("name",),
    read=reader(
        Analyzer,
        "select analyzer as name, model, languages, pictures_per_run, is_active from media.analyzers"
        " where organization_id = %(organization_id)s order by analyzer",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)
