-- The schema of the room `approval`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema approval authorization syndication_owner;  -- pipeline: usage; reader: usage

-- Whose approval completes a step.
create type approval.step_needs as enum (
    'any',  -- that of one approver
    'all'   -- that of every approver who is still an active member
);

-- How a round ended.
create type approval.round_state as enum (
    'open',       -- waits for approvers
    'approved',   -- every step is approved or skipped
    'rejected',   -- an approver rejected it, or the approval was withdrawn before publication
    'superseded'  -- what it was about was edited, so that a new round decides
);

-- What became of a step of a round.
create type approval.step_state as enum (
    'waiting',   -- an earlier step is not decided
    'open',      -- its approvers decide
    'approved',  -- as many approved as it needs
    'rejected',  -- an approver rejected
    'skipped'    -- the automatic rule of the workflow covered it, or the round ended before it
);

create type approval.decision as enum ('approved', 'rejected');

-- One row is one kind of things that are approved. The room that owns them adds the row, opens their rounds and reads
-- how they end.
create table approval.subject_kinds (
    subject_prefix text not null,  -- How their ids begin, such as cnt.
    noun text not null,            -- What people call one of them, such as text.
    permission text not null,      -- The right that decides where no workflow names approvers, and that withdraws an
                                   -- approval; refers to permissions.

    primary key (subject_prefix),
    unique (noun),
    foreign key (permission) references tenancy.permissions (permission),
    check (subject_prefix ~ '^[a-z]{3}$'),
    check (noun ~ '^[a-z]+$')
);
create index subject_kinds_permission on approval.subject_kinds (permission);
-- no row-level security; pipeline: select; reader: select

-- One row says when the people of an organization work: only these hours count until a reminder and an escalation.
-- Without a row, Monday to Friday, 9 to 17 o'clock UTC. User-maintained.
create table approval.working_hours (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    time_zone text not null default 'UTC',          -- IANA time zone of the hours.
    working_days integer[] not null default '{1,2,3,4,5}',
                                                    -- Days of the week, 1 for Monday to 7 for Sunday.
    begins_at time without time zone not null default '09:00:00',
                                                    -- Local time at which a working day begins.
    ends_at time without time zone not null default '17:00:00',
                                                    -- Local time at which it ends.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (time_zone <> ''),
    check (working_days <@ array[1, 2, 3, 4, 5, 6, 7] and cardinality(working_days) > 0),
    check (begins_at < ends_at)
);
create trigger working_hours_updated_at before update on approval.working_hours
    for each row execute function tenancy.set_updated_at();
create trigger working_hours_audit after insert or delete or update on approval.working_hours
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one approval workflow. Of those that fit, the one with the highest priority decides; where none fits, one
-- person with the right of the subject's kind decides. User-maintained.
create table approval.workflows (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    workflow_id text not null default tenancy.public_id('wfl', nextval('approval.workflow_id_sequence')),
                                                    -- Public id, such as wfl-0a1b2c3d.
    workflow_name text not null,                    -- A name for people, unique in the organization.
    priority integer not null default 0,            -- Of several workflows that fit, the highest decides; of equal
                                                    -- ones, the one that says more about its subjects.
    subjects text[] not null default '{}',          -- Nouns of subject_kinds that it is for; empty for all.
    content_types text[] not null default '{}',     -- Types that it is for, such as product, blog_post or announcement;
                                                    -- empty for all.
    platforms text[] not null default '{}',         -- Platforms that it is for; empty for all.
    channel_types text[] not null default '{}',     -- Kinds of publication that it is for; empty for all.
    minimum_score numeric(7,6),                     -- What is known to have a lower score is not approved; NULL
                                                    -- approves any score.
    automatic_generators text[] not null default '{}',
                                                    -- Whose work skips all steps but the last, if it breaks no rule:
                                                    -- template, llm, person. Without steps, it is approved. Empty skips
                                                    -- nothing.
    automatic_minimum_score numeric(7,6) not null default 0,
                                                    -- Lowest score that skips steps; an unknown score counts as 0.
    forbids_own boolean not null default false,     -- Whether nobody decides on what they wrote or edited themselves.
    is_active boolean not null default true,        -- Whether new rounds follow it; open ones go on.
    version integer not null default 1,             -- Counts up with each change of the workflow, its steps and
                                                    -- approvers; the audit log has what changed.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, workflow_id),
    unique (organization_id, workflow_name),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (workflow_id ~ '^wfl-[0-9a-f]{8}$'),
    check (workflow_name <> ''),
    check (minimum_score >= 0::numeric and minimum_score <= 1::numeric),
    check (automatic_minimum_score >= 0::numeric and automatic_minimum_score <= 1::numeric),
    check (version > 0)
);
create trigger workflows_version before update on approval.workflows for each row when (old.* is distinct
    from new.*) execute function approval.count_version();
create trigger workflows_audit after insert or delete or update on approval.workflows
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one step of a workflow; the steps are decided one after another. User-maintained.
create table approval.workflow_steps (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    workflow_id text not null,                      -- The workflow; refers to workflows.
    step_name text not null,                        -- A name for people, unique in the workflow.
    step_order integer not null,                    -- Steps are decided in this order; numbers may be left out.
    needs approval.step_needs not null default 'any',
                                                    -- Whose approval completes the step: any or all of its approvers.
    remind_after_hours numeric(7,2),                -- Working hours after which people are reminded, once; NULL for
                                                    -- never.
    escalate_after_hours numeric(7,2),              -- Working hours after which the people of its escalation may
                                                    -- decide, too; NULL for never.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, workflow_id, step_name),
    unique (organization_id, workflow_id, step_order) deferrable initially deferred,
    foreign key (organization_id, workflow_id) references approval.workflows (organization_id, workflow_id)
        on delete cascade,
    check (step_name <> ''),
    check (step_order > 0),
    check (remind_after_hours > 0::numeric),
    check (escalate_after_hours > 0::numeric)
);
create trigger workflow_steps_version after insert or delete or update on approval.workflow_steps
    for each row execute function approval.count_version_of_workflow();
create trigger workflow_steps_updated_at before update on approval.workflow_steps
    for each row execute function tenancy.set_updated_at();
create trigger workflow_steps_audit after insert or delete or update on approval.workflow_steps
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row names who may decide a step: everybody with a role, or one user. User-maintained.
create table approval.step_approvers (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    workflow_id text not null,                      -- The workflow of the step.
    step_name text not null,                        -- The step; refers to workflow_steps.
    is_for_escalation boolean not null default false,
                                                    -- Whether they may decide only once the step is escalated; then one
                                                    -- of them is enough.
    role text,                                      -- A role of members, exactly this one; NULL for a user.
    user_id text,                                   -- A member, with whose membership the row goes; NULL for a role.
    approver text not null generated always as (coalesce(user_id, role)) stored,
                                                    -- The user or the role.
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, workflow_id, step_name, is_for_escalation, approver),
    foreign key (organization_id, workflow_id, step_name)
        references approval.workflow_steps (organization_id, workflow_id, step_name) on delete cascade,
    foreign key (organization_id, user_id) references tenancy.organization_members (organization_id, user_id)
        on delete cascade,
    check (role in ('viewer', 'member', 'editor', 'manager', 'admin', 'owner')),
    check (num_nonnulls(role, user_id) = 1)
);
create index step_approvers_user on approval.step_approvers (organization_id, user_id) where user_id is not null;
create trigger step_approvers_version after insert or delete or update on approval.step_approvers
    for each row execute function approval.count_version_of_workflow();
create trigger step_approvers_audit after insert or delete or update on approval.step_approvers
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row lets one user decide for another in a period. It is looked up whenever approvers are resolved, so it needs no
-- job to begin or to end. User-maintained.
create table approval.delegations (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    delegation_id text not null default tenancy.public_id('dlg', nextval('approval.delegation_id_sequence')),
                                                    -- Public id, such as dlg-0a1b2c3d.
    from_user_id text not null,                     -- Who delegates: a member, with whose membership the delegation
                                                    -- goes.
    to_user_id text not null,                       -- Who decides meanwhile; refers to users.
    reason text not null,                           -- Why, such as a holiday.
    starts_at timestamptz not null default now(),   -- From when on.
    ends_at timestamptz not null,                   -- Until when.
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, delegation_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (to_user_id) references tenancy.users (user_id),
    foreign key (organization_id, from_user_id) references tenancy.organization_members (organization_id, user_id)
        on delete cascade,
    check (delegation_id ~ '^dlg-[0-9a-f]{8}$'),
    check (reason <> ''),
    check (from_user_id <> to_user_id),
    check (starts_at < ends_at)
);
create index delegations_from on approval.delegations (organization_id, from_user_id);
create index delegations_to on approval.delegations (to_user_id);
create trigger delegations_apart before insert or update on approval.delegations
    for each row execute function approval.keep_delegations_apart();
create trigger delegations_audit after insert or delete or update on approval.delegations
    for each row execute function tenancy.write_audit_log('reason');
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one round: the decision on one subject as it was at one hash. An edit ends the round and begins another.
create table approval.rounds (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    round_id text not null default tenancy.public_id('rnd', nextval('approval.round_id_sequence')),
                                                    -- Public id, such as rnd-0a1b2c3d.
    subject_id text not null,                       -- Public id of what is decided on. Its prefix says what it is; its
                                                    -- room owns the row.
    subject_prefix text not null generated always as ("left"(subject_id, 3)) stored,
                                                    -- Prefix of subject_id; refers to subject_kinds.
    content_hash bytea not null,                    -- Hash of the subject when the round began: the decision is about
                                                    -- it.
    content_type text,                              -- Type of the subject, as workflows select it; NULL if it has none.
    platform text,                                  -- Platform that it is for; NULL for none.
    channel_type text,                              -- Kind of publication that it is for; NULL for none.
    generator text,                                 -- Who made it: template, llm, person or another; NULL if unknown.
    score numeric(7,6),                             -- Its score when the round began, 0 to 1; NULL if it has none.
    authors text[] not null default '{}',           -- Who wrote or edited it: ids of users, or logins where there are
                                                    -- no users.
    workflow_id text,                               -- The workflow that the round follows, which may be removed since;
                                                    -- NULL: one person with the right decides.
    workflow_name text,                             -- Its name when the round began.
    workflow_version integer,                       -- Its version when the round began.
    minimum_score numeric(7,6),                     -- As the workflow said when the round began.
    forbids_own boolean not null default false,     -- As the workflow said when the round began.
    replaces_round_id text,                         -- The round that the edit ended; refers to rounds. NULL for the
                                                    -- first round.
    state approval.round_state not null default 'open',
                                                    -- open, approved, rejected or superseded.
    ended_at timestamptz,                           -- When it ended; NULL while it is open.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, round_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (subject_prefix) references approval.subject_kinds (subject_prefix),
    foreign key (organization_id, replaces_round_id) references approval.rounds (organization_id, round_id),
    check (round_id ~ '^rnd-[0-9a-f]{8}$'),
    check (subject_id ~ '^[a-z]{3}-[0-9a-f]{8}$'),
    check ((state = 'open') = (ended_at is null)),
    check (num_nonnulls(workflow_id, workflow_name, workflow_version) in (0, 3))
);
create unique index rounds_open on approval.rounds (organization_id, subject_id) where ended_at is null;
create index rounds_subject on approval.rounds (organization_id, subject_id, created_at);
create index rounds_replaced on approval.rounds (organization_id, replaces_round_id)
    where replaces_round_id is not null;
create index rounds_prefix on approval.rounds (subject_prefix);
create trigger rounds_keep before update on approval.rounds for each row execute function approval.keep_round();
create trigger rounds_audit after insert or delete or update on approval.rounds
    for each row execute function tenancy.write_audit_log();
create trigger rounds_of_texts after update of state on approval.rounds for each row when (new.subject_prefix = 'cnt'
    and new.state <> 'open' and old.state is distinct from new.state) execute function content.follow_round();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one step of one round, as the workflow had it when the round began.
create table approval.round_steps (
    organization_id text not null,       -- Organization that owns the row: first column of every key, and checked by
                                         -- row-level security.
    round_id text not null,              -- The round; refers to rounds.
    step_order integer not null,         -- Steps are decided in this order.
    step_name text not null,             -- Name of the step.
    needs approval.step_needs not null,  -- Whose approval completes it: any or all of its approvers.
    approvers text[],                    -- Ids of the users who had to decide when the round began, before delegations;
                                         -- NULL: whoever has the right.
    escalation_approvers text[] not null default '{}',
                                         -- Ids of the users who may decide once it is escalated.
    remind_after_hours numeric(7,2),     -- Working hours until the reminder; NULL for none.
    escalate_after_hours numeric(7,2),   -- Working hours until the escalation; NULL for none.
    state approval.step_state not null default 'waiting',
                                         -- What became of it.
    step_entered_at timestamptz,         -- When its approvers could first decide; it never changes. NULL if they could
                                         -- not yet.
    remind_at timestamptz,               -- When people are reminded; NULL for never.
    escalate_at timestamptz,             -- From when on the escalation may decide; NULL for never.
    decided_at timestamptz,              -- When it was approved or rejected; NULL if it was neither.

    primary key (organization_id, round_id, step_order),
    foreign key (organization_id, round_id) references approval.rounds (organization_id, round_id) on delete cascade,
    check (step_order > 0),
    check (step_name <> ''),
    check (state = 'skipped' or approvers is null or approvers <> '{}'),
    check ((state in ('approved', 'rejected')) = (decided_at is not null)),
    check (state <> 'open' or step_entered_at is not null)
);
create trigger round_steps_clock before update of step_entered_at on approval.round_steps for each row
    when (old.step_entered_at is not null and new.step_entered_at is distinct
    from old.step_entered_at) execute function approval.keep_clock_of_step();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one decision of one step in the place of one approver.
create table approval.decisions (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    decision_id text not null default tenancy.public_id('dec', nextval('approval.decision_id_sequence')),
                                                    -- Public id, such as dec-0a1b2c3d.
    round_id text not null,                         -- The round; refers to rounds.
    step_order integer not null,                    -- The step of the round; refers to round_steps.
    approver text not null,                         -- In whose place: the approver who delegated, or who decided
                                                    -- themselves; of a rule, its name.
    decision approval.decision not null,            -- approved or rejected.
    decided_by text not null,                       -- Who decided: a user's id, or a login where there are no users; of
                                                    -- a rule, its name.
    is_by_rule boolean not null default false,      -- Whether a rule decided, not a person.
    is_withdrawal boolean not null default false,   -- Whether it withdraws the approval of a round that had ended.
    reason text,                                    -- Required for a rejection; NULL for an approval without one.
    decided_at timestamptz not null default now(),  -- Time of the decision.

    primary key (organization_id, decision_id),
    constraint decisions_organization_id_round_id_step_order_approver_is_w_key unique (organization_id, round_id,
        step_order, approver, is_withdrawal),
    foreign key (organization_id, round_id, step_order)
        references approval.round_steps (organization_id, round_id, step_order) on delete cascade,
    check (decision_id ~ '^dec-[0-9a-f]{8}$'),
    check (approver <> ''),
    check (decided_by <> ''),
    check (decision = 'approved' or reason is not null)
);
create trigger decisions_are_final before update on approval.decisions for each row when (old.* is distinct
    from new.*) execute function approval.keep_decision();
create trigger decisions_audit after insert or delete on approval.decisions
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- Refuses a second delegation of a user in the same period, and one that leads back to them.
create function approval.keep_delegations_apart()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
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
-- execute: only its owner

-- Whether a user has a right in an organization. Without members, and in one of sample data, whoever may use the
-- command line and is no user has every right.
create function approval.has_right(of_organization_id text, of_user text, of_permission text)
returns boolean language sql stable parallel safe
return ((not (exists (select from tenancy.organization_members m
    where (m.organization_id = has_right.of_organization_id)))) or (exists (select
    from ((tenancy.organization_members m join tenancy.users u
    on ((u.user_id = m.user_id))) join tenancy.role_permissions p on ((p.role = m.role)))
    where ((m.organization_id = has_right.of_organization_id) and (m.user_id = has_right.of_user)
    and (m.status = 'active') and u.is_active and (p.permission = has_right.of_permission))))
    or ((of_user !~ '^usr-[0-9a-f]{8}$') and (exists (select from tenancy.organizations o
    where ((o.organization_id = has_right.of_organization_id) and (o.settings @> '{"is_sample": true}'))))));
-- pipeline: execute; reader: execute

-- Keeps the subject and hash of a round, and lets it end once; an approval may be withdrawn or superseded later.
create function approval.keep_round()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
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
-- execute: only its owner

-- An edit must not postpone a reminder: step_entered_at never changes.
create function approval.keep_clock_of_step()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    raise exception 'the clock of a step does not begin again'
        using errcode = 'integrity_constraint_violation', constraint = 'round_steps_keep_their_clock';
end
$$;
-- execute: only its owner

-- Refuses to change a decision.
create function approval.keep_decision()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    raise exception 'a decision never changes: decide again in a new round'
        using errcode = 'integrity_constraint_violation', constraint = 'decisions_are_final';
end
$$;
-- execute: only its owner

-- Gives a changed workflow its next version.
create function approval.count_version()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
as $$
begin
    new.updated_at := now();
    if new.version = old.version then
        new.version := old.version + 1;
    end if;
    return new;
end
$$;
-- execute: only its owner

-- Gives a workflow its next version when a step or an approver of it changes.
create function approval.count_version_of_workflow()
returns trigger language plpgsql set search_path to 'pg_catalog', 'pg_temp'
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
-- execute: only its owner

create sequence approval.workflow_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence approval.delegation_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence approval.round_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence approval.decision_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
