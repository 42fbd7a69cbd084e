-- Posts that were observed in the window have the tags of models that the current answers give, as the thresholds say.
-- Answers of the last day may not have been applied yet.
-- Parameters: window_start, window_end (dates, the end exclusive).

with answered as (
    select distinct
        c.organization_id,
        c.post_id,
        c.tags
    from scraping.snapshots as s
    inner join curation.post_classifications as c
        on s.organization_id = c.organization_id and s.post_id = c.post_id and c.is_current
    where
        s.downloaded_at >= %(window_start)s::date::timestamp at time zone 'utc'
        and s.downloaded_at < %(window_end)s::date::timestamp at time zone 'utc'
        and c.asked_at < now() - interval '1 day'
),

found as (
    select
        a.organization_id,
        a.post_id,
        f.tag_id,
        f.confidence::real as confidence
    from answered as a
    cross join lateral jsonb_to_recordset(a.tags) as f (tag_id text, confidence numeric)
    inner join curation.tags as t on a.organization_id = t.organization_id and f.tag_id = t.tag_id and t.is_for_models
),

given as (
    select
        t.organization_id,
        t.post_id,
        t.tag_id,
        t.confidence
    from answered as a
    inner join curation.post_tags as t
        on a.organization_id = t.organization_id and a.post_id = t.post_id and t.applied_by = 'ai'
)

select
    coalesce(f.organization_id, g.organization_id) as organization_id,
    coalesce(f.post_id, g.post_id) as post_id,
    coalesce(f.tag_id, g.tag_id) as tag_id,
    f.confidence as answered,
    g.confidence as given
from found as f
full join given as g on f.organization_id = g.organization_id and f.post_id = g.post_id and f.tag_id = g.tag_id
where f.confidence is distinct from g.confidence;
