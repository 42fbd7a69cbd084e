-- Engagement, second part: the engagement that a product's posts gained, and the ranking of products for the next post.

set local role syndication_owner;

create table engagement.product_post_performance (
    organization_id text not null,
    product_id text not null,
    platform text not null,
    activity_date date not null,
    posts_observed integer not null check (posts_observed > 0),
    reactions_delta bigint,
    comments_delta bigint,
    shares_delta bigint,
    saves_delta bigint,
    clicks_delta bigint,
    views_delta bigint,
    impressions_delta bigint,
    engagement_delta bigint,
    is_simulated boolean not null,
    updated_at timestamptz not null default now(),
    primary key (organization_id, product_id, platform, activity_date, is_simulated),
    foreign key (organization_id, product_id) references catalogue.products
);

comment on table engagement.product_post_performance is
'One row is one product on one platform and UTC day on which at least one of its published posts was observed. '
'Simulated posts have rows of their own.';
comment on column engagement.product_post_performance.product_id is 'The product that the posts are about.';
comment on column engagement.product_post_performance.platform is 'The platform of the posts.';
comment on column engagement.product_post_performance.activity_date is 'The UTC day of the observations.';
comment on column engagement.product_post_performance.posts_observed is
'The product''s posts with an observation on the day.';
comment on column engagement.product_post_performance.reactions_delta is
'Sum of the posts'' reactions_delta; NULL if none was measured.';
comment on column engagement.product_post_performance.comments_delta is
'Sum of the posts'' comments_delta; NULL if none was measured.';
comment on column engagement.product_post_performance.shares_delta is
'Sum of the posts'' shares_delta; NULL if none was measured.';
comment on column engagement.product_post_performance.saves_delta is
'Sum of the posts'' saves_delta; NULL if none was measured.';
comment on column engagement.product_post_performance.clicks_delta is
'Sum of the posts'' clicks_delta; NULL if none was measured.';
comment on column engagement.product_post_performance.views_delta is
'Sum of the posts'' views_delta; NULL if none was measured.';
comment on column engagement.product_post_performance.impressions_delta is
'Sum of the posts'' impressions_delta; NULL if none was measured.';
comment on column engagement.product_post_performance.engagement_delta is
'Public engagement: sum of the posts'' engagement_delta; NULL if none was measured.';
comment on column engagement.product_post_performance.is_simulated is
'True for posts of a dry run, which were never sent: sample numbers, never mixed with measured ones.';

create table engagement.priority_factors (
    factor_name text primary key check (factor_name ~ '^[a-z][a-z0-9_]*$'),
    factor_weight numeric(5, 4) not null check (factor_weight between 0 and 1),
    half_life interval check (half_life > '0'),
    description text not null,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (half_life is not null or factor_name not in ('recency', 'engagement', 'freshness'))
);

comment on table engagement.priority_factors is
'One row is one factor of the ranking of products, with its relative weight. A score is the weighted mean of the '
'active factors.';
comment on column engagement.priority_factors.factor_name is 'The key of the factor in content_priorities.factors.';
comment on column engagement.priority_factors.factor_weight is
'The relative weight, from 0 to 1; 0 leaves the factor out.';
comment on column engagement.priority_factors.half_life is
'The time in which the factor halves; NULL for a factor that does not fade.';
comment on column engagement.priority_factors.description is
'What the factor measures and what its ends 0 and 1 mean, as a sentence for people.';
comment on column engagement.priority_factors.is_active is 'False leaves the factor out of the ranking.';

create table engagement.content_priorities (
    organization_id text not null,
    product_id text not null,
    platform text not null,
    channel_type text not null,
    calculated_on date not null,
    score numeric(7, 6) not null check (score between 0 and 1),
    factors jsonb not null check (jsonb_typeof(factors) = 'object'),
    updated_at timestamptz not null default now(),
    primary key (organization_id, platform, channel_type, calculated_on, product_id),
    foreign key (organization_id, product_id) references catalogue.products,
    foreign key (platform, channel_type) references channels.platform_channels on update cascade
);

create index content_priorities_product on engagement.content_priorities (organization_id, product_id);
create index content_priorities_channel on engagement.content_priorities (platform, channel_type);

comment on table engagement.content_priorities is
'One row is how much one product deserves the next post of one channel, given what was known at the end of a day.';
comment on column engagement.content_priorities.product_id is 'The product that is ranked.';
comment on column engagement.content_priorities.platform is 'The platform of the channel.';
comment on column engagement.content_priorities.channel_type is
'The kind of publication, from channels.channel_types.';
comment on column engagement.content_priorities.calculated_on is
'The UTC day up to whose end everything known is used.';
comment on column engagement.content_priorities.score is
'The weighted mean of the known factors, from 0 to 1; 0 if none is known.';
comment on column engagement.content_priorities.factors is
'Each factor with its weight and value: {"recency": {"weight": 0.25, "value": 0.9}}. An unknown value is null, and '
'its weight does not count.';

select tenancy.protect_tenant_table('engagement.product_post_performance');
select tenancy.protect_tenant_table('engagement.content_priorities');

grant select, insert, update, delete on engagement.priority_factors to syndication_pipeline;
grant select on engagement.priority_factors to syndication_reader;

create trigger priority_factors_updated_at before update on engagement.priority_factors
for each row execute function tenancy.set_updated_at();

insert into engagement.priority_factors (factor_name, factor_weight, half_life, description) values
('recency', 0.3, '14 days', 'How long ago the product was last posted on the channel: 1 if never, 0 if just now.'),
('engagement', 0.4, '28 days',
    'Public engagement of its posts, faded with age, as a rank among the products; unknown if never posted.'),
('success_rate', 0.1, null, 'Its published targets / its published and failed targets; unknown if there are none.'),
('freshness', 0.2, '30 days', 'How new the product is in the catalogue: 1 on its first day.');

-- We watch our own posts from their publication on, but their insights lag up to two days.
insert into engagement.sampling_gaps (platform, sampling_gap) values
('facebook', '48 hours'),
('instagram', '48 hours');

select tenancy.comment_standard_columns('engagement.priority_factors');
