-- Reconciles two posts before scraping.merge_posts moves the rows of the losing post: where both have the same fact
-- (the description, a snapshot of one time, a picture, the hashtags of a day), keeps what a single post would have. Run
-- it once before the merge. Parameters: organization_id, winning_post_id, losing_post_id.

-- A post cannot be its own original.
update scraping.post_records set reposted_post_id = null
where
    organization_id = %(organization_id)s
    and (post_id, reposted_post_id) in (
        (%(winning_post_id)s, %(losing_post_id)s), (%(losing_post_id)s, %(winning_post_id)s)
    );

insert into staged_profiles_to_count (organization_id, profile_id)
select
    organization_id,
    profile_id
from scraping.post_records
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

-- The snapshots of archived days are in their file, so the rollup of such a day cannot be computed from them: its row
-- moves, or counts for the row that the winner has of the same day. Values that are carried move likewise.
update engagement.post_engagement_daily as w set
    reactions = coalesce(newer.reactions, older.reactions),
    comments = coalesce(newer.comments, older.comments),
    shares = coalesce(newer.shares, older.shares),
    saves = coalesce(newer.saves, older.saves),
    clicks = coalesce(newer.clicks, older.clicks),
    views = coalesce(newer.views, older.views),
    impressions = coalesce(newer.impressions, older.impressions),
    reach = coalesce(newer.reach, older.reach),
    observations = newer.observations + older.observations,
    first_observed_at = least(newer.first_observed_at, older.first_observed_at),
    last_observed_at = newer.last_observed_at
from operations.closed_months as m
inner join engagement.post_engagement_daily as newer
    on
        m.organization_id = newer.organization_id
        and m.first_day <= newer.activity_date
        and m.end_day > newer.activity_date
inner join engagement.post_engagement_daily as older
    on newer.organization_id = older.organization_id and newer.activity_date = older.activity_date
where
    m.table_name = 'scraping.snapshots'
    and m.organization_id = %(organization_id)s
    and (newer.post_id, older.post_id) in (
        (%(winning_post_id)s, %(losing_post_id)s), (%(losing_post_id)s, %(winning_post_id)s)
    )
    and (newer.last_observed_at, newer.post_id) > (older.last_observed_at, older.post_id)
    and w.organization_id = newer.organization_id
    and w.post_id = %(winning_post_id)s
    and w.activity_date = newer.activity_date;

update engagement.post_engagement_daily as l set post_id = %(winning_post_id)s
from operations.closed_months as m
where
    m.table_name = 'scraping.snapshots'
    and m.organization_id = l.organization_id
    and m.first_day <= l.activity_date
    and m.end_day > l.activity_date
    and l.organization_id = %(organization_id)s
    and l.post_id = %(losing_post_id)s
    and not exists (
        select
        from engagement.post_engagement_daily as w
        where
            w.organization_id = l.organization_id
            and w.post_id = %(winning_post_id)s
            and w.activity_date = l.activity_date
    );

insert into engagement.carried_values as w (
    organization_id, post_id, month, last_observed_at,
    reactions, comments, shares, saves, clicks, views, impressions, reach
)
select
    organization_id, %(winning_post_id)s, month, last_observed_at,
    reactions, comments, shares, saves, clicks, views, impressions, reach
from engagement.carried_values
where organization_id = %(organization_id)s and post_id = %(losing_post_id)s
on conflict (organization_id, post_id, month) do update set
    last_observed_at = greatest(w.last_observed_at, excluded.last_observed_at),
    reactions = greatest(w.reactions, excluded.reactions),
    comments = greatest(w.comments, excluded.comments),
    shares = greatest(w.shares, excluded.shares),
    saves = greatest(w.saves, excluded.saves),
    clicks = greatest(w.clicks, excluded.clicks),
    views = greatest(w.views, excluded.views),
    impressions = greatest(w.impressions, excluded.impressions),
    reach = greatest(w.reach, excluded.reach);

-- What is newer in the losing post. Content, author and type each come from the newest observation that has them, as in
-- scraping/observed_posts.sql.
create temporary table losing_posts on commit drop as
select
    loser.*,
    winner.content_observed_at as winning_content_observed_at,
    coalesce(
        loser.direct_observed_at > winner.direct_observed_at, loser.direct_observed_at is not null
    ) as is_newer_direct,
    coalesce(
        (loser.author_observed_at, winner.author_username) > (winner.author_observed_at, loser.author_username),
        loser.author_observed_at is not null
    ) as is_newer_author,
    coalesce(
        (loser.posted_observed_at, winner.posted_at) > (winner.posted_observed_at, loser.posted_at),
        loser.posted_observed_at is not null
    ) as is_newer_posted,
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
where
    loser.organization_id = %(organization_id)s
    and loser.post_id = %(losing_post_id)s
    and winner.post_id = %(winning_post_id)s;

-- The media of the older text are no longer current. All keep the newest URL and time that were known.
update scraping.media_records as r set
    media_url = v.media_url,
    last_seen_at = v.last_seen_at,
    is_current = r.is_current and (r.post_id = l.post_id) = l.is_newer
from scraping.post_media as v, losing_posts as l
where
    r.organization_id = %(organization_id)s
    and r.post_id in (%(winning_post_id)s, %(losing_post_id)s)
    and r.is_current
    and v.organization_id = %(organization_id)s
    and v.media_id = r.media_id;

-- The hashtags of a day are those of its last text.
create temporary table merged_hashtags on commit drop as
with observed_days as (
    select
        d.post_id,
        (d.downloaded_at at time zone 'utc')::date as observed_on,
        max(d.downloaded_at) filter (where d.is_description) as described_at
    from (
        select
            post_id,
            downloaded_at,
            is_description
        from scraping.data_downloads
        where organization_id = %(organization_id)s and post_id in (%(winning_post_id)s, %(losing_post_id)s)
        union all
        -- The text of a withdrawn file stays, but has no snapshot.
        select
            post_id,
            content_observed_at,
            true
        from scraping.posts
        where
            organization_id = %(organization_id)s
            and post_id in (%(winning_post_id)s, %(losing_post_id)s)
            and content_observed_at is not null
    ) as d
    group by d.post_id, (d.downloaded_at at time zone 'utc')::date
),

merged_days as (
    select
        observed_on,
        (
            array_agg(post_id order by described_at desc, post_id = %(losing_post_id)s) filter (
                where described_at is not null
            )
        )[
            1
        ] as post_id,
        daterange(observed_on, lead(observed_on) over (order by observed_on)) as cell
    from observed_days
    group by observed_on
)

select
    h.hashtag_id,
    range_agg(d.cell) as seen_on
from merged_days as d
inner join scraping.post_hashtags as h
    on h.organization_id = %(organization_id)s and d.post_id = h.post_id and h.seen_on @> d.observed_on
group by h.hashtag_id;

delete from scraping.post_hashtags
where organization_id = %(organization_id)s and post_id in (%(winning_post_id)s, %(losing_post_id)s);

insert into scraping.post_hashtags (organization_id, post_id, hashtag_id, seen_on, is_current)
select
    %(organization_id)s,
    %(winning_post_id)s,
    h.hashtag_id,
    h.seen_on,
    coalesce(
        h.seen_on
        @> (greatest(l.content_observed_at, l.winning_content_observed_at) at time zone 'utc')::date,
        false
    )
from merged_hashtags as h
cross join losing_posts as l;

update scraping.post_records as w set
    full_urn = case when l.is_newer then l.full_urn else w.full_urn end,
    text_content = case when l.is_newer then l.text_content else w.text_content end,
    article = case when l.is_newer then l.article else w.article end,
    url = case when l.is_newer then l.url else w.url end,
    content_hash = case when l.is_newer then l.content_hash else w.content_hash end,
    content_observed_at = case when l.is_newer then l.content_observed_at else w.content_observed_at end,
    content_observed_as = case when l.is_newer then l.content_observed_as else w.content_observed_as end,
    payload_source = case when l.is_newer then r.payload_source else w.payload_source end,
    payload_hash = case when l.is_newer then r.payload_hash else w.payload_hash end,
    payload_member = case when l.is_newer then r.payload_member else w.payload_member end,
    author_username = case when l.is_newer_author then l.author_username else w.author_username end,
    profile_id = case when l.is_newer_author then l.profile_id else w.profile_id end,
    author_observed_at = greatest(w.author_observed_at, l.author_observed_at),
    post_type = case when l.is_newer_direct then l.post_type else w.post_type end,
    reposted_post_id = case when l.is_newer_direct then l.reposted_post_id else w.reposted_post_id end,
    direct_observed_at = greatest(w.direct_observed_at, l.direct_observed_at),
    posted_at = case when l.is_newer_posted then l.posted_at else w.posted_at end,
    posted_observed_at = greatest(w.posted_observed_at, l.posted_observed_at)
from losing_posts as l
inner join scraping.post_records as r on l.organization_id = r.organization_id and l.post_id = r.post_id
where
    w.organization_id = %(organization_id)s
    and w.post_id = %(winning_post_id)s;

-- A time counts as described if either record describes it, by the payload of the preferred description.
update scraping.snapshots as d set
    is_description = d.is_description or other.is_description,
    lacks_author = d.lacks_author and other.lacks_author,
    lacks_type = d.lacks_type and other.lacks_type,
    posted_at = least(d.posted_at, other.posted_at),
    payload_key = case when other.is_preferred then other.payload_key else d.payload_key end,
    payload_member = case when other.is_preferred then other.payload_member else d.payload_member end
from (
    select
        o.*,
        d.post_id as other_post_id,
        (o.is_description, d.observed_as) > (d.is_description, o.observed_as) as is_preferred
    from scraping.snapshots as o
    inner join scraping.snapshots as d
        on
            d.organization_id = %(organization_id)s
            and d.post_id in (%(winning_post_id)s, %(losing_post_id)s)
            and d.post_id <> o.post_id
            and o.downloaded_at = d.downloaded_at
    where o.organization_id = %(organization_id)s and o.post_id in (%(winning_post_id)s, %(losing_post_id)s)
) as other
where
    d.organization_id = %(organization_id)s
    and d.post_id = other.other_post_id
    and d.downloaded_at = other.downloaded_at;

-- Of two snapshots of one time the merge keeps the winner's: delete it if the other snapshot is preferred.
delete from scraping.snapshots as w using scraping.snapshots as l
where
    w.organization_id = %(organization_id)s
    and w.post_id = %(winning_post_id)s
    and l.organization_id = %(organization_id)s
    and l.post_id = %(losing_post_id)s
    and w.downloaded_at = l.downloaded_at
    and l.observed_as < w.observed_as;

update scraping.media_records as w set
    media_type = l.media_type,
    media_url = l.media_url,
    position = l.position,
    width = l.width,
    height = l.height,
    title = l.title,
    page_count = l.page_count
from scraping.media_records as l
where
    w.organization_id = %(organization_id)s
    and w.post_id = %(winning_post_id)s
    and l.organization_id = %(organization_id)s
    and l.post_id = %(losing_post_id)s
    and w.media_key = l.media_key
    and l.last_seen_at > w.last_seen_at;

update scraping.media_records as w set is_current = true
from scraping.media_records as l
where
    w.organization_id = %(organization_id)s
    and w.post_id = %(winning_post_id)s
    and l.organization_id = %(organization_id)s
    and l.post_id = %(losing_post_id)s
    and w.media_key = l.media_key
    and l.is_current;

drop table losing_posts;

drop table merged_hashtags;
