-- A source has no recent observations. One row is a source of scraped posts, an active shop or an active feed, of an
-- active organization, whose newest observation is older than the threshold, in hours; value is its age in hours. A
-- shop or a feed that is fetched and never delivered is as old as its row. Sources of scraped posts that never
-- delivered an item, and sample organizations, whose data is never fetched, are left out. Parameter: threshold.

with heard as (
    select
        f.organization_id,
        f.source as subject,
        max(f.observed_at) as observed_at,
        max(f.observed_at) as since,
        'its fetch schedule' as schedule
    from landing.files as f
    inner join scraping.download_runs as r on f.organization_id = r.organization_id and f.run_id = r.run_id
    where f.items > 0 and f.withdrawn_at is null
    group by f.organization_id, f.source
    union all
    -- Files name no shop, and several shops may share a source: its snapshots do.
    select
        v.organization_id,
        'shop ' || v.vendor as subject,
        newest.observed_at,
        coalesce(
            newest.observed_at, case when v.api_url is not null or v.shop_url is not null then v.created_at end
        ) as since,
        'catalogue_schedule' as schedule
    from catalogue.vendors as v
    cross join lateral (
        select max(s.observed_at) as observed_at
        from catalogue.catalogue_snapshots as s
        where s.organization_id = v.organization_id and s.vendor = v.vendor
    ) as newest
    where v.is_active
    union all
    select
        d.organization_id,
        'feed ' || d.feed_name as subject,
        newest.observed_at,
        coalesce(newest.observed_at, d.created_at) as since,
        'feeds_schedule' as schedule
    from documents.feeds as d
    -- As feed_assets.py names them: `feed_<host>-<digest of the URL>_<time>.xml`.
    cross join lateral (
        select
            'feed_' || regexp_replace(
                lower(substring(d.url from '^https://([^/:?#]+)')), '[^a-z0-9.-]', '-', 'g'
            ) || '-' as of_host,
            left(encode(sha256(convert_to(d.url, 'UTF8')), 'hex'), 8) || '_' as of_url
    ) as names
    cross join lateral (
        -- Files without the digest of any feed have the one of a former version, or of a URL that a feed had before:
        -- they count until the feed has one of its own.
        select
            coalesce(
                max(f.observed_at) filter (where starts_with(f.file_name, names.of_host || names.of_url)),
                max(f.observed_at) filter (
                    where not exists (
                        select
                        from documents.feeds as other
                        where
                            other.organization_id = d.organization_id
                            and starts_with(
                                f.file_name,
                                names.of_host || left(encode(sha256(convert_to(other.url, 'UTF8')), 'hex'), 8) || '_'
                            )
                    )
                )
            ) as observed_at
        from (
            select
                l.observed_at,
                split_part(l.source_file_path, '/', 4) as file_name
            from landing.files as l
            where
                l.organization_id = d.organization_id
                and l.source = 'blog_feed'
                and l.items > 0
                and l.withdrawn_at is null
                and starts_with(split_part(l.source_file_path, '/', 4), names.of_host)
        ) as f
    ) as newest
    where d.is_active
)

select
    o.organization_id,
    h.subject,
    h.since,
    round(extract(epoch from now() - h.since) / 3600, 1) as value,
    format(
        '%%s Check that %%s is on, and look at its last run.',
        case
            when h.observed_at is null then h.subject || ' has never delivered anything.'
            else format(
                'The newest observation of %%s is of %%s UTC.',
                h.subject,
                to_char(h.observed_at at time zone 'utc', 'YYYY-MM-DD HH24:MI')
            )
        end,
        h.schedule
    ) as message
from tenancy.organizations as o
inner join heard as h on o.organization_id = h.organization_id
where
    o.is_active
    and not coalesce(o.settings @> '{"is_sample": true}', false)
    and h.since < now() - make_interval(secs => %(threshold)s::float8 * 3600)
