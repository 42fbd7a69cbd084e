-- How many briefs of the reader's organization `found.sql` finds. Parameters, NULL for all: state, batch, language and
-- words.

select studio.counted_requests(%(state)s::studio.request_state, %(batch)s, %(language)s, %(words)s) as briefs
