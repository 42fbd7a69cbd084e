-- Gives each post an approved text and a target of one page with a credential; targets are due one second apart.
-- Parameters: organization_id, credential_id, scheduled_at (one second before the first target).

insert into channels.social_accounts (
    organization_id, platform, remote_account_id, display_name, publisher, credential_id
)
values (%(organization_id)s, 'facebook', 'page', 'The page', 'facebook_graph', %(credential_id)s);

insert into content.posts_content (
    organization_id, post_core_id, state, text_content, link_url, image_url, generator, content_hash
)
select
    p.organization_id,
    p.post_core_id,
    'approved',
    'See what we made: ' || d.name || ' ' || d.product_url,
    d.product_url,
    d.image_url,
    'template',
    sha256(convert_to(p.post_core_id, 'UTF8'))
from content.posts_core as p
inner join catalogue.products as d on p.organization_id = d.organization_id and p.product_id = d.product_id;

insert into content.approvals (organization_id, content_id, content_hash, decision, decided_by)
select
    organization_id,
    content_id,
    content_hash,
    'approved',
    'benchmark'
from content.posts_content;

insert into publishing.post_targets (
    organization_id, content_id, content_hash, post_core_id, variation, account_id, platform, channel_type, state,
    scheduled_at, is_simulated
)
select
    c.organization_id,
    c.content_id,
    c.content_hash,
    c.post_core_id,
    c.variation,
    a.account_id,
    a.platform,
    'feed_post',
    'scheduled',
    -- Each slot of an account has one target.
    %(scheduled_at)s::timestamptz + row_number() over (order by c.content_id) * interval '1 second',
    false
from content.posts_content as c
inner join channels.social_accounts as a on c.organization_id = a.organization_id;
