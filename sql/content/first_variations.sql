-- One row is the newest version of variation 1 of a post, with the hard rules that it breaks. Other variations reuse
-- its text where they differ only in hashtags or in time.
-- Parameters: post_core_ids (a list).

select distinct on (c.organization_id, c.post_core_id)
    c.post_core_id,
    c.content_id,
    c.state::text,
    c.text_content,
    c.hashtags,
    c.call_to_action,
    c.alt_text,
    c.link_url,
    c.image_url,
    c.picture_file_id,
    c.language,
    c.generator,
    c.model,
    c.template_id,
    c.template_version,
    c.attempts,
    c.created_by,
    encode(c.product_version, 'hex') as product_version,
    c.seen_prices,
    c.seen_currency,
    array(
        select k.rule_name
        from content.compliance_checks as k
        where
            k.organization_id = c.organization_id
            and k.content_id = c.content_id
            and k.severity = 'hard'
            and not k.is_passed
        order by k.rule_name
    ) as broken_rules
from content.posts_content as c
where
    -- Lists the organizations so that the index of the key, which begins with organization_id, is used.
    c.organization_id = any(array(select organization_id from tenancy.organizations))
    and c.post_core_id = any(%(post_core_ids)s)
    and c.variation = 1
order by c.organization_id asc, c.post_core_id asc, c.version desc
