-- Makes the rows of models in curation.post_tags what the current answers about the posts in `scope` say: from the
-- threshold of a tag on posts have it, below it is a suggestion. Posts without an answer keep what they have, and what
-- people and rules say stays. A re-run changes nothing. Parameters: default_threshold.
-- Returns the numbers of rows that say applied and suggested, that were written, and that were removed.

with answered as (
    select
        c.organization_id,
        c.post_id,
        c.tags
    from scope as s
    inner join curation.post_classifications as c
        on s.organization_id = c.organization_id and s.post_id = c.post_id and c.is_current
),

found as materialized (
    select
        a.organization_id,
        a.post_id,
        f.tag_id,
        f.confidence,
        f.why,
        case
            when f.confidence >= coalesce(t.model_threshold, m.threshold, %(default_threshold)s) then 'applied'
            else 'suggested'
        end::curation.tag_state as state
    from answered as a
    cross join lateral jsonb_to_recordset(a.tags) as f (tag_id text, confidence numeric, why text)
    inner join curation.tags as t
        on a.organization_id = t.organization_id and f.tag_id = t.tag_id and t.is_for_models
    left join curation.model_tagging as m on a.organization_id = m.organization_id
),

removed as (
    delete from curation.post_tags as t
    using answered as a
    where
        t.organization_id = a.organization_id
        and t.post_id = a.post_id
        and t.applied_by = 'ai'
        and not exists (
            select from found as f
            where f.organization_id = t.organization_id and f.post_id = t.post_id and f.tag_id = t.tag_id
        )
    returning t.post_id
),

written as (
    insert into curation.post_tags as t (organization_id, post_id, tag_id, applied_by, state, confidence, why)
    select
        f.organization_id,
        f.post_id,
        f.tag_id,
        'ai',
        f.state,
        f.confidence,
        f.why
    from found as f
    order by f.organization_id, f.post_id, f.tag_id
    on conflict (organization_id, post_id, tag_id, applied_by, rule_id) do update set
    state = excluded.state, confidence = excluded.confidence, why = excluded.why
    where (t.state, t.confidence, t.why) is distinct from (excluded.state, excluded.confidence, excluded.why)
    returning t.post_id
)

select
    (select count(*) from found as f where f.state = 'applied') as applied,
    (select count(*) from found as f where f.state = 'suggested') as suggested,
    (select count(*) from written) as written,
    (select count(*) from removed) as removed;
