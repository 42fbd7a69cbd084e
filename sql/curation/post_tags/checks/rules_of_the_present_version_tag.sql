-- Posts that were observed in the window have only tags of active rules, in their present version.
-- Parameters: window_start, window_end (dates, the end exclusive).

select distinct
    t.organization_id,
    t.post_id,
    t.rule_id,
    t.rule_version
from scraping.snapshots as s
inner join curation.post_tags as t on s.organization_id = t.organization_id and s.post_id = t.post_id
inner join curation.tag_rules as r on t.organization_id = r.organization_id and t.rule_id = r.rule_id
where
    s.downloaded_at >= %(window_start)s::date::timestamp at time zone 'utc'
    and s.downloaded_at < %(window_end)s::date::timestamp at time zone 'utc'
    and r.updated_at < now() - interval '1 day'
    and (not r.is_active or t.rule_version <> r.version or t.tag_id <> r.tag_id);
