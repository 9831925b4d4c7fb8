-- What the person who runs the server sees and does: doctor(), health(), housekeeping; and runs by
-- hand, cancelling, reading.
BEGIN;
SELECT plan(75);
SET LOCAL client_min_messages = warning;

CREATE FUNCTION pg_temp.diagnosis(name text) RETURNS text LANGUAGE sql AS $$SELECT string_agg(state, ', ') FROM torale.doctor() WHERE "check" = name$$;
CREATE FUNCTION pg_temp.remedy(name text) RETURNS text LANGUAGE sql AS $$SELECT string_agg(fix, ' ') FROM torale.doctor() WHERE "check" = name$$;
CREATE FUNCTION pg_temp.task(task_name text) RETURNS torale.tasks LANGUAGE sql AS $$SELECT t FROM torale.tasks t WHERE t.name = task_name$$;
CREATE FUNCTION pg_temp.queued(task_name text) RETURNS torale_internal.task_schedule LANGUAGE sql AS $$
    SELECT s FROM torale_internal.task_schedule s WHERE s.task_id = (pg_temp.task(task_name)).id
$$;

-- ---- doctor and health ----
SELECT set_eq($$SELECT "check" FROM torale.doctor() WHERE "check" IN ('preload', 'enabled', 'activation', 'scheduler', 'housekeeping')$$,
    '{preload,enabled,activation,scheduler,housekeeping}'::text[], 'doctor() looks at everything a run needs');
SELECT is(pg_temp.diagnosis('preload') || pg_temp.diagnosis('enabled') || pg_temp.diagnosis('activation'), 'okokok', 'this server is set up');
SELECT is_empty($$SELECT "check" FROM torale.doctor() WHERE state = 'ok' AND fix IS NOT NULL$$, 'what is well needs no remedy');
SELECT is(pg_temp.diagnosis('provider builtin') || pg_temp.diagnosis('provider rules'), 'okok', 'the built-in providers need no key');
SELECT is(pg_temp.diagnosis('provider perplexity'), 'no key', 'others do');
SELECT is(pg_temp.remedy('provider perplexity'), 'add PERPLEXITY_API_KEY=… to the file named by torale.secrets_file', 'and doctor() says which and where');
INSERT INTO torale_internal.provider_state (provider, cooling_until, category, message) VALUES ('builtin', now() + interval '1 min', 'rate_limit', 'too many calls');
SELECT is(pg_temp.diagnosis('provider builtin'), 'cooling', 'a provider that rests is named');
SELECT is(torale.health() -> 'cooling_providers', '["builtin"]', 'in health() too');
UPDATE torale.providers SET enabled = false WHERE name = 'gemini';
SELECT is(pg_temp.diagnosis('provider gemini'), NULL, 'one that is switched off is not looked at');
SELECT is(pg_temp.diagnosis('roles'), NULL, 'the roles are well');
CREATE ROLE eve;
GRANT torale_worker TO eve;
SELECT is(pg_temp.remedy('roles'), 'REVOKE torale_worker FROM eve;', 'until somebody becomes a worker');
REVOKE torale_worker FROM eve;
ALTER ROLE torale_user CREATEDB;
SELECT is(pg_temp.diagnosis('roles'), 'problem', 'or a role is given what it must not have');
SELECT matches(pg_temp.remedy('roles'), '^ALTER ROLE torale_user NOSUPERUSER NOCREATEDB ', 'with the remedy');
ALTER ROLE torale_user NOCREATEDB;
SELECT is((torale.health() ->> 'ok')::boolean, torale_internal.is_served(), 'health() is ok where a scheduler serves an active database');
DELETE FROM torale_internal.activation;
SELECT is(pg_temp.diagnosis('activation'), 'held', 'a copy is held');
SELECT is(pg_temp.remedy('activation'), 'SELECT torale.activate();', 'until it is activated');
SELECT is(torale.health() ->> 'ok', 'false', 'and is not well');
SELECT matches(torale.activate(), '^torale is active in database \w+: 0 active tasks, 0 pending deliveries$', 'activate()');
SELECT is(pg_temp.diagnosis('activation'), 'ok', 'mends it');
UPDATE torale_internal.activation SET system_identifier = '1';
SELECT is(pg_temp.diagnosis('activation'), 'held', 'an activation of another cluster is none');
SELECT matches(torale.activate(), '^torale is active', 'it can be renewed');

-- ---- runs by hand ----
SELECT count(torale.create_task('What is new?', name => n, schedule => '0 9 * * *', state => s))
FROM (VALUES ('paused', 'paused'), ('active', 'active'), ('completed', 'completed')) v (n, s);
SELECT results_eq($$SELECT r.trigger, r.status, r.attempts FROM torale.tasks t, torale.run_task(t.id) r$$,
    $$SELECT 'manual', 'pending', 0::smallint FROM generate_series(1, 3)$$, 'a task can be run in every state');
SELECT set_eq('SELECT state FROM torale.tasks', '{paused,active,completed}'::text[], 'which does not change it');
SELECT throws_like($$SELECT torale.run_task((pg_temp.task('paused')).id)$$, 'the task is running', 'a second run is a conflict');
SELECT throws_ok($$SELECT torale.run_task((pg_temp.task('paused')).id)$$, 'PT409', NULL, 'with that SQLSTATE');
SELECT is((torale.run_task((pg_temp.task('paused')).id, force => true, quiet => true)).status, 'pending', 'unless it is forced');
SELECT results_eq($$SELECT status, skip_reason FROM torale.executions WHERE task_id = (pg_temp.task('paused')).id ORDER BY id$$,
    $$VALUES ('cancelled', 'forced'), ('pending', NULL)$$, 'which cancels the first');
SELECT results_eq($$SELECT quiet FROM torale_internal.requests WHERE task_id = (pg_temp.task('paused')).id$$, 'VALUES (true)', 'a quiet run is marked');
SELECT is((SELECT count(*) FROM torale_internal.claim_requests(now(), 10, '3 min', 'me')), 3::bigint, 'workers claim them');
SELECT is((SELECT count(*) FROM torale_internal.claim_requests(now(), 10, '3 min', 'me')), 0::bigint, 'once');
SELECT throws_ok($$SELECT torale.run_task((pg_temp.task('completed')).id)$$, 'PT409', NULL, 'a claimed run is under way');
UPDATE torale.executions SET status = 'retrying' WHERE task_id = (pg_temp.task('completed')).id;
SELECT throws_ok($$SELECT torale.run_task((pg_temp.task('completed')).id)$$, 'PT409', NULL, 'so is one that will be tried again');
SELECT is((SELECT (torale.cancel_execution(e.id)).status FROM torale.executions e WHERE task_id = (pg_temp.task('completed')).id), 'cancelled', 'it can be cancelled');
SELECT is((SELECT count(*) FROM torale_internal.requests WHERE task_id = (pg_temp.task('completed')).id), 0::bigint, 'and leaves the queue');
SELECT throws_ok($$SELECT torale.cancel_execution(id) FROM torale.executions WHERE task_id = (pg_temp.task('completed')).id$$, 'PT409', NULL, 'but not twice');
SELECT count(torale.delete_task(id)) FROM torale.tasks;
SELECT is((SELECT count(*) FROM torale_internal.requests), 0::bigint, 'a deleted task leaves no request');

-- A scheduled run is cancelled: its slot has its row, the task goes on.
SELECT count(torale.create_task('What is new?', name => 'scheduled', schedule => '0 9 * * *'));
UPDATE torale_internal.task_schedule SET next_run_at = now(), slot = now();
CREATE TEMP TABLE run AS SELECT * FROM torale_internal.claim_due(now(), 10, '3 min', 'me', false);
INSERT INTO torale.executions (id, task_id, owner, trigger) SELECT '00000000-0000-7000-8000-000000000001', task_id, owner, 'manual' FROM run;
INSERT INTO torale_internal.requests (execution_id, kind, task_id) SELECT '00000000-0000-7000-8000-000000000001', 'manual', task_id FROM run;
SELECT is((torale.cancel_execution('00000000-0000-7000-8000-000000000001')).status, 'cancelled', 'a run by hand that waits for it is cancelled');
SELECT results_eq('SELECT s.lease_token, e.status, (SELECT count(*) FROM torale_internal.requests) FROM torale_internal.task_schedule s JOIN torale.executions e ON e.id = s.execution_id',
    $$SELECT token, 'running', 0::bigint FROM run$$, 'which does not touch it');
SELECT is((SELECT (torale.cancel_execution(execution_id)).skip_reason FROM run), 'cancelled', 'a scheduled run is cancelled');
SELECT is((pg_temp.queued('scheduled')).next_run_at, torale_internal.next_slot('0 9 * * *', 'UTC', now()), 'its task goes on with the next slot');
SELECT isnt((pg_temp.queued('scheduled')).lease_token, (SELECT token FROM run), 'its token is void');
-- A preview has no task.
CREATE TEMP TABLE preview AS SELECT * FROM torale.request_preview('What is new?', search_options => '{"max_results": 3}');
SELECT results_eq('SELECT trigger, status, task_id, input ->> ''search_query'' FROM preview', $$VALUES ('preview', 'pending', NULL::uuid, 'What is new?')$$, 'a preview is queued');
SELECT is((SELECT c.input::jsonb -> 'search_options' FROM torale_internal.claim_requests(now(), 10, '3 min', 'me') c), '{"max_results": 3}', 'and claimed with what was asked');
SELECT is((SELECT (torale.cancel_execution(id)).status FROM preview), 'cancelled', 'it can be cancelled');
SELECT is((SELECT count(*) FROM torale_internal.requests), 0::bigint, 'and leaves the queue');

-- ---- reading ----
INSERT INTO torale.notifications (kind, title, body, owner) SELECT 'system', 'n' || i, 'text', 'pg:postgres' FROM generate_series(1, 3) i;
SELECT is((SELECT torale.mark_read(id) FROM torale.notifications WHERE title = 'n1'), 1::bigint, 'one is marked as read');
SELECT is((SELECT torale.mark_read(id) FROM torale.notifications WHERE title = 'n1'), 0::bigint, 'once');
SELECT is(torale.mark_read(), 2::bigint, 'then all others');
SELECT throws_ok($$SELECT torale.mark_read('00000000-0000-7000-8000-000000000000')$$, 'PT404', NULL, 'one that is not there is not found');
DELETE FROM torale.notifications;

-- ---- ids ----
CREATE TEMP TABLE ids AS SELECT i, torale.uuid_v7() AS id, clock_timestamp() AS at FROM generate_series(1, 1000) i;
SELECT is((SELECT count(DISTINCT id) FROM ids WHERE id::text ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'), 1000::bigint, 'uuid_v7() has version 7 and the variant of RFC 9562');
SELECT is_empty($$SELECT * FROM ids a JOIN ids b ON b.i = a.i + 1 WHERE left(a.id::text, 18) > left(b.id::text, 18)$$, 'ids do not go back in time');
SELECT is_empty($$SELECT * FROM ids WHERE id < torale_internal.uuid_at(at - interval '1 second') OR id > torale_internal.uuid_at(at + interval '1 second')$$, 'uuid_at() bounds them');

-- ---- housekeeping ----
-- Ids carry the age of their rows; the retention is 90 days, for sources 180.
CREATE FUNCTION pg_temp.aged(days integer, n integer) RETURNS uuid LANGUAGE sql AS $$
    SELECT overlay(torale_internal.uuid_at(now() - days * interval '1 day')::text PLACING lpad(n::text, 4, '0') FROM 33)::uuid
$$;
CREATE TEMP TABLE t AS SELECT (pg_temp.task('scheduled')).id AS task, 'pg:postgres'::text AS who;
DELETE FROM torale.executions;
INSERT INTO torale.executions (id, task_id, owner, trigger, status)
SELECT pg_temp.aged(days, n), task, who, 'manual', status FROM t, (VALUES (100, 1, 'success'), (100, 2, 'success'), (100, 3, 'running'), (100, 4, 'failed'), (80, 5, 'success')) v (days, n, status);
INSERT INTO torale.notifications (id, kind, task_id, execution_id, title, body, owner) SELECT pg_temp.aged(100, 2), 'finding', task, pg_temp.aged(100, 2), 'told', 'It is out.', who FROM t;
INSERT INTO torale.sources (id, task_id, owner, url, snippet, provider, content_hash, last_seen_at)
SELECT pg_temp.aged(days, n), task, who, 'u' || n, 'It is out.', 'builtin', 'h' || n, now() - seen * interval '1 day'
FROM t, (VALUES (200, 1, 200), (200, 2, 200), (200, 3, 1), (100, 4, 100), (200, 5, 200)) v (days, n, seen);
INSERT INTO torale.citations (task_id, owner, execution_id, source_id, quote, quote_offset)
SELECT task, who, pg_temp.aged(100, e), pg_temp.aged(200, s), 'It is out', 0 FROM t, (VALUES (2, 2), (1, 5)) v (e, s);
INSERT INTO torale.channels (id, kind, label, target, owner) SELECT pg_temp.aged(100, n), 'webhook', 'c' || n, 'x', who FROM t, generate_series(1, 2) n;
INSERT INTO torale.deliveries (id, notification_id, channel_id, status, owner)
SELECT pg_temp.aged(100, n), pg_temp.aged(100, 2), pg_temp.aged(100, n), status, who FROM t, (VALUES (1, 'delivered'), (2, 'pending')) v (n, status);
INSERT INTO torale.memories (task_id, owner, content, expires_at) SELECT task, who, c, at FROM t, (VALUES ('forget', now() - interval '1 s'), ('keep', NULL)) v (c, at);
INSERT INTO torale_internal.step_replies (execution_id, key, status, body) SELECT pg_temp.aged(d, n), 'search', 200, '{}' FROM (VALUES (100, 3), (80, 5)) v (d, n);
UPDATE torale_internal.task_schedule SET lease_until = now() - interval '2 hours', lease_owner = 'gone';
-- Previews and tests are kept for 7 days.
INSERT INTO torale.executions (id, owner, trigger, status) SELECT pg_temp.aged(days, n), who, trigger, status
FROM t, (VALUES (8, 10, 'preview', 'success'), (8, 11, 'test', 'failed'), (8, 12, 'preview', 'pending'), (6, 13, 'preview', 'success')) v (days, n, trigger, status);
INSERT INTO torale.notifications (kind, execution_id, title, body, owner) SELECT 'test', pg_temp.aged(8, 11), 'torale test', 'test', who FROM t;
CREATE TEMP TABLE report AS SELECT torale_internal.housekeep(1) AS one_each;
SELECT is((SELECT one_each ->> 'executions' FROM report), '1', 'housekeeping goes in small steps');
ALTER TABLE report ADD the_rest jsonb;
UPDATE report SET the_rest = torale_internal.housekeep();
SELECT set_eq('SELECT id FROM torale.executions WHERE task_id IS NOT NULL', ARRAY[pg_temp.aged(100, 2), pg_temp.aged(100, 3), pg_temp.aged(80, 5)], 'executions that were told, are running or young stay');
SELECT set_eq('SELECT id FROM torale.executions WHERE task_id IS NULL', ARRAY[pg_temp.aged(8, 12), pg_temp.aged(6, 13)], 'previews and tests that are over and old go');
SELECT set_eq('SELECT id FROM torale.sources', ARRAY[pg_temp.aged(200, 2), pg_temp.aged(200, 3), pg_temp.aged(100, 4)], 'sources that are cited, were seen lately or are young stay');
SELECT results_eq($$SELECT quotes FROM torale.findings$$, $$VALUES ('{It is out}'::text[])$$, 'the finding still has its quote');
SELECT set_eq('SELECT status FROM torale.deliveries', '{pending}'::text[], 'a delivery that is pending stays');
SELECT set_eq('SELECT content FROM torale.memories', '{keep}'::text[], 'memories that expired go');
SELECT set_eq('SELECT execution_id FROM torale_internal.step_replies', ARRAY[pg_temp.aged(100, 3)], 'replies of runs that are over go');
SELECT is((pg_temp.queued('scheduled')).lease_until, NULL, 'leases that nobody holds are freed');
SELECT results_eq('SELECT last_run_at, last_report FROM torale_internal.housekeeping', 'SELECT now(), the_rest FROM report', 'the report is kept');
SELECT is((SELECT the_rest ->> 'executions' FROM report), '1', 'with what was removed');
SELECT is_empty('SELECT * FROM jsonb_each_text(torale_internal.housekeep()) WHERE value <> ''0''', 'a second round finds nothing');
SELECT is(torale.install_housekeeping(), 'pg_cron is not installed in this database: the scheduler does the housekeeping', 'without pg_cron the scheduler does it');
SELECT is((SELECT detail FROM torale.doctor() WHERE "check" = 'housekeeping'), 'done by the scheduler', 'and doctor() says so');

-- ---- providers ----
SELECT throws_ok($$INSERT INTO torale.providers (name, kind, adapter) VALUES ('mine', 'search', 'altavista')$$, '22023', 'unknown adapter ''altavista'' for a search provider', 'an unknown adapter is refused');
SELECT throws_ok($$INSERT INTO torale.providers (name, kind, adapter) VALUES ('mine', 'search', 'rules')$$, '22023', NULL, 'and one of another kind');
SELECT throws_ok($$INSERT INTO torale.providers (name, kind, adapter) VALUES ('mine', 'oracle', 'rules')$$, '23514', NULL, 'and an unknown kind');
SELECT lives_ok($$INSERT INTO torale.providers (name, kind, adapter, url, secret_name) VALUES ('mine', 'llm', 'gemini', 'https://llm.example', 'MY_KEY')$$, 'a provider of one''s own is welcome');
SELECT throws_ok($$UPDATE torale.providers SET options = '{"max_tokens_per_page": 512, "volume": 11}' WHERE name = 'perplexity'$$, '22023', 'unknown option ''volume'' for the adapter ''perplexity''', 'an option that the adapter does not know is refused');
SELECT throws_ok($$INSERT INTO torale.providers (name, kind, adapter, options) VALUES ('strict', 'llm', 'rules', '{"temperature": 0}')$$, '22023', NULL, 'also by an adapter that takes none');
SELECT throws_ok($$UPDATE torale.providers SET options = '[]' WHERE name = 'perplexity'$$, '23514', NULL, 'and what is no object');
SELECT lives_ok($$UPDATE torale.providers SET options = '{"max_tokens_per_page": 512}' WHERE name = 'perplexity'$$, 'a known one is welcome');
SELECT is(torale_internal.known_options('gemini') @> '{temperature,thinking_level}', true, 'each adapter names its own');

SELECT * FROM finish();
ROLLBACK;
