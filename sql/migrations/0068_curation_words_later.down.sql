-- A comment has its words again. Actions without them stay: a person who does one sees "words: later".

set local role syndication_owner;

update curation.action_types
set parameters_schema = '{"type": "object", "additionalProperties": false, '
'"required": ["text"], "properties": {"text": {"type": "string", '
'"minLength": 1, "maxLength": 3000}}}'
where action_type = 'comment';

update curation.action_types
set parameters_schema = '{"type": "object", "additionalProperties": false, '
'"properties": {"text": {"type": "string", "minLength": 1, '
'"maxLength": 3000}}}'
where action_type = 'repost';

comment on column curation.actions.parameters is 'How, as the JSON Schema of the type says.';
