-- One row is one post. Text, media and links come from the newest observation that describes the post, the author from
-- the newest that names an author, type and original from the newest item of the post itself that has them.
-- Observations never overwrite newer ones or clear facts that they lack. A load reads all files of its day, which
-- replace what was loaded for the day before, times included. A re-run changes nothing. Parameters: day.

insert into staged_profiles_to_count (organization_id, profile_id)
select
    p.organization_id,
    p.profile_id
from described_posts as d
inner join scraping.posts as p on d.organization_id = p.organization_id and d.post_id = p.post_id
where p.profile_id is not null;

insert into scraping.posts (
    organization_id, post_id, platform, urn, urn_kind, full_urn, posted_at, author_username, profile_id, text_content,
    article, post_type, url, reposted_post_id, raw_json, content_hash, content_observed_at, content_observed_as,
    author_observed_at, direct_observed_at, first_seen_at, last_seen_at
)
select
    s.organization_id,
    s.post_id,
    s.platform,
    s.urn,
    s.urn_kind,
    o.full_urn,
    d.posted_at,
    d.author_username,
    d.profile_id,
    o.text_content,
    o.article::jsonb,
    d.post_type,
    o.url,
    d.reposted_post_id,
    coalesce(o.own_payload, i.payload)::jsonb,
    d.content_hash,
    d.content_observed_at,
    d.content_observed_as,
    d.author_observed_at,
    d.direct_observed_at,
    d.first_seen_at,
    d.last_seen_at
from described_posts as d
inner join staged_posts as s on d.organization_id = s.organization_id and d.post_id = s.post_id
inner join staged_observations as o on d.observation_id = o.observation_id
inner join staged_items as i on d.item_id = i.item_id
where d.is_new;

with known_posts as (
    select
        *,
        (
            (is_newest and content_hash is distinct from known_content_hash)
            or (is_newest_author and author_username is distinct from known_author_username)
        ) as is_content_changed
    from (
        select
            d.organization_id,
            d.post_id,
            d.observation_id,
            d.item_id,
            d.run_id,
            d.content_observed_at,
            d.content_observed_as,
            d.content_hash,
            d.author_observed_at,
            d.author_username,
            d.profile_id,
            d.direct_observed_at,
            d.post_type,
            d.reposted_post_id,
            d.posted_at,
            p.content_hash as known_content_hash,
            p.author_username as known_author_username,
            -- Newest means that the post has nothing from a later day. A post without a description counts as observed
            -- when it was last seen.
            (d.is_description, %(day)s::date + 1)
            > (p.content_observed_at is not null, coalesce(p.content_observed_at, p.last_seen_at)) as is_newest,
            d.author_observed_at is not null
            and coalesce(p.author_observed_at < %(day)s::date + 1, true) as is_newest_author,
            d.direct_observed_at is not null
            and coalesce(p.direct_observed_at < %(day)s::date + 1, true) as is_newest_direct,
            case when p.first_seen_at < %(day)s::date then p.first_seen_at else d.first_seen_at end as first_seen_at,
            case when p.last_seen_at < %(day)s::date + 1 then d.last_seen_at else p.last_seen_at end as last_seen_at
        from described_posts as d
        inner join scraping.posts as p on d.organization_id = p.organization_id and d.post_id = p.post_id
        where not d.is_new
    ) as compared_posts
),

updated_posts as (
    update scraping.posts as p set
        full_urn = case when k.is_newest then o.full_urn else p.full_urn end,
        text_content = case when k.is_newest then o.text_content else p.text_content end,
        article = case when k.is_newest then o.article::jsonb else p.article end,
        url = case when k.is_newest then o.url else p.url end,
        raw_json = case when k.is_newest then coalesce(o.own_payload, i.payload)::jsonb else p.raw_json end,
        content_hash = case when k.is_newest then k.content_hash else p.content_hash end,
        content_observed_at = case when k.is_newest then k.content_observed_at else p.content_observed_at end,
        content_observed_as = case when k.is_newest then k.content_observed_as else p.content_observed_as end,
        author_username = case when k.is_newest_author then k.author_username else p.author_username end,
        profile_id = case when k.is_newest_author then k.profile_id else p.profile_id end,
        author_observed_at = case when k.is_newest_author then k.author_observed_at else p.author_observed_at end,
        post_type = case when k.is_newest_direct then k.post_type else p.post_type end,
        reposted_post_id = case when k.is_newest_direct then k.reposted_post_id else p.reposted_post_id end,
        direct_observed_at = case when k.is_newest_direct then k.direct_observed_at else p.direct_observed_at end,
        posted_at = least(p.posted_at, k.posted_at),
        needs_rebuild = p.needs_rebuild
        or coalesce(k.posted_at < coalesce(p.posted_at, 'infinity'), false)
        or (k.is_newest_author and k.profile_id is distinct from p.profile_id),
        first_seen_at = k.first_seen_at,
        last_seen_at = k.last_seen_at,
        updated_at = now()
    from known_posts as k
    inner join staged_observations as o on k.observation_id = o.observation_id
    inner join staged_items as i on k.item_id = i.item_id
    where
        p.organization_id = k.organization_id
        and p.post_id = k.post_id
        and (
            k.is_content_changed
            or (k.first_seen_at, k.last_seen_at) <> (p.first_seen_at, p.last_seen_at)
            or (
                k.is_newest
                and (k.content_observed_at, k.content_observed_as)
                is distinct from (p.content_observed_at, p.content_observed_as)
            )
            or (k.is_newest_author and k.author_observed_at is distinct from p.author_observed_at)
            or (
                k.is_newest_direct
                and (k.direct_observed_at, k.post_type, k.reposted_post_id)
                is distinct from (p.direct_observed_at, p.post_type, p.reposted_post_id)
            )
            or coalesce(k.posted_at < coalesce(p.posted_at, 'infinity'), false)
            -- Another item of the same time describes the post now.
            or (k.is_newest and p.raw_json is distinct from coalesce(o.own_payload, i.payload)::jsonb)
        )
)

select
    run_id,
    count(*) as posts_fetched,
    count(*) filter (where is_new) as posts_new,
    count(*) filter (where is_content_changed) as posts_updated
from (
    select run_id, is_new, false as is_content_changed from described_posts where is_new
    union all
    select run_id, false, is_content_changed from known_posts
) as posts_read
group by run_id;
