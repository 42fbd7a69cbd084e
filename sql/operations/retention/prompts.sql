-- Removes the prompts of one batch of requests that are older than what is kept; the requests stay. Parameters:
-- organization_id, keeps_from (a date), batch.

update ai.llm_calls set prompt = null
where
    (organization_id, call_id) in (
        select
            c.organization_id,
            c.call_id
        from ai.llm_calls as c
        where
            c.organization_id = %(organization_id)s
            and c.called_at < %(keeps_from)s::date::timestamp at time zone 'utc'
            and c.prompt is not null
        limit %(batch)s
    );
