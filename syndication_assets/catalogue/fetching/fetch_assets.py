"""What the fetch assets of all sources do alike: one vendor after the other, a report of each, and a check."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import dagster as dg

from syndication_assets.catalogue.fetching.fetch_report import FetchReport
from syndication_assets.catalogue.vendors import Vendor, list_vendors
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.executions.asset_executions import executing_asset
from syndication_assets.operations.executions.tally import Tally
from syndication_assets.operations.usage.call_ledger import CallLedger
from syndication_assets.tenancy.limits import require_room
from syndication_assets.text.markdown import markdown_table


def vendors_to_fetch(url: str, source: str) -> list[Vendor]:
    """The active vendors of a source, without those of sample data."""
    with transaction(url) as connection:
        return [
            vendor
            for vendor in list_vendors(connection)
            if vendor.source == source and vendor.is_active and not vendor.is_sample
        ]


def fetch_vendors(
    context: dg.AssetExecutionContext,
    url: str,
    vendors: Iterable[Vendor],
    fetch: Callable[[Vendor], FetchReport],
    *,
    check_name: str,
    how_to_add: str,
    has_details: bool = False,
) -> dg.MaterializeResult[None]:
    """Fetches each vendor's catalogue; a vendor that fails does not stop the others.

    The check fails if a catalogue is incomplete; the load rejects it and records why. `has_details` tells whether the
    source has details of products to count. The run is recorded in the history of executions, its requests in
    operations.api_usage. dg.Failure if no catalogue could be fetched.
    """
    reports: list[FetchReport] = []
    problems: list[str] = []
    run_id = context.run.run_id
    with executing_asset(context, url, "fetching") as execution, CallLedger(url, run_id) as ledger:
        for vendor in vendors:
            try:
                with transaction(url) as connection:
                    require_room(connection, vendor.organization_id, ("storage_bytes",))
                with ledger.of(vendor.organization_id):
                    report = fetch(vendor)
            except SyndicationError as error:
                problems.append(f"{vendor.organization}/{vendor.vendor}: {error}")
                execution.tally.add(vendor.organization, came_in=1, rejected=1, reason=f"{vendor.vendor}: {error}")
                continue
            reports.append(report)
            problems.extend(f"{vendor.organization}/{vendor.vendor}: {reason}" for reason in report.reasons)
            _count(execution.tally, report)
    if problems and not reports:
        raise dg.Failure("\n".join(["No catalogue could be fetched.", *problems]))
    counts = _counts(reports, has_details=has_details)
    metadata: dict[str, Any] = {
        "dagster/partition_row_count": sum(report.files_landed for report in reports),
        **{name: sum(of_reports) for name, of_reports in counts.items()},
        **ledger.totals.metadata(),
        **execution.metadata,
    }
    if reports:
        metadata["catalogues"] = dg.MetadataValue.md(_table(reports, counts))
    elif not problems:
        metadata["how_to_add_a_shop"] = dg.MetadataValue.md(how_to_add)
    check = dg.AssetCheckResult(check_name=check_name, passed=not problems, description="\n".join(problems) or None)
    return dg.MaterializeResult(metadata=metadata, check_results=[check])


def _count(tally: Tally, report: FetchReport) -> None:
    """A catalogue that is incomplete counts as rejected: no load accepts it."""
    tally.add(
        report.vendor.organization,
        came_in=1,
        went_out=int(not report.reasons),
        rejected=int(bool(report.reasons)),
        reason=f"{report.vendor.vendor}: {' '.join(report.reasons)}" if report.reasons else None,
        outcomes={"files_landed": report.files_landed, "products": report.products},
    )


def _counts(reports: Sequence[FetchReport], *, has_details: bool) -> dict[str, list[int]]:
    """The numbers of each report, by name."""
    counts = {"products": [report.products for report in reports]}
    if has_details:
        counts["details_fetched"] = [report.details_fetched for report in reports]
        counts["details_known"] = [report.details_known for report in reports]
        counts["details_missing"] = [len(report.details_missing) for report in reports]
    return counts


def _table(reports: Sequence[FetchReport], counts: Mapping[str, list[int]]) -> str:
    head = ("organization", "vendor", *(name.replace("_", " ") for name in counts), "manifest")
    vendors = [(report.vendor.organization, report.vendor.vendor) for report in reports]
    manifests = [report.manifest_path for report in reports]
    rows = [
        (*vendor, *numbers, manifest)
        for vendor, numbers, manifest in zip(vendors, zip(*counts.values(), strict=True), manifests, strict=True)
    ]
    return markdown_table(head, rows)
