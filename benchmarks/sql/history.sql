-- Fills a migrated, empty database with the history of one organization: the same posts, observed once a day with four
-- counters. Half of the posts are from LinkedIn, half from YouTube. Parameters: organization (slug), posts, days,
-- first_day.
--
-- Rows are inserted day by day and sorted by post, as by daily loads, so that tables and indexes are filled alike.
-- Foreign keys are not checked (session_replication_role), because the rows satisfy them by construction.

set session_replication_role = replica;

set work_mem = '512MB';

select operations.ensure_month_partitions(
    'scraping.snapshots', %(first_day)s::date, %(first_day)s::date + %(days)s
);

insert into tenancy.organizations (slug, name)
values (%(organization)s, initcap(%(organization)s));

create temporary table made_days as
select
    d.day::date as day,
    d.number::integer as number,
    s.source,
    s.platform,
    s.observed_at_hour,
    o.organization_id,
    'run-' || lpad(to_hex(d.number * 2 + s.number), 8, '0') as run_id,
    replace(replace(s.path, ':organization', o.slug), ':day', d.day::date::text) as source_file_path
from generate_series(
    %(first_day)s::date, %(first_day)s::date + %(days)s - 1, interval '1 day'
) with ordinality as d (day, number)
cross join (
    values
    (0, 'linkedin_apify', 'linkedin', 5, ':organization/linkedin_apify/:day/dataset_acme-corp_:day_05-10-00-000.json'),
    (1, 'youtube_data_api', 'youtube', 6, ':organization/youtube_data_api/:day/videos_:day_06-00-00-000.json')
) as s (number, source, platform, observed_at_hour, path)
inner join tenancy.organizations as o on o.slug = %(organization)s;

insert into scraping.download_runs (
    organization_id, run_id, kind, source, platform, partition_from, partition_to, status, completed_at, script_name
)
select organization_id, run_id, 'load', source, platform, day, day, 'completed', now(), 'benchmark'
from made_days;

insert into landing.files (
    organization_id, source_file_path, source, landed_on, content_hash, size_bytes, run_id
)
select organization_id, source_file_path, source, day, '', 0, run_id
from made_days;

insert into scraping.profiles (organization_id, platform, username, name, kind, is_tracked)
select
    o.organization_id,
    case when mod(n, 2) = 0 then 'linkedin' else 'youtube' end,
    'profile-' || n,
    'Profile ' || n,
    'person',
    true
from tenancy.organizations as o
cross join generate_series(0, 249) as n
where o.slug = %(organization)s;

create temporary table made_posts as
select
    n,
    p.organization_id,
    tenancy.public_id('p', nextval('scraping.post_id_sequence')) as post_id,
    p.profile_id,
    p.username,
    p.platform,
    -- Up to 60 days before the history begins.
    %(first_day)s::date::timestamp at time zone 'utc' - interval '60 days' * mod(n * 7919, 6850) / 6850 as posted_at,
    exp(3.5 + 1.6 * sqrt(-2 * ln(1 - mod(n::bigint * 104729, 9973) / 9974.0)) * cos(n))::float8 as size
from generate_series(1, %(posts)s) as n
inner join scraping.profiles as p on p.username = 'profile-' || mod(n, 250)
inner join tenancy.organizations as o on p.organization_id = o.organization_id and o.slug = %(organization)s;

insert into scraping.post_records (
    organization_id, post_id, platform, urn, urn_kind, full_urn, posted_at, author_username, profile_id, text_content,
    post_type, url, content_hash, content_observed_at, direct_observed_at, posted_observed_at, first_seen_at,
    last_seen_at
)
select
    organization_id,
    post_id,
    platform,
    (7300000000000000000 + n)::text,
    case platform when 'youtube' then 'video' else 'activity' end,
    'urn:li:activity:' || (7300000000000000000 + n),
    posted_at,
    username,
    profile_id,
    'Post number ' || n || E'\n' || repeat(md5(n::text) || ' ', 12),
    'regular',
    'https://www.example.com/posts/' || username || '_activity-' || n,
    decode(md5(n::text), 'hex'),
    %(first_day)s::date + %(days)s - interval '18 hours',
    %(first_day)s::date + %(days)s - interval '18 hours',
    %(first_day)s::date + %(days)s - interval '18 hours',
    %(first_day)s::date + interval '6 hours',
    %(first_day)s::date + %(days)s - interval '18 hours'
from made_posts;

insert into scraping.hashtags (organization_id, hashtag, first_seen_at)
select o.organization_id, 'hashtag' || n, %(first_day)s::date
from tenancy.organizations as o
cross join generate_series(0, 199) as n
where o.slug = %(organization)s;

-- Three hashtags per post; a few hashtags are in many posts.
insert into scraping.post_hashtags (organization_id, post_id, hashtag_id, seen_on, is_current)
select distinct
    p.organization_id,
    p.post_id,
    h.hashtag_id,
    datemultirange(daterange(%(first_day)s::date, %(first_day)s::date + %(days)s)),
    true
from made_posts as p
cross join generate_series(1, 3) as k
inner join scraping.hashtags as h
    on
        p.organization_id = h.organization_id
        and h.hashtag = 'hashtag' || floor(200 * power(mod(p.n * k * 31, 997) / 997.0, 2));

insert into scraping.snapshots (
    organization_id, post_id, run_id, downloaded_at, observed_at_source, observed_as,
    reactions, comments, shares, views, posted_at, landed_file_id, payload_key
)
select
    p.organization_id,
    p.post_id,
    d.run_id,
    (d.day::timestamp + make_interval(hours => d.observed_at_hour)) at time zone 'utc',
    'file_name',
    'post',
    floor(p.size * g.progress),
    floor(p.size * 0.2 * g.progress),
    floor(p.size * 0.05 * g.progress),
    floor(p.size * 30 * g.progress),
    p.posted_at,
    f.landed_file_id,
    hashtextextended(p.n || '/' || d.day, 0)
from made_days as d
inner join landing.files as f
    on d.organization_id = f.organization_id and d.source_file_path = f.source_file_path
inner join made_posts as p on d.platform = p.platform
cross join lateral (
    select 1 + ln(1 + extract(epoch from d.day::timestamp at time zone 'utc' - p.posted_at) / 86400)::float8 as progress
) as g
order by d.day, p.post_id;
