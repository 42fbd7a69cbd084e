-- Writes what a model answered about posts, and the new tags that it proposed; posts that are gone are left out. An
-- answer is the current one of its post from now on. A re-run changes nothing. Parameters: rows (JSON).

create temporary table new_answers on commit drop as
select
    a.*,
    decode(a.text_md5, 'hex') as text_hash
from jsonb_to_recordset(%(rows)s::jsonb) as a (
    organization_id text,
    post_id text,
    text_md5 text,
    model text,
    prompt_version integer,
    tag_list_version integer,
    tags jsonb,
    proposed_names text[],
    reason text,
    usage_id text,
    asked_at timestamptz
)
inner join scraping.post_records as p on a.organization_id = p.organization_id and a.post_id = p.post_id;

update curation.post_classifications as c set is_current = false
from new_answers as a
where c.organization_id = a.organization_id and c.post_id = a.post_id and c.is_current and a.reason is null;

insert into curation.post_classifications as c (
    organization_id, post_id, model, prompt_version, tag_list_version, text_hash, state, is_current, tags,
    proposed_names, reason, usage_id, asked_at
)
select
    a.organization_id,
    a.post_id,
    a.model,
    a.prompt_version,
    a.tag_list_version,
    a.text_hash,
    case when a.reason is null then 'answered' else 'parked' end::curation.classification_state,
    a.reason is null,
    a.tags,
    a.proposed_names,
    a.reason,
    a.usage_id,
    a.asked_at
from new_answers as a
on conflict (organization_id, post_id, model, prompt_version, tag_list_version, text_hash) do update set
state = excluded.state,
is_current = excluded.is_current,
tags = excluded.tags,
proposed_names = excluded.proposed_names,
reason = excluded.reason,
usage_id = excluded.usage_id,
asked_at = excluded.asked_at;

insert into curation.proposed_tags (organization_id, tag_name, post_id)
select distinct on (a.organization_id, n.tag_name)
    a.organization_id,
    n.tag_name,
    a.post_id
from new_answers as a
cross join lateral unnest(a.proposed_names) as n (tag_name)
where
    not exists (
        select from curation.tags as t
        where t.organization_id = a.organization_id and t.tag_name = n.tag_name
    )
order by a.organization_id, n.tag_name, a.post_id
on conflict (organization_id, tag_name) do nothing;

drop table new_answers;
