-- One row is the id of one brief of the reader's organization, the newest first. Parameters, NULL for all: state,
-- batch, language, words (a part of title or message); and maximum (rows) and skipped (rows before them).

select request_id
from studio.found_requests(
    %(state)s::studio.request_state, %(batch)s, %(language)s, %(words)s, %(maximum)s, %(skipped)s
)
