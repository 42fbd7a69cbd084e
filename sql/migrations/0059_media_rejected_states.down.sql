-- Takes back the words of the states.

set local role syndication_owner;

alter view media.analysis_status rename column rejected to refused;
alter type media.analysis_state rename value 'rejected' to 'refused';
comment on type media.analysis_state is
'What became of an analysis.
pending: it is to be done, not before next_attempt_at
analyzing: a run does it, until leased_until at most
completed: its result is stored
refused: the analyzer does not take this picture: it is damaged or too large, or the model refuses
failed: several attempts failed; `syndication media retry-analyses` makes it pending again';

alter view media.cache_status rename column rejected to refused;
alter type media.cache_state rename value 'rejected' to 'refused';
comment on type media.cache_state is
'What became of the URL of a medium.
waiting: it is to be fetched, not before next_attempt_at
cached: its file is stored
expired: its URL is no longer valid; the next scrape with a new URL makes it wait again
gone: the server answered 403, 404 or 410 to a valid URL; a new URL makes it wait again
refused: what the URL leads to may not be stored: a private address, too large, another kind of content, damaged
failed: several attempts failed for reasons that may pass; `syndication media retry` makes it wait again';
