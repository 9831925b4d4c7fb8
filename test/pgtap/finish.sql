-- One transaction ends a run: what it writes, when it writes nothing, and whom it tells. Called as
-- the worker calls it, with the fields of src/pg/finish_rows.cpp.
BEGIN;
SELECT plan(87);

SET LOCAL client_min_messages = warning;
CREATE FUNCTION pg_temp.act(command text) RETURNS void LANGUAGE plpgsql AS $$BEGIN EXECUTE command; END$$;
CREATE FUNCTION pg_temp.task(task_name text) RETURNS torale.tasks LANGUAGE sql AS $$SELECT t FROM torale.tasks t WHERE t.name = task_name$$;
CREATE FUNCTION pg_temp.queued(task_name text) RETURNS torale_internal.task_schedule LANGUAGE sql AS $$
    SELECT s FROM torale_internal.task_schedule s WHERE s.task_id = (pg_temp.task(task_name)).id
$$;
CREATE FUNCTION pg_temp.told(task_name text) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM torale.notifications n WHERE n.task_id = (pg_temp.task(task_name)).id AND n.kind = 'finding'
$$;
-- Makes the task due at an instant and claims it then. What the claim returned, or null.
CREATE FUNCTION pg_temp.claim(task_name text, at timestamptz DEFAULT now()) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    claimed jsonb;
BEGIN
    UPDATE torale_internal.task_schedule SET next_run_at = at, slot = at
    WHERE task_id = (pg_temp.task(task_name)).id AND next_run_at IS NOT NULL AND execution_id IS NULL;
    UPDATE torale_internal.task_schedule SET next_run_at = 'infinity' WHERE task_id <> (pg_temp.task(task_name)).id AND next_run_at IS NOT NULL;
    SET LOCAL SESSION AUTHORIZATION torale_worker;
    SELECT to_jsonb(c) INTO claimed FROM torale_internal.claim_due(at, 10, '3 min', 'me', false) c;
    RESET SESSION AUTHORIZATION;
    RETURN claimed;
END
$$;
-- What a run ends with unless `differing` says otherwise; `quotes` cite one source.
CREATE FUNCTION pg_temp.finish(claimed jsonb, differing jsonb DEFAULT '{}', quotes text[] DEFAULT '{}', at timestamptz DEFAULT now(), said text DEFAULT 'Version 2 is out. Get it now.')
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    run jsonb := jsonb_build_object('execution_id', claimed ->> 'execution_id', 'task_id', claimed ->> 'task_id', 'token', claimed -> 'token',
        'trigger', 'schedule', 'status', 'success', 'steps', '[]'::jsonb, 'tokens_in', 0, 'tokens_out', 0, 'cost_usd', 0, 'attempts', 1,
        'consecutive_failures', 0, 'judged', true, 'scheduled_for', claimed -> 'slot', 'next_slot', at + interval '1 day', 'next_run_at', at + interval '1 day',
        'task_seen', claimed -> 'task_seen', 'complete', false, 'complete_if_told', false, 'slots', 1) || differing;
    written uuid[];
BEGIN
    SET LOCAL SESSION AUTHORIZATION torale_worker;
    written := torale_internal.finish(jsonb_build_array(run),
        jsonb_build_array(jsonb_build_object('execution_id', claimed ->> 'execution_id', 'url', 'https://example.com/' || md5(said), 'title', 'News', 'snippet', said,
            'provider', 'builtin', 'content_hash', md5(said))),
        coalesce((SELECT jsonb_agg(jsonb_build_object('execution_id', claimed ->> 'execution_id', 'content_hash', md5(said), 'quote', q)) FROM unnest(quotes) q), '[]'),
        jsonb_build_array(jsonb_build_object('execution_id', claimed ->> 'execution_id', 'content', 'looked at ' || at)), at);
    RESET SESSION AUTHORIZATION;
    RETURN cardinality(written);
END
$$;
CREATE FUNCTION pg_temp.finding(once boolean DEFAULT false) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('verdict', 'met', 'confidence', 80, 'evidence', 'It is out.', 'tell', 'finding', 'title', 'News', 'body', 'It is out.', 'fingerprint', 'f')
        || CASE WHEN once THEN '{"complete": true, "complete_if_told": true}' ELSE '{}'::jsonb END
$$;
-- Everything but the queue's bookkeeping, to show that a call wrote nothing.
CREATE FUNCTION pg_temp.everything() RETURNS text LANGUAGE sql AS $$
    SELECT concat((SELECT string_agg(x::text, '|' ORDER BY x::text) FROM torale.executions x), (SELECT string_agg(x::text, '|' ORDER BY x::text) FROM torale.sources x),
        (SELECT string_agg(x::text, '|' ORDER BY x::text) FROM torale.citations x), (SELECT string_agg(x::text, '|' ORDER BY x::text) FROM torale.notifications x),
        (SELECT string_agg(x::text, '|' ORDER BY x::text) FROM torale.deliveries x), (SELECT string_agg(x::text, '|' ORDER BY x::text) FROM torale.memories x),
        (SELECT string_agg(x::text, '|' ORDER BY x::text) FROM torale.tasks x), (SELECT string_agg(x::text, '|' ORDER BY x::text) FROM torale_internal.task_schedule x))
$$;
SELECT id AS hook FROM torale.create_channel('webhook', 'hook', 'https://example.com/hook') \gset
SELECT id AS spare FROM torale.create_channel('webhook', 'spare', 'https://example.com/spare', is_default => true) \gset
SELECT count(torale.create_task('Is version 2 out?', name => n, schedule => '0 9 * * *', notify_behavior => b, channels => ARRAY[:'hook']::uuid[]))
FROM (VALUES ('one', 'once'), ('two', 'once'), ('often', 'always'), ('every', 'always'), ('stale', 'once'), ('paused', 'once'), ('completed', 'once'), ('deleted', 'once'),
    ('inactive', 'once'), ('again', 'once'), ('late', 'always'), ('hand', 'once'), ('edited', 'always'), ('quoted', 'once')) v (n, b);

SELECT count(torale.create_task('Is version 2 out?', name => 'free'));

-- ---- claiming ----
CREATE TEMP TABLE runs (name text, claimed jsonb);
INSERT INTO runs SELECT 'one', pg_temp.claim('one');
SELECT is((SELECT claimed ->> 'name' FROM runs), 'one', 'a due task is claimed');
SELECT results_eq($$SELECT status, trigger, attempts, scheduled_for, owner FROM torale.executions WHERE task_id = (pg_temp.task('one')).id$$,
    $$VALUES ('running', 'schedule', 1::smallint, now(), 'pg:postgres')$$, 'its execution is written with the claim');
SELECT ok((pg_temp.queued('one')).lease_until > now(), 'with a lease');
SELECT is(pg_temp.claim('one'), NULL, 'what is leased is not claimed');
SELECT is(pg_temp.claim('two', now() + interval '1 hour') ->> 'name', 'two', 'the next one is, when it is due');
UPDATE torale_internal.task_schedule SET next_run_at = now() + interval '1 second' WHERE task_id = (pg_temp.task('stale')).id;
SELECT is((SELECT count(*) FROM torale_internal.claim_due(now(), 10, '3 min', 'me', false)), 0::bigint, 'what is not due is not claimed');

-- ---- once ----
CREATE TEMP TABLE before AS SELECT pg_temp.everything() AS text;
SELECT throws_ok($$SELECT pg_temp.act('DO $do$ BEGIN PERFORM pg_temp.finish((SELECT claimed FROM runs WHERE name = ''one''), pg_temp.finding(true), ''{Version 2 is out}''); RAISE ''crash'' USING ERRCODE = ''XX000''; END $do$')$$,
    'XX000', 'crash', 'a transaction that fails after finish()');
SELECT is(pg_temp.everything(), (SELECT text FROM before), 'leaves nothing behind');
SELECT is(pg_temp.finish(claimed, pg_temp.finding(true), '{Version 2 is out}'), 1, 'a finding') FROM runs WHERE name = 'one';
SELECT results_eq($$SELECT status, verdict, condition_met, confidence, evidence, finished_at, cardinality(source_ids) FROM torale.executions WHERE task_id = (pg_temp.task('one')).id$$,
    $$VALUES ('success', 'met', true, 80::smallint, 'It is out.', now(), 1)$$, 'is recorded');
SELECT results_eq($$SELECT kind, title, body, relation FROM torale.notifications WHERE task_id = (pg_temp.task('one')).id$$, $$VALUES ('finding', 'News', 'It is out.', 'new')$$, 'told');
SELECT results_eq(format($$SELECT d.channel_id, d.status FROM torale.deliveries d JOIN torale.notifications n ON n.id = d.notification_id WHERE n.task_id = (pg_temp.task('one')).id$$),
    format('VALUES (%L::uuid, ''pending'')', :'hook'), 'sent on the task''s channel, not on the default one');
SELECT results_eq($$SELECT c.quote, c.quote_offset, s.snippet FROM torale.citations c JOIN torale.sources s ON s.id = c.source_id WHERE c.task_id = (pg_temp.task('one')).id$$,
    $$VALUES ('Version 2 is out', 0, 'Version 2 is out. Get it now.')$$, 'with its quote');
SELECT is((SELECT count(*) FROM torale.memories WHERE task_id = (pg_temp.task('one')).id), 1::bigint, 'remembered');
SELECT is((pg_temp.task('one')).state, 'completed', 'and the task is completed');
SELECT is((pg_temp.queued('one')).next_run_at, NULL, 'so it does not run again');
SELECT results_eq($$SELECT lease_until, execution_id, attempt FROM pg_temp.queued('one')$$, $$VALUES (NULL::timestamptz, NULL::uuid, 0::smallint)$$, 'and its lease is free');
SELECT is(pg_temp.finish(claimed, pg_temp.finding(true), '{Version 2 is out}'), 0, 'finishing it a second time writes nothing') FROM runs WHERE name = 'one';
SELECT is(pg_temp.told('one'), 1::bigint, 'and tells nothing');
SELECT results_eq($$SELECT quotes, sources, confidence FROM torale.findings WHERE task = 'one'$$,
    format('VALUES (''{Version 2 is out}''::text[], ARRAY[%L], 80::smallint)', 'https://example.com/' || md5('Version 2 is out. Get it now.')), 'torale.findings shows it');

-- ---- a finding without a quote is none ----
INSERT INTO runs SELECT 'quoted', pg_temp.claim('quoted');
SELECT throws_like($$SELECT pg_temp.finish(claimed, pg_temp.finding(true), '{Version 3 is out}') FROM runs WHERE name = 'quoted'$$, 'the quote does not stand in its source', 'a quote that is not in its source is refused');
SELECT is(pg_temp.finish(claimed, pg_temp.finding(false), '{}'), 1, 'a finding without a quote') FROM runs WHERE name = 'quoted';
SELECT is(pg_temp.told('quoted'), 0::bigint, 'is not told');
SELECT is((pg_temp.task('quoted')).state, 'active', 'and completes nothing');
INSERT INTO runs SELECT 'quoted 2', pg_temp.claim('quoted', now() + interval '1 second');
SELECT is(pg_temp.finish(claimed, pg_temp.finding(true), E'{"VERSION\u00a02  is\nout"}'), 1, 'case and white space of a quote') FROM runs WHERE name = 'quoted 2';
SELECT is(pg_temp.told('quoted'), 1::bigint, 'are no matter');

-- ---- always ----
INSERT INTO runs SELECT 'often', pg_temp.claim('often');
SELECT is(pg_temp.finish(claimed, pg_temp.finding(), '{Version 2 is out}'), 1, 'a task that is always told') FROM runs WHERE name = 'often';
SELECT is((pg_temp.task('often')).state, 'active', 'stays active');
SELECT is((pg_temp.queued('often')).next_run_at, now() + interval '1 day', 'with its next run');
INSERT INTO runs SELECT 'often 2', pg_temp.claim('often', now() + interval '1 day');
SELECT is(pg_temp.finish(claimed, pg_temp.finding(), '{version 2 IS out}', now() + interval '1 day'), 1, 'the same quote the next day') FROM runs WHERE name = 'often 2';
SELECT is(pg_temp.told('often'), 1::bigint, 'is not told again');
SELECT is((SELECT skip_reason FROM torale.executions e, runs WHERE runs.name = 'often 2' AND e.id = (claimed ->> 'execution_id')::uuid), 'already_told', 'and the execution says why');
INSERT INTO runs SELECT 'often 3', pg_temp.claim('often', now() + interval '2 days');
SELECT is(pg_temp.finish(claimed, pg_temp.finding(), '{Version 2 is out,Get it now}', now() + interval '2 days'), 1, 'one quote more') FROM runs WHERE name = 'often 3';
SELECT is(pg_temp.told('often'), 2::bigint, 'is news');
INSERT INTO runs SELECT 'often 4', pg_temp.claim('often', now() + interval '200 days');
SELECT is(pg_temp.finish(claimed, pg_temp.finding(), '{Version 2 is out}', now() + interval '200 days'), 1, 'the same beyond the horizon') FROM runs WHERE name = 'often 4';
SELECT is(pg_temp.told('often'), 3::bigint, 'is told again');
UPDATE torale.tasks SET dedupe_horizon = '0' WHERE name = 'every';
INSERT INTO runs SELECT 'every 0', pg_temp.claim('every', now() - interval '1 day');
SELECT is(pg_temp.finish(claimed, pg_temp.finding(), '{}', now() - interval '1 day'), 1, 'a finding without a quote') FROM runs WHERE name = 'every 0';
SELECT is(pg_temp.told('every'), 0::bigint, 'is not told even with a horizon of 0');
SELECT is((SELECT skip_reason FROM torale.executions e, runs WHERE runs.name = 'every 0' AND e.id = (claimed ->> 'execution_id')::uuid), 'ungrounded', 'and the execution says why');
INSERT INTO runs SELECT 'every', pg_temp.claim('every');
SELECT is(pg_temp.finish(claimed, pg_temp.finding(), '{Version 2 is out}'), 1, 'with a horizon of 0') FROM runs WHERE name = 'every';
INSERT INTO runs SELECT 'every 2', pg_temp.claim('every', now() + interval '1 day');
SELECT is(pg_temp.finish(claimed, pg_temp.finding(), '{Version 2 is out}', now() + interval '1 day'), 1, 'the same quote') FROM runs WHERE name = 'every 2';
SELECT is(pg_temp.told('every'), 2::bigint, 'is told every time');
-- Resumed after it was told: nothing new, so it is not told and must not fall out of the queue.
SELECT count(torale.resume_task(id)) FROM torale.tasks WHERE name = 'one';
INSERT INTO runs SELECT 'one 2', pg_temp.claim('one', now() + interval '1 day');
SELECT is(pg_temp.finish(claimed, pg_temp.finding(true), '{Version 2 is out}', now() + interval '1 day'), 1, 'a resumed task that finds the same') FROM runs WHERE name = 'one 2';
SELECT is((pg_temp.task('one')).state || ', told ' || pg_temp.told('one'), 'active, told 1', 'tells nothing, and stays active');
SELECT is((pg_temp.queued('one')).next_run_at, now() + interval '2 days', 'with its next run');
INSERT INTO runs SELECT 'one 3', pg_temp.claim('one', now() + interval '2 days');
SELECT is(pg_temp.finish(claimed, pg_temp.finding() || '{"complete": true, "next_slot": null, "next_run_at": null}', '{Version 2 is out}', now() + interval '2 days'), 1, 'after its last slot')
FROM runs WHERE name = 'one 3';
SELECT is((pg_temp.task('one')).state || ', told ' || pg_temp.told('one'), 'completed, told 1', 'it is completed all the same');

-- ---- what became of the task meanwhile is final ----
INSERT INTO runs SELECT n, pg_temp.claim(n) FROM unnest('{stale,paused,completed,deleted,inactive}'::text[]) n;
UPDATE torale_internal.task_schedule SET lease_token = lease_token + 1000 WHERE task_id = (pg_temp.task('stale')).id;
SELECT count(torale.pause_task(id)) FROM torale.tasks WHERE name = 'paused';
SELECT count(torale.complete_task(id)) FROM torale.tasks WHERE name = 'completed';
CREATE TEMP TABLE gone AS SELECT id FROM torale.tasks WHERE name = 'deleted';
SELECT count(torale.delete_task(id)) FROM torale.tasks WHERE name = 'deleted';
UPDATE torale.users SET is_active = false WHERE id = 'pg:postgres';
UPDATE torale.users SET is_active = true WHERE id = 'pg:postgres';
SELECT is((SELECT count(*) FROM torale.tasks WHERE state = 'active'), 0::bigint, 'deactivation pauses what runs');
UPDATE before SET text = pg_temp.everything();
SELECT is(pg_temp.finish(claimed, pg_temp.finding(true), '{Version 2 is out}'), 0, 'a late result writes nothing: ' || name) FROM runs WHERE name IN ('stale', 'paused', 'completed', 'deleted', 'inactive');
SELECT is(pg_temp.everything(), (SELECT text FROM before), 'no row, no lease, no revival');
SELECT results_eq($$SELECT r.name, status, skip_reason FROM torale.executions e JOIN runs r ON e.id = (claimed ->> 'execution_id')::uuid WHERE r.name IN ('paused', 'completed', 'inactive') ORDER BY 1$$,
    $$VALUES ('completed', 'cancelled', 'completed'), ('inactive', 'cancelled', 'paused'), ('paused', 'cancelled', 'paused')$$, 'their executions are cancelled, with the reason');
SELECT count(torale.resume_task(id)) FROM torale.tasks WHERE state = 'paused';
SELECT is(pg_temp.finish(claimed, pg_temp.finding(true), '{Version 2 is out}'), 0, 'not even after it is resumed') FROM runs WHERE name = 'paused';

-- ---- retries and slots ----
INSERT INTO runs SELECT 'again', pg_temp.claim('again');
SELECT is(pg_temp.finish(claimed, '{"status": "retrying", "error_category": "server", "judged": false}' || jsonb_build_object('next_slot', NULL, 'next_run_at', now() + interval '5 seconds')), 1, 'a run that is to be tried again')
FROM runs WHERE name = 'again';
SELECT results_eq($$SELECT slot, next_run_at, lease_until, attempt FROM pg_temp.queued('again')$$, $$VALUES (now(), now() + interval '5 seconds', NULL::timestamptz, 1::smallint)$$, 'keeps its slot');
INSERT INTO runs SELECT 'again 2', pg_temp.claim('again', now() + interval '5 seconds');
SELECT is((SELECT count(DISTINCT claimed ->> 'execution_id') FROM runs WHERE name LIKE 'again%'), 1::bigint, 'its next attempt is the same execution');
SELECT is((SELECT claimed ->> 'attempt' FROM runs WHERE name = 'again 2'), '2', 'with the next number');
SELECT results_eq($$SELECT status, attempts, scheduled_for, started_at FROM torale.executions WHERE task_id = (pg_temp.task('again')).id$$, $$VALUES ('running', 2::smallint, now(), now())$$, 'for the same slot');
SELECT throws_ok($$INSERT INTO torale.executions (task_id, trigger, scheduled_for, owner) VALUES ((pg_temp.task('again')).id, 'schedule', now(), 'pg:postgres')$$, '23505', NULL, 'a slot has one row at most');
INSERT INTO runs SELECT 'late', pg_temp.claim('late', now() - interval '3 days');
SELECT is(pg_temp.finish(claimed, jsonb_build_object('slots', 3, 'slots_from', now() - interval '5 days', 'slots_until', now() - interval '3 days', 'passed_slots', 2, 'passed_from', now() - interval '2 days',
    'passed_until', now() - interval '1 day', 'passed_status', 'skipped', 'passed_reason', 'overlap')), 1, 'a run that took longer than its period') FROM runs WHERE name = 'late';
SELECT results_eq($$SELECT status, slots, slots_from, slots_until, skip_reason FROM torale.executions WHERE task_id = (pg_temp.task('late')).id ORDER BY scheduled_for$$,
    $$VALUES ('success', 3, now() - interval '5 days', now() - interval '3 days', NULL), ('skipped', 2, now() - interval '2 days', now() - interval '1 day', 'overlap')$$, 'has one row, and one for the slots that passed');
INSERT INTO runs SELECT 'late 2', pg_temp.claim('late');
SELECT is(pg_temp.finish(claimed, '{"status": "failed", "error_category": "auth", "error_message": "no", "judged": false, "consecutive_failures": 1, "tell": "failure", "title": "late failed", "body": "no"}'), 1, 'a failure')
FROM runs WHERE name = 'late 2';
SELECT results_eq($$SELECT consecutive_failures, next_run_at FROM pg_temp.queued('late')$$, $$VALUES (1, now() + interval '1 day')$$, 'is counted, and the task goes on');
SELECT is((SELECT count(*) FROM torale.notifications WHERE task_id = (pg_temp.task('late')).id AND kind = 'failure'), 1::bigint, 'its owner is told');

-- ---- by hand ----
UPDATE torale_internal.task_schedule SET next_run_at = now() + interval '7 hours', slot = now() + interval '7 hours' WHERE task_id = (pg_temp.task('hand')).id;
SELECT count(torale.run_task(id)) FROM torale.tasks WHERE name = 'hand';
INSERT INTO runs SELECT 'hand', to_jsonb(c) FROM torale_internal.claim_requests(now(), 10, '3 min', 'me') c;
SELECT is((SELECT claimed ->> 'kind' FROM runs WHERE name = 'hand'), 'manual', 'a run by hand is claimed');
SELECT is(pg_temp.finish(claimed, pg_temp.finding() || '{"trigger": "manual"}' || jsonb_build_object('next_slot', NULL, 'next_run_at', NULL), '{Version 2 is out}'), 1, 'and finished') FROM runs WHERE name = 'hand';
SELECT results_eq($$SELECT slot, next_run_at, lease_until FROM pg_temp.queued('hand')$$, $$VALUES (now() + interval '7 hours', now() + interval '7 hours', NULL::timestamptz)$$, 'the schedule is as it was');
SELECT is((pg_temp.task('hand')).state || ', told ' || pg_temp.told('hand'), 'active, told 1', 'it tells, and does not change the state');
SELECT is((SELECT count(*) FROM torale_internal.requests), 0::bigint, 'and its request is gone');
-- The owner changes the schedule while a run is under way.
INSERT INTO runs SELECT 'edited', pg_temp.claim('edited');
UPDATE torale.tasks SET schedule = '@yearly' WHERE name = 'edited';
SELECT is(pg_temp.finish(claimed), 1, 'a run whose schedule was changed meanwhile') FROM runs WHERE name = 'edited';
SELECT is((pg_temp.queued('edited')).next_run_at, date_trunc('year', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '1 year', 'is followed by a slot of the new one');

INSERT INTO runs SELECT 'free', pg_temp.claim('free');
UPDATE torale.tasks SET name = 'renamed' WHERE name = 'free';
SELECT is(pg_temp.finish(claimed), 1, 'a run of a task that has no schedule and was renamed meanwhile') FROM runs WHERE name = 'free';
SELECT is((pg_temp.queued('renamed')).next_run_at, now() + interval '1 day', 'is followed by the one it planned');
-- An `at` task is over after its slot, unless its owner gave it another one.
SELECT count(torale.create_task('Is version 2 out?', name => n, notify_behavior => 'always',
    schedule => to_char((now() + interval '1 hour') AT TIME ZONE 'UTC', '"at" YYYY-MM-DD"T"HH24:MI:SS"Z"'))) FROM unnest('{at,at renamed,at moved,at freed,at told}'::text[]) n;
INSERT INTO runs SELECT n, pg_temp.claim(n, now() + interval '1 hour') FROM unnest('{at,at renamed,at moved,at freed,at told}'::text[]) n;
UPDATE torale.tasks SET context = '{}' WHERE name = 'at renamed';
UPDATE torale.tasks SET schedule = '@yearly' WHERE name IN ('at moved', 'at told');
UPDATE torale.tasks SET schedule = NULL WHERE name = 'at freed';
SELECT is((SELECT sum(pg_temp.finish(claimed, CASE WHEN name = 'at told' THEN pg_temp.finding() ELSE '{}' END || '{"complete": true, "next_slot": null, "next_run_at": null}',
    CASE WHEN name = 'at told' THEN '{Version 2 is out}'::text[] ELSE '{}' END, now() + interval '2 hours')) FROM runs WHERE name LIKE 'at%'), 5::bigint, 'tasks that run once at a time');
SELECT results_eq($$SELECT t.name, t.state, s.next_run_at FROM torale.tasks t JOIN torale_internal.task_schedule s ON s.task_id = t.id WHERE t.name LIKE 'at%' ORDER BY 1$$,
    $$SELECT v.name, v.state, v.next FROM (VALUES ('at', 'completed', NULL), ('at freed', 'active', now() + interval '1 minute'),
        ('at moved', 'active', torale_internal.next_slot('@yearly', 'UTC', now())), ('at renamed', 'completed', NULL),
        ('at told', 'active', torale_internal.next_slot('@yearly', 'UTC', now()))) v (name, state, next)$$, 'are over, but those that were rescheduled meanwhile');

-- A once task that a hand had told before its slot came.
SELECT count(torale.create_task('Is version 2 out?', name => 'told by hand', schedule => '0 9 * * *'));
SELECT count(torale.run_task(id)) FROM torale.tasks WHERE name = 'told by hand';
INSERT INTO runs SELECT 'by hand', to_jsonb(c) FROM torale_internal.claim_requests(now(), 10, '3 min', 'me') c;
SELECT is(pg_temp.finish(claimed, pg_temp.finding() || '{"trigger": "manual"}' || jsonb_build_object('next_slot', NULL, 'next_run_at', NULL), '{Version 2 is out}', now() + interval '1 hour'), 1, 'a finding by hand')
FROM runs WHERE name = 'by hand';
SELECT is((pg_temp.task('told by hand')).state || ', told ' || pg_temp.told('told by hand'), 'active, told 1', 'of a once task is told');
INSERT INTO runs SELECT 'its slot', pg_temp.claim('told by hand', now() + interval '2 hours');
SELECT is(pg_temp.finish(claimed, pg_temp.finding(true), '{Get it now}', now() + interval '2 hours'), 1, 'its slot finds something else') FROM runs WHERE name = 'its slot';
SELECT is((pg_temp.task('told by hand')).state || ', told ' || pg_temp.told('told by hand'), 'completed, told 1', 'which is not told, and completes it');
SELECT is((SELECT skip_reason FROM torale.executions e, runs WHERE runs.name = 'its slot' AND e.id = (claimed ->> 'execution_id')::uuid), 'already_told', 'and the execution says why');

-- The question is edited while a run of the old one is under way.
SELECT count(torale.create_task('Is version 2 out?', name => n, notify_behavior => 'always', schedule => '0 9 * * *')) FROM unnest('{asked anew,asked on,asked by hand}'::text[]) n;
UPDATE torale_internal.task_schedule s SET last_judged_at = now() - interval '1 day' FROM torale.tasks t WHERE t.id = s.task_id AND t.name LIKE 'asked%';
INSERT INTO runs SELECT n, pg_temp.claim(n) FROM unnest('{asked anew,asked on}'::text[]) n;
SELECT count(torale.run_task(id)) FROM torale.tasks WHERE name = 'asked by hand';
INSERT INTO runs SELECT 'asked by hand', to_jsonb(c) FROM torale_internal.claim_requests(now(), 10, '3 min', 'me') c;
UPDATE torale.tasks SET search_query = 'Is version 3 out?' WHERE name IN ('asked anew', 'asked by hand');
UPDATE torale.tasks SET context = '{}' WHERE name = 'asked on';
SELECT is((SELECT sum(pg_temp.finish(claimed, CASE name WHEN 'asked by hand' THEN '{"trigger": "manual"}' ELSE '{}' END::jsonb)) FROM runs WHERE name LIKE 'asked%'), 3::bigint, 'runs that were judged');
SELECT results_eq($$SELECT t.name, s.last_judged_at FROM torale.tasks t JOIN torale_internal.task_schedule s ON s.task_id = t.id WHERE t.name LIKE 'asked%' ORDER BY 1$$,
    $$VALUES ('asked anew', NULL::timestamptz), ('asked by hand', NULL), ('asked on', now())$$, 'count for the question that they were asked');
INSERT INTO runs SELECT 'asked 2', pg_temp.claim('asked anew', now() + interval '1 day');
SELECT is(pg_temp.finish(claimed, '{}', '{}', now() + interval '1 day'), 1, 'the next run') FROM runs WHERE name = 'asked 2';
SELECT is((pg_temp.queued('asked anew')).last_judged_at, now() + interval '1 day', 'judges the new one');

SELECT * FROM finish();
ROLLBACK;
