-- Curation: a comment, or a repost with thoughts, may be queued without its words: whoever does it writes them then.

set local role syndication_owner;

update curation.action_types
set parameters_schema = '{"type": "object", "additionalProperties": false, '
'"properties": {"text": {"type": "string", "minLength": 1, '
'"maxLength": 3000}, "words": {"enum": ["later"]}}, "if": {"not": {"required": ["words"]}}, '
'"then": {"required": ["text"]}, "else": {"properties": {"text": false}}}'
where action_type = 'comment';

update curation.action_types
set parameters_schema = '{"type": "object", "additionalProperties": false, '
'"properties": {"text": {"type": "string", "minLength": 1, '
'"maxLength": 3000}, "words": {"enum": ["later"]}}, "if": {"required": ["words"]}, '
'"then": {"properties": {"text": false}}}'
where action_type = 'repost';

comment on column curation.actions.parameters is
'How, as the JSON Schema of the type says. {"words": "later"}: whoever does it writes the words then.';
