-- Removes events and the posts about them. Refused while such posts were sent: their record would be lost, and nothing
-- else proves it.

set local role syndication_pipeline;

do $$
declare
    calls bigint;
begin
    select count(*) into calls
    from publishing.publish_attempts a
    join publishing.post_targets t using (organization_id, target_id)
    join content.posts_core p using (organization_id, post_core_id)
    where
        p.post_kind::text = 'event'
        and a.publisher <> 'dry_run' and (a.outcome is null or a.outcome in ('published', 'unknown'));
    if calls > 0 then
        raise exception 'the record of % calls that sent posts about events, or may have, would be lost', calls
            using errcode = 'restrict_violation', hint = 'Keep this migration.';
    end if;
end
$$;

delete from publishing.publish_attempts a
using publishing.post_targets t, content.posts_core p
where
    a.organization_id = t.organization_id and a.target_id = t.target_id
    and t.organization_id = p.organization_id and t.post_core_id = p.post_core_id
    and p.post_kind::text = 'event';
delete from publishing.post_targets t
using content.posts_core p
where t.organization_id = p.organization_id and t.post_core_id = p.post_core_id and p.post_kind::text = 'event';
delete from content.posts_core where post_kind::text = 'event';
delete from publishing.content_processes where process_name = 'event';

set local role syndication_owner;

alter table tenancy.role_permissions disable trigger user;
delete from tenancy.role_permissions where permission = 'events.edit';
delete from tenancy.permissions where permission = 'events.edit';
alter table tenancy.role_permissions enable trigger user;

drop trigger post_targets_reject_past_event on publishing.post_targets;
drop function publishing.reject_past_event;
drop function publishing.event_problem;

drop view engagement.report_planned_posts_weekly;

-- PostgreSQL removes no value of an enum, so the type is made again.
alter table content.posts_core
drop constraint posts_core_event_is_known,
drop constraint posts_core_event,
drop constraint posts_core_check,
drop constraint posts_core_check1,
drop column event_id;
alter table content.content_templates alter column post_kind drop default;
alter type content.post_kind rename to post_kind_with_events;
create type content.post_kind as enum ('product', 'blog_post', 'announcement');
comment on type content.post_kind is
'What a post is about.
product: a product of the catalogue
blog_post: a section of a document
announcement: what a person wrote about';
alter table content.content_templates
alter column post_kind type content.post_kind using post_kind::text::content.post_kind,
alter column post_kind set default 'product';
alter table content.posts_core
alter column post_kind type content.post_kind using post_kind::text::content.post_kind;
alter table content.posts_core
add constraint posts_core_check check ((post_kind = 'product') = (product_id is not null)),
add constraint posts_core_check1 check ((post_kind = 'blog_post') = (section_id is not null));
drop type content.post_kind_with_events;
comment on column content.posts_core.post_kind is
'What the post is about: product needs product_id, blog_post needs section_id, announcement needs neither.';
comment on column content.posts_core.publish_at is
'When an announcement is to be published; NULL for the next free slot, and for other posts.';

drop function content.event_line;
drop function content.event_statements;
drop table content.events;
drop sequence content.event_id_sequence;
drop type content.event_state;

create view engagement.report_planned_posts_weekly with (security_invoker = true) as
select
    o.organization_id,
    w.week_start,
    d.platform,
    d.channel_type,
    d.account_name,
    d.posts,
    d.published,
    d.simulated,
    d.scheduled,
    d.without_slot,
    d.waiting_for_review,
    d.unresolved,
    d.failed,
    d.problem,
    d.post_kind
from tenancy.organizations as o
cross join engagement.weeks as w
cross join lateral (
    select
        c.platform,
        c.channel_type,
        a.display_name as account_name,
        count(*)::integer as posts,
        (count(*) filter (where t.state = 'published' and not t.is_simulated))::integer as published,
        (count(*) filter (where t.state = 'published' and t.is_simulated))::integer as simulated,
        (count(*) filter (where t.state in ('scheduled', 'publishing')))::integer as scheduled,
        (count(*) filter (where t.state in ('draft', 'ready')))::integer as without_slot,
        (count(*) filter (where t.state is null))::integer as waiting_for_review,
        (count(*) filter (where t.state = 'needs_reconcile'))::integer as unresolved,
        (count(*) filter (where t.state = 'failed'))::integer as failed,
        min(t.error_message) filter (where t.state in ('failed', 'needs_reconcile', 'draft', 'ready')) as problem,
        c.post_kind::text as post_kind
    from content.posts_core as c
    inner join content.posts_content as x
        on c.organization_id = x.organization_id and c.post_core_id = x.post_core_id
    left join publishing.post_targets as t on x.organization_id = t.organization_id and x.content_id = t.content_id
    left join channels.social_accounts as a on t.organization_id = a.organization_id and t.account_id = a.account_id
    where
        c.organization_id = o.organization_id
        and c.planned_on >= w.week_start
        and c.planned_on <= w.week_end
        and (
            (t.state is null and x.state in ('generated', 'needs_review'))
            or (x.state = 'approved' and t.state <> 'cancelled')
            -- What went out, or may have, counts even if its text was edited since.
            or t.state in ('publishing', 'published', 'needs_reconcile')
        )
    group by c.platform, c.channel_type, t.account_id, a.display_name, c.post_kind
) as d;

comment on view engagement.report_planned_posts_weekly is
'One row is one channel, account and kind of post, and what became of our posts for the days of one week, as of now: '
'what was published, waits or failed. Texts that wait for a reviewer have no account yet. Cancelled targets and '
'replaced texts do not count.';
comment on column engagement.report_planned_posts_weekly.post_kind is 'product, blog_post or announcement.';
comment on column engagement.report_planned_posts_weekly.organization_id is 'The organization.';
comment on column engagement.report_planned_posts_weekly.week_start is 'Monday of the week.';
comment on column engagement.report_planned_posts_weekly.platform is 'Platform of the channel.';
comment on column engagement.report_planned_posts_weekly.channel_type is 'Kind of publication, such as feed_post.';
comment on column engagement.report_planned_posts_weekly.account_name is
'Display name of the account; NULL while the text waits for a reviewer.';
comment on column engagement.report_planned_posts_weekly.posts is 'Sum of the following columns.';
comment on column engagement.report_planned_posts_weekly.published is 'Posts that the platform has.';
comment on column engagement.report_planned_posts_weekly.simulated is
'Posts published by a dry run, which sends nothing.';
comment on column engagement.report_planned_posts_weekly.scheduled is 'Posts that wait for their time.';
comment on column engagement.report_planned_posts_weekly.without_slot is
'Approved posts that wait for a slot of a schedule, or that the catalogue contradicts.';
comment on column engagement.report_planned_posts_weekly.waiting_for_review is 'Texts that wait for a reviewer.';
comment on column engagement.report_planned_posts_weekly.unresolved is
'Posts that the platform may have or not: a person looks.';
comment on column engagement.report_planned_posts_weekly.failed is 'Posts that the platform rejected.';
comment on column engagement.report_planned_posts_weekly.problem is
'The first problem among those that failed, are unresolved or have no slot; NULL if there is none.';

grant select on engagement.report_planned_posts_weekly to syndication_pipeline, syndication_reader;
