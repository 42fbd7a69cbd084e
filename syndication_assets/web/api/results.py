"""Results: best times and formats, products, variations with intervals and costs of a week, also as files."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from starlette.responses import Response

from syndication_assets.engagement.report.report_csv import to_csv
from syndication_assets.engagement.report.report_weeks import IsoWeek
from syndication_assets.web.api.caller import Caller, CallerOfRequest
from syndication_assets.web.api.described import WeekName
from syndication_assets.web.api.errors import ApiError, Code
from syndication_assets.web.week_results import WeekResults, read_results, weeks_with_results

router = APIRouter(prefix="/results", tags=["results"])
TableName = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$", examples=["products"])]
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}}}


class Weeks(BaseModel):
    """ISO weeks with an observation, the newest first."""

    items: list[str] = Field(examples=[["2025-W45", "2025-W44"]])
    total: int


class Compared(BaseModel):
    """Own or watched posts of a platform, beside the same days of the week before."""

    platform: str
    is_own: bool
    engagement: int | None
    compared_engagement: int | None
    posts_published: int | None


class Trait(BaseModel):
    """Posts that share a weekday, an hour or a format, by the median of their engagement at equal age."""

    platform: str
    is_own: bool
    trait: str = Field(description="weekday, hour or format.")
    trait_value: str
    posts_of_age: int
    posts_measured: int
    median_engagement: float | None
    place: int | None = Field(description="1 is best; null for too few posts.")


class Product(BaseModel):
    """What posts about a product got in the week."""

    name: str
    platform: str
    posts: int | None
    engagement: int | None


class Interval(BaseModel):
    """A rate, and the bounds between which it lies in 95 of 100 cases (Wilson)."""

    rate: float
    low: float
    high: float


class Variation(BaseModel):
    """One of several texts of one post."""

    post_core_id: str
    variation: int
    variations_by: str
    platform: str
    is_simulated: bool
    published_at: datetime | None
    measured_at: datetime | None
    engagement: int | None
    impressions: int | None
    interval: Interval | None = Field(description="Engagement by impressions; null where either was not measured.")
    text: str = Field(description="Its beginning.")


class Expected(BaseModel):
    """What the next post of an own profile can expect at an age; null with fewer than nine posts."""

    platform: str
    username: str
    age_name: str
    posts_measured: int
    low_engagement: int | None
    high_engagement: int | None
    probability: float | None = Field(description="How likely the next post lies in the interval.")
    median_engagement: float | None
    median_share_of_last_age: float | None = Field(description="What a post has by then of what it has in the end.")
    posts_predicted: int
    posts_within: int = Field(description="Of these, the ones that lay in the interval of the posts before them.")


class Cost(BaseModel):
    """What language models cost for the posts of the week."""

    currency: str | None
    posts: int
    calls: int
    cost: Decimal | None
    cost_of_post: Decimal | None


class Results(BaseModel):
    """A week. A counter that was not measured is null, never 0."""

    week: str
    first_day: date
    last_day: date = Field(description="The last observed day.")
    is_partial: bool
    own_and_watched: list[Compared]
    traits: list[Trait]
    products: list[Product]
    variations: list[Variation]
    expected: list[Expected]
    costs: list[Cost]
    tables: list[str] = Field(description="For /results/{week}/tables/{table}.")


class Table(BaseModel):
    """A table of the weekly report, with the columns of its view."""

    week: str
    table: str
    rows: list[dict[str, Any]]


@router.get("", summary="List the weeks with results")
def list_weeks(caller: CallerOfRequest) -> Weeks:
    """The newest first."""
    with caller.reading() as connection:
        names = [week.name for week in weeks_with_results(connection)]
    return Weeks(items=names, total=len(names))


@router.get("/{week}", summary="Show the results of a week")
def show_week(week: WeekName, caller: CallerOfRequest) -> Results:
    """Best times and formats are of the five weeks up to this one."""
    results = _read(caller, week)
    report = results.report
    return Results(
        week=week,
        first_day=report.week.monday,
        last_day=report.last_day,
        is_partial=report.is_partial,
        own_and_watched=[Compared(**_only(row, Compared)) for row in report.ownership],
        traits=[Trait(**_only(row, Trait)) for row in report.tables["weekdays_hours_and_formats"]],
        products=[Product(**row) for row in results.products],
        variations=[
            Variation(
                **_only(row, Variation, without="interval"),
                interval=None if row["interval"] is None else Interval(**row["interval"]._asdict()),
            )
            for row in results.variations
        ],
        expected=[Expected(**_only(row, Expected)) for row in report.expected_engagement],
        costs=[Cost(**row) for row in results.costs],
        tables=sorted(name for name, rows in results.tables().items() if rows),
    )


@router.get("/{week}/tables/{table}", summary="Show one table of a week")
def show_table(week: WeekName, table: TableName, caller: CallerOfRequest) -> Table:
    """As JSON."""
    rows = _table(_read(caller, week), table)
    return Table(
        week=week, table=table, rows=[{k: v for k, v in row.items() if k != "organization_id"} for row in rows]
    )


@router.get("/{week}/tables/{table}/csv", summary="Export one table of a week", response_class=Response, responses=_CSV)
def export_table(week: WeekName, table: TableName, caller: CallerOfRequest) -> Response:
    """As CSV for spreadsheets, in UTF-8; NULL is an empty cell."""
    rows = _table(_read(caller, week), table)
    headers = {"Content-Disposition": f'attachment; filename="{table}-{week}.csv"'}
    return Response(to_csv(rows), media_type="text/csv; charset=utf-8", headers=headers)


def _read(caller: Caller, name: str) -> WeekResults:
    try:
        week = IsoWeek.parse(name)
        week.monday  # noqa: B018 - ValueError for a week that its year does not have
    except ValueError:
        raise ApiError(Code.VALIDATION_ERROR, f"week: {name} is no week.") from None
    with caller.reading() as connection:
        found = read_results(connection, caller.organization, week)
    if found is None:
        raise ApiError(Code.ITEM_NOT_FOUND, f"Nothing was observed in {name}.")
    return found


def _table(results: WeekResults, name: str) -> list[dict[str, Any]]:
    rows = results.tables().get(name)
    if not rows:
        raise ApiError(Code.ITEM_NOT_FOUND, f"The week has no table {name}.")
    return rows


def _only(row: dict[str, Any], model: type[BaseModel], *, without: str | None = None) -> dict[str, Any]:
    return {name: row[name] for name in model.model_fields if name != without}
