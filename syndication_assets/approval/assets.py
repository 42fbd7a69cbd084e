"""The assets of the room: what people say about approvals, and the rounds that follow from it."""

from syndication_assets.sql_assets.cadence import APPROVAL_LOG
from syndication_assets.sql_assets.table_specs import external_table

workflows = external_table(
    "approval",
    "workflows",
    (
        "One row is one approval workflow: what it is for, what it approves automatically, and, in "
        "approval.workflow_steps, who decides. User-maintained with `syndication approval workflow` and `syndication "
        "approval step`; without one, one person with the right decides."
    ),
)
rounds = external_table(
    "approval",
    "rounds",
    (
        "One row is one round: the decision on one text, or on another thing that is approved, as it was at one hash. "
        "An edit ends the round and begins another. The room of the subject begins rounds and counts them; people "
        "decide with `syndication approval` and `syndication review`."
    ),
    deps=[workflows],
    tags=APPROVAL_LOG,
)
