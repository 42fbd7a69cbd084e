-- Reconciles two posts before scraping.merge_posts moves the rows of the losing post: where both have the same fact
-- (the description, a snapshot of one time, a picture, the hashtags of a day), keeps what a single post would have. Run
-- it once before the merge. Parameters: organization_id, winning_post_id, losing_post_id.

-- A post cannot be its own original.
update scraping.posts set reposted_post_id = null
where
    organization_id = %(organization_id)s
    and (post_id, reposted_post_id) in (
        (%(winning_post_id)s, %(losing_post_id)s), (%(losing_post_id)s, %(winning_post_id)s)
    );

insert into staged_profiles_to_count (organization_id, profile_id)
select
    organization_id,
    profile_id
from scraping.posts
where
    organization_id = %(organization_id)s
    and post_id in (%(winning_post_id)s, %(losing_post_id)s)
    and profile_id is not null;

-- Marks the days that count the losing post as stale, so that they are rolled up again.
insert into engagement.stale_days (organization_id, table_name, activity_date)
select
    e.organization_id,
    rollup.table_name,
    e.activity_date
from engagement.post_engagement_daily as e
cross join (
    values ('profile_engagement_daily'), ('platform_engagement_daily'), ('hashtag_engagement_daily')
) as rollup (table_name)
where e.organization_id = %(organization_id)s and e.post_id = %(losing_post_id)s
on conflict (organization_id, table_name, activity_date) do update set
    activity_date = excluded.activity_date; -- locks an existing row, so that a rollup waits for this transaction

-- Content, author and type each come from the newest observation that has them, as in scraping/observed_posts.sql.
update scraping.posts as w set
    full_urn = case when l.is_newer then l.full_urn else w.full_urn end,
    text_content = case when l.is_newer then l.text_content else w.text_content end,
    article = case when l.is_newer then l.article else w.article end,
    url = case when l.is_newer then l.url else w.url end,
    raw_json = case when l.is_newer then l.raw_json else w.raw_json end,
    content_hash = case when l.is_newer then l.content_hash else w.content_hash end,
    content_observed_at = case when l.is_newer then l.content_observed_at else w.content_observed_at end,
    content_observed_as = case when l.is_newer then l.content_observed_as else w.content_observed_as end,
    author_username = case when l.is_newer_author then l.author_username else w.author_username end,
    profile_id = case when l.is_newer_author then l.profile_id else w.profile_id end,
    author_observed_at = greatest(w.author_observed_at, l.author_observed_at),
    post_type = case when l.is_newer_direct then l.post_type else w.post_type end,
    reposted_post_id = case when l.is_newer_direct then l.reposted_post_id else w.reposted_post_id end,
    direct_observed_at = greatest(w.direct_observed_at, l.direct_observed_at),
    posted_at = least(w.posted_at, l.posted_at)
from (
    select
        loser.*,
        coalesce(
            loser.direct_observed_at > winner.direct_observed_at, loser.direct_observed_at is not null
        ) as is_newer_direct,
        coalesce(
            (loser.author_observed_at, winner.author_username) > (winner.author_observed_at, loser.author_username),
            loser.author_observed_at is not null
        ) as is_newer_author,
        -- A post without a description counts as observed when it was last seen. Ties go to the smaller kind and hash.
        (
            loser.content_observed_at is not null,
            coalesce(loser.content_observed_at, loser.last_seen_at),
            winner.content_observed_as,
            winner.content_hash
        ) > (
            winner.content_observed_at is not null,
            coalesce(winner.content_observed_at, winner.last_seen_at),
            loser.content_observed_as,
            loser.content_hash
        ) as is_newer
    from scraping.posts as loser
    inner join scraping.posts as winner on loser.organization_id = winner.organization_id
    where loser.post_id = %(losing_post_id)s and winner.post_id = %(winning_post_id)s
) as l
where
    w.organization_id = %(organization_id)s
    and w.organization_id = l.organization_id
    and w.post_id = %(winning_post_id)s;

-- The hashtags of a day are those of its last text.
with last_observations as (
    select
        post_id,
        (downloaded_at at time zone 'utc')::date as observed_on,
        max(downloaded_at) as observed_at
    from scraping.data_downloads
    where
        organization_id = %(organization_id)s
        and post_id in (%(winning_post_id)s, %(losing_post_id)s)
        and is_description
    group by post_id, (downloaded_at at time zone 'utc')::date
),

superseded_days as (
    select
        earlier.post_id,
        range_agg(daterange(earlier.observed_on, earlier.observed_on + 1)) as days
    from last_observations as earlier
    inner join last_observations as later
        on earlier.observed_on = later.observed_on and earlier.post_id <> later.post_id
    where
        earlier.observed_at < later.observed_at
        or (earlier.observed_at = later.observed_at and earlier.post_id = %(losing_post_id)s)
    group by earlier.post_id
)

update scraping.post_hashtags as h set seen_on = h.seen_on - o.days
from superseded_days as o
where h.organization_id = %(organization_id)s and h.post_id = o.post_id and h.seen_on && o.days;

delete from scraping.post_hashtags
where
    organization_id = %(organization_id)s
    and post_id in (%(winning_post_id)s, %(losing_post_id)s)
    and isempty(seen_on);

-- A time counts as described if either record describes it.
update scraping.snapshots as d set is_description = true
from scraping.snapshots as other
where
    d.organization_id = %(organization_id)s
    and d.post_id in (%(winning_post_id)s, %(losing_post_id)s)
    and not d.is_description
    and other.organization_id = %(organization_id)s
    and other.post_id in (%(winning_post_id)s, %(losing_post_id)s)
    and other.downloaded_at = d.downloaded_at
    and other.is_description;

-- Of two snapshots of one time the merge keeps the winner's: delete it if the other snapshot is preferred.
delete from scraping.snapshots as w using scraping.snapshots as l
where
    w.organization_id = %(organization_id)s
    and w.post_id = %(winning_post_id)s
    and l.organization_id = %(organization_id)s
    and l.post_id = %(losing_post_id)s
    and w.downloaded_at = l.downloaded_at
    and l.observed_as < w.observed_as;

update scraping.post_media as w set
    media_type = l.media_type,
    media_url = l.media_url,
    position = l.position,
    width = l.width,
    height = l.height,
    title = l.title,
    page_count = l.page_count
from scraping.post_media as l
where
    w.organization_id = %(organization_id)s
    and w.post_id = %(winning_post_id)s
    and l.organization_id = %(organization_id)s
    and l.post_id = %(losing_post_id)s
    and w.media_key = l.media_key
    and l.last_seen_at > w.last_seen_at;
