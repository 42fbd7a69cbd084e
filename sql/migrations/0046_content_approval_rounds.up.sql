-- Texts are approved in rounds of the room approval. A round that ends writes content.approvals, which publishing
-- reads, in the same transaction. Texts that are there get their rounds: what was decided stays decided, by whom and
-- when.

set local role syndication_owner;

insert into approval.subject_kinds (subject_prefix, noun, permission) values ('cnt', 'text', 'texts.decide');

create function content.authors_of(of_organization_id text, of_post_core_id text, of_variation integer)
returns text[] language sql stable parallel safe
return (
    select coalesce(array_agg(distinct c.created_by), '{}')
    from content.posts_content as c
    where
        c.organization_id = of_organization_id
        and c.post_core_id = of_post_core_id
        and c.variation = of_variation
        and c.created_by is not null
);

comment on function content.authors_of is 'Everybody who wrote or edited a version of a variation of a post.';
grant execute on function content.authors_of to syndication_pipeline, syndication_reader;

-- What happened before this migration is in the audit log already.
alter table approval.rounds disable trigger user;
alter table approval.decisions disable trigger user;

-- As the pipeline: forced row-level security hides the rows from their owner.
set local role syndication_pipeline;

with decided as (
    select distinct on (a.organization_id, a.content_id)
        a.organization_id,
        a.content_id,
        a.content_hash,
        a.decision,
        a.decided_by,
        a.is_by_rule,
        a.reason,
        a.decided_at
    from content.approvals as a
    order by a.organization_id asc, a.content_id asc, a.decided_at desc
),

written as (
    insert into approval.rounds (
        organization_id, subject_id, content_hash, content_type, platform, channel_type, generator, score, authors,
        state, ended_at, created_at
    )
    select
        c.organization_id,
        c.content_id,
        coalesce(d.content_hash, c.content_hash),
        p.post_kind::text,
        p.platform,
        p.channel_type,
        c.generator,
        s.score,
        content.authors_of(c.organization_id, c.post_core_id, c.variation),
        case
            when d.decision is null then 'open'
            when c.state = 'superseded' then 'superseded'
            else d.decision::text
        end::approval.round_state,
        d.decided_at,
        c.created_at
    from content.posts_content as c
    inner join content.posts_core as p on c.organization_id = p.organization_id and c.post_core_id = p.post_core_id
    left join content.product_selections as s
        on p.organization_id = s.organization_id and p.selection_id = s.selection_id
    left join decided as d on c.organization_id = d.organization_id and c.content_id = d.content_id
    where d.decision is not null or c.state in ('generated', 'needs_review')
    returning organization_id, round_id, subject_id, ended_at, created_at
),

steps as (
    insert into approval.round_steps (
        organization_id, round_id, step_order, step_name, needs, state, step_entered_at, decided_at
    )
    select
        w.organization_id,
        w.round_id,
        1,
        'decision',
        'any',
        coalesce(d.decision::text, 'open')::approval.step_state,
        w.created_at,
        d.decided_at
    from written as w
    left join decided as d on w.organization_id = d.organization_id and w.subject_id = d.content_id
    returning organization_id
)

insert into approval.decisions (
    organization_id, round_id, step_order, approver, decision, decided_by, is_by_rule, reason, decided_at
)
select
    w.organization_id,
    w.round_id,
    1,
    d.decided_by,
    d.decision::text::approval.decision,
    d.decided_by,
    d.is_by_rule,
    d.reason,
    d.decided_at
from written as w
inner join decided as d on w.organization_id = d.organization_id and w.subject_id = d.content_id;

set local role syndication_owner;

alter table approval.rounds enable trigger user;
alter table approval.decisions enable trigger user;

create function content.follow_round()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    broken text;
    last_decision approval.decisions;
begin
    if new.state = 'superseded' then
        return null;
    end if;
    select d.* into last_decision
    from approval.decisions d
    where d.organization_id = new.organization_id and d.round_id = new.round_id and d.decision::text = new.state::text
    order by d.is_withdrawal desc, d.step_order desc, d.decided_at desc, d.decision_id
    limit 1;
    if new.state = 'approved' then
        if not exists (
            select from content.posts_content c
            where
                c.organization_id = new.organization_id
                and c.content_id = new.subject_id
                and c.content_hash = new.content_hash
        ) then
            raise exception '% is not the text that was decided on: decide on its newest version', new.subject_id
                using errcode = 'integrity_constraint_violation', constraint = 'approvals_are_of_the_text';
        end if;
        select string_agg(k.rule_name || ': ' || k.reason, '; ' order by k.rule_name) into broken
        from content.compliance_checks k
        where
            k.organization_id = new.organization_id
            and k.content_id = new.subject_id
            and k.severity = 'hard'
            and not k.is_passed;
        if broken is not null then
            raise exception '% breaks hard rules: %. Edit it first', new.subject_id, broken
                using errcode = 'integrity_constraint_violation', constraint = 'approved_texts_break_no_hard_rule';
        end if;
    else
        -- The audit log keeps the withdrawn approval.
        delete from content.approvals
        where organization_id = new.organization_id and content_id = new.subject_id and decision = 'approved';
    end if;
    insert into content.approvals (
        organization_id, content_id, content_hash, decision, decided_by, is_by_rule, reason, decided_at
    ) values (
        new.organization_id, new.subject_id, new.content_hash, new.state::text::content.decision,
        last_decision.decided_by, last_decision.is_by_rule, last_decision.reason, last_decision.decided_at
    )
    on conflict (organization_id, content_id, decision) do nothing;
    update content.posts_content
    set state = new.state::text::content.content_state
    where organization_id = new.organization_id and content_id = new.subject_id;
    return null;
end
$$;

comment on function content.follow_round is
'Writes the approval or rejection of a text, and its state, when its round ends. A text that breaks a hard rule, or is '
'not the one that was decided on, is not approved.';

create trigger rounds_of_texts after update of state on approval.rounds
for each row when (new.subject_prefix = 'cnt' and new.state <> 'open' and old.state is distinct from new.state)
execute function content.follow_round();
