-- The schema of the room `engagement`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema engagement authorization syndication_owner;  -- pipeline: usage; reader: usage

-- The metric that an engagement rate is divided by.
create type engagement.denominator_kind as enum ('impressions', 'reach', 'views');

-- How a metric behaves over time, which decides how it may be aggregated.
create type engagement.metric_kind as enum (
    'cumulative',  -- only grows, except for corrections: use closing values and deltas, never sums of snapshots
    'delta',       -- a change in a period: may be summed
    'gauge',       -- a level at a moment: use the last value
    'ratio'        -- a quotient: never summed, recomputed from its numerator and denominator
);

-- One row is one metric: what it counts, whether it may be summed, and how it is computed. Checks compare the rows with
-- what the tables compute, so a formula is changed by a migration of both.
create table engagement.metric_definitions (
    metric_name text not null,                -- The name used in every table, view and report.
    kind engagement.metric_kind not null,     -- How the metric behaves over time, which decides how it may be
                                              -- aggregated.
    unit text not null,                       -- What is counted, in the plural: reactions, people; fraction for a
                                              -- ratio.
    is_additive_over_posts boolean not null,  -- Whether values of different posts may be summed.
    is_additive_over_days boolean not null,   -- Whether values of different days may be summed.
    numerator text,                           -- The metric above the line of a ratio; NULL for every other kind.
    denominator text,                         -- The metric below the line of a ratio; NULL for every other kind.
    formula_version integer,                  -- The version of a ratio's formula, raised with every change of it; NULL
                                              -- for every other kind.
    addends text[],                           -- The metrics that a sum of metrics adds up, where they are measured;
                                              -- NULL for a metric that is counted by itself.
    description text not null,                -- What the metric counts, as a sentence for people.

    primary key (metric_name),
    foreign key (denominator) references engagement.metric_definitions (metric_name),
    check ((kind = 'ratio') = (numerator is not null and denominator is not null and formula_version is not null))
);
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is the name by which a platform's API is asked for one metric of a post, and the days on which the name is
-- valid. Platforms retire names, and one retired name fails a whole request.
create table engagement.platform_metrics (
    platform text not null,                         -- The platform whose API uses the name, such as facebook.
    metric_name text not null,                      -- Our name of the metric.
    source_name text not null,                      -- The platform's name of the metric, as its API spells it.
    valid_from date not null default '2000-01-01',  -- The first day on which the name is valid.
    valid_to date,                                  -- The day on which the name was retired, exclusive; NULL while it
                                                    -- is valid.
    replaced_by text,                               -- The source_name that replaced a retired name; NULL if none did.

    primary key (platform, source_name, valid_from),
    foreign key (metric_name) references engagement.metric_definitions (metric_name),
    check (valid_to > valid_from)
);
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one age at which posts are compared, and the tolerance for the observation that is used.
create table engagement.cohort_ages (
    age_name text not null,       -- The age as people read it, such as 24 hours.
    age interval not null,        -- The time since publication.
    tolerance interval not null,  -- How long before the age the last observation may be to count for it.

    primary key (age_name),
    unique (age),
    check (age > '00:00:00'),
    check (tolerance > '00:00:00' and tolerance <= age)
);
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is the sampling gap of one platform: how old a post may be at its first snapshot and still count as watched
-- from the beginning. A platform without a row has no watched posts.
create table engagement.sampling_gaps (
    platform text not null,          -- The platform of the posts, such as linkedin.
    sampling_gap interval not null,  -- The greatest age at the first snapshot of a post that counts as watched from the
                                     -- beginning.

    primary key (platform),
    check (sampling_gap > '00:00:00')
);
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one post on one UTC day with at least one observation.
create table engagement.post_engagement_daily (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    post_id text not null,                          -- The post that was observed.
    activity_date date not null,                    -- The UTC day of the observations.
    platform text not null,                         -- The platform of the post, copied for filtering.
    profile_id text,                                -- The profile of the post's author; NULL if the author is unknown.
    reactions bigint,                               -- Likes and other reactions of all kinds: the last measured total
                                                    -- of the day; NULL if the day measured none.
    comments bigint,                                -- Comments: the last measured total of the day; NULL if the day
                                                    -- measured none.
    shares bigint,                                  -- Reposts, retweets and reblogs: the last measured total of the
                                                    -- day; NULL if the day measured none.
    saves bigint,                                   -- Saves and bookmarks: the last measured total of the day; NULL if
                                                    -- the day measured none.
    clicks bigint,                                  -- Clicks, which are not public: the last measured total of the day;
                                                    -- NULL if the day measured none.
    views bigint,                                   -- Plays and views: the last measured total of the day; NULL if the
                                                    -- day measured none.
    impressions bigint,                             -- How often the post was shown: the last measured total of the day;
                                                    -- NULL if the day measured none.
    reach bigint,                                   -- How many people saw the post; never summed: the last measured
                                                    -- total of the day; NULL if the day measured none.
    reactions_before bigint,                        -- The total of reactions on the last earlier day that measured
                                                    -- them, or 0 if there is none and the post was watched from its
                                                    -- publication; NULL if unknown or not measured on the day.
    comments_before bigint,                         -- The total of comments on the last earlier day that measured them,
                                                    -- or 0 if there is none and the post was watched from its
                                                    -- publication; NULL if unknown or not measured on the day.
    shares_before bigint,                           -- The total of shares on the last earlier day that measured them,
                                                    -- or 0 if there is none and the post was watched from its
                                                    -- publication; NULL if unknown or not measured on the day.
    saves_before bigint,                            -- The total of saves on the last earlier day that measured them, or
                                                    -- 0 if there is none and the post was watched from its publication;
                                                    -- NULL if unknown or not measured on the day.
    clicks_before bigint,                           -- The total of clicks on the last earlier day that measured them,
                                                    -- or 0 if there is none and the post was watched from its
                                                    -- publication; NULL if unknown or not measured on the day.
    views_before bigint,                            -- The total of views on the last earlier day that measured them, or
                                                    -- 0 if there is none and the post was watched from its publication;
                                                    -- NULL if unknown or not measured on the day.
    impressions_before bigint,                      -- The total of impressions on the last earlier day that measured
                                                    -- them, or 0 if there is none and the post was watched from its
                                                    -- publication; NULL if unknown or not measured on the day.
    reach_before bigint,                            -- The total of reach on the last earlier day that measured it, or 0
                                                    -- if there is none and the post was watched from its publication;
                                                    -- NULL if unknown or not measured on the day.
    reactions_delta bigint generated always as (reactions - reactions_before) stored,
                                                    -- Change of reactions since the last earlier day that measured
                                                    -- them; NULL if unknown.
    comments_delta bigint generated always as (comments - comments_before) stored,
                                                    -- Change of comments since the last earlier day that measured them;
                                                    -- NULL if unknown.
    shares_delta bigint generated always as (shares - shares_before) stored,
                                                    -- Change of shares since the last earlier day that measured them;
                                                    -- NULL if unknown.
    saves_delta bigint generated always as (saves - saves_before) stored,
                                                    -- Change of saves since the last earlier day that measured them;
                                                    -- NULL if unknown.
    clicks_delta bigint generated always as (clicks - clicks_before) stored,
                                                    -- Change of clicks since the last earlier day that measured them;
                                                    -- NULL if unknown.
    views_delta bigint generated always as (views - views_before) stored,
                                                    -- Change of views since the last earlier day that measured them;
                                                    -- NULL if unknown.
    impressions_delta bigint generated always as (impressions - impressions_before) stored,
                                                    -- Change of impressions since the last earlier day that measured
                                                    -- them; NULL if unknown.
    reach_delta bigint generated always as (reach - reach_before) stored,
                                                    -- Change of reach since the last earlier day that measured it; NULL
                                                    -- if unknown. Never summed.
    observations integer not null,                  -- The number of snapshots on the day.
    first_observed_at timestamptz not null,         -- The time of the day's first snapshot.
    last_observed_at timestamptz not null,          -- The time of the day's last snapshot.
    previous_observed_at timestamptz,               -- The last snapshot of the previous observed day; NULL on the first
                                                    -- observed day.
    gap_days integer generated always as (activity_date - (previous_observed_at at time zone 'utc')::date) stored,
                                                    -- Days since the previous observed day; NULL on the first observed
                                                    -- day. A delta over a gap is flagged, not spread over the days
                                                    -- between.
    is_opening boolean not null generated always as (previous_observed_at is null) stored,
                                                    -- Whether this is the first observed day of the post.
    is_gap boolean not null generated always as (coalesce((activity_date - (previous_observed_at at time zone
        'utc')::date) > 1, false)) stored,          -- Whether days without observation precede this one, so that the
                                                    -- deltas cover several days.
    is_correction boolean not null generated always as (least(reactions - reactions_before, comments - comments_before,
        shares - shares_before, saves - saves_before, clicks - clicks_before, views - views_before,
        impressions - impressions_before, reach - reach_before, 0::bigint) < 0) stored,
                                                    -- Whether a counter decreased: likes were withdrawn, or the
                                                    -- platform removed spam.
    is_published_on_day boolean not null,           -- Whether the post was published on this UTC day.
    measured_counters integer not null generated always as (engagement.measured_counters(reactions, comments, shares,
        saves, clicks, views, impressions, reach)) stored,
                                                    -- Which counters the day measured, one bit each: 1 for reactions, 2
                                                    -- for comments, and so on, in the order of the columns.
    engagement_delta bigint generated always as (engagement.public_engagement(reactions - reactions_before,
        comments - comments_before, shares - shares_before, saves - saves_before)) stored,
                                                    -- Public engagement gained: reactions + comments + shares (+ saves
                                                    -- where measured); NULL if none is measured.
    rate_denominator_kind engagement.denominator_kind generated always as (case
        when (impressions - impressions_before) is not null then 'impressions'::engagement.denominator_kind
        when (views - views_before) is not null then 'views'::engagement.denominator_kind else null end) stored,
                                                    -- The metric that the rate is divided by; NULL if the day measured
                                                    -- neither impressions nor views.
    rate_denominator bigint generated always as (coalesce(impressions - impressions_before,
        views - views_before)) stored,              -- The delta that the rate is divided by; NULL if not measured.
    engagement_rate numeric(9,6) generated always as (engagement.rate(engagement.public_engagement(reactions -
        reactions_before, comments - comments_before, shares - shares_before, saves - saves_before),
        coalesce(impressions - impressions_before, views - views_before))) stored,
                                                    -- engagement_delta / rate_denominator as a fraction; NULL if the
                                                    -- denominator is 0 or NULL, or the fraction is 1000 or more.
    rate_formula text generated always as (case
        when (impressions - impressions_before) is not null then engagement.rate_formula('impressions')
        when (views - views_before) is not null then engagement.rate_formula('views') else null end) stored,
                                                    -- The rate's metric and formula version, such as
                                                    -- engagement_rate_by_views/1; NULL without a denominator.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, post_id, activity_date),
    foreign key (organization_id, post_id) references scraping.posts (organization_id, post_id) on delete cascade,
    check (observations > 0),
    check (gap_days > 0),
    check (first_observed_at <= last_observed_at),
    check (previous_observed_at < first_observed_at)
);
create index post_engagement_daily_day on engagement.post_engagement_daily (organization_id, activity_date)
    include (post_id, platform, engagement_delta);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one day of a rollup that has to be recomputed, because a day of a post changed outside of the window of a
-- run. The next run of that rollup recomputes the day and deletes the row.
create table engagement.stale_days (
    organization_id text not null,  -- Organization that owns the row: first column of every key, and checked by
                                    -- row-level security.
    table_name text not null,       -- The rollup that has to recompute the day, without its schema.
    activity_date date not null,    -- The UTC day to recompute.

    primary key (organization_id, table_name, activity_date),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one profile on one UTC day on which at least one of its posts was observed.
create table engagement.profile_engagement_daily (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    profile_id text not null,                       -- The author of the posts.
    activity_date date not null,                    -- The UTC day of the observations.
    platform text not null,                         -- The platform of the profile, copied for filtering.
    posts_observed integer not null,                -- Posts with an observation on the day.
    posts_published integer not null,               -- Observed posts that were published on the day.
    posts_with_gap integer not null,                -- Observed posts whose deltas cover several days, because the days
                                                    -- before were not observed.
    corrections integer not null,                   -- Observed posts with a counter that decreased.
    reactions_delta bigint,                         -- Sum of the posts' reactions_delta; NULL if none was measured.
    comments_delta bigint,                          -- Sum of the posts' comments_delta; NULL if none was measured.
    shares_delta bigint,                            -- Sum of the posts' shares_delta; NULL if none was measured.
    saves_delta bigint,                             -- Sum of the posts' saves_delta; NULL if none was measured.
    clicks_delta bigint,                            -- Sum of the posts' clicks_delta; NULL if none was measured.
    views_delta bigint,                             -- Sum of the posts' views_delta; NULL if none was measured.
    impressions_delta bigint,                       -- Sum of the posts' impressions_delta; NULL if none was measured.
    engagement_delta bigint,                        -- Public engagement: sum of the posts' engagement_delta; NULL if
                                                    -- none was measured.
    rate_denominator_kind engagement.denominator_kind,
                                                    -- The metric that the rates are divided by; NULL if the posts have
                                                    -- none, or different ones.
    rate_numerator bigint,                          -- Sum of engagement_delta over the posts with a denominator; NULL
                                                    -- without rate_denominator_kind.
    rate_denominator bigint,                        -- Sum of the posts' rate_denominator; NULL without
                                                    -- rate_denominator_kind.
    engagement_rate numeric(9,6) generated always as (engagement.rate(rate_numerator, rate_denominator)) stored,
                                                    -- rate_numerator / rate_denominator as a fraction; NULL if the
                                                    -- denominator is 0 or NULL, or the fraction is 1000 or more.
    mean_engagement_rate numeric(9,6),              -- Mean of the posts' rates, as a fraction; NULL without rates or
                                                    -- without rate_denominator_kind.
    rate_formula text generated always as (engagement.rate_formula(rate_denominator_kind)) stored,
                                                    -- The rates' metric and formula version, such as
                                                    -- engagement_rate_by_views/1; NULL without a denominator.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, profile_id, activity_date),
    foreign key (organization_id, profile_id) references scraping.profiles (organization_id, profile_id)
        on delete cascade,
    check (rate_denominator is null or rate_denominator_kind is not null)
);
create index profile_engagement_daily_day on engagement.profile_engagement_daily (organization_id, activity_date)
    include (profile_id, engagement_delta, reactions_delta, comments_delta, shares_delta, views_delta);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one platform on one UTC day on which at least one of its posts was observed.
create table engagement.platform_engagement_daily (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    platform text not null,                         -- The platform of the posts.
    activity_date date not null,                    -- The UTC day of the observations.
    posts_observed integer not null,                -- Posts with an observation on the day.
    posts_published integer not null,               -- Observed posts that were published on the day.
    posts_with_gap integer not null,                -- Observed posts whose deltas cover several days, because the days
                                                    -- before were not observed.
    corrections integer not null,                   -- Observed posts with a counter that decreased.
    reactions_delta bigint,                         -- Sum of the posts' reactions_delta; NULL if none was measured.
    comments_delta bigint,                          -- Sum of the posts' comments_delta; NULL if none was measured.
    shares_delta bigint,                            -- Sum of the posts' shares_delta; NULL if none was measured.
    saves_delta bigint,                             -- Sum of the posts' saves_delta; NULL if none was measured.
    clicks_delta bigint,                            -- Sum of the posts' clicks_delta; NULL if none was measured.
    views_delta bigint,                             -- Sum of the posts' views_delta; NULL if none was measured.
    impressions_delta bigint,                       -- Sum of the posts' impressions_delta; NULL if none was measured.
    engagement_delta bigint,                        -- Public engagement: sum of the posts' engagement_delta; NULL if
                                                    -- none was measured.
    rate_denominator_kind engagement.denominator_kind,
                                                    -- The metric that the rates are divided by; NULL if the posts have
                                                    -- none, or different ones.
    rate_numerator bigint,                          -- Sum of engagement_delta over the posts with a denominator; NULL
                                                    -- without rate_denominator_kind.
    rate_denominator bigint,                        -- Sum of the posts' rate_denominator; NULL without
                                                    -- rate_denominator_kind.
    engagement_rate numeric(9,6) generated always as (engagement.rate(rate_numerator, rate_denominator)) stored,
                                                    -- rate_numerator / rate_denominator as a fraction; NULL if the
                                                    -- denominator is 0 or NULL, or the fraction is 1000 or more.
    mean_engagement_rate numeric(9,6),              -- Mean of the posts' rates, as a fraction; NULL without rates or
                                                    -- without rate_denominator_kind.
    rate_formula text generated always as (engagement.rate_formula(rate_denominator_kind)) stored,
                                                    -- The rates' metric and formula version, such as
                                                    -- engagement_rate_by_views/1; NULL without a denominator.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, platform, activity_date),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (rate_denominator is null or rate_denominator_kind is not null)
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one hashtag on one platform and UTC day, over the posts whose text had it on that day.
create table engagement.hashtag_engagement_daily (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    hashtag_id text not null,                       -- The hashtag in the texts of the posts.
    platform text not null,                         -- The platform of the posts.
    activity_date date not null,                    -- The UTC day of the observations.
    posts_observed integer not null,                -- Posts with an observation on the day.
    posts_published integer not null,               -- Observed posts that were published on the day.
    posts_with_gap integer not null,                -- Observed posts whose deltas cover several days, because the days
                                                    -- before were not observed.
    corrections integer not null,                   -- Observed posts with a counter that decreased.
    reactions_delta bigint,                         -- Sum of the posts' reactions_delta; NULL if none was measured.
    comments_delta bigint,                          -- Sum of the posts' comments_delta; NULL if none was measured.
    shares_delta bigint,                            -- Sum of the posts' shares_delta; NULL if none was measured.
    saves_delta bigint,                             -- Sum of the posts' saves_delta; NULL if none was measured.
    clicks_delta bigint,                            -- Sum of the posts' clicks_delta; NULL if none was measured.
    views_delta bigint,                             -- Sum of the posts' views_delta; NULL if none was measured.
    impressions_delta bigint,                       -- Sum of the posts' impressions_delta; NULL if none was measured.
    engagement_delta bigint,                        -- Public engagement: sum of the posts' engagement_delta; NULL if
                                                    -- none was measured.
    rate_denominator_kind engagement.denominator_kind,
                                                    -- The metric that the rates are divided by; NULL if the posts have
                                                    -- none, or different ones.
    rate_numerator bigint,                          -- Sum of engagement_delta over the posts with a denominator; NULL
                                                    -- without rate_denominator_kind.
    rate_denominator bigint,                        -- Sum of the posts' rate_denominator; NULL without
                                                    -- rate_denominator_kind.
    engagement_rate numeric(9,6) generated always as (engagement.rate(rate_numerator, rate_denominator)) stored,
                                                    -- rate_numerator / rate_denominator as a fraction; NULL if the
                                                    -- denominator is 0 or NULL, or the fraction is 1000 or more.
    mean_engagement_rate numeric(9,6),              -- Mean of the posts' rates, as a fraction; NULL without rates or
                                                    -- without rate_denominator_kind.
    rate_formula text generated always as (engagement.rate_formula(rate_denominator_kind)) stored,
                                                    -- The rates' metric and formula version, such as
                                                    -- engagement_rate_by_views/1; NULL without a denominator.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, hashtag_id, platform, activity_date),
    foreign key (organization_id, hashtag_id) references scraping.hashtags (organization_id, hashtag_id)
        on delete cascade,
    check (rate_denominator is null or rate_denominator_kind is not null)
);
create index hashtag_engagement_daily_day on engagement.hashtag_engagement_daily (organization_id, activity_date)
    include (hashtag_id, engagement_delta, posts_observed);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one post at one age: its last observation not later than that age, and within the tolerance before it.
-- Without such an observation, all counters are NULL.
create table engagement.post_cohorts (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    post_id text not null,                          -- The post that is compared at this age.
    age_name text not null,                         -- The age, from engagement.cohort_ages.
    platform text not null,                         -- The platform of the post, copied for filtering.
    posted_at timestamptz not null,                 -- When the post was published, as known when the row was computed.
    observed_at timestamptz,                        -- The time of the observation that is used; NULL if there is none
                                                    -- within the tolerance.
    observed_age interval generated always as (observed_at - posted_at) stored,
                                                    -- The age of the post at observed_at; NULL without an observation.
    reactions bigint,                               -- Likes and other reactions of all kinds: the total at that age;
                                                    -- NULL if not measured.
    comments bigint,                                -- Comments: the total at that age; NULL if not measured.
    shares bigint,                                  -- Reposts, retweets and reblogs: the total at that age; NULL if not
                                                    -- measured.
    saves bigint,                                   -- Saves and bookmarks: the total at that age; NULL if not measured.
    clicks bigint,                                  -- Clicks, which are not public: the total at that age; NULL if not
                                                    -- measured.
    views bigint,                                   -- Plays and views: the total at that age; NULL if not measured.
    impressions bigint,                             -- How often the post was shown: the total at that age; NULL if not
                                                    -- measured.
    reach bigint,                                   -- How many people saw the post; never summed: the total at that
                                                    -- age; NULL if not measured.
    engagement bigint generated always as (engagement.public_engagement(reactions, comments, shares, saves)) stored,
                                                    -- Public engagement at that age: reactions + comments + shares (+
                                                    -- saves where measured); NULL if none is measured.
    rate_denominator_kind engagement.denominator_kind generated always as (case
        when impressions is not null then 'impressions'::engagement.denominator_kind
        when reach is not null then 'reach'::engagement.denominator_kind
        when views is not null then 'views'::engagement.denominator_kind else null end) stored,
                                                    -- The metric that the rate is divided by; NULL if impressions,
                                                    -- reach and views are all unmeasured.
    rate_denominator bigint generated always as (coalesce(impressions, reach, views)) stored,
                                                    -- The total that the rate is divided by; NULL if not measured.
    engagement_rate numeric(9,6) generated always as (engagement.rate(engagement.public_engagement(reactions, comments,
        shares, saves), coalesce(impressions, reach, views))) stored,
                                                    -- engagement / rate_denominator as a fraction; NULL if the
                                                    -- denominator is 0 or NULL, or the fraction is 1000 or more.
    rate_formula text generated always as (case when impressions is not null then engagement.rate_formula('impressions')
        when reach is not null then engagement.rate_formula('reach')
        when views is not null then engagement.rate_formula('views') else null end) stored,
                                                    -- The rate's metric and formula version, such as
                                                    -- engagement_rate_by_reach/1; NULL without a denominator.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, post_id, age_name),
    foreign key (age_name) references engagement.cohort_ages (age_name) on update cascade,
    foreign key (organization_id, post_id) references scraping.posts (organization_id, post_id) on delete cascade,
    check (observed_at is not null
        or row(reactions, comments, shares, saves, clicks, views, impressions, reach) is null)
);
create index post_cohorts_observed_at on engagement.post_cohorts (observed_at);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one product on one platform and UTC day on which at least one of its published posts was observed.
-- Simulated posts have rows of their own.
create table engagement.product_post_performance (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    product_id text not null,                       -- The product that the posts are about.
    platform text not null,                         -- The platform of the posts.
    activity_date date not null,                    -- The UTC day of the observations.
    posts_observed integer not null,                -- The product's posts with an observation on the day.
    reactions_delta bigint,                         -- Sum of the posts' reactions_delta; NULL if none was measured.
    comments_delta bigint,                          -- Sum of the posts' comments_delta; NULL if none was measured.
    shares_delta bigint,                            -- Sum of the posts' shares_delta; NULL if none was measured.
    saves_delta bigint,                             -- Sum of the posts' saves_delta; NULL if none was measured.
    clicks_delta bigint,                            -- Sum of the posts' clicks_delta; NULL if none was measured.
    views_delta bigint,                             -- Sum of the posts' views_delta; NULL if none was measured.
    impressions_delta bigint,                       -- Sum of the posts' impressions_delta; NULL if none was measured.
    engagement_delta bigint,                        -- Public engagement: sum of the posts' engagement_delta; NULL if
                                                    -- none was measured.
    is_simulated boolean not null,                  -- True for posts of a dry run, which were never sent: sample
                                                    -- numbers, never mixed with measured ones.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, product_id, platform, activity_date, is_simulated),
    foreign key (organization_id, product_id) references catalogue.products (organization_id, product_id),
    check (posts_observed > 0)
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one factor of the ranking of products, with its relative weight. A score is the weighted mean of the
-- active factors.
create table engagement.priority_factors (
    factor_name text not null,                      -- The key of the factor in content_priorities.factors.
    factor_weight numeric(5,4) not null,            -- The relative weight, from 0 to 1; 0 leaves the factor out.
    half_life interval,                             -- The time in which the factor halves; NULL for a factor that does
                                                    -- not fade.
    description text not null,                      -- What the factor measures and what its ends 0 and 1 mean, as a
                                                    -- sentence for people.
    is_active boolean not null default true,        -- False leaves the factor out of the ranking.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (factor_name),
    check (factor_name ~ '^[a-z][a-z0-9_]*$'),
    check (factor_weight >= 0::numeric and factor_weight <= 1::numeric),
    check (half_life > '00:00:00'),
    check (half_life is not null or (factor_name not in ('recency', 'engagement', 'freshness')))
);
create trigger priority_factors_updated_at before update on engagement.priority_factors
    for each row execute function tenancy.set_updated_at();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is how much one product deserves the next post of one channel, given what was known at the end of a day.
create table engagement.content_priorities (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    product_id text not null,                       -- The product that is ranked.
    platform text not null,                         -- The platform of the channel.
    channel_type text not null,                     -- The kind of publication, from channels.channel_types.
    calculated_on date not null,                    -- The UTC day up to whose end everything known is used.
    score numeric(7,6) not null,                    -- The weighted mean of the known factors, from 0 to 1; 0 if none is
                                                    -- known.
    factors jsonb not null,                         -- Each factor with its weight and value: {"recency": {"weight":
                                                    -- 0.25, "value": 0.9}}. An unknown value is null, and its weight
                                                    -- does not count.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, platform, channel_type, calculated_on, product_id),
    foreign key (organization_id, product_id) references catalogue.products (organization_id, product_id),
    foreign key (platform, channel_type) references channels.platform_channels (platform, channel_type)
        on update cascade,
    check (score >= 0::numeric and score <= 1::numeric),
    check (jsonb_typeof(factors) = 'object')
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

create view engagement.post_days (
    organization_id,        -- text
    post_id,                -- text
    activity_date,          -- date
    platform,               -- text
    profile_id,             -- text
    is_published_on_day,    -- boolean
    is_gap,                 -- boolean
    is_correction,          -- boolean
    reactions_delta,        -- bigint
    comments_delta,         -- bigint
    shares_delta,           -- bigint
    saves_delta,            -- bigint
    clicks_delta,           -- bigint
    views_delta,            -- bigint
    impressions_delta,      -- bigint
    engagement_delta,       -- bigint
    rate_denominator_kind,  -- engagement.denominator_kind
    rate_numerator,         -- bigint
    rate_denominator,       -- bigint
    rate_millionths         -- bigint
) with (security_invoker = true) as
select e.organization_id,
    e.post_id,
    e.activity_date,
    e.platform,
    e.profile_id,
    e.is_published_on_day,
    e.is_gap,
    e.is_correction,
    e.reactions_delta,
    e.comments_delta,
    e.shares_delta,
    e.saves_delta,
    e.clicks_delta,
    e.views_delta,
    e.impressions_delta,
    e.engagement_delta,
    e.rate_denominator_kind,
    r.rate_numerator,
    r.rate_denominator,
    r.rate_millionths
   from engagement.post_engagement_daily e
     cross join lateral ( select
                case
                    when e.rate_denominator is not null then e.engagement_delta
                    else null
                end as rate_numerator,
                case
                    when e.engagement_delta is not null then e.rate_denominator
                    else null
                end as rate_denominator,
            (e.engagement_rate * 1000000::numeric)::bigint as rate_millionths) r;
-- pipeline: select; reader: select

create view engagement.time_series_metrics (
    organization_id,  -- text
    entity_type,      -- text
    entity_id,        -- text
    metric_name,      -- text
    metric_value,     -- numeric
    recorded_at,      -- timestamptz
    platform,         -- text
    metadata          -- jsonb
) with (security_invoker = true) as
select d.organization_id,
    'post' as entity_type,
    d.post_id as entity_id,
    m.metric_name,
    m.metric_value::numeric as metric_value,
    d.downloaded_at as recorded_at,
    p.platform,
    jsonb_build_object('download_id', d.download_id, 'run_id', d.run_id, 'source_file_path', d.source_file_path,
        'observed_as', d.observed_as) as metadata
   from scraping.data_downloads d
     join scraping.posts p on p.organization_id = d.organization_id and p.post_id = d.post_id
     cross join lateral ( values ('reactions',d.reactions), ('comments',d.comments), ('shares',d.shares),
         ('saves',d.saves), ('clicks',d.clicks), ('views',d.views), ('impressions',d.impressions),
         ('reach',d.reach)) m(metric_name, metric_value)
  where m.metric_value is not null
union all
 select d.organization_id,
    'post' as entity_type,
    d.post_id as entity_id,
    'reactions_' || k.kind as metric_name,
    k.reactions::numeric as metric_value,
    d.downloaded_at as recorded_at,
    p.platform,
    jsonb_build_object('download_id', d.download_id, 'run_id', d.run_id, 'source_file_path', d.source_file_path,
        'observed_as', d.observed_as) as metadata
   from scraping.data_downloads d
     join scraping.posts p on p.organization_id = d.organization_id and p.post_id = d.post_id
     cross join lateral jsonb_each_text(d.stats -> 'reactions') k(kind, reactions)
  where k.reactions is not null
union all
 select e.organization_id,
    'profile' as entity_type,
    e.profile_id as entity_id,
    m.metric_name,
    m.metric_value::numeric as metric_value,
    ((e.activity_date + 1)::timestamp without time zone at time zone 'utc') as recorded_at,
    e.platform,
    jsonb_build_object('activity_date', e.activity_date, 'posts_observed', e.posts_observed) as metadata
   from engagement.profile_engagement_daily e
     cross join lateral ( values ('reactions_delta',e.reactions_delta), ('comments_delta',e.comments_delta),
         ('shares_delta',e.shares_delta), ('saves_delta',e.saves_delta), ('clicks_delta',e.clicks_delta),
         ('views_delta',e.views_delta), ('impressions_delta',e.impressions_delta),
         ('engagement_delta',e.engagement_delta)) m(metric_name, metric_value)
  where m.metric_value is not null
union all
 select e.organization_id,
    'platform' as entity_type,
    e.platform as entity_id,
    m.metric_name,
    m.metric_value::numeric as metric_value,
    ((e.activity_date + 1)::timestamp without time zone at time zone 'utc') as recorded_at,
    e.platform,
    jsonb_build_object('activity_date', e.activity_date, 'posts_observed', e.posts_observed) as metadata
   from engagement.platform_engagement_daily e
     cross join lateral ( values ('reactions_delta',e.reactions_delta), ('comments_delta',e.comments_delta),
         ('shares_delta',e.shares_delta), ('saves_delta',e.saves_delta), ('clicks_delta',e.clicks_delta),
         ('views_delta',e.views_delta), ('impressions_delta',e.impressions_delta),
         ('engagement_delta',e.engagement_delta)) m(metric_name, metric_value)
  where m.metric_value is not null
union all
 select e.organization_id,
    'hashtag' as entity_type,
    e.hashtag_id as entity_id,
    m.metric_name,
    m.metric_value::numeric as metric_value,
    ((e.activity_date + 1)::timestamp without time zone at time zone 'utc') as recorded_at,
    e.platform,
    jsonb_build_object('activity_date', e.activity_date, 'posts_observed', e.posts_observed) as metadata
   from engagement.hashtag_engagement_daily e
     cross join lateral ( values ('reactions_delta',e.reactions_delta), ('comments_delta',e.comments_delta),
         ('shares_delta',e.shares_delta), ('saves_delta',e.saves_delta), ('clicks_delta',e.clicks_delta),
         ('views_delta',e.views_delta), ('impressions_delta',e.impressions_delta),
         ('engagement_delta',e.engagement_delta)) m(metric_name, metric_value)
  where m.metric_value is not null;
-- pipeline: select; reader: select

-- The transition function of last_known: being strict, it skips NULL, so that the last measured value remains.
create function engagement.later_value(earlier bigint, later bigint)
returns bigint language sql immutable parallel safe strict
as $$ select later $$;
-- execute: only its owner

create aggregate engagement.last_known(bigint) (sfunc = engagement.later_value, stype = bigint, parallel = safe);
-- pipeline: execute; reader: execute

-- The sum of bigint as a bigint. PostgreSQL's own sum() returns numeric, at several times the cost.
create aggregate engagement.total(bigint) (sfunc = int8pl, stype = bigint, combinefunc = int8pl, parallel = safe);
-- pipeline: execute; reader: execute

-- Packs a day and a counter into one number, so that max() finds the latest value and skips NULL. The counter has the
-- lower 40 bits, which a CHECK in scraping guarantees; days are counted from 2000-01-01.
create function engagement.dated(day date, value bigint)
returns bigint language sql immutable parallel safe
as $$ select ((day - date '2000-01-01')::bigint << 40) + value $$;
-- pipeline: execute; reader: execute

create function engagement.undated(dated bigint)
returns bigint language sql immutable parallel safe
as $$ select dated & ((1::bigint << 40) - 1) $$;
-- pipeline: execute; reader: execute

-- What a counter was before a day that measures it: its latest earlier value among the days of a run (dated), else the
-- one known before the run, else 0 if the post was watched from its publication.
create function engagement.value_before(dated bigint, known bigint, value bigint, is_watched boolean)
returns bigint language sql immutable parallel safe
as $$
    select case
        when value is not null then coalesce(engagement.undated(dated), known, case when is_watched then 0 end)
    end
$$;
-- pipeline: execute; reader: execute

-- Public engagement: the sum of what is measured; NULL if nothing is.
create function engagement.public_engagement(reactions bigint, comments bigint, shares bigint, saves bigint)
returns bigint language sql immutable parallel safe
as $$
    select case
        when num_nonnulls(reactions, comments, shares, saves) > 0
            then coalesce(reactions, 0) + coalesce(comments, 0) + coalesce(shares, 0) + coalesce(saves, 0)
    end
$$;
-- pipeline: execute; reader: execute

-- A quotient, rounded to six decimal places; NULL if the denominator is 0 or NULL, or the fraction is 1000 or more.
create function engagement.rate(numerator bigint, denominator bigint)
returns numeric language sql immutable parallel safe
as $$
    select case
        when abs(numerator) < 999.9999995 * abs(denominator)
            then round(numerator::numeric / nullif(denominator, 0), 6)
    end
$$;
-- pipeline: execute; reader: execute

-- The metric and formula version of a rate, as engagement.metric_definitions has it; a check compares them.
create function engagement.rate_formula(denominator_kind engagement.denominator_kind)
returns text language sql immutable parallel safe
as $$
    select case denominator_kind
        when 'impressions' then 'engagement_rate_by_impressions/1'
        when 'reach' then 'engagement_rate_by_reach/1'
        when 'views' then 'engagement_rate_by_views/1'
    end
$$;
-- pipeline: execute; reader: execute

-- Which counters are measured, one bit each.
create function engagement.measured_counters(reactions bigint, comments bigint, shares bigint, saves bigint,
    clicks bigint, views bigint, impressions bigint, reach bigint)
returns integer language sql immutable parallel safe
as $$
    select (reactions is not null)::integer
        | ((comments is not null)::integer << 1)
        | ((shares is not null)::integer << 2)
        | ((saves is not null)::integer << 3)
        | ((clicks is not null)::integer << 4)
        | ((views is not null)::integer << 5)
        | ((impressions is not null)::integer << 6)
        | ((reach is not null)::integer << 7)
$$;
-- pipeline: execute; reader: execute

-- The days that a run of a rollup computes: those of its window in every organization, and its stale days, which are
-- taken from engagement.stale_days. Deleting locks a stale day: one that another transaction is writing is waited for,
-- or left to the next run.
create function engagement.take_days(rollup text, window_start date, window_end date)
returns table(organization_id text, activity_date date) language sql
as $$
    with taken_days as (
        delete from engagement.stale_days as s
        where s.table_name = rollup
        returning s.organization_id, s.activity_date
    )

    select
        o.organization_id,
        window_start + d.day_number
    from tenancy.organizations as o
    cross join generate_series(0, window_end - window_start - 1) as d (day_number)
    union
    select
        t.organization_id,
        t.activity_date
    from taken_days as t
$$;
-- pipeline: execute
