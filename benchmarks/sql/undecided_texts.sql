-- Writes a compliant text for each post of a database with posts of a Facebook channel (posts.sql), and a rule that
-- approves them.

insert into content.approval_rules (organization_id, platform, channel_type)
select
    organization_id,
    'facebook',
    'feed_post'
from tenancy.organizations
where slug = 'default';

insert into content.posts_content (organization_id, post_core_id, text_content, generator, content_hash)
select
    organization_id,
    post_core_id,
    'A made thing for post ' || post_core_id,
    'template',
    decode(md5(post_core_id), 'hex')
from content.posts_core;

insert into content.compliance_checks (organization_id, content_id, rule_name, severity, is_passed)
select
    c.organization_id,
    c.content_id,
    'rule ' || n.number,
    'hard',
    true
from content.posts_content as c
cross join generate_series(1, 12) as n (number);
