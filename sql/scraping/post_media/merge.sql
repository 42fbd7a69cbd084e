-- One row is one picture, video or document of a post, identified by its URL without scheme and query; URL and position
-- come from the newest observation that contains it. The view reads scraping.media_records, which is written when the
-- media of a post change: the newest time and the newest signed URL of a current medium follow from the snapshots and
-- their payload. The day's files replace what was loaded for the day before. A re-run changes nothing. Parameters: day.

create temporary table day_media on commit drop as
select *
from (
    select
        p.organization_id,
        p.post_id,
        p.is_new,
        p.observed_at,
        m.*,
        min(p.observed_at) over (partition by p.organization_id, p.post_id, m.media_key) as first_seen_at,
        row_number() over (
            partition by p.organization_id, p.post_id, m.media_key
            order by p.newness
        ) as newness
    from observed_posts as p
    inner join staged_media as m on p.observation_id = m.observation_id
) as observed_media
where newness = 1;

-- New posts have no media yet, so a plain insert suffices: an upsert would cost half as much again.
insert into scraping.media_records (
    organization_id, post_id, media_key, media_type, media_url, position, width, height, title, page_count, is_current,
    first_seen_at, last_seen_at
)
select
    m.organization_id,
    m.post_id,
    m.media_key,
    m.media_type,
    m.media_url,
    m.position,
    m.width,
    m.height,
    m.title,
    m.page_count,
    m.observation_id = d.observation_id,
    m.first_seen_at,
    m.observed_at
from day_media as m
inner join described_posts as d on m.organization_id = d.organization_id and m.post_id = d.post_id
where m.is_new;

-- A medium that the newest text no longer has keeps the newest URL and time that were known.
update scraping.media_records as r set
    media_url = v.media_url,
    last_seen_at = v.last_seen_at,
    is_current = false,
    updated_at = now()
from compared_posts as k
inner join scraping.post_media as v on k.organization_id = v.organization_id and k.post_id = v.post_id
left join staged_media as m on k.observation_id = m.observation_id and v.media_key = m.media_key
where
    k.writes_content
    and m.media_key is null
    and r.organization_id = v.organization_id
    and r.media_id = v.media_id
    and r.is_current;

create temporary table compared_media on commit drop as
select
    *,
    known_first_seen_at >= %(day)s::date and known_first_seen_at <> first_seen_at as writes_first_seen,
    -- Nothing is known from a later day, and the day says something else than the record.
    known_last_seen_at < %(day)s::date + 1
    and (is_newest or not was_current)
    and (
        is_current <> was_current
        or has_new_shape
        or known_last_seen_at > observed_at
        -- The time of a current medium follows from the snapshots, if they have it.
        or (not (is_current and has_moments) and (known_last_seen_at, known_media_url) <> (observed_at, media_url))
    ) as writes_values
from (
    select
        m.*,
        k.is_newest,
        k.has_moments,
        k.is_newest and m.observation_id = k.observation_id as is_current,
        r.media_id,
        r.is_current as was_current,
        r.media_url as known_media_url,
        r.first_seen_at as known_first_seen_at,
        r.last_seen_at as known_last_seen_at,
        (
            r.media_type is distinct from m.media_type
            or r.position is distinct from m.position
            or r.width is distinct from m.width
            or r.height is distinct from m.height
            or r.title is distinct from m.title
            or r.page_count is distinct from m.page_count
        ) as has_new_shape
    from day_media as m
    inner join compared_posts as k on m.organization_id = k.organization_id and m.post_id = k.post_id
    left join scraping.media_records as r
        on m.organization_id = r.organization_id and m.post_id = r.post_id and m.media_key = r.media_key
) as known;

insert into scraping.media_records (
    organization_id, post_id, media_key, media_type, media_url, position, width, height, title, page_count, is_current,
    first_seen_at, last_seen_at
)
select
    organization_id,
    post_id,
    media_key,
    media_type,
    media_url,
    position,
    width,
    height,
    title,
    page_count,
    is_current,
    first_seen_at,
    observed_at
from compared_media
where media_id is null;

update scraping.media_records as r set
    media_type = case when c.writes_values then c.media_type else r.media_type end,
    media_url = case when c.writes_values then c.media_url else r.media_url end,
    position = case when c.writes_values then c.position else r.position end,
    width = case when c.writes_values then c.width else r.width end,
    height = case when c.writes_values then c.height else r.height end,
    title = case when c.writes_values then c.title else r.title end,
    page_count = case when c.writes_values then c.page_count else r.page_count end,
    is_current = case when c.writes_values then c.is_current else r.is_current end,
    last_seen_at = case when c.writes_values then c.observed_at else r.last_seen_at end,
    first_seen_at = case when c.writes_first_seen then c.first_seen_at else r.first_seen_at end,
    updated_at = now()
from compared_media as c
where
    r.organization_id = c.organization_id
    and r.media_id = c.media_id
    and (c.writes_values or c.writes_first_seen);
