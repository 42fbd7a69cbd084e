"""Approval: workflows, their steps and approvers, delegations, rounds and decisions, of whatever is approved.

It knows no domain table. A subject is an id whose prefix has a row in approval.subject_kinds: the room that owns it
opens its rounds (`rounds.opening`) and follows how they end by a trigger on approval.rounds, in the same transaction.
What may be published belongs to the room of the subject.

For pages and commands; each function takes the caller's transaction and raises ApprovalError with what to do:

    from syndication_assets.approval.rounds.inbox import history_of, inbox_of, step_of
    from syndication_assets.approval.rounds.deciding import decide, withdraw
    from syndication_assets.approval.workflows.delegations import delegate, delegations_of, end_delegation

    inbox_of(connection, organization_id, user_id, limit=100) -> list[WaitingStep]
        What waits for the user now, the longest first: as an approver, for somebody who delegates to them, as an
        escalation, or by the right of the subject's kind.
    step_of(connection, organization_id, round_id, user_id) -> WaitingStep | None
        The same of one round, to answer what changed; None if it waits for others, or for nobody.
    decide(connection, organization_id, round_id, user_id, "approved" | "rejected", reason, step_order=None) -> Outcome
        Records the decision. Pass the `step_order` that the user saw: another one is refused. Call
        `set_config('app.actor', user_id, true)` or act as the user (`database.acting`) before, for the audit log.
    withdraw(connection, organization_id, round_id, user_id, reason)
        Rejects what was approved.
    history_of(connection, organization_id, subject_id) -> list[HistoryLine]
        Rounds, steps and decisions of a subject and of what it replaced, the oldest first.
    delegate(connection, organization_id, from_user_id, to_user_id, reason, starts_at, ends_at) -> str

A text (cnt-) is decided with `content.review.text_decisions.decide_text`, which checks its rules with today's facts and
then calls `decide`.
"""
