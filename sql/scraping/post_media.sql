-- One row is one picture, video or document of a post, identified by its URL without scheme and query; URL and position
-- come from the newest observation that contains it. The day's files replace what was loaded for the day before. A
-- re-run changes nothing. Parameters: day.

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
insert into scraping.post_media (
    organization_id, post_id, media_key, media_type, media_url, position, width, height, title, page_count,
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
    first_seen_at,
    observed_at
from day_media
where is_new;

insert into scraping.post_media as p (
    organization_id, post_id, media_key, media_type, media_url, position, width, height, title, page_count,
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
    first_seen_at,
    observed_at
from day_media
where not is_new
on conflict (organization_id, post_id, media_key) do update set
    media_type = case when p.last_seen_at < %(day)s::date + 1 then excluded.media_type else p.media_type end,
    media_url = case when p.last_seen_at < %(day)s::date + 1 then excluded.media_url else p.media_url end,
    position = case when p.last_seen_at < %(day)s::date + 1 then excluded.position else p.position end,
    width = case when p.last_seen_at < %(day)s::date + 1 then excluded.width else p.width end,
    height = case when p.last_seen_at < %(day)s::date + 1 then excluded.height else p.height end,
    title = case when p.last_seen_at < %(day)s::date + 1 then excluded.title else p.title end,
    page_count = case when p.last_seen_at < %(day)s::date + 1 then excluded.page_count else p.page_count end,
    first_seen_at = case when p.first_seen_at < %(day)s::date then p.first_seen_at else excluded.first_seen_at end,
    last_seen_at = case when p.last_seen_at < %(day)s::date + 1 then excluded.last_seen_at else p.last_seen_at end,
    updated_at = now()
where
    (p.first_seen_at >= %(day)s::date and excluded.first_seen_at <> p.first_seen_at)
    or (
        p.last_seen_at < %(day)s::date + 1
        and (
            excluded.last_seen_at, excluded.media_type, excluded.media_url, excluded.position, excluded.width,
            excluded.height, excluded.title, excluded.page_count
        ) is distinct from (
            p.last_seen_at, p.media_type, p.media_url, p.position, p.width, p.height, p.title, p.page_count
        )
    );
