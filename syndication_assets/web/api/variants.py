"""Pictures of briefs: what each rule measured, and copies that mark what it found."""

from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from syndication_assets.database.connection import run_file
from syndication_assets.media.media_store import MediaStore
from syndication_assets.studio.compliance.evidence import evidence_picture
from syndication_assets.studio.compliance.marking import RULES_WITH_PLACES
from syndication_assets.web.api.caller import CallerOfRequest
from syndication_assets.web.api.described import RuleName, VariantId
from syndication_assets.web.api.errors import ApiError, Code
from syndication_assets.web.stored_pictures import PICTURE_HEADERS

router = APIRouter(prefix="/variants", tags=["requests"])
_PNG: dict[int | str, dict[str, object]] = {200: {"content": {"image/png": {}}}}


class MeasuredRule(BaseModel):
    """What one rule measured of a picture. What could not be measured is null, and counts for nothing."""

    rule: str
    version: int
    category: str
    weight: float = Field(description="Among the measured rules of its category.")
    severity: str
    measured: float | None
    threshold: float
    is_minimum: bool = Field(description="Whether the measured value has to be at least the threshold; else at most.")
    is_passed: bool | None
    reason: str | None
    evidence: dict[str, Any] = Field(description="What shows it: boxes in pixels, colours, words.")
    has_place: bool = Field(
        description="Whether it is about a place, which /variants/{variant_id}/evidence/{rule} marks if it found one."
    )


class MeasuredVariant(BaseModel):
    """A picture for one channel in one format, with every rule that it was measured by."""

    variant_id: str
    request_id: str
    version: int = Field(description="Of the visual; the first is 1.")
    channel: str
    format: str
    picture_id: str = Field(description="For /pictures/{picture_id}.")
    former_picture_id: str | None = Field(description="Of the version before; null if it had none in this format.")
    score: Decimal | None
    level: str | None
    rules: list[MeasuredRule] = Field(description="The broken ones first.")


@router.get("/{variant_id}", summary="Show what the rules measured of a picture")
def show_variant(variant_id: VariantId, caller: CallerOfRequest) -> MeasuredVariant:
    """Each rule with its version, weight, measured value, threshold and evidence."""
    parameters = {"organization_id": caller.organization.organization_id, "variant_id": variant_id}
    with caller.reading() as connection:
        row = run_file(connection, "studio/asset_variants/findings.sql", parameters).fetchone()
    if row is None:
        raise ApiError(Code.ITEM_NOT_FOUND, f"There is no variant {variant_id}.")
    findings: list[dict[str, Any]] = row.pop("findings")
    rules = [MeasuredRule(**each, has_place=_has_place(each)) for each in findings]
    return MeasuredVariant(**row, rules=rules)


@router.get(
    "/{variant_id}/evidence/{rule}", summary="Mark what a rule found in a picture", response_class=Response,
    responses=_PNG,
)  # fmt: skip
def send_evidence(variant_id: VariantId, rule: RuleName, caller: CallerOfRequest) -> Response:
    """A copy of the picture with the place marked, as PNG."""
    store = MediaStore(caller.site.settings.media_url)
    with caller.reading() as connection:
        found = evidence_picture(connection, store, caller.organization.organization_id, variant_id, rule)
    if found is None:
        raise ApiError(Code.ITEM_NOT_FOUND, f"There is no variant {variant_id} with a place that this rule found.")
    return Response(found.content, media_type="image/png", headers=PICTURE_HEADERS)


def _has_place(finding: dict[str, Any]) -> bool:
    return finding["rule"] in RULES_WITH_PLACES and finding["measured"] is not None
