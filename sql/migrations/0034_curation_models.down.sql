-- Removes what models answered. The tags that they gave stay, and what people decided on them.

set local role syndication_owner;

create or replace view curation.tag_agreement with (security_invoker = true) as
select
    g.organization_id,
    g.tag_id,
    k.applied_by,
    count(u.state) as decided_posts,
    count(u.state) filter (where (s.state <> 'removed') = (u.state = 'applied')) as agreed_posts,
    count(u.state) filter (where (s.state <> 'removed') = (u.state = 'applied'))::numeric
    / nullif(count(u.state), 0) as agreement
from curation.tags g
cross join (values ('rule'::curation.tag_source), ('ai')) k (applied_by)
left join (
    select distinct on (t.organization_id, t.post_id, t.tag_id, t.applied_by)
        t.organization_id,
        t.post_id,
        t.tag_id,
        t.applied_by,
        t.state
    from curation.post_tags t
    join curation.tags o on o.organization_id = t.organization_id and o.tag_id = t.tag_id
    where t.applied_by <> 'user'
    order by t.organization_id asc, t.post_id asc, t.tag_id asc, t.applied_by asc, t.confidence desc, t.rule_id asc
) s on s.organization_id = g.organization_id and s.tag_id = g.tag_id and s.applied_by = k.applied_by
left join curation.post_tags u
    on u.organization_id = s.organization_id and u.post_id = s.post_id and u.tag_id = s.tag_id
    and u.applied_by = 'user'
group by g.organization_id, g.tag_id, k.applied_by;

comment on view curation.tag_agreement is
'One row is one tag and one kind of source: of the posts on which a person decided too, how many times both said the '
'same. A suggestion counts as saying that the post has the tag.';

drop table curation.proposed_tags, curation.post_classifications, curation.tag_lists, curation.model_tagging;
drop type curation.classification_state;
drop sequence curation.proposed_tag_id_sequence;
alter table curation.tags drop column is_for_models, drop column model_threshold;
comment on column operations.execution_history.process is
'The work: fetching, selecting, writing, checking, approving, planning, publishing.';
alter table ai.llm_calls drop column post_ids;
