-- One row is one post. Text, media and links come from the newest observation that describes the post, the author from
-- the newest that names an author, type and original from the newest item of the post itself that has them, the
-- publication time from the newest that tells it. The view
-- reads scraping.post_records, which is written when one of these values changes; the newest times and the source JSON
-- follow from the snapshots, so an observation of an unchanged post writes none of it. Observations never overwrite
-- newer ones or clear facts that they lack. A load reads all files of its day, which replace what was loaded for the
-- day before, times included. A re-run changes nothing. Parameters: day.

insert into staged_profiles_to_count (organization_id, profile_id)
select
    organization_id,
    known_profile_id
from compared_posts
where writes_author and known_profile_id is not null;

insert into scraping.post_records (
    organization_id, post_id, platform, urn, urn_kind, full_urn, posted_at, author_username, profile_id, text_content,
    article, post_type, url, reposted_post_id, content_hash, content_observed_at, content_observed_as,
    author_observed_at, direct_observed_at, posted_observed_at, first_seen_at, last_seen_at, payload_source,
    payload_hash, payload_member, is_simulated
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
    d.content_hash,
    d.content_observed_at,
    d.content_observed_as,
    d.author_observed_at,
    d.direct_observed_at,
    d.posted_observed_at,
    d.first_seen_at,
    d.last_seen_at,
    o.source,
    o.payload_hash,
    o.payload_member,
    d.is_simulated
from described_posts as d
inner join staged_posts as s on d.organization_id = s.organization_id and d.post_id = s.post_id
inner join staged_observations as o on d.observation_id = o.observation_id
where d.is_new;

with updated_posts as (
    update scraping.post_records as p set
        full_urn = case when k.writes_content then o.full_urn else p.full_urn end,
        text_content = case when k.writes_content then o.text_content else p.text_content end,
        article = case when k.writes_content then o.article::jsonb else p.article end,
        url = case when k.writes_content then o.url else p.url end,
        content_hash = case when k.writes_content then k.content_hash else p.content_hash end,
        content_observed_at = case
            when k.writes_content then k.content_observed_at
            when k.follows_later_content then k.later_content_observed_at
            else p.content_observed_at
        end,
        content_observed_as = case when k.writes_content then k.content_observed_as else p.content_observed_as end,
        payload_source = case when k.writes_content then k.source else p.payload_source end,
        payload_hash = case when k.writes_content then k.payload_hash else p.payload_hash end,
        payload_member = case when k.writes_content then k.payload_member else p.payload_member end,
        author_username = case when k.writes_author then k.author_username else p.author_username end,
        profile_id = case when k.writes_author then k.profile_id else p.profile_id end,
        author_observed_at = case when k.writes_author then k.author_observed_at else p.author_observed_at end,
        post_type = case when k.writes_direct then k.post_type else p.post_type end,
        reposted_post_id = case when k.writes_direct then k.reposted_post_id else p.reposted_post_id end,
        direct_observed_at = case when k.writes_direct then k.direct_observed_at else p.direct_observed_at end,
        posted_at = case when k.writes_posted then k.posted_at else p.posted_at end,
        posted_observed_at = case when k.writes_posted then k.posted_observed_at else p.posted_observed_at end,
        is_simulated = p.is_simulated or k.writes_simulated,
        needs_rebuild = p.needs_rebuild
        or k.writes_simulated
        or (k.writes_posted and k.posted_at is distinct from p.posted_at)
        or (k.writes_author and k.profile_id is distinct from p.profile_id),
        first_seen_at = case when k.writes_first_seen then k.first_seen_at else p.first_seen_at end,
        last_seen_at = case when k.is_last_seen then k.last_seen_at else p.last_seen_at end,
        updated_at = now()
    from compared_posts as k
    inner join staged_observations as o on k.observation_id = o.observation_id
    where
        p.organization_id = k.organization_id
        and p.post_id = k.post_id
        and (
            k.writes_content
            or k.writes_author
            or k.writes_direct
            or k.writes_posted
            or k.writes_simulated
            or k.writes_first_seen
            or k.writes_last_seen
            or k.follows_later_content
        )
)

select
    run_id,
    count(*) as posts_fetched,
    count(*) filter (where is_new) as posts_new,
    count(*) filter (where is_content_changed) as posts_updated
from (
    select
        run_id,
        true as is_new,
        false as is_content_changed
    from described_posts
    where is_new
    union all
    select
        run_id,
        false,
        (is_newest and has_new_content) or (is_newest_author and has_new_author)
    from compared_posts
) as posts_read
group by run_id;
