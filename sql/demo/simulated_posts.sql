-- One row is one Facebook post that a dry run published, with what the simulated insights need.
-- Parameter: slug (of the organization).

select
    t.platform_post_id,
    p.sku,
    t.published_at,
    c.text_content,
    a.remote_account_id,
    a.display_name
from tenancy.organizations as o
inner join publishing.post_targets as t
    on o.organization_id = t.organization_id and t.is_simulated and t.state = 'published' and t.platform = 'facebook'
inner join channels.social_accounts as a on t.organization_id = a.organization_id and t.account_id = a.account_id
inner join content.posts_content as c on t.organization_id = c.organization_id and t.content_id = c.content_id
inner join content.posts_core as core
    on c.organization_id = core.organization_id and c.post_core_id = core.post_core_id
inner join catalogue.products as p on core.organization_id = p.organization_id and core.product_id = p.product_id
where o.slug = %(slug)s
order by t.platform_post_id;
