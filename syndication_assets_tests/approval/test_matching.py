"""Which workflow a subject follows, what its automatic rule covers, and the steps of its round."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndication_assets.approval.approval_error import NoApproversError
from syndication_assets.approval.workflows.approvers import is_complete, plan_round, stands_for
from syndication_assets.approval.workflows.matching import Step, Subject, Workflow, matching_workflow

ROLES = {"ann": "editor", "bob": "editor", "mia": "manager"}


def subject(**values: Any) -> Subject:
    return Subject(
        **{
            "subject_id": "cnt-00000001", "noun": "text", "content_hash": b"h", "content_type": "product",
            "platform": "facebook", "channel_type": "feed_post", "generator": "template", "complies": True, **values,
        }
    )  # fmt: skip


def workflow(name: str = "flow", *steps: Step, **values: Any) -> Workflow:
    return Workflow("wfl-00000001", name, 1, steps=steps, **values)


CHECK, SIGN = Step(1, "check", "any", roles=("editor",)), Step(2, "sign-off", "any", roles=("manager",))


@pytest.mark.parametrize(
    ("selection", "fits"),
    [
        ({}, True),
        ({"subjects": ("text",)}, True),
        ({"subjects": ("picture",)}, False),
        ({"platforms": ("facebook", "linkedin"), "channel_types": ("feed_post",)}, True),
        ({"platforms": ("facebook",), "channel_types": ("story",)}, False),
        ({"content_types": ("announcement",)}, False),
    ],
)
def test_a_workflow_is_for_what_all_of_its_selections_name(selection: dict[str, Any], fits: bool):
    assert (matching_workflow([workflow(**selection)], subject()) is not None) == fits


def test_the_highest_priority_decides_then_what_says_more_then_the_name():
    broad, narrow = workflow("broad"), workflow("narrow", platforms=("facebook",))
    urgent = workflow("urgent", priority=1)
    same = workflow("another", platforms=("facebook",))
    for order in ([broad, narrow, urgent], [urgent, narrow, broad]):
        assert matching_workflow(order, subject()) is urgent
    assert matching_workflow([broad, narrow], subject()) is narrow
    assert matching_workflow([narrow, same], subject()) is same


@pytest.mark.parametrize(
    ("values", "is_covered"),
    [
        ({"score": Decimal("0.8")}, True),
        ({"score": Decimal("0.79")}, False),
        ({"score": None}, False),
        ({"score": Decimal(1), "generator": "llm"}, False),
        ({"score": Decimal(1), "complies": False}, False),
    ],
)
def test_the_automatic_rule_covers_what_complies_from_a_score_on(values: dict[str, Any], is_covered: bool):
    flow = workflow(automatic_generators=("template",), automatic_minimum_score=Decimal("0.8"))
    assert flow.covers(subject(**values)) == is_covered


def test_nothing_below_the_minimum_score_is_covered():
    flow = workflow(automatic_generators=("template",), minimum_score=Decimal("0.5"))
    assert not flow.covers(subject(score=Decimal("0.4")))
    assert flow.covers(subject(score=Decimal("0.5")))


def test_the_last_step_is_never_automatic_but_a_workflow_without_steps_is():
    flow = workflow("flow", CHECK, SIGN, automatic_generators=("template",))
    assert [step.is_skipped for step in plan_round(flow, subject(), ROLES)] == [True, False]
    assert [step.is_skipped for step in plan_round(flow, subject(complies=False), ROLES)] == [False, False]
    alone = workflow("flow", SIGN, automatic_generators=("template",))
    assert [step.is_skipped for step in plan_round(alone, subject(), ROLES)] == [False]
    (built_in,) = plan_round(workflow(automatic_generators=("template",)), subject(), ROLES)
    assert (built_in.is_skipped, built_in.approvers) == (True, None)
    (built_in,) = plan_round(None, subject(), {})
    assert (built_in.is_skipped, built_in.approvers) == (False, None)


def test_a_step_without_approvers_is_refused_and_the_refusal_says_what_to_do():
    with pytest.raises(NoApproversError, match=r"names the role owner, and no active member .*approval step edit"):
        plan_round(workflow("flow", CHECK, Step(2, "sign-off", "any", roles=("owner",))), subject(), ROLES)
    with pytest.raises(NoApproversError, match="names gone"):
        plan_round(workflow("flow", Step(1, "check", "all", users=("gone",))), subject(), ROLES)


def test_an_author_is_no_approver_where_the_workflow_forbids_it():
    own = subject(authors=("ann",))
    assert plan_round(workflow("flow", CHECK), own, ROLES)[0].approvers == ("ann", "bob")
    assert plan_round(workflow("flow", CHECK, forbids_own=True), own, ROLES)[0].approvers == ("bob",)
    with pytest.raises(NoApproversError, match="all of its approvers wrote or edited it"):
        plan_round(workflow("flow", CHECK, forbids_own=True), subject(authors=("ann", "bob")), ROLES)


PEOPLE = ["a", "b", "c", "d"]


def test_a_chain_of_delegations_leads_to_its_end_and_whoever_is_on_it():
    delegates = {"a": "b", "b": "c"}
    assert stands_for("c", delegates, PEOPLE) == {"a", "b", "c"}
    assert stands_for("b", delegates, PEOPLE) == {"a", "b"}
    assert stands_for("a", delegates, PEOPLE) == {"a"}
    assert stands_for("c", delegates, ["a", "c"]) == {"b", "c"}, "b is gone, so what a gave to b leads nowhere"


@given(st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)), st.sampled_from(PEOPLE))
def test_delegations_end_even_in_a_cycle_and_a_delegate_stands_for_the_delegator(delegates: dict[str, str], user: str):
    places = stands_for(user, delegates, PEOPLE)
    assert user in places
    for delegator, delegate in delegates.items():
        if delegate == user:
            assert delegator in places


@pytest.mark.parametrize(
    ("needs", "approved", "active", "is_done"),
    [
        ("any", [], PEOPLE, False),
        ("any", ["a"], PEOPLE, True),
        ("all", ["a"], PEOPLE, False),
        ("all", ["a", "b"], PEOPLE, True),
        ("all", ["a"], ["a", "c"], True),
        ("all", ["boss"], PEOPLE, True),
        ("all", [], [], False),
    ],
)
def test_a_step_is_complete(needs: Any, approved: list[str], active: list[str], is_done: bool):
    assert is_complete(needs, ["a", "b"], approved, active) == is_done
