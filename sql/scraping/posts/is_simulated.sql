-- A post is no longer simulated if the files of the day took back their mark, because one was withdrawn or replaced, no
-- other snapshot has one, and no dry run published the post. A post with archived snapshots keeps its mark, because
-- they may have it. A re-run changes nothing. Run it after data_downloads/merge.sql, which names the posts.

update scraping.post_records as p set is_simulated = false, needs_rebuild = true, updated_at = now()
from unmarked_posts as u
where
    p.organization_id = u.organization_id
    and p.post_id = u.post_id
    and p.is_simulated
    and not exists (
        select
        from scraping.snapshots as s
        where
            s.organization_id = p.organization_id
            and s.post_id = p.post_id
            and s.stats @> '{"is_simulated": true}'
    )
    and not exists (
        select
        from operations.closed_months as m
        where
            m.organization_id = p.organization_id
            and m.table_name = 'scraping.snapshots'
            and m.ends_at > p.first_seen_at
    )
    and not exists (
        select
        from publishing.post_targets as t
        where
            t.organization_id = p.organization_id
            and t.platform = p.platform
            and t.platform_post_id = p.urn
            and t.is_simulated
    );
