"""Metrics are named after their files and printed as Prometheus reads them."""

import re

import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.operations.metrics import Metric, Sample, as_prometheus, metric_files, read_metrics

_LINE = re.compile(r'[a-z_]+(?:\{[a-z_]+="(?:[^"\\\n]|\\.)*"(?:,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})? -?[0-9.e+-]+')


@pytest.mark.both_servers
def test_every_metric_is_read_and_has_a_help_text(database_url: str):
    with transaction(database_url) as connection:
        connection.execute(
            "insert into operations.budgets (organization_id, period, amount, currency)"
            " select organization_id, 'month', 10, 'USD' from tenancy.organizations"
        )
        metrics = read_metrics(connection)
    assert [metric.name for metric in metrics] == sorted(metric_files())
    assert all(metric.help for metric in metrics)
    assert Sample({"organization": "default", "period": "month", "provider": "all"}, 0.0) in [
        s for m in metrics for s in m.samples
    ]


def test_labels_are_escaped_and_every_line_is_one_that_prometheus_reads():
    hostile = 'a "quoted" \\ name\nwith a line'
    text = as_prometheus([Metric("syndication_x_items", "Number of\nitems.", [Sample({"source": hostile}, 3.0)])])
    help_line, type_line, sample = text.splitlines()
    assert (help_line, type_line) == (
        "# HELP syndication_x_items Number of items.",
        "# TYPE syndication_x_items gauge",
    )
    assert _LINE.fullmatch(sample), sample
    assert sample == r'syndication_x_items{source="a \"quoted\" \\ name\nwith a line"} 3.0'
