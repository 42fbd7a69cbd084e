"""Which ids belong to one post, within one load."""

from collections import defaultdict
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from syndication_assets.scraping.items.observation import PostIds
from syndication_assets.scraping.items.post_identity import STRENGTH, IdentityGroups, PostKey

# Few ids, so that chains, cycles and conflicts occur.
_activities = st.sampled_from(["1", "2", "3"]).map(lambda digits: ("activity", digits))
_ugc_posts = st.sampled_from(["1", "5", "6"]).map(lambda digits: ("ugcPost", digits))
_shares = st.sampled_from(["8", "9"]).map(lambda digits: ("share", digits))
_ids = (
    st.tuples(st.none() | _activities, st.none() | _ugc_posts, st.none() | _shares)
    .map(lambda ids: tuple(alias for alias in ids if alias is not None))
    .filter(bool)
)
_observations = st.lists(st.tuples(st.sampled_from(["org-1", "org-2"]), _ids), max_size=12)

Posts = frozenset[frozenset[PostKey]]


def posts_of(observations: list[tuple[str, PostIds]]) -> Posts:
    groups = IdentityGroups()
    for organization_id, ids in observations:
        groups.node_of(organization_id, "linkedin", ids)
    components = defaultdict(set)
    for _, component, key in groups.components():
        components[component].add(key)
    return frozenset(frozenset(keys) for keys in components.values())


def linked(*observations: PostIds) -> set[frozenset[tuple[str, str]]]:
    posts = posts_of([("org-1", ids) for ids in observations])
    return {frozenset((key.alias_kind, key.alias) for key in post) for post in posts}


def a(digits: str) -> tuple[str, str]:
    return "activity", digits


def u(digits: str) -> tuple[str, str]:
    return "ugcPost", digits


def s(digits: str) -> tuple[str, str]:
    return "share", digits


@settings(max_examples=300, deadline=None, derandomize=True)
@given(_observations, st.integers())
def test_the_order_of_observations_does_not_matter(observations: list[tuple[str, PostIds]], seed: int):
    shuffled = [*observations, *observations]
    Random(seed).shuffle(shuffled)
    assert posts_of(observations) == posts_of(shuffled)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(_observations)
def test_two_activity_ids_are_never_one_post(observations: list[tuple[str, PostIds]]):
    for post in posts_of(observations):
        assert sum(key.alias_kind == "activity" for key in post) <= 1
        assert len({key.organization_id for key in post}) == 1


@settings(max_examples=300, deadline=None, derandomize=True)
@given(_observations)
def test_the_ids_of_one_observation_belong_to_one_post_unless_activity_ids_conflict(
    observations: list[tuple[str, PostIds]],
):
    activities = {ids[0] for _, ids in observations if ids[0][0] == "activity"}
    if len(activities) > 1:
        return
    posts = posts_of(observations)
    for organization_id, ids in observations:
        keys = {PostKey(organization_id, "linkedin", *alias) for alias in ids}
        assert sum(keys <= post for post in posts) == 1


@settings(max_examples=200, deadline=None, derandomize=True)
@given(_observations)
def test_a_component_is_named_after_its_strongest_then_smallest_id(observations: list[tuple[str, PostIds]]):
    groups = IdentityGroups()
    nodes = [groups.node_of(organization_id, "linkedin", ids) for organization_id, ids in observations]
    components = list(groups.components())
    key_of = {node: key for node, _, key in components}
    members = defaultdict(list)
    for _, component, key in components:
        members[component].append(key)
    for component, keys in members.items():
        assert key_of[component] == min(keys, key=lambda key: (STRENGTH[key.alias_kind], key))
    for node, (organization_id, ids) in zip(nodes, observations, strict=True):
        assert key_of[node] == PostKey(organization_id, "linkedin", *ids[0])


def test_a_chain_of_ids_joins_observations_without_a_common_id():
    assert linked((a("1"), s("8")), (u("5"), s("8")), (u("5"), s("9"))) == {
        frozenset({a("1"), u("5"), s("8"), s("9")}),
    }


def test_a_late_link_joins_two_chains():
    assert len(linked((u("5"), s("8")), (u("6"), s("9")))) == 2
    assert len(linked((u("5"), s("8")), (u("6"), s("9")), (u("5"), s("9")))) == 1


def test_an_id_between_two_activity_ids_belongs_to_the_nearest_then_to_the_smallest():
    assert linked((a("2"), s("8")), (a("1"), s("8"))) == {frozenset({a("1"), s("8")}), frozenset({a("2")})}
    assert linked((a("1"), u("5")), (u("5"), s("9")), (a("2"), s("9"))) == {
        frozenset({a("1"), u("5")}),
        frozenset({a("2"), s("9")}),
    }


def test_the_same_digits_of_another_kind_platform_or_organization_are_another_post():
    groups = IdentityGroups()
    nodes = {
        groups.node_of("org-1", "linkedin", (a("1"),)),
        groups.node_of("org-1", "linkedin", (u("1"),)),
        groups.node_of("org-1", "elsewhere", (a("1"),)),
        groups.node_of("org-2", "linkedin", (a("1"),)),
    }
    assert len({component for _, component, _ in groups.components()}) == len(nodes) == 4
