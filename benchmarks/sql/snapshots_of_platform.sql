-- Rewrites the snapshots as those of one platform: LinkedIn has no views, but reactions by kind in stats; YouTube has
-- no shares. Parameter: platform. Rows are inserted day by day and sorted by post, as by daily loads.

set session_replication_role = replica;

set work_mem = '512MB';

create temporary table kept as
select *
from scraping.snapshots;

truncate scraping.snapshots;

insert into scraping.snapshots (
    organization_id, post_id, run_id, downloaded_at, observed_at_source, observed_as,
    reactions, comments, shares, views, stats, posted_at, landed_file_id
)
select
    organization_id,
    post_id,
    run_id,
    downloaded_at,
    observed_at_source,
    observed_as,
    reactions,
    comments,
    case %(platform)s when 'linkedin' then shares end,
    case %(platform)s when 'youtube' then views end,
    case %(platform)s when 'linkedin' then jsonb_build_object('reactions', jsonb_build_object(
        'like', floor(reactions * 0.72), 'support', floor(reactions * 0.04), 'love', floor(reactions * 0.1),
        'insight', floor(reactions * 0.06), 'celebrate', floor(reactions * 0.06), 'funny', floor(reactions * 0.02)
    )) end,
    posted_at,
    landed_file_id
from kept
order by downloaded_at::date, post_id;
