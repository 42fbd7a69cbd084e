"""`syndication approval` with its groups."""

from syndication_assets.cli.approval.decisions import approval
from syndication_assets.cli.approval.delegations import delegate
from syndication_assets.cli.approval.workflows import hours, step, workflow

for _group in (delegate, workflow, step, hours):
    approval.add_command(_group)

__all__ = ["approval"]
