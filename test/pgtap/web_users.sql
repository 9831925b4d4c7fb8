-- A user of the API, who has no database role of their own: every function and every write of theirs
-- in the session that a web worker has, from their first request on.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(64);

\ir parts/as_user.psql
CREATE FUNCTION pg_temp.me(statement text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.as_web('webber', statement) $$;
-- The same by an API key: no claim, the owner in a setting.
CREATE FUNCTION pg_temp.by_key(who text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    PERFORM set_config('torale.request_owner', who, true);
    result := pg_temp.as_user('torale_authenticator', statement, '{"role": "torale_user"}', 'torale_user');
    PERFORM set_config('torale.request_owner', '', true);
    RETURN result;
END
$$;
INSERT INTO torale.documents (owner, url, title, body) VALUES (NULL, 'note:news', 'News', 'Version 2.0 was released on 2026-11-01.');

-- ---- the first thing that somebody does, whichever it is ----
CREATE FUNCTION pg_temp.first(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    result := pg_temp.as_web('newcomer', statement);
    RAISE EXCEPTION USING ERRCODE = 'ZZ999',
        MESSAGE = coalesce(result, 'null') || CASE WHEN EXISTS (SELECT 1 FROM torale.users WHERE id = 'newcomer') THEN ', known' ELSE ', unknown' END;
EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
    RETURN SQLERRM;
END
$$;
SELECT is(pg_temp.first($$INSERT INTO torale.tasks (search_query, state) VALUES ('What is new?', 'paused') RETURNING owner$$), 'newcomer, known', 'INSERT INTO tasks');
SELECT is(pg_temp.first($$SELECT (torale.create_task('What is new?')).owner$$), 'newcomer, known', 'create_task');
SELECT is(pg_temp.first($$SELECT (torale.create_channel('webhook', 'hook', 'https://example.com/hook')).channel.owner$$), 'newcomer, known', 'create_channel');
SELECT is(pg_temp.first($$INSERT INTO torale.documents (url, body) VALUES ('note:x', 'y') RETURNING owner$$), 'newcomer, known', 'INSERT INTO documents');
SELECT is(pg_temp.first($$SELECT (torale.add_feed('https://example.com/feed')).owner$$), 'newcomer, known', 'add_feed');
SELECT is(pg_temp.first($$SELECT (torale.set_budget('owner', max_calls => 5)).owner$$), 'newcomer, known', 'set_budget');
SELECT is(pg_temp.first($$SELECT left(torale.create_api_key('web'), 3)$$), 'sk_, known', 'create_api_key');
SELECT is(pg_temp.first($$SELECT left(torale.create_feed_token(), 3)$$), 'ft_, known', 'create_feed_token');
SELECT is(pg_temp.first($$SELECT (torale.request_preview('What is new?')).owner$$), 'newcomer, unknown', 'request_preview, which needs no row');
SELECT is(pg_temp.first($$SELECT (torale.request_suggestion('Tell me when it is released')).owner$$), 'newcomer, unknown', 'request_suggestion neither');
SELECT is(pg_temp.first($$SELECT torale.mark_read()$$), '0, unknown', 'mark_read');

-- ---- tasks ----
-- Users do not choose ids; this one is known to what follows.
ALTER TABLE torale.tasks ALTER COLUMN id SET DEFAULT '0a000000-0000-7000-8000-000000000001';
SELECT is(pg_temp.me($$INSERT INTO torale.tasks (name, search_query, condition_description, schedule, timezone, notify_behavior, search_options, context, mode)
    VALUES ('mine', 'What is new?', 'a version', '0 9 * * *', 'Europe/Berlin', 'always', '{"max_results": 5}', '{"a": 1}', 'pipeline') RETURNING state$$),
    'active', 'a task by columns');
ALTER TABLE torale.tasks ALTER COLUMN id SET DEFAULT torale.uuid_v7();
SELECT is(pg_temp.me('SELECT (torale.next_run(t)) > now() FROM torale.tasks t'), 'true', 'is planned');
SELECT is(pg_temp.me('SELECT next_run > now() FROM torale.task_overview'), 'true', 'as its overview says');
SELECT is(pg_temp.me($$UPDATE torale.tasks SET schedule = '0 10 * * *' WHERE name = 'mine' RETURNING schedule$$), '0 10 * * *', 'it is changed by columns');
SELECT is(pg_temp.me($$SELECT (torale.update_task('0a000000-0000-7000-8000-000000000001', name => 'renamed')).name$$), 'renamed', 'update_task');
SELECT is(pg_temp.me($$SELECT (torale.pause_task('0a000000-0000-7000-8000-000000000001')).state$$), 'paused', 'pause_task');
SELECT is(pg_temp.me($$SELECT (torale.resume_task('0a000000-0000-7000-8000-000000000001')).state$$), 'active', 'resume_task');
SELECT is(pg_temp.me($$SELECT (torale.create_task('What is newer?', name => 'two', notifications => '[{"type": "webhook", "url": "https://example.com/two"}]', run_immediately => true)).name$$), 'two', 'create_task with a webhook');
SELECT is(pg_temp.me('SELECT count(*) FROM torale.task_channels'), '1', 'which is linked');
SELECT is(pg_temp.me($$SELECT (torale.create_task_from('{"search_query": "What is newest?", "state": "paused"}')).state$$), 'paused', 'create_task_from');
SELECT is(pg_temp.me($$SELECT (torale.complete_task(id)).state FROM torale.tasks WHERE name = 'two'$$), 'completed', 'complete_task');
SELECT is(pg_temp.me($$SELECT (torale.delete_task(id)).name FROM torale.tasks WHERE name = 'two'$$), 'two', 'delete_task');
SELECT is(pg_temp.me($$SELECT count(*) FROM torale.estimate('0a000000-0000-7000-8000-000000000001')$$), '1', 'estimate');
SELECT is(pg_temp.me($$SELECT count(*) FROM torale.next_runs('0 9 * * *')$$), '5', 'next_runs');

-- ---- runs ----
SELECT is(pg_temp.me($$SELECT (torale.run_task('0a000000-0000-7000-8000-000000000001')).status$$), 'pending', 'run_task');
SELECT is(pg_temp.me($$SELECT torale.run_task('0a000000-0000-7000-8000-000000000001')$$), 'PT409 the task is running', 'once at a time');
SELECT is(pg_temp.me($$SELECT (torale.cancel_execution(id)).status FROM torale.executions WHERE trigger = 'manual'$$), 'cancelled', 'cancel_execution');
SELECT is(pg_temp.me($$SELECT (torale.request_preview('What is new?', 'a version')).status$$), 'pending', 'request_preview');
SELECT is(pg_temp.me($$SELECT (torale.request_suggestion('Tell me when it is released')).status$$), 'pending', 'request_suggestion');
SELECT is(pg_temp.me($$SELECT count(*) FROM torale.executions WHERE owner = 'webber'$$), '3', 'they are theirs');
SELECT matches(pg_temp.me($$SELECT torale.explain(id) FROM torale.executions WHERE trigger = 'manual'$$), 'cancelled', 'explain');

-- ---- what they are told ----
INSERT INTO torale.notifications (id, kind, task_id, owner, title, body)
VALUES ('01000000-0000-7000-8000-000000000001', 'finding', '0a000000-0000-7000-8000-000000000001', 'webber', 'News', 'It is out.');
SELECT is(pg_temp.me('SELECT finding FROM torale.findings'), 'It is out.', 'findings');
SELECT is(pg_temp.me($$SELECT torale.mark_read('01000000-0000-7000-8000-000000000001')$$), '1', 'mark_read');
SELECT is(pg_temp.me('SELECT torale.mark_read()'), '0', 'is done');
SELECT is(pg_temp.me($$SELECT (torale.create_channel('webhook', 'hook', 'https://example.com/hook')).channel.label$$), 'hook', 'create_channel');
SELECT is(pg_temp.me($$SELECT (torale.request_channel_test(id)).trigger FROM torale.channels WHERE label = 'hook'$$), 'test', 'request_channel_test');
SELECT is(pg_temp.me($$INSERT INTO torale.task_channels (task_id, channel_id) SELECT '0a000000-0000-7000-8000-000000000001', id FROM torale.channels WHERE label = 'hook' RETURNING owner$$), 'webber', 'a channel is linked');
SELECT is(pg_temp.me($$SELECT (torale.delete_channel(id)).label FROM torale.channels WHERE label = 'hook'$$), 'hook', 'delete_channel');
SELECT is(pg_temp.me($$INSERT INTO torale.memories (task_id, content) VALUES ('0a000000-0000-7000-8000-000000000001', 'Version 1 was old.') RETURNING kind$$), 'note', 'a memory');
SELECT is(pg_temp.me($$INSERT INTO torale.documents (url, body) VALUES ('note:mine', 'Version 3.') RETURNING owner$$), 'webber', 'a document');
SELECT is(pg_temp.me($$SELECT (torale.add_feed('https://example.com/feed')).url$$), 'https://example.com/feed', 'add_feed');
SELECT is(pg_temp.me($$UPDATE torale.feeds SET enabled = false RETURNING enabled$$), 'false', 'a feed is switched off');

-- ---- budgets, health ----
SELECT is(pg_temp.me($$SELECT (torale.set_budget('owner', max_calls => 5)).set_by$$), 'owner', 'set_budget');
SELECT is(pg_temp.me('SELECT budget FROM torale.budget_status'), 'owner webber', 'budget_status');
SELECT is(pg_temp.me('SELECT torale.drop_budget(id) FROM torale.budgets'), '', 'drop_budget');
SELECT ok(pg_temp.me('SELECT torale.health() ->> ''ok''') IN ('true', 'false'), 'health');
SELECT cmp_ok(pg_temp.me('SELECT count(*) FROM torale.doctor()')::integer, '>', 5, 'doctor');
SELECT is(pg_temp.me(format('SELECT count(*) >= 0 FROM torale.%I', v)), 'true', 'the view ' || v)
FROM unnest('{activity,queue,execution_steps,worker_status,provider_status,usage_by_day}'::text[]) v;
SELECT cmp_ok(pg_temp.me('SELECT count(*) FROM torale.events()')::integer, '>', 3, 'events');
SELECT matches(pg_temp.me('SELECT torale.stop_workers(current_database())'), '^42501 ', 'stop_workers is not for them');
SELECT matches(pg_temp.as_web('webber', 'SELECT torale.stop_workers(current_database())', 'torale_admin'), '^42501 ', 'nor for an administrator by token');

-- ---- by an API key ----
SELECT is(pg_temp.by_key('webber', 'SELECT string_agg(name, '', '' ORDER BY name) FROM torale.tasks WHERE state = ''active'''), 'renamed', 'a key sees the tasks of its owner');
SELECT is(pg_temp.by_key('webber', $$SELECT (torale.run_task('0a000000-0000-7000-8000-000000000001')).owner$$), 'webber', 'and runs one');
SELECT is(pg_temp.by_key('webber', $$INSERT INTO torale.tasks (search_query, state) VALUES ('By key?', 'paused') RETURNING owner$$), 'webber', 'and makes one');
SELECT is(pg_temp.by_key('pg:somebody', $$SELECT (torale.create_task('By key?', state => 'paused')).owner$$), 'pg:somebody', 'also of a database user');
SELECT is(pg_temp.by_key('other', 'SELECT count(*) FROM torale.executions'), '0', 'and of others nothing');

-- ---- limits and deactivation ----
UPDATE torale.users SET active_task_limit = 1 WHERE id = 'webber';
SELECT is(pg_temp.me($$INSERT INTO torale.tasks (search_query) VALUES ('One more?')$$), 'PT429 the limit of 1 active tasks is reached', 'a limit holds over HTTP');
UPDATE torale.users SET is_active = false WHERE id = 'webber';
SELECT is(pg_temp.me($$SELECT torale.run_task('0a000000-0000-7000-8000-000000000001')$$), '42501 this user is deactivated', 'who is deactivated runs nothing, even within a request that had begun');

SELECT * FROM finish();
ROLLBACK;
