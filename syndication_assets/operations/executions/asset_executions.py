"""Records what the run of an asset does, with what started the run."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from syndication_assets.operations.executions.execution_recording import Execution, executing
from syndication_assets.operations.executions.origin import Origin, origin_of_run


def origin_of(context: dg.AssetExecutionContext) -> Origin:
    """What started the run."""
    return origin_of_run(context.run.run_id, context.run.tags)


@contextmanager
def executing_asset(context: dg.AssetExecutionContext, url: str, process: str) -> Iterator[Execution]:
    """Records the work of an asset of one key, under this process."""
    with executing(url, {process: context.asset_key.to_user_string()}, origin_of(context)) as executions:
        yield executions[process]
