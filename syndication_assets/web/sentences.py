"""Collects the sentences of the pages, for those who translate: `python -m syndication_assets.web.sentences`.

Adds what is new to `translations/<code>.po`, and takes out what no page says any more.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from syndication_assets.web.languages import LANGUAGES

_DIRECTORY = Path(__file__).parent
_METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_noop": None,
    "text": None,
    "NotFoundError": None,
    "_problem": (3,),
    "own_id": (3,),
}


def collected() -> Catalog:
    """The sentences of the templates and of the code, in the order of the files."""
    catalog = Catalog(charset="utf-8", fuzzy=False)
    for _, _, message, _, _ in extract_from_dir(_DIRECTORY, _METHODS, keywords=_KEYWORDS):
        catalog.add(message)
    return catalog


def translated(code: str) -> Catalog:
    """What `translations/<code>.po` has."""
    with (_DIRECTORY / "translations" / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)


def main() -> None:
    sentences = collected()
    for code in LANGUAGES.keys() - {"en"}:
        path = _DIRECTORY / "translations" / f"{code}.po"
        catalog = translated(code) if path.exists() else Catalog(locale=code, fuzzy=False)
        catalog.update(sentences, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalog, width=120, omit_header=True, no_location=True)


if __name__ == "__main__":
    main()
