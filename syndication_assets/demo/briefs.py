"""The visuals of `make demo`: one brief in three languages, to pictures, texts, approvals and simulated posts.

Nothing is sent, and no photo is fetched: the demo paints one, and adds it as a picture of its own.
"""

from datetime import UTC, date, datetime, time, timedelta

import dagster as dg
from rich.console import Console
from rich.table import Table

from syndication_assets.brand.example.example_brand import add_example
from syndication_assets.content.briefs.brief_posts import write_brief_posts
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.demo.approving_people import approve_in_steps, set_up_approval
from syndication_assets.demo.samples.painted_photo import painted_photo
from syndication_assets.media.contents.pictures import read_picture
from syndication_assets.media.media_store import MediaStore
from syndication_assets.media.stock.own_images import add_own_image
from syndication_assets.publishing.dry_run.dry_run_publisher import DryRun
from syndication_assets.publishing.planning.targets import plan_targets
from syndication_assets.publishing.sending.publish import publish_due
from syndication_assets.settings import Settings
from syndication_assets.studio.making.making import Studio
from syndication_assets.studio.requests.listing import list_briefs
from syndication_assets.studio.requests.new_brief import NewBrief
from syndication_assets.studio.requests.request_states import add_briefs
from syndication_assets.studio.run_metadata import run_metadata

BATCH = "open-days"
_LINK = "https://shop.example/open-days"
_DAYS_UNTIL_PUBLISHED = 7
_TEMPLATE = "Statement"
BRIEFS = (
    NewBrief(
        title="Our workshop opens its doors",
        brief="Come and see how our cloth is made. We show the old looms at work, and everybody may try one. "
        "There is tea, and time for questions.",
        channels=["facebook/feed_post"],
        template=_TEMPLATE,
        language="en",
        keywords=["open days", "workshop", "craft"],
        call_to_action="See it in our shop.",
        link_url=_LINK,
    ),
    NewBrief(
        title="Unsere Werkstatt öffnet ihre Türen",
        brief="Kommen Sie und sehen Sie, wie unsere Stoffe entstehen. Wir zeigen die alten Webstühle bei der Arbeit, "
        "und alle dürfen selbst einen ausprobieren. Dazu gibt es Tee und viel Zeit für Fragen.",
        channels=["linkedin/feed_post"],
        template=_TEMPLATE,
        language="de",
        keywords=["Werkstatt", "Weberei", "Handwerk"],
        call_to_action="Mehr dazu in unserem Laden.",
        link_url=_LINK,
    ),
    NewBrief(
        title="ورشتنا تفتح أبوابها للجميع",
        brief="تعالوا وشاهدوا كيف نصنع أقمشتنا. نعرض الأنوال القديمة وهي تعمل، ويمكن للجميع تجربتها. "
        "هناك شاي ووقت كاف للأسئلة.",
        channels=["instagram/feed_post"],
        template=_TEMPLATE,
        language="ar",
        keywords=["ورشة", "نسيج", "حرفة"],
        call_to_action="زوروا متجرنا.",
        link_url=_LINK,
    ),
)


def make_visuals(url: str, settings: Settings, organization: str, last_day: date) -> None:
    """Takes the briefs from their request to simulated posts, and shows the run at its asset; once."""
    with transaction(url) as connection:
        if list_briefs(connection, organization=organization, batch=BATCH):
            return
        ((organization_id,),) = connection.execute(
            "select organization_id from tenancy.organizations where slug = %s", [organization]
        ).fetchall()
        store = MediaStore.of(settings)
        store.claim(url)
        add_example(connection, store, organization_id)
        approvers = set_up_approval(connection, organization_id)
    # A picture of the demo's own needs no process of its own to be read.
    photo = add_own_image(
        url, store, organization_id, painted_photo(), read_picture, title="Hills in the evening", author="the demo"
    )
    briefs = [brief.model_copy(update={"photo": photo}) for brief in BRIEFS]
    request_ids = add_briefs(url, organization_id, briefs, "the demo", BATCH)
    run = Studio(url, settings, organization).run()
    with dg.DagsterInstance.get() as instance:
        metadata = run_metadata(url, settings.media_url, run)
        instance.report_runless_asset_event(dg.AssetMaterialization(["studio", "generated_assets"], metadata=metadata))
    templates = settings.model_copy(update={"openai_api_key": None})
    write_brief_posts(url, templates, organization=organization, day=last_day)
    for request_id in request_ids:
        approve_in_steps(url, organization_id, request_id, approvers)
    plan_targets(url, last_day, last_day + timedelta(days=1))
    evening = datetime.combine(last_day + timedelta(days=_DAYS_UNTIL_PUBLISHED), time(23), UTC)
    publish_due(url, settings, evening, {"dry_run": DryRun()})


def print_visuals(console: Console, url: str, settings: Settings, organization: str) -> None:
    """Prints how far the briefs have come, and where their pictures are."""
    with transaction(url) as connection:
        briefs = list_briefs(connection, organization=organization, batch=BATCH)
        of_batch = {"organization_id": briefs[0].organization_id, "batch": BATCH}
        approved = dict(connection.execute(load_sql("demo/approvals.sql"), of_batch).fetchall())
        pictures = connection.execute(
            "select count(*), count(distinct v.media_file_id) from studio.asset_variants as v"
            " inner join tenancy.organizations as o using (organization_id) where o.slug = %s",
            [organization],
        ).fetchall()[0]
    table = Table(title="One brief in three languages, as visuals with texts", title_justify="left")
    for column in ("brief", "language", "channel", "title", "state", "approved", "lowest score"):
        table.add_column(column, overflow="fold")
    for brief in sorted(briefs, key=lambda each: each.language):
        score = "" if brief.lowest_score is None else f"{brief.lowest_score:.2f}"
        steps = approved.get(brief.request_id, "")
        table.add_row(brief.request_id, brief.language, *brief.channels, brief.title, brief.state, steps, score)
    console.print(table)
    console.print(
        f"{pictures[0]:,} pictures in {pictures[1]:,} files below {settings.media_url}; "
        "syndication brief show ID --pictures DIRECTORY copies those of a brief."
    )
