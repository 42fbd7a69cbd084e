-- One row is one version of one variation of a post's text. The result of every rule goes to content.compliance_checks.
-- A text that breaks a hard rule gets the state needs_review and waits for a person.
-- Parameters: texts (JSON). A re-run changes no existing version.

with texts as (
    select *
    from jsonb_to_recordset(%(texts)s::jsonb) as t (
        organization_id text,
        content_id text,
        post_core_id text,
        variation integer,
        version integer,
        text_content text,
        hashtags text[],
        call_to_action text,
        alt_text text,
        link_url text,
        image_url text,
        picture_file_id text,
        language text,
        stated_amounts numeric[],
        generator text,
        model text,
        template_id text,
        template_version integer,
        attempts integer,
        product_version text,
        seen_prices numeric[],
        seen_currency text,
        content_hash text,
        created_by text,
        prompt_version integer,
        findings jsonb
    )
),

findings as (
    select
        t.organization_id,
        t.content_id,
        f.*
    from texts as t
    cross join lateral jsonb_to_recordset(t.findings) as f (rule_name text, severity channels.severity, reason text)
),

written_texts as (
    insert into content.posts_content (
        organization_id, content_id, post_core_id, variation, version, state, text_content, hashtags, call_to_action,
        alt_text, link_url, image_url, picture_file_id, language, stated_amounts, generator, model, template_id,
        template_version, attempts, product_version, seen_prices, seen_currency, content_hash, created_by,
        prompt_version
    )
    select
        organization_id,
        content_id,
        post_core_id,
        variation,
        version,
        case
            when exists (
                select
                from findings as f
                where
                    f.organization_id = t.organization_id
                    and f.content_id = t.content_id
                    and f.severity = 'hard'
                    and f.reason is not null
            ) then 'needs_review'
            else 'generated'
        end::content.content_state,
        text_content,
        hashtags,
        call_to_action,
        alt_text,
        link_url,
        image_url,
        picture_file_id,
        language,
        stated_amounts,
        generator,
        model,
        template_id,
        template_version,
        attempts,
        decode(product_version, 'hex'),
        seen_prices,
        seen_currency,
        decode(content_hash, 'hex'),
        created_by,
        prompt_version
    from texts as t
    on conflict (organization_id, post_core_id, variation, version) do nothing
    returning organization_id, content_id
),

written_checks as (
    insert into content.compliance_checks (organization_id, content_id, rule_name, severity, is_passed, reason)
    select
        f.organization_id,
        f.content_id,
        f.rule_name,
        f.severity,
        f.reason is null,
        f.reason
    from findings as f
    inner join written_texts as w on f.organization_id = w.organization_id and f.content_id = w.content_id
    returning content_id
)

select
    (select count(*) from written_texts) as rows_written,
    (select count(*) from written_checks) as checks_written;
