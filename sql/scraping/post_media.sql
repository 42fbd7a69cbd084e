-- One row is one picture, video or document of a post, known by its path; the newest observation says where it is.
-- A re-run changes nothing.

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
from (
    select
        p.organization_id,
        p.post_id,
        p.observed_at,
        m.*,
        min(p.observed_at) over (partition by p.organization_id, p.post_id, m.media_key) as first_seen_at,
        row_number() over (
            partition by p.organization_id, p.post_id, m.media_key
            order by p.observed_at desc, p.observed_as asc, p.content_hash asc, p.item_id asc
        ) as newness
    from observed_posts as p
    inner join staged_media as m on p.observation_id = m.observation_id
) as met_media
where newness = 1
on conflict (organization_id, post_id, media_key) do update set
    media_type = case when excluded.last_seen_at >= p.last_seen_at then excluded.media_type else p.media_type end,
    media_url = case when excluded.last_seen_at >= p.last_seen_at then excluded.media_url else p.media_url end,
    position = case when excluded.last_seen_at >= p.last_seen_at then excluded.position else p.position end,
    width = case when excluded.last_seen_at >= p.last_seen_at then excluded.width else p.width end,
    height = case when excluded.last_seen_at >= p.last_seen_at then excluded.height else p.height end,
    title = case when excluded.last_seen_at >= p.last_seen_at then excluded.title else p.title end,
    page_count = case when excluded.last_seen_at >= p.last_seen_at then excluded.page_count else p.page_count end,
    first_seen_at = least(p.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(p.last_seen_at, excluded.last_seen_at),
    updated_at = now()
where
    excluded.last_seen_at > p.last_seen_at
    or excluded.first_seen_at < p.first_seen_at
    or (
        excluded.last_seen_at = p.last_seen_at
        and (
            excluded.media_type, excluded.media_url, excluded.position, excluded.width, excluded.height,
            excluded.title, excluded.page_count
        ) is distinct from (p.media_type, p.media_url, p.position, p.width, p.height, p.title, p.page_count)
    );
