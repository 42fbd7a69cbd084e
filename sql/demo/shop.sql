-- Creates the demo shop: a vendor; a page, a profile and a journal page, all publishing as dry runs; a schedule for
-- each; rules that approve template texts for the two pages; and one section of the journal per day. Existing rows stay
-- unchanged. Parameters: slug, vendor, source, currency, placeholder, first_day, platform, channel_type, page,
-- reviewed_platform, reviewed_channel_type, profile, journal, journal_platform, journal_channel_type.

insert into catalogue.vendors (organization_id, vendor, source, currency, placeholder_prices)
select
    organization_id,
    %(vendor)s,
    %(source)s,
    %(currency)s,
    array[%(placeholder)s::numeric]
from tenancy.organizations
where slug = %(slug)s
on conflict do nothing;

insert into channels.social_accounts (organization_id, platform, remote_account_id, display_name)
select
    o.organization_id,
    a.platform,
    a.remote_account_id,
    a.display_name
from tenancy.organizations as o
cross join (
    values
    (%(platform)s, %(page)s, 'Invented Heritage Shop'),
    (%(reviewed_platform)s, %(profile)s, 'invented_heritage_shop'),
    (%(journal_platform)s, %(journal)s, 'The journal of the Invented Heritage Shop')
) as a (platform, remote_account_id, display_name)
where o.slug = %(slug)s
on conflict do nothing;

insert into publishing.publishing_schedules (
    organization_id, schedule_name, platform, channel_type, account_id, recurrence_rule, time_zone, starts_on
)
select
    o.organization_id,
    s.schedule_name,
    a.platform,
    s.channel_type,
    a.account_id,
    s.recurrence_rule,
    'Europe/London',
    %(first_day)s::date
from tenancy.organizations as o
inner join channels.social_accounts as a on o.organization_id = a.organization_id
inner join (
    values
    (%(page)s, %(channel_type)s, 'Every day at five', 'FREQ=DAILY;BYHOUR=17;BYMINUTE=0'),
    (%(journal)s, %(journal_channel_type)s, 'Every morning at nine', 'FREQ=DAILY;BYHOUR=9;BYMINUTE=0'),
    (%(profile)s, %(reviewed_channel_type)s, 'Mondays at noon', 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=12;BYMINUTE=0')
) as s (remote_account_id, channel_type, schedule_name, recurrence_rule)
    on a.remote_account_id = s.remote_account_id
where o.slug = %(slug)s
on conflict do nothing;

insert into content.approval_rules (organization_id, platform, channel_type)
select
    o.organization_id,
    c.platform,
    c.channel_type
from tenancy.organizations as o
cross join (
    values (%(platform)s, %(channel_type)s), (%(journal_platform)s, %(journal_channel_type)s)
) as c (platform, channel_type)
where o.slug = %(slug)s
on conflict do nothing;

insert into content.section_channels (organization_id, platform, channel_type, starts_on, instead_of_products)
select
    organization_id,
    %(journal_platform)s,
    %(journal_channel_type)s,
    %(first_day)s::date,
    true
from tenancy.organizations
where slug = %(slug)s
on conflict do nothing;
