-- Keeps what follows from the snapshots of a month before they are removed: when a post was last observed, and which
-- payload described it then. A post that was observed later already has that from its later snapshots; the view takes
-- the greater of both. A re-run changes nothing. Parameters: organization_id, first_day, end_day (exclusive).

create temporary table removed_observations on commit drop as
select
    s.organization_id,
    s.post_id,
    max(s.downloaded_at) as last_seen_at,
    max(s.downloaded_at) filter (where s.is_description) as content_observed_at,
    max(s.downloaded_at) filter (where s.lacks_author is null) as author_observed_at,
    max(s.downloaded_at) filter (where s.lacks_type is null) as direct_observed_at,
    max(s.downloaded_at) filter (where s.posted_at is not null) as posted_observed_at
from scraping.snapshots as s
where
    s.organization_id = %(organization_id)s
    and s.downloaded_at >= %(first_day)s::date::timestamp at time zone 'utc'
    and s.downloaded_at < %(end_day)s::date::timestamp at time zone 'utc'
group by s.organization_id, s.post_id;

analyze removed_observations;

-- The newest URLs come from the payload of the newest snapshot with a description.
update scraping.media_records as m set
    media_url = v.media_url,
    last_seen_at = v.last_seen_at
from removed_observations as n
inner join scraping.post_media as v on n.organization_id = v.organization_id and n.post_id = v.post_id
where
    m.organization_id = v.organization_id
    and m.media_id = v.media_id
    and m.is_current
    and m.last_seen_at < n.content_observed_at
    and v.last_seen_at = n.content_observed_at;

update scraping.post_records as r set
    payload_source = f.source,
    payload_hash = coalesce(p.payload_hash, int8send(s.payload_key)),
    payload_member = s.payload_member
from removed_observations as n
inner join scraping.snapshots as s
    on
        n.organization_id = s.organization_id
        and n.post_id = s.post_id
        and coalesce(n.content_observed_at, n.last_seen_at) = s.downloaded_at
inner join landing.files as f on s.organization_id = f.organization_id and s.landed_file_id = f.landed_file_id
left join scraping.raw_payloads as p
    on
        s.organization_id = p.organization_id
        and (s.downloaded_at at time zone 'utc')::date = p.landed_on
        and f.source = p.source
        and p.payload_hash >= int8send(s.payload_key)
        and p.payload_hash <= int8send(s.payload_key) || '\xffffffffffffffff'::bytea
where
    r.organization_id = n.organization_id
    and r.post_id = n.post_id
    and s.payload_key is not null
    and (r.content_observed_at is null) = (n.content_observed_at is null)
    and coalesce(r.content_observed_at, r.last_seen_at) < s.downloaded_at;

update scraping.post_records as r set
    content_observed_at = case
        when r.content_observed_at is not null then greatest(r.content_observed_at, n.content_observed_at)
    end,
    author_observed_at = case
        when r.author_observed_at is not null then greatest(r.author_observed_at, n.author_observed_at)
    end,
    direct_observed_at = case
        when r.direct_observed_at is not null then greatest(r.direct_observed_at, n.direct_observed_at)
    end,
    posted_observed_at = case
        when r.posted_observed_at is not null then greatest(r.posted_observed_at, n.posted_observed_at)
    end,
    last_seen_at = greatest(r.last_seen_at, n.last_seen_at)
from removed_observations as n
where
    r.organization_id = n.organization_id
    and r.post_id = n.post_id
    and (
        r.content_observed_at < n.content_observed_at
        or r.author_observed_at < n.author_observed_at
        or r.direct_observed_at < n.direct_observed_at
        or r.posted_observed_at < n.posted_observed_at
        or r.last_seen_at < n.last_seen_at
    );

drop table removed_observations;
