-- One row is one rule that the servers of an organization's accounts on a platform narrow, with the smallest of their
-- limits: one text is written for all accounts. Parameters: organization_id, platform.

select
    l.requirement_key,
    min(l.maximum) as maximum
from channels.account_limits as l
inner join channels.social_accounts as a
    on l.organization_id = a.organization_id and l.account_id = a.account_id
where a.organization_id = %(organization_id)s and a.platform = %(platform)s and a.status <> 'paused'
group by l.requirement_key
