"""The tags of `make demo`: rules and a simulated model find posts, a person decides on some, and does an action."""

from datetime import UTC, date, datetime

from rich.console import Console
from rich.table import Table

from syndication_assets.curation.actions.action_queue import end_action, list_actions, queue_action, start_action
from syndication_assets.curation.posts.post_states import decide_tag, set_flag
from syndication_assets.curation.posts.searched_posts import Search, find_posts
from syndication_assets.curation.rules.rule_runs import preview_rule
from syndication_assets.curation.tagging.suggestions import decide_suggestions, list_suggestions
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.demo.simulated_model import tag_simulated

PERSON = "a curator of the demo"
_SHOWN = 2
_SOURCES = {"user": "user", "rule": "rule", "ai": "ai (simulated)"}


def set_up_rules(url: str, organization: str) -> None:
    """Adds tags and rules; existing rows stay unchanged."""
    with transaction(url) as connection:
        connection.execute(load_sql("demo/tag_rules.sql"), {"slug": organization})


def curate(url: str, organization: str, first_day: date, end_day: date) -> None:
    """A simulated model tags the posts of these days, the end exclusive; once, a person decides on tags of posts and on
    a suggestion, marks a post, and queues three actions, of which one is done.
    """
    with transaction(url) as connection:
        organization_id = _organization_id(connection, organization)
    tag_simulated(url, organization_id, first_day, end_day)
    with transaction(url) as connection:
        if any(action.organization == organization for action in list_actions(connection, with_ended=True)):
            return
        posts = find_posts(connection, organization_id, Search(text="kilt or tartan", person=PERSON), 4)
        first, second, *others = (post.post_id for post in posts)
        decide_tag(connection, organization_id, [first], "kilts", PERSON, "removed", "only the name of a town")
        decide_tag(connection, organization_id, [second], "baking", PERSON, "applied", "the oats are for a cake")
        suggested = list_suggestions(connection, organization_id, None, 1)
        accepted = [suggestion.suggestion_id for suggestion in suggested]
        decide_suggestions(connection, organization_id, accepted, [], PERSON, "the model was right")
        set_flag(connection, organization_id, [second], PERSON, "is_marked", value=True)
        done, *_ = [
            queue_action(
                connection,
                organization_id,
                post_id,
                action_type,
                parameters,
                account_id=None,
                executor="manual",
                priority=priority,
                scheduled_for=None,
                notes="a customer",
                person=PERSON,
            )
            for post_id, action_type, parameters, priority in (
                (second, "comment", {"text": "What a green!"}, 5),
                (others[0], "autoreact", {"reaction": "celebrate"}, 0),
                (others[1], "save", {}, 0),
            )
        ]
    start_action(url, done, datetime.now(UTC))
    with transaction(url) as connection:
        end_action(connection, done, "completed", "done by hand on the platform")


def print_curation(console: Console, url: str, organization: str) -> None:
    """Prints what rules and people tagged, what a rule would tag, and the queue of actions."""
    with transaction(url) as connection:
        organization_id = _organization_id(connection, organization)
        tags = connection.execute(load_sql("demo/tagged_posts.sql"), {"slug": organization}).fetchall()
        _, count, previewed = preview_rule(connection, organization_id, "baking", _SHOWN)
        actions = [each for each in list_actions(connection, with_ended=True) if each.organization == organization]
    table = Table(
        title="Tags of posts: a person outranks the rules, and the rules outrank the model, which is simulated here",
        title_justify="left",
    )
    for column in ("tag", "by", "", "posts", "why", "for example"):
        table.add_column(column, justify="right" if column == "posts" else "left", overflow="fold")
    for tag, source, state, posts, why, example in tags:
        table.add_row(tag, _SOURCES[source], state, f"{posts:,}", why, example)
    console.print(table)
    console.print(f"The rule baking meets {count:,} posts (syndication tag-rule preview baking), such as:")
    for post in previewed:
        console.print(f"  {post.post_id} {' '.join((post.text or '').split())[:90]}", markup=False)
    queue = Table(title="Actions on posts, which people do by hand", title_justify="left")
    for column in ("action", "state", "what", "notes"):
        queue.add_column(column, overflow="fold")
    for action in actions:
        queue.add_row(action.action_id, action.state, action.action_type, action.system_notes or action.user_notes)
    console.print(queue)


def _organization_id(connection: Connection, slug: str) -> str:
    rows = connection.execute("select organization_id from tenancy.organizations where slug = %s", [slug])
    return str(rows.fetchall()[0][0])
