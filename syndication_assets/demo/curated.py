"""The tags of `make demo`: rules find posts, a person decides on some of them, and does one of three queued actions."""

from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from syndication_assets.curation.actions.action_queue import end_action, list_actions, queue_action, start_action
from syndication_assets.curation.posts.post_states import decide_tag, set_flag
from syndication_assets.curation.posts.searched_posts import Search, find_posts
from syndication_assets.curation.rules.rule_runs import preview_rule
from syndication_assets.database.connection import Connection, load_sql, transaction

PERSON = "a curator of the demo"
_SHOWN = 2


def set_up_rules(url: str, organization: str) -> None:
    """Adds tags and rules; existing rows stay unchanged."""
    with transaction(url) as connection:
        connection.execute(load_sql("demo/tag_rules.sql"), {"slug": organization})


def curate(url: str, organization: str) -> None:
    """Decides on the tags of two posts, marks one, and queues three actions, of which one is done; once."""
    with transaction(url) as connection:
        organization_id = _organization_id(connection, organization)
        if any(action.organization == organization for action in list_actions(connection, with_ended=True)):
            return
        posts = find_posts(connection, organization_id, Search(text="kilt or tartan", person=PERSON), 4)
        first, second, *others = (post.post_id for post in posts)
        decide_tag(connection, organization_id, [first], "kilts", PERSON, "removed", "only the name of a town")
        decide_tag(connection, organization_id, [second], "baking", PERSON, "applied", "the oats are for a cake")
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
    table = Table(title="Tags of posts: what a person decided outranks the rules", title_justify="left")
    for column in ("tag", "by", "", "posts", "why", "for example"):
        table.add_column(column, justify="right" if column == "posts" else "left", overflow="fold")
    for tag, source, state, posts, why, example in tags:
        table.add_row(tag, source, state, f"{posts:,}", why, example)
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
