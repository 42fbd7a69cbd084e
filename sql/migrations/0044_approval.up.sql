-- Approval: who has to approve what before it is published. Workflows with steps, delegations, rounds bound to the hash
-- of what is decided on, and the decisions.

create schema approval authorization syndication_owner;

set local role syndication_owner;

grant usage on schema approval to syndication_pipeline, syndication_reader;

create sequence approval.workflow_id_sequence as bigint maxvalue 4294967295;
create sequence approval.delegation_id_sequence as bigint maxvalue 4294967295;
create sequence approval.round_id_sequence as bigint maxvalue 4294967295;
create sequence approval.decision_id_sequence as bigint maxvalue 4294967295;
grant usage on all sequences in schema approval to syndication_pipeline;

insert into tenancy.permissions (permission, description) values
('workflows.edit', 'Change approval workflows and working hours, and delegate for others.'),
('approvals.decide', 'Decide where a workflow names one as approver, and delegate it.');

alter table tenancy.role_permissions disable trigger role_permissions_changes;
insert into tenancy.role_permissions (role, permission)
select
    r.role,
    g.permission
from (
    values
    ('workflows.edit', 'manager'::tenancy.member_role),
    ('approvals.decide', 'member')
) as g (permission, least_role)
inner join unnest(enum_range(null::tenancy.member_role)) as r (role) on g.least_role <= r.role;
alter table tenancy.role_permissions enable trigger role_permissions_changes;

create type approval.step_needs as enum ('any', 'all');
comment on type approval.step_needs is
'Whose approval completes a step.
any: that of one approver
all: that of every approver who is still an active member';

create type approval.round_state as enum ('open', 'approved', 'rejected', 'superseded');
comment on type approval.round_state is
'How a round ended.
open: waits for approvers
approved: every step is approved or skipped
rejected: an approver rejected it, or the approval was withdrawn before publication
superseded: what it was about was edited, so that a new round decides';

create type approval.step_state as enum ('waiting', 'open', 'approved', 'rejected', 'skipped');
comment on type approval.step_state is
'What became of a step of a round.
waiting: an earlier step is not decided
open: its approvers decide
approved: as many approved as it needs
rejected: an approver rejected
skipped: the automatic rule of the workflow covered it, or the round ended before it';

create type approval.decision as enum ('approved', 'rejected');

create table approval.subject_kinds (
    subject_prefix text primary key check (subject_prefix ~ '^[a-z]{3}$'),
    noun text not null unique check (noun ~ '^[a-z]+$'),
    permission text not null references tenancy.permissions
);

comment on table approval.subject_kinds is
'One row is one kind of things that are approved. The room that owns them adds the row, opens their rounds and reads '
'how they end.';
comment on column approval.subject_kinds.subject_prefix is 'How their ids begin, such as cnt.';
comment on column approval.subject_kinds.noun is 'What people call one of them, such as text.';
comment on column approval.subject_kinds.permission is
'The right that decides where no workflow names approvers, and that withdraws an approval; refers to permissions.';

create index subject_kinds_permission on approval.subject_kinds (permission);
grant select on approval.subject_kinds to syndication_pipeline, syndication_reader;

create table approval.working_hours (
    organization_id text primary key references tenancy.organizations on delete cascade,
    time_zone text not null default 'UTC' check (time_zone <> ''),
    working_days integer[] not null default '{1,2,3,4,5}'
    check (working_days <@ array[1, 2, 3, 4, 5, 6, 7] and cardinality(working_days) > 0),
    begins_at time not null default '09:00',
    ends_at time not null default '17:00',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (begins_at < ends_at)
);

comment on table approval.working_hours is
'One row says when the people of an organization work: only these hours count until a reminder and an escalation. '
'Without a row, Monday to Friday, 9 to 17 o''clock UTC. User-maintained.';
comment on column approval.working_hours.time_zone is 'IANA time zone of the hours.';
comment on column approval.working_hours.working_days is 'Days of the week, 1 for Monday to 7 for Sunday.';
comment on column approval.working_hours.begins_at is 'Local time at which a working day begins.';
comment on column approval.working_hours.ends_at is 'Local time at which it ends.';

create table approval.workflows (
    organization_id text not null references tenancy.organizations on delete cascade,
    workflow_id text not null default tenancy.public_id('wfl', nextval('approval.workflow_id_sequence'))
    check (workflow_id ~ '^wfl-[0-9a-f]{8}$'),
    workflow_name text not null check (workflow_name <> ''),
    priority integer not null default 0,
    subjects text[] not null default '{}',
    content_types text[] not null default '{}',
    platforms text[] not null default '{}',
    channel_types text[] not null default '{}',
    minimum_score numeric(7, 6) check (minimum_score between 0 and 1),
    automatic_generators text[] not null default '{}',
    automatic_minimum_score numeric(7, 6) not null default 0 check (automatic_minimum_score between 0 and 1),
    forbids_own boolean not null default false,
    is_active boolean not null default true,
    version integer not null default 1 check (version > 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, workflow_id),
    unique (organization_id, workflow_name)
);

comment on table approval.workflows is
'One row is one approval workflow. Of those that fit, the one with the highest priority decides; where none fits, one '
'person with the right of the subject''s kind decides. User-maintained.';
comment on column approval.workflows.workflow_id is 'Public id, such as wfl-0a1b2c3d.';
comment on column approval.workflows.workflow_name is 'A name for people, unique in the organization.';
comment on column approval.workflows.priority is
'Of several workflows that fit, the highest decides; of equal ones, the one that says more about its subjects.';
comment on column approval.workflows.subjects is 'Nouns of subject_kinds that it is for; empty for all.';
comment on column approval.workflows.content_types is
'Types that it is for, such as product, blog_post or announcement; empty for all.';
comment on column approval.workflows.platforms is 'Platforms that it is for; empty for all.';
comment on column approval.workflows.channel_types is 'Kinds of publication that it is for; empty for all.';
comment on column approval.workflows.minimum_score is
'What is known to have a lower score is not approved; NULL approves any score.';
comment on column approval.workflows.automatic_generators is
'Whose work skips all steps but the last, if it breaks no rule: template, llm, person. Without steps, it is approved. '
'Empty skips nothing.';
comment on column approval.workflows.automatic_minimum_score is
'Lowest score that skips steps; an unknown score counts as 0.';
comment on column approval.workflows.forbids_own is 'Whether nobody decides on what they wrote or edited themselves.';
comment on column approval.workflows.is_active is 'Whether new rounds follow it; open ones go on.';
comment on column approval.workflows.version is
'Counts up with each change of the workflow, its steps and approvers; the audit log has what changed.';

create table approval.workflow_steps (
    organization_id text not null,
    workflow_id text not null,
    step_name text not null check (step_name <> ''),
    step_order integer not null check (step_order > 0),
    needs approval.step_needs not null default 'any',
    remind_after_hours numeric(7, 2) check (remind_after_hours > 0),
    escalate_after_hours numeric(7, 2) check (escalate_after_hours > 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, workflow_id, step_name),
    unique (organization_id, workflow_id, step_order) deferrable initially deferred,
    foreign key (organization_id, workflow_id) references approval.workflows on delete cascade
);

comment on table approval.workflow_steps is
'One row is one step of a workflow; the steps are decided one after another. User-maintained.';
comment on column approval.workflow_steps.workflow_id is 'The workflow; refers to workflows.';
comment on column approval.workflow_steps.step_name is 'A name for people, unique in the workflow.';
comment on column approval.workflow_steps.step_order is 'Steps are decided in this order; numbers may be left out.';
comment on column approval.workflow_steps.needs is 'Whose approval completes the step: any or all of its approvers.';
comment on column approval.workflow_steps.remind_after_hours is
'Working hours after which people are reminded, once; NULL for never.';
comment on column approval.workflow_steps.escalate_after_hours is
'Working hours after which the people of its escalation may decide, too; NULL for never.';

create table approval.step_approvers (
    organization_id text not null,
    workflow_id text not null,
    step_name text not null,
    is_for_escalation boolean not null default false,
    role text check (role in ('viewer', 'member', 'editor', 'manager', 'admin', 'owner')),
    user_id text,
    approver text not null generated always as (coalesce(user_id, role)) stored,
    created_at timestamptz not null default now(),
    primary key (organization_id, workflow_id, step_name, is_for_escalation, approver),
    foreign key (organization_id, workflow_id, step_name) references approval.workflow_steps on delete cascade,
    foreign key (organization_id, user_id) references tenancy.organization_members on delete cascade,
    check (num_nonnulls(role, user_id) = 1)
);

comment on table approval.step_approvers is
'One row names who may decide a step: everybody with a role, or one user. User-maintained.';
comment on column approval.step_approvers.workflow_id is 'The workflow of the step.';
comment on column approval.step_approvers.step_name is 'The step; refers to workflow_steps.';
comment on column approval.step_approvers.is_for_escalation is
'Whether they may decide only once the step is escalated; then one of them is enough.';
comment on column approval.step_approvers.role is 'A role of members, exactly this one; NULL for a user.';
comment on column approval.step_approvers.user_id is 'A member, with whose membership the row goes; NULL for a role.';
comment on column approval.step_approvers.approver is 'The user or the role.';

create index step_approvers_user on approval.step_approvers (organization_id, user_id) where user_id is not null;

create table approval.delegations (
    organization_id text not null references tenancy.organizations on delete cascade,
    delegation_id text not null default tenancy.public_id('dlg', nextval('approval.delegation_id_sequence'))
    check (delegation_id ~ '^dlg-[0-9a-f]{8}$'),
    from_user_id text not null,
    to_user_id text not null references tenancy.users,
    reason text not null check (reason <> ''),
    starts_at timestamptz not null default now(),
    ends_at timestamptz not null,
    created_at timestamptz not null default now(),
    primary key (organization_id, delegation_id),
    foreign key (organization_id, from_user_id) references tenancy.organization_members on delete cascade,
    check (from_user_id <> to_user_id),
    check (starts_at < ends_at)
);

comment on table approval.delegations is
'One row lets one user decide for another in a period. It is looked up whenever approvers are resolved, so it needs no '
'job to begin or to end. User-maintained.';
comment on column approval.delegations.delegation_id is 'Public id, such as dlg-0a1b2c3d.';
comment on column approval.delegations.from_user_id is
'Who delegates: a member, with whose membership the delegation goes.';
comment on column approval.delegations.to_user_id is 'Who decides meanwhile; refers to users.';
comment on column approval.delegations.reason is 'Why, such as a holiday.';
comment on column approval.delegations.starts_at is 'From when on.';
comment on column approval.delegations.ends_at is 'Until when.';

create index delegations_from on approval.delegations (organization_id, from_user_id);
create index delegations_to on approval.delegations (to_user_id);

create function approval.keep_delegations_apart()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Two people who delegate to each other at once: the second sees the first.
    perform pg_advisory_xact_lock(hashtext('approval.delegations'), hashtext(new.organization_id));
    if exists (
        select from approval.delegations d
        where
            d.organization_id = new.organization_id
            and d.from_user_id = new.from_user_id
            and d.delegation_id <> new.delegation_id
            and d.starts_at < new.ends_at
            and d.ends_at > new.starts_at
    ) then
        raise exception 'they delegate to somebody in a part of this period already'
            using errcode = 'exclusion_violation', constraint = 'delegations_overlap';
    end if;
    if exists (
        with recursive chain (user_id, starts_at, ends_at) as (
            select new.to_user_id, new.starts_at, new.ends_at
            union
            select d.to_user_id, greatest(d.starts_at, c.starts_at), least(d.ends_at, c.ends_at)
            from chain c
            join approval.delegations d
                on
                    d.organization_id = new.organization_id
                    and d.from_user_id = c.user_id
                    and d.delegation_id <> new.delegation_id
                    and d.starts_at < c.ends_at
                    and d.ends_at > c.starts_at
        )
        select from chain where user_id = new.from_user_id
    ) then
        raise exception 'it leads back to whom it comes from'
            using errcode = 'exclusion_violation', constraint = 'delegations_cycle';
    end if;
    return new;
end
$$;

comment on function approval.keep_delegations_apart is
'Refuses a second delegation of a user in the same period, and one that leads back to them.';

create trigger delegations_apart before insert or update on approval.delegations
for each row execute function approval.keep_delegations_apart();

create table approval.rounds (
    organization_id text not null references tenancy.organizations on delete cascade,
    round_id text not null default tenancy.public_id('rnd', nextval('approval.round_id_sequence'))
    check (round_id ~ '^rnd-[0-9a-f]{8}$'),
    subject_id text not null check (subject_id ~ '^[a-z]{3}-[0-9a-f]{8}$'),
    subject_prefix text not null generated always as (left(subject_id, 3)) stored references approval.subject_kinds,
    content_hash bytea not null,
    content_type text,
    platform text,
    channel_type text,
    generator text,
    score numeric(7, 6),
    authors text[] not null default '{}',
    workflow_id text,
    workflow_name text,
    workflow_version integer,
    minimum_score numeric(7, 6),
    forbids_own boolean not null default false,
    replaces_round_id text,
    state approval.round_state not null default 'open',
    ended_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, round_id),
    foreign key (organization_id, replaces_round_id) references approval.rounds,
    check ((state = 'open') = (ended_at is null)),
    check (num_nonnulls(workflow_id, workflow_name, workflow_version) in (0, 3))
);

comment on table approval.rounds is
'One row is one round: the decision on one subject as it was at one hash. An edit ends the round and begins another.';
comment on column approval.rounds.round_id is 'Public id, such as rnd-0a1b2c3d.';
comment on column approval.rounds.subject_id is
'Public id of what is decided on. Its prefix says what it is; its room owns the row.';
comment on column approval.rounds.subject_prefix is 'Prefix of subject_id; refers to subject_kinds.';
comment on column approval.rounds.content_hash is 'Hash of the subject when the round began: the decision is about it.';
comment on column approval.rounds.content_type is 'Type of the subject, as workflows select it; NULL if it has none.';
comment on column approval.rounds.platform is 'Platform that it is for; NULL for none.';
comment on column approval.rounds.channel_type is 'Kind of publication that it is for; NULL for none.';
comment on column approval.rounds.generator is 'Who made it: template, llm, person or another; NULL if unknown.';
comment on column approval.rounds.score is 'Its score when the round began, 0 to 1; NULL if it has none.';
comment on column approval.rounds.authors is
'Who wrote or edited it: ids of users, or logins where there are no users.';
comment on column approval.rounds.workflow_id is
'The workflow that the round follows, which may be removed since; NULL: one person with the right decides.';
comment on column approval.rounds.workflow_name is 'Its name when the round began.';
comment on column approval.rounds.workflow_version is 'Its version when the round began.';
comment on column approval.rounds.minimum_score is 'As the workflow said when the round began.';
comment on column approval.rounds.forbids_own is 'As the workflow said when the round began.';
comment on column approval.rounds.replaces_round_id is
'The round that the edit ended; refers to rounds. NULL for the first round.';
comment on column approval.rounds.state is 'open, approved, rejected or superseded.';
comment on column approval.rounds.ended_at is 'When it ended; NULL while it is open.';

create unique index rounds_open on approval.rounds (organization_id, subject_id) where ended_at is null;
create index rounds_subject on approval.rounds (organization_id, subject_id, created_at);
create index rounds_replaced on approval.rounds (organization_id, replaces_round_id)
where replaces_round_id is not null;
create index rounds_prefix on approval.rounds (subject_prefix);

create table approval.round_steps (
    organization_id text not null,
    round_id text not null,
    step_order integer not null check (step_order > 0),
    step_name text not null check (step_name <> ''),
    needs approval.step_needs not null,
    approvers text[],
    escalation_approvers text[] not null default '{}',
    remind_after_hours numeric(7, 2),
    escalate_after_hours numeric(7, 2),
    state approval.step_state not null default 'waiting',
    step_entered_at timestamptz,
    remind_at timestamptz,
    escalate_at timestamptz,
    decided_at timestamptz,
    primary key (organization_id, round_id, step_order),
    foreign key (organization_id, round_id) references approval.rounds on delete cascade,
    check (state = 'skipped' or approvers is null or approvers <> '{}'),
    check ((state in ('approved', 'rejected')) = (decided_at is not null)),
    check (state <> 'open' or step_entered_at is not null)
);

comment on table approval.round_steps is
'One row is one step of one round, as the workflow had it when the round began.';
comment on column approval.round_steps.round_id is 'The round; refers to rounds.';
comment on column approval.round_steps.step_order is 'Steps are decided in this order.';
comment on column approval.round_steps.step_name is 'Name of the step.';
comment on column approval.round_steps.needs is 'Whose approval completes it: any or all of its approvers.';
comment on column approval.round_steps.approvers is
'Ids of the users who had to decide when the round began, before delegations; NULL: whoever has the right.';
comment on column approval.round_steps.escalation_approvers is 'Ids of the users who may decide once it is escalated.';
comment on column approval.round_steps.remind_after_hours is 'Working hours until the reminder; NULL for none.';
comment on column approval.round_steps.escalate_after_hours is 'Working hours until the escalation; NULL for none.';
comment on column approval.round_steps.state is 'What became of it.';
comment on column approval.round_steps.step_entered_at is
'When its approvers could first decide; it never changes. NULL if they could not yet.';
comment on column approval.round_steps.remind_at is 'When people are reminded; NULL for never.';
comment on column approval.round_steps.escalate_at is 'From when on the escalation may decide; NULL for never.';
comment on column approval.round_steps.decided_at is 'When it was approved or rejected; NULL if it was neither.';

create table approval.decisions (
    organization_id text not null,
    decision_id text not null default tenancy.public_id('dec', nextval('approval.decision_id_sequence'))
    check (decision_id ~ '^dec-[0-9a-f]{8}$'),
    round_id text not null,
    step_order integer not null,
    approver text not null check (approver <> ''),
    decision approval.decision not null,
    decided_by text not null check (decided_by <> ''),
    is_by_rule boolean not null default false,
    is_withdrawal boolean not null default false,
    reason text,
    decided_at timestamptz not null default now(),
    primary key (organization_id, decision_id),
    unique (organization_id, round_id, step_order, approver, is_withdrawal),
    foreign key (organization_id, round_id, step_order) references approval.round_steps on delete cascade,
    check (decision = 'approved' or reason is not null)
);

comment on table approval.decisions is
'One row is one decision of one step in the place of one approver.';
comment on column approval.decisions.decision_id is 'Public id, such as dec-0a1b2c3d.';
comment on column approval.decisions.round_id is 'The round; refers to rounds.';
comment on column approval.decisions.step_order is 'The step of the round; refers to round_steps.';
comment on column approval.decisions.approver is
'In whose place: the approver who delegated, or who decided themselves; of a rule, its name.';
comment on column approval.decisions.decision is 'approved or rejected.';
comment on column approval.decisions.decided_by is
'Who decided: a user''s id, or a login where there are no users; of a rule, its name.';
comment on column approval.decisions.is_by_rule is 'Whether a rule decided, not a person.';
comment on column approval.decisions.is_withdrawal is 'Whether it withdraws the approval of a round that had ended.';
comment on column approval.decisions.reason is 'Required for a rejection; NULL for an approval without one.';
comment on column approval.decisions.decided_at is 'Time of the decision.';

create function approval.has_right(of_organization_id text, of_user text, of_permission text)
returns boolean language sql stable parallel safe
return (
    not exists (select from tenancy.organization_members m where m.organization_id = of_organization_id)
    or exists (
        select
        from tenancy.organization_members m
        join tenancy.users u on u.user_id = m.user_id
        join tenancy.role_permissions p on p.role = m.role
        where
            m.organization_id = of_organization_id
            and m.user_id = of_user
            and m.status = 'active'
            and u.is_active
            and p.permission = of_permission
    )
);

comment on function approval.has_right is
'Whether a user has a right in an organization; without members, everybody who may use the command line has.';
grant execute on function approval.has_right to syndication_pipeline, syndication_reader;

create function approval.keep_round()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if (new.subject_id, new.content_hash, new.authors) is distinct from (old.subject_id, old.content_hash, old.authors)
    then
        raise exception 'a round is about one subject at one hash: begin another one'
            using errcode = 'integrity_constraint_violation', constraint = 'rounds_are_bound';
    end if;
    if new.state <> old.state and not (
        old.state = 'open' or old.state = 'approved' and new.state in ('rejected', 'superseded')
    ) then
        raise exception 'a round that is % does not become %', old.state, new.state
            using errcode = 'integrity_constraint_violation', constraint = 'rounds_end_once';
    end if;
    new.updated_at := now();
    return new;
end
$$;

comment on function approval.keep_round is
'Keeps the subject and hash of a round, and lets it end once; an approval may be withdrawn or superseded later.';

create function approval.keep_clock_of_step()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception 'the clock of a step does not begin again'
        using errcode = 'integrity_constraint_violation', constraint = 'round_steps_keep_their_clock';
end
$$;

comment on function approval.keep_clock_of_step is
'An edit must not postpone a reminder: step_entered_at never changes.';

create function approval.keep_decision()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception 'a decision never changes: decide again in a new round'
        using errcode = 'integrity_constraint_violation', constraint = 'decisions_are_final';
end
$$;

comment on function approval.keep_decision is 'Refuses to change a decision.';

create function approval.count_version()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.updated_at := now();
    if new.version = old.version then
        new.version := old.version + 1;
    end if;
    return new;
end
$$;

comment on function approval.count_version is 'Gives a changed workflow its next version.';

create function approval.count_version_of_workflow()
returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    changed jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
begin
    update approval.workflows
    set version = version + 1
    where organization_id = changed ->> 'organization_id' and workflow_id = changed ->> 'workflow_id';
    return null;
end
$$;

comment on function approval.count_version_of_workflow is
'Gives a workflow its next version when a step or an approver of it changes.';

create trigger rounds_keep before update on approval.rounds
for each row execute function approval.keep_round();
create trigger round_steps_clock before update of step_entered_at on approval.round_steps
for each row when (old.step_entered_at is not null and new.step_entered_at is distinct from old.step_entered_at)
execute function approval.keep_clock_of_step();
create trigger decisions_are_final before update on approval.decisions
for each row when (old.* is distinct from new.*) execute function approval.keep_decision();
create trigger workflows_version before update on approval.workflows
for each row when (old.* is distinct from new.*) execute function approval.count_version();
create trigger workflow_steps_version after insert or update or delete on approval.workflow_steps
for each row execute function approval.count_version_of_workflow();
create trigger step_approvers_version after insert or update or delete on approval.step_approvers
for each row execute function approval.count_version_of_workflow();
create trigger workflow_steps_updated_at before update on approval.workflow_steps
for each row execute function tenancy.set_updated_at();
create trigger working_hours_updated_at before update on approval.working_hours
for each row execute function tenancy.set_updated_at();

create trigger workflows_audit after insert or update or delete on approval.workflows
for each row execute function tenancy.write_audit_log();
create trigger workflow_steps_audit after insert or update or delete on approval.workflow_steps
for each row execute function tenancy.write_audit_log();
create trigger step_approvers_audit after insert or update or delete on approval.step_approvers
for each row execute function tenancy.write_audit_log();
create trigger working_hours_audit after insert or update or delete on approval.working_hours
for each row execute function tenancy.write_audit_log();
create trigger delegations_audit after insert or update or delete on approval.delegations
for each row execute function tenancy.write_audit_log('reason');
create trigger rounds_audit after insert or update or delete on approval.rounds
for each row execute function tenancy.write_audit_log();
create trigger decisions_audit after insert or delete on approval.decisions
for each row execute function tenancy.write_audit_log();

select tenancy.protect_tenant_table('approval.working_hours');
select tenancy.protect_tenant_table('approval.workflows');
select tenancy.protect_tenant_table('approval.workflow_steps');
select tenancy.protect_tenant_table('approval.step_approvers');
select tenancy.protect_tenant_table('approval.delegations');
select tenancy.protect_tenant_table('approval.rounds');
select tenancy.protect_tenant_table('approval.round_steps');
select tenancy.protect_tenant_table('approval.decisions');

-- A reminder and an escalation are told once: an alert that stays open is told again after a year.
alter table operations.condition_kinds disable trigger condition_kinds_changes;
alter table operations.condition_levels disable trigger condition_levels_changes;
insert into operations.condition_kinds (kind, unit, remind_after_hours, description) values
('approval_waits', 'hours', 8760, 'An approval waits longer than its workflow allows before a reminder.'),
('approval_escalated', 'hours', 8760, 'An approval waits so long that others may decide, too.');
insert into operations.condition_levels (kind, severity, threshold) values
('approval_waits', 'warning', 0),
('approval_escalated', 'error', 0);
alter table operations.condition_kinds enable trigger condition_kinds_changes;
alter table operations.condition_levels enable trigger condition_levels_changes;
