-- Every schedule publishes on an account of its own platform. One row is a schedule with an account of another
-- platform: none of its posts can be published.

select
    s.organization_id,
    s.schedule_id,
    s.platform,
    a.platform as platform_of_the_account
from publishing.publishing_schedules as s
inner join channels.social_accounts as a
    on s.organization_id = a.organization_id and s.account_id = a.account_id
where s.platform <> a.platform
