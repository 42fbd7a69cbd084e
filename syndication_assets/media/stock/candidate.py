"""A photo that a source offers, and whether its licence lets a visual show it. Pure."""

import msgspec


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """What a source says of one photo. What it does not say is None."""

    source: str
    source_image_id: str
    download_url: str
    """Where its file is."""
    report_url: str | None = None
    """What is asked when it is used, and answers with the address of its file."""
    title: str | None = None
    page_url: str | None = None
    author: str | None = None
    licence: str | None = None
    licence_url: str | None = None
    attribution: str | None = None
    """The words that name author, source and licence."""
    is_attribution_required: bool | None = None
    allows_commercial_use: bool | None = None
    allows_changes: bool | None = None
    is_made_by_ai: bool | None = None

    @property
    def problem(self) -> str | None:
        """Why a visual must not show it; None if it may."""
        if self.licence is None:
            return "its licence is not known"
        if not self.allows_commercial_use:
            return f"the licence {self.licence} does not allow marketing"
        if not self.allows_changes:
            return f"the licence {self.licence} does not allow to crop it and to write upon it"
        if self.is_attribution_required is None or (self.is_attribution_required and not self.attribution):
            return "nobody knows how to name its author"
        return None


def creative_commons(code: str, version: str | None) -> dict[str, object]:
    """Licence and permissions of a code such as by, by-nc-sa, cc0 or pdm, as Openverse writes them.

    Share-alike would bind the visual of a brand to the same licence, so changes count as not allowed.
    """
    parts = set(code.casefold().split("-"))
    if code.casefold() in {"cc0", "pdm"}:
        return {
            "licence": code.casefold()
            if version is None or code.casefold() == "pdm"
            else f"{code.casefold()}-{version}",
            "is_attribution_required": False,
            "allows_commercial_use": True,
            "allows_changes": True,
        }
    if "by" not in parts:
        return {}
    return {
        "licence": f"cc-{code.casefold()}" + (f"-{version}" if version else ""),
        "is_attribution_required": True,
        "allows_commercial_use": "nc" not in parts,
        "allows_changes": not {"nd", "sa"} & parts,
    }
