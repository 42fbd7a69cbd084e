"""Approval: workflows, their steps and approvers, delegations, rounds and decisions, of whatever is approved.

It knows no domain table. A subject is an id whose prefix has a row in approval.subject_kinds: the room that owns it
opens its rounds (`rounds.opening`) and follows how they end by a trigger on approval.rounds, in the same transaction.
What may be published belongs to the room of the subject: a text (cnt-) is decided with
`content.review.text_decisions.decide_text`, which checks its rules with today's facts before it records the decision.
"""
