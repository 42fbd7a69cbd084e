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
create index metric_definitions_denominator on engagement.metric_definitions (denominator);
create trigger metric_definitions_changes after insert or delete or update on engagement.metric_definitions
    for each row execute function channels.write_rule_change();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is the definition of one counter on one platform: the metric of the platform that fills it, and the days on
-- which it does. An API is asked for these names, because one retired name fails a whole request, and a load reads only
-- them. Where a definition begins, a counter begins a new series: its first value has no delta. For a platform whose
-- counters have no names to choose from, rows only tell since when a counter means something else. A changed row counts
-- for loads and rollups from then on: materialize its days again.
create table engagement.platform_metrics (
    platform text not null,                         -- The platform whose API uses the name, such as facebook.
    metric_name text not null,                      -- Our name of the metric.
    source_name text not null,                      -- The platform's name of the metric, as its API spells it.
    period text not null default 'lifetime',        -- The period of the values that are read, as the API spells it. A
                                                    -- counter is a total, so a value of a day fills none.
    valid_from date not null default '2000-01-01',  -- The first UTC day on which the metric fills the counter.
    valid_to date,                                  -- The day on which the name was retired or the definition ended,
                                                    -- exclusive; NULL while it is valid.
    replaced_by text,                               -- The source_name that replaced a retired name; NULL if none did.

    primary key (platform, source_name, valid_from),
    foreign key (metric_name) references engagement.metric_definitions (metric_name),
    check (valid_to > valid_from)
);
create index platform_metrics_metric on engagement.platform_metrics (metric_name);
create trigger platform_metrics_changes after insert or delete or update on engagement.platform_metrics
    for each row execute function channels.write_rule_change();
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
create trigger cohort_ages_changes after insert or delete or update on engagement.cohort_ages
    for each row execute function channels.write_rule_change();
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
create trigger sampling_gaps_changes after insert or delete or update on engagement.sampling_gaps
    for each row execute function channels.write_rule_change();
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
                                                    -- them, by any definition, or 0 if there is none and the post was
                                                    -- watched from its publication; NULL if unknown or not measured on
                                                    -- the day.
    comments_before bigint,                         -- The total of comments on the last earlier day that measured them,
                                                    -- by any definition, or 0 if there is none and the post was watched
                                                    -- from its publication; NULL if unknown or not measured on the day.
    shares_before bigint,                           -- The total of shares on the last earlier day that measured them,
                                                    -- by any definition, or 0 if there is none and the post was watched
                                                    -- from its publication; NULL if unknown or not measured on the day.
    saves_before bigint,                            -- The total of saves on the last earlier day that measured them, by
                                                    -- any definition, or 0 if there is none and the post was watched
                                                    -- from its publication; NULL if unknown or not measured on the day.
    clicks_before bigint,                           -- The total of clicks on the last earlier day that measured them,
                                                    -- by any definition, or 0 if there is none and the post was watched
                                                    -- from its publication; NULL if unknown or not measured on the day.
    views_before bigint,                            -- The total of views on the last earlier day that measured them, by
                                                    -- any definition, or 0 if there is none and the post was watched
                                                    -- from its publication; NULL if unknown or not measured on the day.
    impressions_before bigint,                      -- The total of impressions on the last earlier day that measured
                                                    -- them, by any definition, or 0 if there is none and the post was
                                                    -- watched from its publication; NULL if unknown or not measured on
                                                    -- the day.
    reach_before bigint,                            -- The total of reach on the last earlier day that measured it, by
                                                    -- any definition, or 0 if there is none and the post was watched
                                                    -- from its publication; NULL if unknown or not measured on the day.
    reactions_gap_days integer,                     -- Days that reactions_delta covers: those since the last earlier
                                                    -- day that measured them; 0 if it counts from the publication; NULL
                                                    -- without a delta.
    comments_gap_days integer,                      -- Days that comments_delta covers: those since the last earlier day
                                                    -- that measured them; 0 if it counts from the publication; NULL
                                                    -- without a delta.
    shares_gap_days integer,                        -- Days that shares_delta covers: those since the last earlier day
                                                    -- that measured them; 0 if it counts from the publication; NULL
                                                    -- without a delta.
    saves_gap_days integer,                         -- Days that saves_delta covers: those since the last earlier day
                                                    -- that measured them; 0 if it counts from the publication; NULL
                                                    -- without a delta.
    clicks_gap_days integer,                        -- Days that clicks_delta covers: those since the last earlier day
                                                    -- that measured them; 0 if it counts from the publication; NULL
                                                    -- without a delta.
    views_gap_days integer,                         -- Days that views_delta covers: those since the last earlier day
                                                    -- that measured them; 0 if it counts from the publication; NULL
                                                    -- without a delta.
    impressions_gap_days integer,                   -- Days that impressions_delta covers: those since the last earlier
                                                    -- day that measured them; 0 if it counts from the publication; NULL
                                                    -- without a delta.
    reach_gap_days integer,                         -- Days that reach_delta covers: those since the last earlier day
                                                    -- that measured it; 0 if it counts from the publication; NULL
                                                    -- without a delta.
    redefined_counters integer not null default 0,  -- Which counters have another definition than at their last earlier
                                                    -- value, one bit each as in measured_counters: they begin a new
                                                    -- series, without a delta.
    reactions_delta bigint generated always as (engagement.delta(reactions, reactions_before, redefined_counters,
        1)) stored,                                 -- Change of reactions since the last earlier day that measured
                                                    -- them; NULL if unknown, or if the definition changed since.
    comments_delta bigint generated always as (engagement.delta(comments, comments_before, redefined_counters,
        2)) stored,                                 -- Change of comments since the last earlier day that measured them;
                                                    -- NULL if unknown, or if the definition changed since.
    shares_delta bigint generated always as (engagement.delta(shares, shares_before, redefined_counters, 4)) stored,
                                                    -- Change of shares since the last earlier day that measured them;
                                                    -- NULL if unknown, or if the definition changed since.
    saves_delta bigint generated always as (engagement.delta(saves, saves_before, redefined_counters, 8)) stored,
                                                    -- Change of saves since the last earlier day that measured them;
                                                    -- NULL if unknown, or if the definition changed since.
    clicks_delta bigint generated always as (engagement.delta(clicks, clicks_before, redefined_counters, 16)) stored,
                                                    -- Change of clicks since the last earlier day that measured them;
                                                    -- NULL if unknown, or if the definition changed since.
    views_delta bigint generated always as (engagement.delta(views, views_before, redefined_counters, 32)) stored,
                                                    -- Change of views since the last earlier day that measured them;
                                                    -- NULL if unknown, or if the definition changed since.
    impressions_delta bigint generated always as (engagement.delta(impressions, impressions_before, redefined_counters,
        64)) stored,                                -- Change of impressions since the last earlier day that measured
                                                    -- them; NULL if unknown, or if the definition changed since.
    reach_delta bigint generated always as (engagement.delta(reach, reach_before, redefined_counters, 128)) stored,
                                                    -- Change of reach since the last earlier day that measured it; NULL
                                                    -- if unknown, or if the definition changed since. Never summed.
    observations integer not null,                  -- The number of snapshots on the day.
    first_observed_at timestamptz not null,         -- The time of the day's first snapshot.
    last_observed_at timestamptz not null,          -- The time of the day's last snapshot.
    previous_observed_at timestamptz,               -- The last snapshot of the previous observed day; NULL on the first
                                                    -- observed day.
    gap_days integer generated always as (activity_date - (previous_observed_at at time zone 'utc')::date) stored,
                                                    -- Days since the previous observed day; NULL on the first observed
                                                    -- day. A delta over a gap is flagged by is_gap, not spread over the
                                                    -- days between.
    is_opening boolean not null generated always as (previous_observed_at is null) stored,
                                                    -- Whether this is the first observed day of the post.
    is_gap boolean not null generated always as (coalesce((activity_date - (previous_observed_at at time zone
        'utc')::date) > 1, false) or coalesce(greatest(reactions_gap_days, comments_gap_days, shares_gap_days,
        saves_gap_days, clicks_gap_days, views_gap_days, impressions_gap_days, reach_gap_days) > 1, false)
        or previous_observed_at is not null and coalesce(least(reactions_gap_days, comments_gap_days, shares_gap_days,
        saves_gap_days, clicks_gap_days, views_gap_days, impressions_gap_days, reach_gap_days) = 0, false)) stored,
                                                    -- Whether a delta covers several days, because days before did not
                                                    -- measure its counter: see the gap_days of each.
    is_correction boolean not null generated always as (least(engagement.delta(reactions, reactions_before,
        redefined_counters, 1), engagement.delta(comments, comments_before, redefined_counters, 2),
        engagement.delta(shares, shares_before, redefined_counters, 4), engagement.delta(saves, saves_before,
        redefined_counters, 8), engagement.delta(clicks, clicks_before, redefined_counters, 16), engagement.delta(views,
        views_before, redefined_counters, 32), engagement.delta(impressions, impressions_before, redefined_counters,
        64), engagement.delta(reach, reach_before, redefined_counters, 128), 0::bigint) < 0) stored,
                                                    -- Whether a counter decreased: likes were withdrawn, or the
                                                    -- platform removed spam.
    definition_changed boolean not null generated always as (redefined_counters <> 0) stored,
                                                    -- Whether the definition of a counter changed since its last
                                                    -- earlier value, by engagement.platform_metrics, so that its delta
                                                    -- is NULL.
    is_published_on_day boolean not null,           -- Whether the post was published on this UTC day.
    is_simulated boolean not null default false,    -- Whether the post is simulated (see scraping.posts): it counts in
                                                    -- no total.
    measured_counters integer not null generated always as (engagement.measured_counters(reactions, comments, shares,
        saves, clicks, views, impressions, reach)) stored,
                                                    -- Which counters the day measured, one bit each: 1 for reactions, 2
                                                    -- for comments, and so on, in the order of the columns.
    engagement_delta bigint generated always as (engagement.public_engagement(engagement.delta(reactions,
        reactions_before, redefined_counters, 1), engagement.delta(comments, comments_before, redefined_counters, 2),
        engagement.delta(shares, shares_before, redefined_counters, 4), engagement.delta(saves, saves_before,
        redefined_counters, 8))) stored,            -- Public engagement gained: reactions + comments + shares (+ saves
                                                    -- where measured); NULL if none is measured.
    rate_denominator_kind engagement.denominator_kind generated always as (case when engagement.delta(impressions,
        impressions_before, redefined_counters, 64) is not null then 'impressions'::engagement.denominator_kind
        when engagement.delta(views, views_before, redefined_counters,
        32) is not null then 'views'::engagement.denominator_kind else null end) stored,
                                                    -- The metric that the rate is divided by; NULL if the day measured
                                                    -- neither impressions nor views.
    rate_denominator bigint generated always as (coalesce(engagement.delta(impressions, impressions_before,
        redefined_counters, 64), engagement.delta(views, views_before, redefined_counters, 32))) stored,
                                                    -- The delta that the rate is divided by; NULL if not measured.
    is_rated boolean not null generated always as (engagement.covers_equal_days(reactions_gap_days, comments_gap_days,
        shares_gap_days, saves_gap_days, coalesce(impressions_gap_days, views_gap_days))
        and coalesce(reactions_gap_days, comments_gap_days, shares_gap_days, saves_gap_days) is not null
        and coalesce(coalesce(engagement.delta(impressions, impressions_before, redefined_counters, 64),
        engagement.delta(views, views_before, redefined_counters, 32)) >= 0, false)) stored,
                                                    -- Whether the day counts in the rates of totals: engagement and the
                                                    -- denominator are measured, cover the same days, and the
                                                    -- denominator is not negative.
    engagement_rate numeric(9,6) generated always as (case when engagement.covers_equal_days(reactions_gap_days,
        comments_gap_days, shares_gap_days, saves_gap_days, coalesce(impressions_gap_days,
        views_gap_days)) then engagement.rate(engagement.public_engagement(engagement.delta(reactions, reactions_before,
        redefined_counters, 1), engagement.delta(comments, comments_before, redefined_counters, 2),
        engagement.delta(shares, shares_before, redefined_counters, 4), engagement.delta(saves, saves_before,
        redefined_counters, 8)), coalesce(engagement.delta(impressions, impressions_before, redefined_counters, 64),
        engagement.delta(views, views_before, redefined_counters, 32))) else null end) stored,
                                                    -- engagement_delta / rate_denominator as a fraction; NULL unless
                                                    -- the denominator is positive and covers the same days, or if the
                                                    -- fraction is 1000 or more.
    rate_formula text generated always as (case when engagement.delta(impressions, impressions_before,
        redefined_counters, 64) is not null then engagement.rate_formula('impressions'::engagement.denominator_kind)
        when engagement.delta(views, views_before, redefined_counters,
        32) is not null then engagement.rate_formula('views'::engagement.denominator_kind) else null end) stored,
                                                    -- The rate's metric and formula version, such as
                                                    -- engagement_rate_by_views/1; NULL without a denominator.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, post_id, activity_date),
    foreign key (organization_id, post_id) references scraping.post_records (organization_id, post_id)
        on delete cascade,
    check (observations > 0),
    check (gap_days > 0),
    check (first_observed_at <= last_observed_at),
    check (previous_observed_at < first_observed_at)
);
create index post_engagement_daily_day on engagement.post_engagement_daily (organization_id, activity_date)
    include (post_id, platform, engagement_delta, is_simulated);
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
    posts_with_gap integer not null,                -- Observed posts with a delta that covers several days, because
                                                    -- days before were not measured.
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
    rate_numerator bigint,                          -- Sum of engagement_delta over the rated posts; NULL without
                                                    -- rate_denominator_kind.
    rate_denominator bigint,                        -- Sum of rate_denominator over the rated posts; NULL without
                                                    -- rate_denominator_kind.
    engagement_rate numeric(9,6) generated always as (engagement.rate(rate_numerator, rate_denominator)) stored,
                                                    -- rate_numerator / rate_denominator as a fraction; NULL unless the
                                                    -- denominator is positive, or if the fraction is 1000 or more.
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
    posts_with_gap integer not null,                -- Observed posts with a delta that covers several days, because
                                                    -- days before were not measured.
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
    rate_numerator bigint,                          -- Sum of engagement_delta over the rated posts; NULL without
                                                    -- rate_denominator_kind.
    rate_denominator bigint,                        -- Sum of rate_denominator over the rated posts; NULL without
                                                    -- rate_denominator_kind.
    engagement_rate numeric(9,6) generated always as (engagement.rate(rate_numerator, rate_denominator)) stored,
                                                    -- rate_numerator / rate_denominator as a fraction; NULL unless the
                                                    -- denominator is positive, or if the fraction is 1000 or more.
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
create index platform_engagement_daily_day on engagement.platform_engagement_daily (organization_id, activity_date);
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
    posts_with_gap integer not null,                -- Observed posts with a delta that covers several days, because
                                                    -- days before were not measured.
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
    rate_numerator bigint,                          -- Sum of engagement_delta over the rated posts; NULL without
                                                    -- rate_denominator_kind.
    rate_denominator bigint,                        -- Sum of rate_denominator over the rated posts; NULL without
                                                    -- rate_denominator_kind.
    engagement_rate numeric(9,6) generated always as (engagement.rate(rate_numerator, rate_denominator)) stored,
                                                    -- rate_numerator / rate_denominator as a fraction; NULL unless the
                                                    -- denominator is positive, or if the fraction is 1000 or more.
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
    is_simulated boolean not null default false,    -- Whether the post is simulated (see scraping.posts): leave it out
                                                    -- of comparisons.
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
    rate_formula text generated always as (case
        when impressions is not null then engagement.rate_formula('impressions'::engagement.denominator_kind)
        when reach is not null then engagement.rate_formula('reach'::engagement.denominator_kind)
        when views is not null then engagement.rate_formula('views'::engagement.denominator_kind) else null end) stored,
                                                    -- The rate's metric and formula version, such as
                                                    -- engagement_rate_by_reach/1; NULL without a denominator.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, post_id, age_name),
    foreign key (age_name) references engagement.cohort_ages (age_name) on update cascade,
    foreign key (organization_id, post_id) references scraping.post_records (organization_id, post_id)
        on delete cascade,
    check (observed_at is not null
        or row(reactions, comments, shares, saves, clicks, views, impressions, reach) is null)
);
create index post_cohorts_observed_at on engagement.post_cohorts (observed_at);
create index post_cohorts_age on engagement.post_cohorts (age_name);
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
create trigger priority_factors_changes after insert or delete or update on engagement.priority_factors
    for each row execute function channels.write_rule_change();
-- no row-level security; pipeline: select, insert, update, delete; reader: select

-- One row is one ISO week of the years 2000 to 2099: the calendar of the report.
create table engagement.weeks (
    week_start date not null,  -- Monday of the week.
    week_end date not null,    -- Sunday of the week.
    week_name text not null,   -- ISO name, such as 2025-W46; the year is the ISO year.

    primary key (week_start),
    unique (week_end),
    unique (week_name),
    check (extract(isodow from week_start) = 1::numeric),
    check (week_end = (week_start + 6))
);
-- no row-level security; pipeline: select; reader: select

-- One row is what one archived month of a post carries to later days: the last value of each counter with its day,
-- packed by engagement.dated. Later deltas count from it.
create table engagement.carried_values (
    organization_id text not null,          -- Organization that owns the row: first column of every key, and checked by
                                            -- row-level security.
    post_id text not null,                  -- The post.
    month date not null,                    -- First day of the archived month.
    last_observed_at timestamptz not null,  -- The last snapshot of the month.
    reactions bigint,                       -- Last value of reactions, dated; NULL if not measured.
    comments bigint,                        -- Last value of comments, dated; NULL if not measured.
    shares bigint,                          -- Last value of shares, dated; NULL if not measured.
    saves bigint,                           -- Last value of saves, dated; NULL if not measured.
    clicks bigint,                          -- Last value of clicks, dated; NULL if not measured.
    views bigint,                           -- Last value of views, dated; NULL if not measured.
    impressions bigint,                     -- Last value of impressions, dated; NULL if not measured.
    reach bigint,                           -- Last value of reach, dated; NULL if not measured.

    primary key (organization_id, post_id, month),
    foreign key (organization_id, post_id) references scraping.post_records (organization_id, post_id) on delete cascade
);
create index carried_values_month on engagement.carried_values (organization_id, month);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is what the ranking of one product for one channel followed from, and the days on which it did. The view
-- content_priorities has a row for each day.
create table engagement.priority_inputs (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    platform text not null,                         -- The platform of the channel.
    channel_type text not null,                     -- The kind of publication, from channels.channel_types.
    product_id text not null,                       -- The product that is ranked.
    inputs_key text not null,                       -- MD5 of the inputs: tells rows of one product apart.
    days datemultirange not null,                   -- The UTC days that were ranked with these inputs.
    weights jsonb not null,                         -- The active factors with their weights and half-lives in seconds:
                                                    -- {"recency": {"weight": 0.3, "half_life": 1209600}}.
    first_seen_at timestamptz,                      -- When the product was first in the catalogue; NULL if only the
                                                    -- factors are known.
    last_published_at timestamptz,                  -- When the product was last posted on the channel; NULL if never.
    engagement_rank numeric,                        -- Rank of its faded engagement among the products, from 0 to 1;
                                                    -- NULL if it was never posted.
    success_rate numeric,                           -- Its published targets / its published and failed targets; NULL if
                                                    -- there are none.
    known_score numeric(7,6),                       -- The score of a ranking from before inputs were stored, where they
                                                    -- could not be found again; NULL for all others.
    known_factors jsonb,                            -- The factors of such a score; NULL like known_score.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, platform, channel_type, product_id, inputs_key),
    foreign key (organization_id, product_id) references catalogue.products (organization_id, product_id),
    foreign key (platform, channel_type) references channels.platform_channels (platform, channel_type)
        on update cascade,
    check (not isempty(days)),
    check (jsonb_typeof(weights) = 'object'),
    check (engagement_rank >= 0::numeric and engagement_rank <= 1::numeric),
    check (success_rate >= 0::numeric and success_rate <= 1::numeric),
    check (known_score >= 0::numeric and known_score <= 1::numeric),
    check (jsonb_typeof(known_factors) = 'object'),
    check (num_nulls(known_score, known_factors) in (0, 2)),
    check (num_nonnulls(first_seen_at, known_score) = 1)
);
create index priority_inputs_product on engagement.priority_inputs (organization_id, product_id);
create index priority_inputs_channel on engagement.priority_inputs (platform, channel_type);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one platform and one stretch of days on which all of its counters keep their definitions, from
-- engagement.platform_metrics. Two values of a counter are comparable if both were measured since its definition began.
create view engagement.counter_definitions (
    platform,           -- text: The platform whose counters are defined.
    valid_from,         -- date: The first day of the stretch.
    valid_to,           -- date: The day after the last of the stretch; NULL for the newest.
    reactions_since,    -- date: When the definition of reactions began; NULL if no row defines it.
    comments_since,     -- date: When the definition of comments began; NULL if no row defines it.
    shares_since,       -- date: When the definition of shares began; NULL if no row defines it.
    saves_since,        -- date: When the definition of saves began; NULL if no row defines it.
    clicks_since,       -- date: When the definition of clicks began; NULL if no row defines it.
    views_since,        -- date: When the definition of views began; NULL if no row defines it.
    impressions_since,  -- date: When the definition of impressions began; NULL if no row defines it.
    reach_since         -- date: When the definition of reach began; NULL if no row defines it.
) with (security_invoker = true) as
select d.platform,
    d.valid_from,
    d.valid_to,
    max(m.valid_from) filter (where m.metric_name = 'reactions') as reactions_since,
    max(m.valid_from) filter (where m.metric_name = 'comments') as comments_since,
    max(m.valid_from) filter (where m.metric_name = 'shares') as shares_since,
    max(m.valid_from) filter (where m.metric_name = 'saves') as saves_since,
    max(m.valid_from) filter (where m.metric_name = 'clicks') as clicks_since,
    max(m.valid_from) filter (where m.metric_name = 'views') as views_since,
    max(m.valid_from) filter (where m.metric_name = 'impressions') as impressions_since,
    max(m.valid_from) filter (where m.metric_name = 'reach') as reach_since
   from ( select b.platform,
            b.day as valid_from,
            lead(b.day) over (partition by b.platform order by b.day) as valid_to
           from ( select platform_metrics.platform,
                    platform_metrics.valid_from as day
                   from engagement.platform_metrics
                union
                 select platform_metrics.platform,
                    platform_metrics.valid_to
                   from engagement.platform_metrics
                  where platform_metrics.valid_to is not null) b) d
     left join engagement.platform_metrics m on d.platform = m.platform and d.valid_from >= m.valid_from
         and (d.valid_from < m.valid_to) is not false
  group by d.platform, d.valid_from, d.valid_to;
-- pipeline: select; reader: select

create view engagement.post_days (
    organization_id,        -- text
    post_id,                -- text
    activity_date,          -- date
    platform,               -- text
    profile_id,             -- text
    is_published_on_day,    -- boolean
    is_simulated,           -- boolean
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
    e.is_simulated,
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
                    when e.is_rated then e.engagement_delta
                    else null
                end as rate_numerator,
                case
                    when e.is_rated then e.rate_denominator
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
    metadata,         -- jsonb
    is_simulated      -- boolean
) with (security_invoker = true) as
select d.organization_id,
    'post' as entity_type,
    d.post_id as entity_id,
    m.metric_name,
    m.metric_value::numeric as metric_value,
    d.downloaded_at as recorded_at,
    p.platform,
    jsonb_build_object('download_id', d.download_id, 'run_id', d.run_id, 'source_file_path', d.source_file_path,
        'observed_as', d.observed_as) as metadata,
    p.is_simulated
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
        'observed_as', d.observed_as) as metadata,
    p.is_simulated
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
    jsonb_build_object('activity_date', e.activity_date, 'posts_observed', e.posts_observed) as metadata,
    false as is_simulated
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
    jsonb_build_object('activity_date', e.activity_date, 'posts_observed', e.posts_observed) as metadata,
    false as is_simulated
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
    jsonb_build_object('activity_date', e.activity_date, 'posts_observed', e.posts_observed) as metadata,
    false as is_simulated
   from engagement.hashtag_engagement_daily e
     cross join lateral ( values ('reactions_delta',e.reactions_delta), ('comments_delta',e.comments_delta),
         ('shares_delta',e.shares_delta), ('saves_delta',e.saves_delta), ('clicks_delta',e.clicks_delta),
         ('views_delta',e.views_delta), ('impressions_delta',e.impressions_delta),
         ('engagement_delta',e.engagement_delta)) m(metric_name, metric_value)
  where m.metric_value is not null;
-- pipeline: select; reader: select

-- One row is one ISO week in which something of an organization was observed, with the days that its report covers. A
-- week that is not over yet ends with its last observed day, and is compared with the same days of the week before.
create view engagement.report_weeks (
    organization_id,       -- text: The organization.
    week_start,            -- date: Monday of the week.
    week_end,              -- date: Sunday of the week.
    week_name,             -- text: ISO name, such as 2025-W46.
    last_observed_day,     -- date: Last day of the week with an observation, with which the report of the week ends.
    days_observed,         -- integer: Days of the week with an observation.
    engagement,            -- bigint: Public engagement that all posts gained in the week; NULL if not measured.
    begins_at,             -- timestamptz: When the week begins, in UTC.
    ends_at,               -- timestamptz: When last_observed_day ends, in UTC, exclusive.
    compared_first_day,    -- date: First day of the days to compare with.
    compared_last_day,     -- date: Last day of the days to compare with.
    compared_begins_at,    -- timestamptz: When the days to compare with begin, in UTC.
    compared_ends_at,      -- timestamptz: When the days to compare with end, in UTC, exclusive.
    four_weeks_first_day,  -- date: First of the 28 days up to last_observed_day.
    chart_first_day,       -- date: First of the 28 days up to week_end.
    cohorts_begin_at       -- timestamptz: When the first of five weeks of publication begins, in UTC; the fifth is the
                           -- week itself.
) with (security_invoker = true) as
select o.organization_id,
    w.week_start,
    w.week_end,
    w.week_name,
    d.last_observed_day,
    d.days_observed,
    d.engagement,
    d.begins_at,
    d.ends_at,
    d.compared_first_day,
    d.compared_last_day,
    d.compared_begins_at,
    d.compared_ends_at,
    d.four_weeks_first_day,
    d.chart_first_day,
    d.cohorts_begin_at
   from tenancy.organizations o
     cross join engagement.weeks w
     cross join lateral ( select max(e.activity_date) as last_observed_day,
            count(distinct e.activity_date)::integer as days_observed,
            sum(e.engagement_delta)::bigint as engagement,
            (w.week_start::timestamp without time zone at time zone 'utc') as begins_at,
            ((max(e.activity_date) + 1)::timestamp without time zone at time zone 'utc') as ends_at,
            w.week_start - 7 as compared_first_day,
            max(e.activity_date) - 7 as compared_last_day,
            ((w.week_start - 7)::timestamp without time zone at time zone 'utc') as compared_begins_at,
            ((max(e.activity_date) - 6)::timestamp without time zone at time zone 'utc') as compared_ends_at,
            max(e.activity_date) - 27 as four_weeks_first_day,
            w.week_end - 27 as chart_first_day,
            ((w.week_start - 28)::timestamp without time zone at time zone 'utc') as cohorts_begin_at
           from engagement.platform_engagement_daily e
          where e.organization_id = o.organization_id and e.activity_date >= w.week_start
              and e.activity_date <= w.week_end
         having count(*) > 0) d;
-- pipeline: select; reader: select

-- One row is one platform on one of the 28 days up to the Sunday of a week: the chart of the week's report. A platform
-- without an observation in these days has no rows; on a day without one, every value is NULL. A day is in the charts
-- of four weeks: filter on one week_start.
create view engagement.report_platforms_by_day (
    organization_id,        -- text: The organization.
    week_start,             -- date: Monday of the week that is reported.
    platform,               -- text: The platform.
    activity_date,          -- date: UTC day.
    posts_observed,         -- integer: Posts observed on the day.
    posts_published,        -- integer: Posts published on the day, among those observed on it.
    posts_with_gap,         -- integer: Posts whose deltas cover more than one day.
    corrections,            -- integer: Posts of which a counter decreased.
    reactions_delta,        -- bigint: Reactions that the posts gained; NULL if not measured.
    comments_delta,         -- bigint: Comments that the posts gained; NULL if not measured.
    shares_delta,           -- bigint: Shares that the posts gained; NULL if not measured.
    saves_delta,            -- bigint: Saves that the posts gained; NULL if not measured.
    clicks_delta,           -- bigint: Clicks that the posts gained; NULL if not measured.
    views_delta,            -- bigint: Views that the posts gained; NULL if not measured.
    impressions_delta,      -- bigint: Impressions that the posts gained; NULL if not measured.
    engagement_delta,       -- bigint: Public engagement that the posts gained; NULL if not measured.
    rate_denominator_kind,  -- engagement.denominator_kind: The metric that the rates are divided by; NULL if the posts
                            -- have none, or different ones.
    rate_numerator,         -- bigint: Public engagement of the posts with a denominator.
    rate_denominator,       -- bigint: Sum of the denominators.
    engagement_rate,        -- numeric(9,6): rate_numerator / rate_denominator as a fraction.
    mean_engagement_rate    -- numeric(9,6): Mean of the posts' rates, as a fraction.
) with (security_invoker = true) as
select w.organization_id,
    w.week_start,
    d.platform,
    d.activity_date,
    d.posts_observed,
    d.posts_published,
    d.posts_with_gap,
    d.corrections,
    d.reactions_delta,
    d.comments_delta,
    d.shares_delta,
    d.saves_delta,
    d.clicks_delta,
    d.views_delta,
    d.impressions_delta,
    d.engagement_delta,
    d.rate_denominator_kind,
    d.rate_numerator,
    d.rate_denominator,
    d.engagement_rate,
    d.mean_engagement_rate
   from engagement.report_weeks w
     cross join lateral ( with observed_days as materialized (
                 select e.organization_id,
                    e.platform,
                    e.activity_date,
                    e.posts_observed,
                    e.posts_published,
                    e.posts_with_gap,
                    e.corrections,
                    e.reactions_delta,
                    e.comments_delta,
                    e.shares_delta,
                    e.saves_delta,
                    e.clicks_delta,
                    e.views_delta,
                    e.impressions_delta,
                    e.engagement_delta,
                    e.rate_denominator_kind,
                    e.rate_numerator,
                    e.rate_denominator,
                    e.engagement_rate,
                    e.mean_engagement_rate,
                    e.rate_formula,
                    e.updated_at
                   from engagement.platform_engagement_daily e
                  where e.organization_id = w.organization_id and e.activity_date >= w.chart_first_day
                      and e.activity_date <= w.week_end
                )
         select p.platform,
            c.activity_date,
            o.posts_observed,
            o.posts_published,
            o.posts_with_gap,
            o.corrections,
            o.reactions_delta,
            o.comments_delta,
            o.shares_delta,
            o.saves_delta,
            o.clicks_delta,
            o.views_delta,
            o.impressions_delta,
            o.engagement_delta,
            o.rate_denominator_kind,
            o.rate_numerator,
            o.rate_denominator,
            o.engagement_rate,
            o.mean_engagement_rate
           from ( select distinct observed_days.platform
                   from observed_days) p
             cross join lateral ( select w.chart_first_day + n.n as "?column?"
                   from generate_series(0, 27) n(n)) c(activity_date)
             left join observed_days o on p.platform = o.platform and c.activity_date = o.activity_date) d;
-- pipeline: select; reader: select

-- One row is one platform in one week: what its posts gained, how many were published, and how complete the data is. It
-- has platforms that were observed in the 28 days up to last_observed_day, or published in the week or the week before.
create view engagement.report_platforms_weekly (
    organization_id,           -- text: The organization.
    week_start,                -- date: Monday of the week that is reported.
    platform,                  -- text: The platform.
    days_observed,             -- integer: Days of the week with an observation; 0 for a platform that was only observed
                               -- or published before.
    engagement,                -- bigint: Public engagement that the posts gained in the week; NULL if not measured.
    compared_engagement,       -- bigint: Public engagement in the same days of the week before; NULL if not measured.
    reactions,                 -- bigint: Reactions that the posts gained in the week; NULL if not measured.
    compared_reactions,        -- bigint: Reactions in the same days of the week before; NULL if not measured.
    comments,                  -- bigint: Comments that the posts gained in the week; NULL if not measured.
    compared_comments,         -- bigint: Comments in the same days of the week before; NULL if not measured.
    shares,                    -- bigint: Shares that the posts gained in the week; NULL if not measured.
    compared_shares,           -- bigint: Shares in the same days of the week before; NULL if not measured.
    saves,                     -- bigint: Saves that the posts gained in the week; NULL if not measured.
    compared_saves,            -- bigint: Saves in the same days of the week before; NULL if not measured.
    clicks,                    -- bigint: Clicks that the posts gained in the week; NULL if not measured.
    compared_clicks,           -- bigint: Clicks in the same days of the week before; NULL if not measured.
    views,                     -- bigint: Views that the posts gained in the week; NULL if not measured.
    compared_views,            -- bigint: Views in the same days of the week before; NULL if not measured.
    impressions,               -- bigint: Impressions that the posts gained in the week; NULL if not measured.
    compared_impressions,      -- bigint: Impressions in the same days of the week before; NULL if not measured.
    rate_denominator_kind,     -- engagement.denominator_kind: The metric that the rate is divided by; NULL if the days
                               -- have none, or different ones.
    rate_numerator,            -- bigint: Public engagement of the posts with a denominator; NULL without
                               -- rate_denominator_kind.
    rate_denominator,          -- bigint: Sum of the denominators; NULL without rate_denominator_kind.
    engagement_rate,           -- numeric: rate_numerator / rate_denominator as a fraction: the ratio of sums.
    posts_published,           -- integer: Posts published in the week and seen by its last observed day, without plain
                               -- reposts. Posts that were found later do not count, so that old weeks do not look
                               -- better than new ones.
    compared_posts_published,  -- integer: The same for the same days of the week before.
    post_days,                 -- bigint: Pairs of one post and one day of the week on which it was observed.
    gaps,                      -- bigint: Those whose delta covers more than one day.
    corrections,               -- bigint: Those on which a counter decreased.
    not_measured               -- bigint: Those without a delta: mostly the first snapshot of a post that had been
                               -- published before.
) with (security_invoker = true) as
select w.organization_id,
    w.week_start,
    p.platform,
    p.days_observed,
    p.engagement,
    p.compared_engagement,
    p.reactions,
    p.compared_reactions,
    p.comments,
    p.compared_comments,
    p.shares,
    p.compared_shares,
    p.saves,
    p.compared_saves,
    p.clicks,
    p.compared_clicks,
    p.views,
    p.compared_views,
    p.impressions,
    p.compared_impressions,
    p.rate_denominator_kind,
    p.rate_numerator,
    p.rate_denominator,
    p.rate_numerator::numeric / nullif(p.rate_denominator, 0)::numeric as engagement_rate,
    p.posts_published,
    p.compared_posts_published,
    p.post_days,
    p.gaps,
    p.corrections,
    p.not_measured
   from engagement.report_weeks w
     cross join lateral ( select coalesce(d.platform, p_1.platform) as platform,
            coalesce(d.days_observed, 0) as days_observed,
            d.engagement,
            d.compared_engagement,
            d.reactions,
            d.compared_reactions,
            d.comments,
            d.compared_comments,
            d.shares,
            d.compared_shares,
            d.saves,
            d.compared_saves,
            d.clicks,
            d.compared_clicks,
            d.views,
            d.compared_views,
            d.impressions,
            d.compared_impressions,
                case
                    when d.is_one_kind then d.rate_denominator_kind
                    else null
                end as rate_denominator_kind,
                case
                    when d.is_one_kind then d.rate_numerator
                    else null
                end as rate_numerator,
                case
                    when d.is_one_kind then d.rate_denominator
                    else null
                end as rate_denominator,
            coalesce(p_1.posts_published, 0) as posts_published,
            coalesce(p_1.compared_posts_published, 0) as compared_posts_published,
            coalesce(d.post_days, 0::bigint) as post_days,
            coalesce(d.gaps, 0::bigint) as gaps,
            coalesce(d.corrections, 0::bigint) as corrections,
            coalesce(n.not_measured, 0::bigint) as not_measured
           from ( select e.platform,
                    count(*) filter (where f.is_now)::integer as days_observed,
                    sum(e.engagement_delta) filter (where f.is_now)::bigint as engagement,
                    sum(e.engagement_delta) filter (where f.is_compared)::bigint as compared_engagement,
                    sum(e.reactions_delta) filter (where f.is_now)::bigint as reactions,
                    sum(e.reactions_delta) filter (where f.is_compared)::bigint as compared_reactions,
                    sum(e.comments_delta) filter (where f.is_now)::bigint as comments,
                    sum(e.comments_delta) filter (where f.is_compared)::bigint as compared_comments,
                    sum(e.shares_delta) filter (where f.is_now)::bigint as shares,
                    sum(e.shares_delta) filter (where f.is_compared)::bigint as compared_shares,
                    sum(e.saves_delta) filter (where f.is_now)::bigint as saves,
                    sum(e.saves_delta) filter (where f.is_compared)::bigint as compared_saves,
                    sum(e.clicks_delta) filter (where f.is_now)::bigint as clicks,
                    sum(e.clicks_delta) filter (where f.is_compared)::bigint as compared_clicks,
                    sum(e.views_delta) filter (where f.is_now)::bigint as views,
                    sum(e.views_delta) filter (where f.is_compared)::bigint as compared_views,
                    sum(e.impressions_delta) filter (where f.is_now)::bigint as impressions,
                    sum(e.impressions_delta) filter (where f.is_compared)::bigint as compared_impressions,
                    min(e.rate_denominator_kind) filter (where f.is_now) as rate_denominator_kind,
                    count(*) filter (where f.is_now and e.rate_denominator_kind is null) = 0
                        and count(distinct e.rate_denominator_kind) filter (where f.is_now) = 1 as is_one_kind,
                    sum(e.rate_numerator) filter (where f.is_now)::bigint as rate_numerator,
                    sum(e.rate_denominator) filter (where f.is_now)::bigint as rate_denominator,
                    sum(e.posts_observed) filter (where f.is_now) as post_days,
                    sum(e.posts_with_gap) filter (where f.is_now) as gaps,
                    sum(e.corrections) filter (where f.is_now) as corrections
                   from engagement.platform_engagement_daily e
                     cross join lateral ( select e.activity_date >= w.week_start as is_now,
                            e.activity_date >= w.compared_first_day
                                and e.activity_date <= w.compared_last_day as is_compared) f
                  where e.organization_id = w.organization_id and e.activity_date >= w.chart_first_day
                      and e.activity_date <= w.last_observed_day
                  group by e.platform) d
             full join ( select o.platform,
                    count(*) filter (where o.posted_at >= w.begins_at)::integer as posts_published,
                    count(*) filter (where o.posted_at < w.compared_ends_at
                        and o.first_seen_at < w.compared_ends_at)::integer as compared_posts_published
                   from scraping.posts o
                  where o.organization_id = w.organization_id and o.posted_at >= w.compared_begins_at
                      and o.posted_at < w.ends_at and o.first_seen_at < w.ends_at and o.post_type is distinct
                      from 'repost' and not o.is_simulated
                  group by o.platform) p_1 on d.platform = p_1.platform
             left join ( select e.platform,
                    count(*) as not_measured
                   from engagement.post_engagement_daily e
                  where e.organization_id = w.organization_id and e.activity_date >= w.week_start
                      and e.activity_date <= w.last_observed_day and e.engagement_delta is null and not e.is_simulated
                  group by e.platform) n on d.platform = n.platform) p;
-- pipeline: select; reader: select

-- One row is one post in one period of a week's report, ranked by the public engagement that it gained. Posts without
-- measured engagement are not ranked. Filter on period, or each post comes twice.
create view engagement.report_top_posts (
    organization_id,  -- text: The organization.
    week_start,       -- date: Monday of the week that is reported.
    period,           -- text: week: from Monday to the last observed day. four weeks: the 28 days up to that day.
    place,            -- bigint: Place by engagement, from 1.
    post_id,          -- text: The post.
    platform,         -- text: Platform of the post.
    post_type,        -- text: Kind of post; NULL if unknown.
    posted_at,        -- timestamptz: When the post was published; NULL if unknown.
    author_name,      -- text: Display name of the author; NULL if unknown.
    author_username,  -- text: Name of the author on the platform; NULL if unknown.
    author_url,       -- text: Page of the author; NULL if unknown.
    first_line,       -- text: First line of the text, at most 300 characters; NULL without a text.
    url,              -- text: Page of the post; NULL if unknown.
    engagement,       -- bigint: Public engagement that the post gained in the period.
    reactions,        -- bigint: Reactions that the post gained in the period; NULL if not measured.
    comments,         -- bigint: Comments that the post gained in the period; NULL if not measured.
    shares,           -- bigint: Shares that the post gained in the period; NULL if not measured.
    views,            -- bigint: Views that the post gained in the period; NULL if not measured.
    days_observed,    -- integer: Days of the period with an observation.
    days_with_gap,    -- integer: Those whose delta covers more than one day.
    days_corrected    -- integer: Those on which a counter decreased.
) with (security_invoker = true) as
select r.organization_id,
    r.week_start,
    r.period,
    r.place,
    r.post_id,
    p.platform,
    p.post_type,
    p.posted_at,
    p.author_name,
    p.author_username,
    p.author_url,
    p.first_line,
    p.url,
    r.engagement,
    d.reactions,
    d.comments,
    d.shares,
    d.views,
    d.days_observed,
    d.days_with_gap,
    d.days_corrected
   from ( select w.organization_id,
            w.week_start,
            s.period,
            s.first_day,
            w.last_observed_day as last_day,
            t.post_id,
            t.engagement,
            row_number() over (partition by w.organization_id, w.week_start, s.period order by t.engagement desc,
                t.post_id) as place
           from engagement.report_weeks w
             cross join lateral ( values ('week',w.week_start), ('four weeks',w.four_weeks_first_day)) s(period,
                 first_day)
             cross join lateral ( select e.post_id,
                    engagement.total(e.engagement_delta) as engagement
                   from engagement.post_engagement_daily e
                  where e.organization_id = w.organization_id and e.activity_date >= s.first_day
                      and e.activity_date <= w.last_observed_day and not e.is_simulated
                  group by e.post_id
                 having engagement.total(e.engagement_delta) is not null) t) r
     cross join lateral ( select o.platform,
            o.post_type,
            o.posted_at,
            a.name as author_name,
            coalesce(a.username, o.author_username) as author_username,
            a.profile_url as author_url,
            "left"("substring"(o.text_content, '[^ \t\r\n][^\n]*'), 300) as first_line,
            o.url
           from scraping.posts o
             left join scraping.profiles a on o.organization_id = a.organization_id and o.profile_id = a.profile_id
          where o.organization_id = r.organization_id and o.post_id = r.post_id
         limit 1) p
     cross join lateral ( select sum(e.reactions_delta)::bigint as reactions,
            sum(e.comments_delta)::bigint as comments,
            sum(e.shares_delta)::bigint as shares,
            sum(e.views_delta)::bigint as views,
            count(*)::integer as days_observed,
            count(*) filter (where e.is_gap)::integer as days_with_gap,
            count(*) filter (where e.is_correction)::integer as days_corrected
           from engagement.post_engagement_daily e
          where e.organization_id = r.organization_id and e.post_id = r.post_id and e.activity_date >= r.first_day
              and e.activity_date <= r.last_day) d;
-- pipeline: select; reader: select

-- One row is one observed day of one post in the 28 days up to the last observed day of a week. A day without a row was
-- not observed. A day is in the history of four weeks: filter on one week_start.
create view engagement.report_post_history (
    organization_id,   -- text: The organization.
    week_start,        -- date: Monday of the week that is reported.
    post_id,           -- text: The post.
    activity_date,     -- date: UTC day.
    reactions,         -- bigint: Reactions in total, at the last observation of the day; NULL if not measured.
    comments,          -- bigint: Comments in total, at the last observation of the day; NULL if not measured.
    shares,            -- bigint: Shares in total, at the last observation of the day; NULL if not measured.
    views,             -- bigint: Views in total, at the last observation of the day; NULL if not measured.
    reactions_delta,   -- bigint: Reactions since the previous observed day; NULL if not measured.
    comments_delta,    -- bigint: Comments since the previous observed day; NULL if not measured.
    shares_delta,      -- bigint: Shares since the previous observed day; NULL if not measured.
    views_delta,       -- bigint: Views since the previous observed day; NULL if not measured.
    engagement_delta,  -- bigint: Public engagement since the previous observed day; NULL if not measured.
    gap_days,          -- integer: Days since the previous observed day; NULL for the first.
    is_opening,        -- boolean: Whether it is the first observed day of the post.
    is_gap,            -- boolean: Whether the deltas cover more than one day.
    is_correction      -- boolean: Whether a counter decreased.
) with (security_invoker = true) as
select w.organization_id,
    w.week_start,
    e.post_id,
    e.activity_date,
    e.reactions,
    e.comments,
    e.shares,
    e.views,
    e.reactions_delta,
    e.comments_delta,
    e.shares_delta,
    e.views_delta,
    e.engagement_delta,
    e.gap_days,
    e.is_opening,
    e.is_gap,
    e.is_correction
   from engagement.report_weeks w
     join engagement.post_engagement_daily e on w.organization_id = e.organization_id
         and e.activity_date >= w.four_weeks_first_day and e.activity_date <= w.last_observed_day
         and not e.is_simulated;
-- pipeline: select; reader: select

-- One row is one profile in one week, ranked by the public engagement that its posts gained. Profiles without measured
-- engagement are not ranked.
create view engagement.report_profiles_weekly (
    organization_id,        -- text: The organization.
    week_start,             -- date: Monday of the week that is reported.
    place,                  -- bigint: Place by engagement, from 1.
    profile_id,             -- text: The profile.
    platform,               -- text: Platform of the profile.
    username,               -- text: Name on the platform.
    name,                   -- text: Display name; NULL if unknown.
    profile_url,            -- text: Page of the profile; NULL if unknown.
    is_tracked,             -- boolean: Whether the profile is or was tracked; false for authors that were only seen.
    engagement,             -- bigint: Public engagement that its posts gained in the week.
    compared_engagement,    -- bigint: Public engagement in the same days of the week before; NULL if not measured.
    reactions,              -- bigint: Reactions that its posts gained in the week; NULL if not measured.
    comments,               -- bigint: Comments that its posts gained in the week; NULL if not measured.
    shares,                 -- bigint: Shares that its posts gained in the week; NULL if not measured.
    views,                  -- bigint: Views that its posts gained in the week; NULL if not measured.
    posts_published,        -- integer: Posts published in the week and seen by its last observed day, without plain
                            -- reposts.
    days_observed,          -- integer: Days of the week with an observation.
    rate_denominator_kind,  -- engagement.denominator_kind: The metric that the rate is divided by; NULL if the days
                            -- have none, or different ones.
    rate_numerator,         -- bigint: Public engagement of the posts with a denominator; NULL without
                            -- rate_denominator_kind.
    rate_denominator,       -- bigint: Sum of the denominators; NULL without rate_denominator_kind.
    engagement_rate         -- numeric: rate_numerator / rate_denominator as a fraction: the ratio of sums.
) with (security_invoker = true) as
select r.organization_id,
    r.week_start,
    r.place,
    r.profile_id,
    p.platform,
    p.username,
    p.name,
    p.profile_url,
    p.is_tracked,
    r.engagement,
    c.compared_engagement,
    d.reactions,
    d.comments,
    d.shares,
    d.views,
    n.posts_published,
    d.days_observed,
        case d.denominator_kinds
            when 1 then d.denominator_kind
            else null
        end as rate_denominator_kind,
        case d.denominator_kinds
            when 1 then d.numerator
            else null
        end as rate_numerator,
        case d.denominator_kinds
            when 1 then d.denominator
            else null
        end as rate_denominator,
        case d.denominator_kinds
            when 1 then d.numerator::numeric / nullif(d.denominator, 0)::numeric
            else null
        end as engagement_rate
   from ( select w.organization_id,
            w.week_start,
            w.last_observed_day,
            w.compared_first_day,
            w.compared_last_day,
            w.begins_at,
            w.ends_at,
            t.profile_id,
            t.engagement,
            row_number() over (partition by w.organization_id, w.week_start order by t.engagement desc,
                t.profile_id) as place
           from engagement.report_weeks w
             cross join lateral ( select e.profile_id,
                    sum(e.engagement_delta)::bigint as engagement
                   from engagement.profile_engagement_daily e
                  where e.organization_id = w.organization_id and e.activity_date >= w.week_start
                      and e.activity_date <= w.last_observed_day
                  group by e.profile_id
                 having sum(e.engagement_delta) is not null) t) r
     cross join lateral ( select o.platform,
            o.username,
            o.name,
            o.profile_url,
            o.is_tracked or o.last_synced_at is not null as is_tracked
           from scraping.profiles o
          where o.organization_id = r.organization_id and o.profile_id = r.profile_id
         limit 1) p
     cross join lateral ( select sum(e.reactions_delta)::bigint as reactions,
            sum(e.comments_delta)::bigint as comments,
            sum(e.shares_delta)::bigint as shares,
            sum(e.views_delta)::bigint as views,
            count(*)::integer as days_observed,
            count(distinct e.rate_denominator_kind) as denominator_kinds,
            min(e.rate_denominator_kind) as denominator_kind,
            sum(e.rate_numerator)::bigint as numerator,
            sum(e.rate_denominator)::bigint as denominator
           from engagement.profile_engagement_daily e
          where e.organization_id = r.organization_id and e.profile_id = r.profile_id
              and e.activity_date >= r.week_start and e.activity_date <= r.last_observed_day) d
     cross join lateral ( select sum(e.engagement_delta)::bigint as compared_engagement
           from engagement.profile_engagement_daily e
          where e.organization_id = r.organization_id and e.profile_id = r.profile_id
              and e.activity_date >= r.compared_first_day and e.activity_date <= r.compared_last_day) c
     cross join lateral ( select count(*)::integer as posts_published
           from scraping.posts o
          where o.organization_id = r.organization_id and o.profile_id = r.profile_id and o.posted_at >= r.begins_at
              and o.posted_at < r.ends_at and o.post_type is distinct from 'repost' and o.first_seen_at < r.ends_at
              and not o.is_simulated) n;
-- pipeline: select; reader: select

-- One row is one hashtag in one week, ranked by the public engagement that its posts gained. A post with two hashtags
-- counts for both, so the rows do not add up to a total.
create view engagement.report_hashtags_weekly (
    organization_id,      -- text: The organization.
    week_start,           -- date: Monday of the week that is reported.
    place,                -- bigint: Place by engagement, from 1.
    hashtag_id,           -- text: The hashtag.
    hashtag,              -- text: The hashtag, without #.
    engagement,           -- bigint: Public engagement that its posts gained in the week.
    compared_engagement,  -- bigint: Public engagement in the same days of the week before; NULL if not measured.
    posts                 -- integer: Posts observed on the day with the most.
) with (security_invoker = true) as
select r.organization_id,
    r.week_start,
    r.place,
    r.hashtag_id,
    h.hashtag,
    r.engagement,
    c.compared_engagement,
    d.posts
   from ( select w.organization_id,
            w.week_start,
            w.last_observed_day,
            w.compared_first_day,
            w.compared_last_day,
            t.hashtag_id,
            t.engagement,
            row_number() over (partition by w.organization_id, w.week_start order by t.engagement desc,
                t.hashtag_id) as place
           from engagement.report_weeks w
             cross join lateral ( select e.hashtag_id,
                    sum(e.engagement_delta)::bigint as engagement
                   from engagement.hashtag_engagement_daily e
                  where e.organization_id = w.organization_id and e.activity_date >= w.week_start
                      and e.activity_date <= w.last_observed_day
                  group by e.hashtag_id
                 having sum(e.engagement_delta) is not null) t) r
     cross join lateral ( select o.hashtag
           from scraping.hashtags o
          where o.organization_id = r.organization_id and o.hashtag_id = r.hashtag_id
         limit 1) h
     cross join lateral ( select max(t.posts_observed)::integer as posts
           from ( select sum(e.posts_observed) as posts_observed
                   from engagement.hashtag_engagement_daily e
                  where e.organization_id = r.organization_id and e.hashtag_id = r.hashtag_id
                      and e.activity_date >= r.week_start and e.activity_date <= r.last_observed_day
                  group by e.activity_date) t) d
     cross join lateral ( select sum(e.engagement_delta)::bigint as compared_engagement
           from engagement.hashtag_engagement_daily e
          where e.organization_id = r.organization_id and e.hashtag_id = r.hashtag_id
              and e.activity_date >= r.compared_first_day and e.activity_date <= r.compared_last_day) c;
-- pipeline: select; reader: select

-- One row is the posts that one platform published in one of the five weeks up to the reported one, at one age: posts
-- compared at equal age. Posts that were found, and ages that were reached, after the last observed day do not count.
create view engagement.report_cohorts_weekly (
    organization_id,   -- text: The organization.
    week_start,        -- date: Monday of the week that is reported.
    platform,          -- text: The platform.
    published_week,    -- date: Monday of the week of publication.
    age_name,          -- text: The age, such as 24 hours.
    age,               -- interval: The time since publication.
    posts_published,   -- integer: Posts of the week of publication.
    posts_of_age,      -- integer: Those that had reached the age.
    posts_measured,    -- integer: Those that were observed at the age.
    median_engagement  -- double precision: Median public engagement at the age; NULL if none was measured.
) with (security_invoker = true) as
select w.organization_id,
    w.week_start,
    c.platform,
    c.published_week,
    c.age_name,
    c.age,
    c.posts_published,
    c.posts_of_age,
    c.posts_measured,
    c.median_engagement
   from engagement.report_weeks w
     cross join lateral ( select p.platform,
            date_trunc('week', (p.posted_at at time zone 'utc'))::date as published_week,
            a.age_name,
            a.age,
            count(*)::integer as posts_published,
            count(*) filter (where f.is_of_age)::integer as posts_of_age,
            count(e.engagement) filter (where f.is_of_age)::integer as posts_measured,
            percentile_cont(0.5::double precision) within group (order by (e.engagement::double precision)) filter
                (where f.is_of_age) as median_engagement
           from scraping.posts p
             join engagement.post_cohorts e on p.organization_id = e.organization_id and p.post_id = e.post_id
             join engagement.cohort_ages a on e.age_name = a.age_name
             cross join lateral ( select (p.posted_at + a.age) < w.ends_at as is_of_age) f
          where p.organization_id = w.organization_id and p.posted_at >= w.cohorts_begin_at and p.posted_at < w.ends_at
              and p.first_seen_at < w.ends_at and not p.is_simulated
          group by p.platform, (date_trunc('week', (p.posted_at at time zone 'utc'))::date), a.age_name, a.age) c;
-- pipeline: select; reader: select

-- One row is one reason why items that landed in a week could not be loaded. Items that were replayed since are left
-- out: nothing of them is missing.
create view engagement.report_quarantined_items_weekly (
    organization_id,  -- text: The organization.
    week_start,       -- date: Monday of the week.
    source,           -- text: Source of the items.
    reason,           -- text: Why they could not be loaded.
    items,            -- integer: Items and whole files in quarantine.
    whole_files       -- integer: Those that are whole files.
) with (security_invoker = true) as
select o.organization_id,
    w.week_start,
    q.source,
    q.reason,
    q.items,
    q.whole_files
   from tenancy.organizations o
     cross join engagement.weeks w
     cross join lateral ( select q_1.source,
            q_1.reason,
            count(*)::integer as items,
            count(*) filter (where q_1."position" is null)::integer as whole_files
           from landing.quarantine q_1
          where q_1.organization_id = o.organization_id and q_1.landed_on >= w.week_start
              and q_1.landed_on <= w.week_end and q_1.replayed_at is null
          group by q_1.source, q_1.reason) q;
-- pipeline: select; reader: select

-- One row is one observed profile that is one of our accounts: its name on the platform is the remote_account_id of a
-- row of channels.social_accounts. All other profiles are watched.
create view engagement.own_profiles (
    organization_id,  -- text: The organization.
    profile_id        -- text: The profile.
) with (security_invoker = true) as
select distinct p.organization_id,
    p.profile_id
   from channels.social_accounts a
     join scraping.profiles p on a.organization_id = p.organization_id and a.platform = p.platform
         and (p.username = a.remote_account_id or p.username = lower(a.remote_account_id));
-- pipeline: select; reader: select

-- One row is the posts of our own profiles, or of the watched ones, on one platform in one week. Posts of unknown
-- authors are in neither.
create view engagement.report_ownership_weekly (
    organization_id,        -- text: The organization.
    week_start,             -- date: Monday of the week that is reported.
    platform,               -- text: The platform.
    is_own,                 -- boolean: True for the posts of our own accounts (engagement.own_profiles), false for
                            -- those of all other profiles.
    profiles,               -- integer: Profiles with an observed post in the week.
    engagement,             -- bigint: Public engagement that the posts gained in the week; NULL if not measured.
    compared_engagement,    -- bigint: Public engagement in the same days of the week before; NULL if not measured.
    reactions,              -- bigint: Reactions that the posts gained in the week; NULL if not measured.
    comments,               -- bigint: Comments that the posts gained in the week; NULL if not measured.
    shares,                 -- bigint: Shares that the posts gained in the week; NULL if not measured.
    views,                  -- bigint: Views that the posts gained in the week; NULL if not measured.
    posts_published,        -- integer: Posts published in the week and seen by its last observed day, without plain
                            -- reposts.
    rate_denominator_kind,  -- engagement.denominator_kind: The metric that the rate is divided by; NULL if the days
                            -- have none, or different ones.
    rate_numerator,         -- bigint: Public engagement of the posts with a denominator; NULL without
                            -- rate_denominator_kind.
    rate_denominator,       -- bigint: Sum of the denominators; NULL without rate_denominator_kind.
    engagement_rate         -- numeric: rate_numerator / rate_denominator as a fraction: the ratio of sums.
) with (security_invoker = true) as
select w.organization_id,
    w.week_start,
    d.platform,
    d.is_own,
    d.profiles,
    d.engagement,
    d.compared_engagement,
    d.reactions,
    d.comments,
    d.shares,
    d.views,
    coalesce(n.posts_published, 0) as posts_published,
        case d.denominator_kinds
            when 1 then d.denominator_kind
            else null
        end as rate_denominator_kind,
        case d.denominator_kinds
            when 1 then d.numerator
            else null
        end as rate_numerator,
        case d.denominator_kinds
            when 1 then d.denominator
            else null
        end as rate_denominator,
        case d.denominator_kinds
            when 1 then d.numerator::numeric / nullif(d.denominator, 0)::numeric
            else null
        end as engagement_rate
   from engagement.report_weeks w
     cross join lateral ( select e.platform,
            o.profile_id is not null as is_own,
            count(distinct e.profile_id) filter (where f.is_now)::integer as profiles,
            sum(e.engagement_delta) filter (where f.is_now)::bigint as engagement,
            sum(e.engagement_delta) filter (where not f.is_now)::bigint as compared_engagement,
            sum(e.reactions_delta) filter (where f.is_now)::bigint as reactions,
            sum(e.comments_delta) filter (where f.is_now)::bigint as comments,
            sum(e.shares_delta) filter (where f.is_now)::bigint as shares,
            sum(e.views_delta) filter (where f.is_now)::bigint as views,
            count(distinct e.rate_denominator_kind) filter (where f.is_now) as denominator_kinds,
            min(e.rate_denominator_kind) filter (where f.is_now) as denominator_kind,
            sum(e.rate_numerator) filter (where f.is_now)::bigint as numerator,
            sum(e.rate_denominator) filter (where f.is_now)::bigint as denominator
           from engagement.profile_engagement_daily e
             cross join lateral ( select e.activity_date >= w.week_start as is_now) f
             left join engagement.own_profiles o on e.organization_id = o.organization_id
                 and e.profile_id = o.profile_id
          where e.organization_id = w.organization_id and e.activity_date >= w.compared_first_day
              and e.activity_date <= w.last_observed_day and (f.is_now or e.activity_date <= w.compared_last_day)
          group by e.platform, (o.profile_id is not null)
         having count(*) filter (where f.is_now) > 0) d
     left join lateral ( select count(*)::integer as posts_published
           from scraping.posts p
             left join engagement.own_profiles o on p.organization_id = o.organization_id
                 and p.profile_id = o.profile_id
          where p.organization_id = w.organization_id and p.posted_at >= w.begins_at and p.posted_at < w.ends_at
              and p.platform = d.platform and p.profile_id is not null and (o.profile_id is not null) = d.is_own
              and not p.is_simulated and p.post_type is distinct from 'repost' and p.first_seen_at < w.ends_at) n
              on true;
-- pipeline: select; reader: select

-- One row is the posts of our own or of watched profiles on one platform, published in the five weeks up to the
-- reported one, that share a weekday, an hour or a format, at one age: when and how posts do best. Posts of unknown
-- authors count as watched. Posts that had not reached the age by the last observed day, and plain reposts, do not
-- count. Filter on age_name and trait.
create view engagement.report_publications_weekly (
    organization_id,        -- text: The organization.
    week_start,             -- date: Monday of the week that is reported.
    platform,               -- text: The platform.
    is_own,                 -- boolean: True for the posts of our own accounts (engagement.own_profiles), false for all
                            -- others.
    trait,                  -- text: What the posts share: weekday (UTC), hour (UTC) or format (post_type).
    trait_value,            -- text: Its value: Monday, 09:00, video; unknown for posts without a known format.
    trait_order,            -- integer: Order of the values: 1 to 7 for weekdays, 0 to 23 for hours; 0 for formats.
    age_name,               -- text: The age, such as 24 hours.
    posts_of_age,           -- integer: Posts that had reached the age.
    posts_measured,         -- integer: Those that were observed at the age.
    median_engagement,      -- double precision: Median public engagement at the age; NULL if none was measured.
    rate_denominator_kind,  -- engagement.denominator_kind: The metric that the rates are divided by; NULL if the posts
                            -- have none, or different ones.
    engagement_rate,        -- numeric: Engagement divided by the denominator, over the posts with both, as a fraction:
                            -- the ratio of sums.
    mean_engagement_rate,   -- numeric: Mean of the posts' rates, as a fraction.
    place                   -- bigint: Place by median_engagement among the values of the trait, from 1; NULL with less
                            -- than three measured posts.
) with (security_invoker = true) as
select w.organization_id,
    w.week_start,
    d.platform,
    d.is_own,
    d.trait,
    d.trait_value,
    d.trait_order,
    d.age_name,
    d.posts_of_age,
    d.posts_measured,
    d.median_engagement,
    d.rate_denominator_kind,
    d.engagement_rate,
    d.mean_engagement_rate,
        case
            when d.posts_measured >= 3 then row_number() over (partition by w.organization_id, w.week_start, d.platform,
                d.is_own, d.trait, d.age_name, (d.posts_measured >= 3) order by d.median_engagement desc, d.trait_order,
                d.trait_value)
            else null
        end as place
   from engagement.report_weeks w
     cross join lateral ( select p.platform,
            o.profile_id is not null as is_own,
            t.trait,
            t.trait_value,
            t.trait_order,
            e.age_name,
            count(*)::integer as posts_of_age,
            count(e.engagement)::integer as posts_measured,
            percentile_cont(0.5::double precision) within group (order by (e.engagement::double precision)) as
                median_engagement,
                case count(distinct e.rate_denominator_kind)
                    when 1 then min(e.rate_denominator_kind)
                    else null
                end as rate_denominator_kind,
                case count(distinct e.rate_denominator_kind)
                    when 1 then sum(e.engagement) filter (where e.rate_denominator > 0) / nullif(sum(e.rate_denominator)
                        filter (where e.engagement is not null), 0::numeric)
                    else null
                end as engagement_rate,
                case count(distinct e.rate_denominator_kind)
                    when 1 then avg(e.engagement_rate)
                    else null
                end as mean_engagement_rate
           from scraping.posts p
             join engagement.post_cohorts e on p.organization_id = e.organization_id and p.post_id = e.post_id
             join engagement.cohort_ages a on e.age_name = a.age_name
             left join engagement.own_profiles o on p.organization_id = o.organization_id
                 and p.profile_id = o.profile_id
             cross join lateral ( select (p.posted_at at time zone 'utc') as posted_at) u
             cross join lateral ( values ('weekday',to_char(u.posted_at, 'FMDay'),extract(isodow
                 from u.posted_at)::integer), ('hour',to_char(u.posted_at, 'HH24:00'),extract(hour
                 from u.posted_at)::integer), ('format',coalesce(p.post_type, 'unknown'),0)) t(trait, trait_value,
                 trait_order)
          where p.organization_id = w.organization_id and p.posted_at >= w.cohorts_begin_at and p.posted_at < w.ends_at
              and not p.is_simulated and (p.posted_at + a.age) < w.ends_at and p.first_seen_at < w.ends_at
              and p.post_type is distinct from 'repost'
          group by p.platform, (o.profile_id is not null), t.trait, t.trait_value, t.trait_order, e.age_name) d;
-- pipeline: select; reader: select

-- One row is one channel, account and kind of post, and what became of our posts for the days of one week, as of now:
-- what was published, waits or failed. Texts that wait for a reviewer have no account yet. Cancelled targets and
-- replaced texts do not count.
create view engagement.report_planned_posts_weekly (
    organization_id,     -- text: The organization.
    week_start,          -- date: Monday of the week.
    platform,            -- text: Platform of the channel.
    channel_type,        -- text: Kind of publication, such as feed_post.
    account_name,        -- text: Display name of the account; NULL while the text waits for a reviewer.
    posts,               -- integer: Sum of the following columns.
    published,           -- integer: Posts that the platform has.
    simulated,           -- integer: Posts published by a dry run, which sends nothing.
    scheduled,           -- integer: Posts that wait for their time.
    without_slot,        -- integer: Approved posts that wait for a slot of a schedule, or that the catalogue
                         -- contradicts.
    waiting_for_review,  -- integer: Texts that wait for a reviewer.
    unresolved,          -- integer: Posts that the platform may have or not: a person looks.
    failed,              -- integer: Posts that the platform rejected.
    problem,             -- text: The first problem among those that failed, are unresolved or have no slot; NULL if
                         -- there is none.
    post_kind            -- text: product, blog_post, announcement or event.
) with (security_invoker = true) as
select o.organization_id,
    w.week_start,
    d.platform,
    d.channel_type,
    d.account_name,
    d.posts,
    d.published,
    d.simulated,
    d.scheduled,
    d.without_slot,
    d.waiting_for_review,
    d.unresolved,
    d.failed,
    d.problem,
    d.post_kind
   from tenancy.organizations o
     cross join engagement.weeks w
     cross join lateral ( select c.platform,
            c.channel_type,
            a.display_name as account_name,
            count(*)::integer as posts,
            count(*) filter (where t.state = 'published' and not t.is_simulated)::integer as published,
            count(*) filter (where t.state = 'published' and t.is_simulated)::integer as simulated,
            count(*) filter (where t.state in ('scheduled', 'publishing'))::integer as scheduled,
            count(*) filter (where t.state in ('draft', 'ready'))::integer as without_slot,
            count(*) filter (where t.state is null)::integer as waiting_for_review,
            count(*) filter (where t.state = 'needs_reconcile')::integer as unresolved,
            count(*) filter (where t.state = 'failed')::integer as failed,
            min(t.error_message) filter (where t.state in ('failed', 'needs_reconcile', 'draft', 'ready')) as problem,
            c.post_kind::text as post_kind
           from content.posts_core c
             join content.posts_content x on c.organization_id = x.organization_id and c.post_core_id = x.post_core_id
             left join publishing.post_targets t on x.organization_id = t.organization_id
                 and x.content_id = t.content_id
             left join channels.social_accounts a on t.organization_id = a.organization_id
                 and t.account_id = a.account_id
          where c.organization_id = o.organization_id and c.planned_on >= w.week_start and c.planned_on <= w.week_end
              and (t.state is null and (x.state in ('generated', 'needs_review')) or x.state = 'approved'
              and t.state <> 'cancelled' or (t.state in ('publishing', 'published', 'needs_reconcile')))
          group by c.platform, c.channel_type, t.account_id, a.display_name, c.post_kind) d;
-- pipeline: select; reader: select

-- One row is one profile whose number of followers was measured in the week.
create view engagement.report_followers_weekly (
    organization_id,      -- text: The organization.
    week_start,           -- date: Monday of the week that is reported.
    profile_id,           -- text: The profile.
    platform,             -- text: Platform of the profile.
    username,             -- text: Name on the platform.
    name,                 -- text: Display name; NULL if unknown.
    profile_url,          -- text: Page of the profile; NULL if unknown.
    is_own,               -- boolean: Whether it is one of our accounts (engagement.own_profiles).
    followers,            -- bigint: Number of followers, measured last in the week.
    observed_at,          -- timestamptz: When it was measured.
    compared_followers,   -- bigint: The number that the same days of the week before measured last; NULL if they did
                          -- not measure it.
    compared_observed_at  -- timestamptz: When that was measured; NULL if it was not.
) with (security_invoker = true) as
select w.organization_id,
    w.week_start,
    p.profile_id,
    p.platform,
    p.username,
    p.name,
    p.profile_url,
    o.profile_id is not null as is_own,
    n.followers,
    n.observed_at,
    c.followers as compared_followers,
    c.observed_at as compared_observed_at
   from engagement.report_weeks w
     join scraping.profiles p on w.organization_id = p.organization_id
     cross join lateral ( select s.followers,
            s.observed_at
           from scraping.profile_snapshots s
          where s.organization_id = p.organization_id and s.profile_id = p.profile_id and s.observed_at >= w.begins_at
              and s.observed_at < w.ends_at
          order by s.observed_at desc
         limit 1) n
     left join lateral ( select s.followers,
            s.observed_at
           from scraping.profile_snapshots s
          where s.organization_id = p.organization_id and s.profile_id = p.profile_id
              and s.observed_at >= w.compared_begins_at and s.observed_at < w.compared_ends_at
          order by s.observed_at desc
         limit 1) c on true
     left join engagement.own_profiles o on p.organization_id = o.organization_id and p.profile_id = o.profile_id;
-- pipeline: select; reader: select

-- One row is how much one product deserves the next post of one channel, given what was known at the end of a day.
create view engagement.content_priorities (
    organization_id,  -- text: The organization.
    product_id,       -- text: The product that is ranked.
    platform,         -- text: The platform of the channel.
    channel_type,     -- text: The kind of publication, from channels.channel_types.
    calculated_on,    -- date: The UTC day up to whose end everything known is used.
    score,            -- numeric(7,6): The weighted mean of the known factors, from 0 to 1; 0 if none is known.
    factors,          -- jsonb: Each factor with its weight and value: {"recency": {"weight": 0.25, "value": 0.9}}. An
                      -- unknown value is null, and its weight does not count.
    updated_at        -- timestamptz: When the inputs were last written.
) with (security_invoker = true) as
select i.organization_id,
    i.product_id,
    i.platform,
    i.channel_type,
    d.calculated_on,
    coalesce(i.known_score, p.score)::numeric(7,6) as score,
    coalesce(i.known_factors, p.factors) as factors,
    i.updated_at
   from engagement.priority_inputs i
     cross join lateral unnest(i.days) r(days)
     cross join lateral ( select lower(r.days) + n.day_number as calculated_on
           from generate_series(0, upper(r.days) - lower(r.days) - 1) n(day_number)) d
     cross join lateral engagement.priority_on(i.weights, i.first_seen_at, i.last_published_at, i.engagement_rank,
         i.success_rate, d.calculated_on) p(score, factors);
-- pipeline: select; reader: select

-- One row is one profile on one UTC day on which its followers were counted. It is a view: a late file changes its own
-- day and the next counted one, and nothing is computed again.
create view engagement.profile_followers_daily (
    organization_id,   -- text
    profile_id,        -- text
    platform,          -- text
    username,          -- text
    activity_date,     -- date
    followers,         -- bigint: Followers, as counted last on the day.
    observed_at,       -- timestamptz: When they were counted.
    followers_delta,   -- bigint: Change since the last earlier day that counted them; NULL on the first one.
    gap_days,          -- integer: Days that followers_delta covers; NULL on the first day.
    engagement_delta,  -- bigint: Public engagement that the profile's posts gained on the day, without posts whose
                       -- change covers several days; NULL if none was measured, or while the month is archived.
    engagement_rate,   -- numeric: engagement_delta / followers as a fraction; NULL unless both are known and there are
                       -- followers.
    rate_formula       -- text: The rate's metric and formula version; NULL without engagement_delta.
) with (security_invoker = true) as
select d.organization_id,
    d.profile_id,
    p.platform,
    p.username,
    d.activity_date,
    d.followers,
    d.observed_at,
    d.followers - lag(d.followers) over by_day as followers_delta,
    d.activity_date - lag(d.activity_date) over by_day as gap_days,
    e.engagement_delta,
    engagement.rate(e.engagement_delta, d.followers) as engagement_rate,
        case
            when e.engagement_delta is not null then engagement.rate_by_followers_formula()
            else null
        end as rate_formula
   from ( select distinct
       on (s.organization_id, s.profile_id, ((s.observed_at at time zone 'utc')::date)) s.organization_id,
            s.profile_id,
            (s.observed_at at time zone 'utc')::date as activity_date,
            s.followers,
            s.observed_at
           from scraping.profile_snapshots s
          order by s.organization_id, s.profile_id, ((s.observed_at at time zone 'utc')::date), s.observed_at desc) d
     join scraping.profiles p on d.organization_id = p.organization_id and d.profile_id = p.profile_id
     left join lateral ( select engagement.total(c.engagement_delta) as engagement_delta
           from engagement.post_days c
          where c.organization_id = d.organization_id and c.profile_id = d.profile_id
              and c.activity_date = d.activity_date and not c.is_gap and not c.is_simulated) e on true
  window by_day as (partition by d.organization_id, d.profile_id order by d.activity_date);
-- pipeline: select; reader: select

-- One row is what the next post of one of our profiles can expect at one age: from the newest 60 posts that had reached
-- the age by the last observed day of the week and were measured at it, without plain reposts and simulated posts.
-- posts_within / posts_predicted says how often it was right. Filter on week_start.
create view engagement.report_expected_engagement_weekly (
    organization_id,           -- text: The organization.
    week_start,                -- date: Monday of the week that is reported.
    profile_id,                -- text: Our profile.
    platform,                  -- text: Platform of the profile.
    username,                  -- text: Name of the profile on the platform.
    name,                      -- text: Display name; NULL if unknown.
    age_name,                  -- text: The age, such as 24 hours (engagement.cohort_ages).
    age,                       -- interval: The time since publication.
    posts_measured,            -- integer: Posts that the expectation is made from.
    median_engagement,         -- double precision: Half of the posts had more public engagement at the age; NULL with
                               -- fewer than 9 posts.
    low_engagement,            -- bigint: Lower end of the interval; NULL with fewer than 9 posts.
    high_engagement,           -- bigint: Upper end of the interval; NULL with fewer than 9 posts.
    probability,               -- numeric: How likely the next post lies in the interval, if it is a post like these: at
                               -- least 0.8; NULL with fewer than 9 posts.
    median_share_of_last_age,  -- double precision: Median share of a post's engagement at the greatest age that it had
                               -- at this age, over the posts that are measured at both; NULL without such posts.
    posts_predicted,           -- integer: Of these posts, those with at least 9 before them: for each, the interval
                               -- that they gave.
    posts_within               -- integer: Of those, the ones whose engagement lay in their interval.
) with (security_invoker = true) as
select w.organization_id,
    w.week_start,
    p.profile_id,
    p.platform,
    p.username,
    p.name,
    a.age_name,
    a.age,
    e.posts_measured,
        case
            when i.low is not null then e.median_engagement
            else null
        end as median_engagement,
    i.low as low_engagement,
    i.high as high_engagement,
    i.probability,
    e.median_share_of_last_age,
    e.posts_predicted,
    e.posts_within
   from engagement.report_weeks w
     join engagement.own_profiles o on w.organization_id = o.organization_id
     join scraping.profiles p on o.organization_id = p.organization_id and o.profile_id = p.profile_id
     cross join ( select cohort_ages.age_name,
            cohort_ages.age,
            first_value(cohort_ages.age_name) over (order by cohort_ages.age desc) as last_age_name,
            max(cohort_ages.age) over () as last_age
           from engagement.cohort_ages) a
     cross join lateral ( select (((w.ends_at at time zone 'utc') - a.age) at time zone 'utc') as published_before,
            (((w.ends_at at time zone 'utc') - a.last_age) at time zone 'utc') as last_published_before) r
     cross join lateral ( select count(*)::integer as posts_measured,
            array_agg(n.engagement) as measured,
            percentile_cont(0.5::double precision) within group (order by (n.engagement::double precision)) as
                median_engagement,
            percentile_cont(0.5::double precision) within group (order by (n.engagement::double precision /
                nullif(n.last_engagement, 0)::double precision)) as median_share_of_last_age,
            count(b.low)::integer as posts_predicted,
            count(*) filter (where n.engagement >= b.low and n.engagement <= b.high)::integer as posts_within
           from ( select m.engagement,
                    m.last_engagement,
                    array_agg(m.engagement) over (order by m.posted_at, m.post_id rows between unbounded preceding
                        and 1 preceding) as earlier
                   from ( select c.post_id,
                            c.posted_at,
                            c.engagement,
                            l.engagement as last_engagement
                           from scraping.posts s
                             join engagement.post_cohorts c on s.organization_id = c.organization_id
                                 and s.post_id = c.post_id
                             left join engagement.post_cohorts l on c.organization_id = l.organization_id
                                 and c.post_id = l.post_id and a.last_age_name = l.age_name
                                 and c.posted_at < r.last_published_before
                          where s.organization_id = w.organization_id and s.profile_id = p.profile_id
                              and s.post_type is distinct from 'repost' and not s.is_simulated
                              and s.posted_at < r.published_before and c.age_name = a.age_name
                              and c.engagement is not null
                          order by c.posted_at desc, c.post_id desc
                         limit 60) m) n
             cross join lateral engagement.prediction_interval(n.earlier, 0.8) b(low, high, probability)) e
     cross join lateral engagement.prediction_interval(e.measured, 0.8) i(low, high, probability)
  where e.posts_measured > 0;
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

create function engagement.day_of(dated bigint)
returns date language sql immutable parallel safe
as $$ select date '2000-01-01' + (dated >> 40)::integer $$;
-- pipeline: execute; reader: execute

-- What a counter was before a day that measures it: its last known value (dated), else 0 if the post was watched from
-- its publication.
create function engagement.value_before(value bigint, known bigint, is_watched boolean)
returns bigint language sql immutable parallel safe
as $$
    select case when value is not null then coalesce(engagement.undated(known), case when is_watched then 0 end) end
$$;
-- pipeline: execute; reader: execute

-- The value of a counter whose definition began after its last known value (dated); NULL for any other.
create function engagement.redefined(value bigint, known bigint, defined_since date)
returns bigint language sql immutable parallel safe
as $$ select case when engagement.day_of(known) < defined_since then value end $$;
-- pipeline: execute; reader: execute

-- How many days the delta of a counter covers: those since its last known value (dated), or 0 if it counts from the
-- publication; NULL if there is no delta, because the counter was not known by its definition of the day.
create function engagement.gap_days(value bigint, known bigint, defined_since date, is_watched boolean,
    activity_date date)
returns integer language sql immutable parallel safe
as $$
    select case
        when value is null or engagement.day_of(known) < defined_since then null
        when known is not null then activity_date - engagement.day_of(known)
        when is_watched then 0
    end
$$;
-- pipeline: execute; reader: execute

-- The change of a counter; NULL if the two values are of different definitions, which cannot be compared.
create function engagement.delta(value bigint, value_before bigint, redefined_counters integer, counter_bit integer)
returns bigint language sql immutable parallel safe
as $$ select case when redefined_counters & counter_bit = 0 then value - value_before end $$;
-- pipeline: execute; reader: execute

-- Whether the measured deltas of engagement and of the denominator cover the same days, so that a rate compares like
-- with like.
create function engagement.covers_equal_days(reactions_gap_days integer, comments_gap_days integer,
    shares_gap_days integer, saves_gap_days integer, denominator_gap_days integer)
returns boolean language sql immutable parallel safe
as $$
    select coalesce(
        least(reactions_gap_days, comments_gap_days, shares_gap_days, saves_gap_days, denominator_gap_days)
        = greatest(reactions_gap_days, comments_gap_days, shares_gap_days, saves_gap_days, denominator_gap_days),
        false
    )
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

-- A quotient, rounded to six decimal places; NULL unless the denominator is positive, or if the fraction is 1000 or
-- more.
create function engagement.rate(numerator bigint, denominator bigint)
returns numeric language sql immutable parallel safe
as $$
    select case
        when denominator > 0 and abs(numerator) < 999.9999995 * denominator
            then round(numerator::numeric / denominator, 6)
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
-- taken from engagement.stale_days, without days whose month is archived. Deleting locks a stale day: one that another
-- transaction is writing is waited for, or left to the next run.
create function engagement.take_days(rollup text, window_start date, window_end date)
returns table(organization_id text, activity_date date) language sql
as $$
    with taken_days as (
        delete from engagement.stale_days as s
        where s.table_name = rollup
        returning s.organization_id, s.activity_date
    )

    select
        d.organization_id,
        d.activity_date
    from (
        select
            o.organization_id,
            window_start + n.day_number as activity_date
        from tenancy.organizations as o
        cross join generate_series(0, window_end - window_start - 1) as n (day_number)
        union
        select
            t.organization_id,
            t.activity_date
        from taken_days as t
    ) as d
    where
        not exists (
            select
            from operations.closed_months as m
            where
                m.organization_id = d.organization_id
                and m.table_name in ('engagement.' || rollup, 'engagement.post_engagement_daily')
                and d.activity_date >= m.first_day
                and d.activity_date < m.end_day
        )
$$;
-- pipeline: execute

-- The score and the factors of a product at the end of a day, from its inputs: the weighted mean of the known factors,
-- and 0 if none is known.
create function engagement.priority_on(weights jsonb, first_seen_at timestamptz, last_published_at timestamptz,
    engagement_rank numeric, success_rate numeric, calculated_on date)
returns table(score numeric, factors jsonb) language sql immutable parallel safe set search_path to 'pg_catalog',
    'pg_temp'
as $$
    select
        round(
            coalesce(
                sum(f.weight * f.value) / nullif(sum(f.weight) filter (where f.value is not null), 0), 0
            ), 6
        ),
        jsonb_object_agg(
            f.factor_name, jsonb_build_object('weight', f.weight, 'value', round(f.value, 6))
        )
    from (
        select
            w.factor_name,
            (w.factor -> 'weight')::numeric as weight,
            case w.factor_name
                when 'recency'
                    then coalesce(
                        1 - power(
                            0.5,
                            extract(epoch from known.until - last_published_at)
                            / (w.factor ->> 'half_life')::numeric
                        ),
                        1
                    )
                when 'engagement' then engagement_rank
                when 'success_rate' then success_rate
                when 'freshness'
                    then power(
                        0.5,
                        extract(epoch from known.until - first_seen_at) / (w.factor ->> 'half_life')::numeric
                    )
            end as value
        from jsonb_each(weights) as w (factor_name, factor)
        cross join (
            select (calculated_on + 1)::timestamp at time zone 'utc' as until
        ) as known
    ) as f
$$;
-- pipeline: execute; reader: execute

-- The key of priority_inputs: equal for equal inputs.
create function engagement.priority_inputs_key(weights jsonb, first_seen_at timestamptz, last_published_at timestamptz,
    engagement_rank numeric, success_rate numeric, known_score numeric, known_factors jsonb)
returns text language sql stable parallel safe set search_path to 'pg_catalog', 'pg_temp'
as $$
    select md5(
        jsonb_build_array(
            weights,
            extract(epoch from first_seen_at),
            extract(epoch from last_published_at),
            trim_scale(engagement_rank),
            trim_scale(success_rate),
            trim_scale(known_score),
            known_factors
        )::text
    )
$$;
-- pipeline: execute

-- The metric and formula version of engagement.profile_followers_daily.engagement_rate.
create function engagement.rate_by_followers_formula()
returns text language sql immutable parallel safe
as $$ select 'engagement_rate_by_followers/1' $$;
-- pipeline: execute; reader: execute

-- The interval in which the next value lies with at least this probability, if it is as likely as any other of them:
-- from the k-th lowest to the k-th highest of n values, which the next one hits with probability (n + 1 - 2k) / (n +
-- 1): the distribution-free prediction interval of order statistics. NULL if there are too few values: 9 for a coverage
-- of 0.8.
create function engagement.prediction_interval(measured bigint[], coverage numeric, out low bigint, out high bigint,
    out probability numeric)
returns record language sql immutable parallel safe
as $$
    select
        s.ordered[k.place],
        s.ordered[s.measurements + 1 - k.place],
        case when k.place > 0 then (s.measurements + 1 - 2 * k.place)::numeric / (s.measurements + 1) end
    from (
        select
            array_agg(v.value order by v.value) as ordered,
            count(*)::integer as measurements
        from unnest(measured) as v (value)
        where v.value is not null
    ) as s
    cross join lateral (select floor((s.measurements + 1) * (1 - coverage) / 2)::integer as place) as k
$$;
-- pipeline: execute; reader: execute
