-- What a task remembers: the owner's rows by DML, a run's by finish_memories(), each thing once and
-- not more than the limit.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(40);

\ir parts/as_user.psql
CREATE FUNCTION pg_temp.do(who text, statement text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', who);
    EXECUTE statement;
    GET DIAGNOSTICS n = ROW_COUNT;
    RESET SESSION AUTHORIZATION;
    RETURN n;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;

CREATE ROLE ann LOGIN IN ROLE torale_user;
CREATE ROLE eve LOGIN IN ROLE torale_user;
SELECT pg_temp.as_user(who, $$SELECT torale.create_task('What is new?', name => 'mine', schedule => '0 9 * * *')$$) FROM unnest('{ann,eve}'::text[]) who;
SELECT id AS task FROM torale.tasks WHERE owner = 'pg:ann' \gset
INSERT INTO torale.executions (task_id, owner, trigger) VALUES (:'task', 'pg:ann', 'manual') RETURNING id AS run \gset
INSERT INTO torale.sources (task_id, owner, url, snippet, provider, content_hash, first_seen_at, last_seen_at)
VALUES (:'task', 'pg:ann', 'https://example.com/1', 'One.', 'builtin', 'h1', now() - interval '1 year', now() - interval '1 year'),
    (:'task', 'pg:ann', 'https://example.com/2', 'Two.', 'builtin', 'h2', now() - interval '1 year', now() - interval '1 year');
UPDATE torale.sources SET id = torale_internal.uuid_at(now() - interval '1 year') WHERE content_hash = 'h1';
UPDATE torale.sources SET id = torale_internal.uuid_at(now() - interval '1 year 1 day') WHERE content_hash = 'h2';
SELECT id AS source FROM torale.sources WHERE content_hash = 'h1' \gset
-- A run wants to keep these.
CREATE FUNCTION pg_temp.learn(VARIADIC memories jsonb[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL SESSION AUTHORIZATION torale_worker;
    PERFORM torale_internal.finish_memories((SELECT jsonb_agg(m || jsonb_build_object('execution_id', e.id)) FROM unnest(memories) m),
        ARRAY[e.id]) FROM torale.executions e;
    RESET SESSION AUTHORIZATION;
END
$$;
CREATE FUNCTION pg_temp.known() RETURNS text[] LANGUAGE sql AS $$SELECT array_agg(content ORDER BY content COLLATE "C") FROM torale.memories$$;

-- ---- the owner's ----
SELECT is(pg_temp.do('ann', format('INSERT INTO torale.memories (task_id, content) VALUES (%L, ''Ask the vendor first.'')', :'task')), '1', 'an owner writes one');
SELECT is(pg_temp.do('ann', format('INSERT INTO torale.memories (task_id, content, kind) VALUES (%L, ''ask  the VENDOR first.'', ''search'')', :'task')), '0', 'the same once more is no second row');
SELECT results_eq('SELECT content, kind FROM torale.memories', $$VALUES ('Ask the vendor first.', 'search')$$, 'the one there is says the newer kind');
SELECT is(pg_temp.do('ann', format('INSERT INTO torale.memories (task_id, content) VALUES (%L, ''  '')', :'task')), '22023 a memory needs a content', 'nothing to remember');
SELECT is(pg_temp.do('ann', format('INSERT INTO torale.memories (task_id, content) VALUES (%L, repeat(''x'', 2001))', :'task')), '22023 a memory must have at most 2000 characters', 'one that is too long');
SELECT is(pg_temp.do('ann', format('INSERT INTO torale.memories (task_id, content) SELECT %L, string_agg(md5(i::text), '' '') FROM generate_series(1, 60) i', :'task')), '1', 'one that is as long as may be');
SELECT is(pg_temp.do('ann', format('INSERT INTO torale.memories (task_id, content, kind) VALUES (%L, ''x'', ''rumour'')', :'task')), '22023 unknown kind of memory ''rumour''', 'an unknown kind');
SELECT matches(pg_temp.do('ann', format('INSERT INTO torale.memories (task_id, content, evidence) VALUES (%L, ''x'', ARRAY[gen_random_uuid()])', :'task')), '^22023 source .* is not one of this task', 'evidence that is none');
SELECT is(pg_temp.do('ann', format('INSERT INTO torale.memories (task_id, content, kind, evidence) VALUES (%L, ''One is true.'', ''fact'', ARRAY[%L::uuid])', :'task', :'source')), '1', 'a fact with its source');
SELECT matches(pg_temp.do('eve', format('INSERT INTO torale.memories (task_id, content) VALUES (%L, ''Ask me first.'')', :'task')), '^23503', 'nobody writes into somebody else''s task');
SELECT matches(pg_temp.do('eve', format('INSERT INTO torale.memories (task_id, content) VALUES (%L, ''Ask the vendor first.'')', :'task')), '^23503', 'not even what stands there');
SELECT is(pg_temp.do('eve', 'UPDATE torale.memories SET content = ''changed'''), '0', 'or changes it');
SELECT is(pg_temp.do('eve', 'DELETE FROM torale.memories'), '0', 'or deletes it');
SELECT is(pg_temp.do('ann', 'DELETE FROM torale.memories WHERE length(content) > 1000'), '1', 'its owner does');
SELECT matches(pg_temp.do('ann', 'UPDATE torale.memories SET content = ''ONE is true.'' WHERE content LIKE ''Ask%'''), '^PT409', 'two rows do not become one');
SELECT is(pg_temp.do('ann', 'UPDATE torale.memories SET content = ''Ask the vendor, then the press.'' WHERE content LIKE ''Ask%'''), '1', 'an owner edits');

-- ---- what runs learn ----
SELECT pg_temp.learn('{"content": "The vendor announces on Tuesdays.", "evidence": ["h1", "unknown"], "kind": "fact"}', '{"content": "Searching for release notes helps."}');
SELECT results_eq('SELECT kind, evidence, created_by_execution IS NOT NULL FROM torale.memories WHERE content LIKE ''The vendor%''',
    format('VALUES (''fact'', ARRAY[%L::uuid], true)', :'source'), 'a run writes its kind and the sources that are known');
SELECT is((SELECT kind FROM torale.memories WHERE content LIKE 'Searching%'), 'note', 'a note unless it says otherwise');
SELECT pg_temp.learn('{"content": "the vendor announces on tuesdays."}');
SELECT is((SELECT count(*) FROM torale.memories WHERE content ILIKE 'the vendor%'), 1::bigint, 'the same is one row');
SELECT is((SELECT evidence FROM torale.memories WHERE content ILIKE 'the vendor%'), ARRAY[:'source'::uuid], 'that keeps its evidence');
SELECT pg_temp.learn('{"content": "On Tuesdays the vendor announces new versions."}', '{"content": "On Tuesdays the vendor usually announces new versions."}');
SELECT is((SELECT array_agg(content) FROM torale.memories WHERE content ILIKE '%new versions%'), '{On Tuesdays the vendor usually announces new versions.}', 'nearly the same: the newer words');
SELECT pg_temp.learn('{"content": "Version 3.1 was released on 2 May by the vendor."}', '{"content": "Version 3.2 was released on 9 May by the vendor."}');
SELECT is((SELECT count(*) FROM torale.memories WHERE content LIKE 'Version 3%'), 2::bigint, 'other numbers are another thing');
SELECT pg_temp.learn('{"content": "The release of the phone is confirmed by the maker."}', '{"content": "The release of the phone is not confirmed by the maker."}');
SELECT is((SELECT count(*) FROM torale.memories WHERE content LIKE 'The release of%'), 2::bigint, 'and so is the contrary');
SELECT pg_temp.learn('{"content": "Ask the vendor and then the press."}');
SELECT ok('Ask the vendor, then the press.' = ANY (pg_temp.known()) AND NOT 'Ask the vendor and then the press.' = ANY (pg_temp.known()), 'the owner''s words stand');
SELECT pg_temp.learn(jsonb_build_object('content', repeat('long ', 1000)));
SELECT is((SELECT length(content) FROM torale.memories WHERE content LIKE 'long%'), 2000, 'what is too long is cut');
SELECT pg_temp.learn('{"content": "Over already.", "expires_at": "2020-01-01T00:00:00Z"}', '{"content": ""}', jsonb_build_object('content', 'Soon over.', 'expires_at', now() + interval '1 hour'));
SELECT ok(NOT 'Over already.' = ANY (pg_temp.known()) AND 'Soon over.' = ANY (pg_temp.known()), 'what has expired is not written');
SELECT is(pg_temp.do('ann', 'UPDATE torale.memories SET content = ''Searching for a changelog helps.'' WHERE content LIKE ''Searching%'''), '1', 'an owner edits what a run wrote');
SELECT is((SELECT created_by_execution FROM torale.memories WHERE content LIKE 'Searching%'), NULL, 'and it is the owner''s');

-- ---- recalled ----
SELECT is(jsonb_array_length(torale_internal.current_memories(:'task')), (SELECT count(*)::integer FROM torale.memories), 'all are recalled');
UPDATE torale.memories SET expires_at = now() - interval '1 s', updated_at = now() WHERE content = 'Soon over.';
SELECT ok(NOT torale_internal.current_memories(:'task') @> '[{"content": "Soon over."}]', 'but those that have expired');
SELECT is(torale_internal.current_memories(:'task') -> 0 ->> 'content', 'Searching for a changelog helps.', 'the one last written or confirmed comes first');

-- ---- not too many ----
DELETE FROM torale.memories WHERE created_by_execution IS NOT NULL;
SELECT pg_temp.learn(VARIADIC array_agg(jsonb_build_object('content', 'Remark number ' || i, 'kind', (ARRAY['fact', 'search', 'source', 'note'])[1 + i % 4])))
FROM generate_series(1, 120) i;
SELECT is((SELECT count(*) FROM torale.memories), 100::bigint, 'a run that learns more than the limit');
SELECT is((SELECT count(*) FROM torale.memories WHERE created_by_execution IS NULL), 3::bigint, 'takes nothing from the owner');
SELECT results_eq('SELECT kind, count(*) FROM torale.memories WHERE created_by_execution IS NOT NULL GROUP BY 1 ORDER BY 2, 1', $$VALUES ('search', 7::bigint), ('fact', 30), ('note', 30), ('source', 30)$$, 'the least useful go');
SELECT is(pg_temp.do('ann', format('INSERT INTO torale.memories (task_id, content) SELECT %L, ''My word '' || i FROM generate_series(1, 97) i', :'task')), '97', 'the owner''s take the place of a run''s');
SELECT matches(pg_temp.do('ann', format('INSERT INTO torale.memories (task_id, content) VALUES (%L, ''One too many'')', :'task')), '^PT429', 'until all are the owner''s');
SELECT pg_temp.learn('{"content": "No room for this."}');
SELECT ok(NOT 'No room for this.' = ANY (pg_temp.known()), 'then runs keep nothing');
SELECT is(jsonb_array_length(torale_internal.current_memories(:'task')), 50, 'fifty are recalled');

-- ---- kept and gone ----
SELECT torale_internal.housekeep();
SELECT results_eq('SELECT content_hash FROM torale.sources', $$VALUES ('h1')$$, 'retention leaves the source of a memory');
SELECT pg_temp.as_user('ann', format('SELECT torale.delete_task(%L)', :'task'));
SELECT is((SELECT count(*) FROM torale.memories), 0::bigint, 'memories go with their task');

SELECT * FROM finish();
ROLLBACK;
