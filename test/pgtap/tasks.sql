-- The rules of a task, however it is written: states, first runs, refusals, limits. What a run
-- does to it: finish.sql.
BEGIN;
SELECT plan(69);

CREATE ROLE alice LOGIN;
GRANT torale_user TO alice;
CREATE FUNCTION pg_temp.as_user(who text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    PERFORM set_config('client_min_messages', 'warning', true),
            set_config('request.jwt.claims', CASE WHEN who LIKE 'pg:%' THEN '' ELSE jsonb_build_object('sub', who)::text END, true);
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', CASE WHEN who LIKE 'pg:%' THEN substr(who, 4) ELSE 'torale_authenticator' END);
    SET LOCAL ROLE torale_user;
    IF statement ~ '^SELECT|RETURNING' THEN
        EXECUTE statement INTO result;
    ELSE
        EXECUTE statement;
    END IF;
    RESET SESSION AUTHORIZATION;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
CREATE FUNCTION pg_temp.task(task_name text) RETURNS torale.tasks LANGUAGE sql AS $$SELECT t FROM torale.tasks t WHERE t.name = task_name$$;
CREATE FUNCTION pg_temp.schedule(task_name text) RETURNS torale_internal.task_schedule LANGUAGE sql AS $$
    SELECT s FROM torale_internal.task_schedule s JOIN torale.tasks t ON t.id = s.task_id WHERE t.name = task_name
$$;

-- ---- nine transitions, by function and by UPDATE ----
CREATE TEMP TABLE transitions AS
SELECT way, f.state AS old, t.state AS new, format('%s: %s to %s', way, f.state, t.state) AS name
FROM unnest('{function,update}'::text[]) way, unnest('{active,paused,completed}'::text[]) f (state), unnest('{active,paused,completed}'::text[]) t (state);
SELECT count(pg_temp.as_user('pg:alice', format('INSERT INTO torale.tasks (name, search_query, schedule, state) VALUES (%L, ''What is new?'', ''0 9 * * *'', %L)', name, old)))
FROM transitions;
-- A failed streak, so that leaving and entering active can be seen to begin afresh.
UPDATE torale_internal.task_schedule SET consecutive_failures = 3;
CREATE TEMP TABLE outcomes AS
SELECT t.*, pg_temp.as_user('pg:alice', CASE way WHEN 'update' THEN format('UPDATE torale.tasks SET state = %L WHERE name = %L', new, t.name)
    ELSE format('SELECT torale.%s(id) FROM torale.tasks WHERE name = %L', CASE new WHEN 'active' THEN 'resume_task' WHEN 'paused' THEN 'pause_task' ELSE 'complete_task' END, t.name) END) AS outcome
FROM transitions t;
SELECT is((SELECT count(*) FROM outcomes o JOIN torale.tasks t USING (name)), 18::bigint, 'nine transitions, both ways');
SELECT is_empty($$SELECT o.name, outcome FROM outcomes o WHERE outcome ~ '^[0-9A-Z]{5} ' AND NOT (old = 'completed' AND new = 'paused')$$, 'every transition but one is legal');
SELECT results_eq($$SELECT DISTINCT left(outcome, 37) FROM outcomes WHERE old = 'completed' AND new = 'paused'$$,
    $$VALUES ('PT409 a completed task cannot be paus')$$, 'completed to paused is a conflict, both ways');
SELECT is_empty($$SELECT o.name, t.state FROM outcomes o JOIN torale.tasks t USING (name)
    WHERE t.state <> CASE WHEN old = 'completed' AND new = 'paused' THEN old ELSE new END$$, 'each arrives where it should');
SELECT is_empty($$SELECT o.name FROM outcomes o JOIN torale.tasks t USING (name) JOIN torale_internal.task_schedule s ON s.task_id = t.id
    WHERE (t.state = 'active') <> (s.next_run_at IS NOT NULL)$$, 'active tasks have a next run, others have none');
SELECT is_empty($$SELECT o.name FROM outcomes o JOIN torale.tasks t USING (name) JOIN torale_internal.task_schedule s ON s.task_id = t.id
    WHERE (t.state <> old) <> (s.consecutive_failures = 0)$$, 'a change of state ends a streak of failures, and only it does');
SELECT is_empty($$SELECT o.name FROM outcomes o JOIN torale.tasks t USING (name) WHERE (t.state <> old) <> (t.state_changed_at > t.created_at)$$,
    'state_changed_at says when the state changed');
SELECT is(pg_temp.as_user('pg:alice', 'UPDATE torale.tasks SET state = ''asleep'' WHERE name = ''update: active to paused'''), '22023 unknown state ''asleep''', 'there is no fourth state');

-- ---- the same task, made both ways ----
CREATE TEMP TABLE variants (fields jsonb);
INSERT INTO variants VALUES ('{}'), ('{"schedule": "0 9 * * 1"}'), ('{"schedule": "  every   2 hours "}'), ('{"schedule": ""}'),
    ('{"schedule": "@daily", "timezone": "America/New_York"}'), ('{"state": "paused", "schedule": "0 9 * * *"}'), ('{"state": "completed"}'),
    ('{"schedule": "at 2099-12-01T09:00:00Z"}'), ('{"notify_behavior": "always", "dedupe_horizon": "0"}'), ('{"condition_description": "  "}'),
    ('{"min_interval": "1 hour", "max_interval": "1 day"}'), ('{"search_options": {"max_results": 3, "domains": {"allow": ["debian.org"]}}}'), ('{"context": {"ticket": 7}}'),
    ('{"max_interval": "10 years", "dedupe_horizon": "100 years"}'), ('{"search_options": {"published_after": "2026-12-31", "domains": {"deny": ["debian.org"]}}}'),
    ('{"search_options": {"domains": {"allow": ["*.gov.uk", "bbc.co.uk", "alice.github.io"]}}}');
CREATE TEMP TABLE faults (fields jsonb, sqlstate text);
INSERT INTO faults VALUES ('{"search_query": "?"}', '22023'), ('{"search_query": ""}', '22023'), ('{"condition_description": "@LONG"}', '22023'),
    ('{"schedule": "0 25 * * *"}', '22023'), ('{"schedule": "sometimes"}', '22023'), ('{"schedule": "at 2001-01-01T00:00:00Z"}', '22023'),
    ('{"timezone": "Mars/Olympus"}', '22023'), ('{"min_interval": "2 days", "max_interval": "1 day"}', '22023'), ('{"min_interval": "0"}', '22023'),
    ('{"notify_behavior": "daily"}', '22023'), ('{"state": "asleep"}', '22023'), ('{"dedupe_horizon": "-1 day"}', '22023'), ('{"name": ""}', '22023'),
    ('{"search_options": []}', '22023'), ('{"search_options": {"max_results": 0}}', '22023'), ('{"search_options": {"colour": "red"}}', '22023'),
    ('{"search_query": "     "}', '22023'), ('{"max_interval": "10 years 1 day"}', '22023'), ('{"dedupe_horizon": "100 years 1 day"}', '22023'),
    ('{"search_options": {"published_after": "2026-99-99"}}', '22023'), ('{"search_options": {"domains": {"deny": [5]}}}', '22023'),
    ('{"search_options": {"domains": {"allow": ["debian.org", "co.uk"]}}}', '22023'), ('{"search_options": {"domains": {"deny": ["github.io"]}}}', '22023');
-- Renders a call and an INSERT of the same fields.
CREATE FUNCTION pg_temp.write(way text, fields jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    filled jsonb := '{"search_query": "What is new?"}' || CASE WHEN fields ->> 'condition_description' = '@LONG'
        THEN jsonb_build_object('condition_description', repeat('x', 2001)) ELSE fields END;
    names text := (SELECT string_agg(key, ', ' ORDER BY key) FROM jsonb_object_keys(filled) key);
    vals text := (SELECT string_agg(format('%L', value), ', ' ORDER BY key) FROM jsonb_each_text(filled));
    args text := (SELECT string_agg(format('%s => %L', key, value), ', ') FROM jsonb_each_text(filled));
BEGIN
    RETURN pg_temp.as_user('pg:alice', CASE way WHEN 'insert' THEN format('INSERT INTO torale.tasks (%s) VALUES (%s) RETURNING id', names, vals)
        ELSE format('SELECT id FROM torale.create_task(%s)', args) END);
END
$$;
CREATE TEMP TABLE pairs AS SELECT fields, pg_temp.write('function', fields)::uuid AS called, pg_temp.write('insert', fields)::uuid AS inserted FROM variants;
SELECT is_empty($$
    SELECT p.fields FROM pairs p JOIN torale.tasks a ON a.id = called JOIN torale.tasks b ON b.id = inserted
    WHERE to_jsonb(a) - '{id,name,created_at,updated_at,state_changed_at}'::text[] IS DISTINCT FROM to_jsonb(b) - '{id,name,created_at,updated_at,state_changed_at}'::text[]$$,
    'create_task and INSERT make equal tasks');
SELECT is_empty($$
    SELECT p.fields, a, b FROM pairs p LEFT JOIN torale_internal.task_schedule a ON a.task_id = called LEFT JOIN torale_internal.task_schedule b ON b.task_id = inserted
    WHERE to_jsonb(a) - 'task_id' IS DISTINCT FROM to_jsonb(b) - 'task_id' OR a IS NULL$$, 'and equal rows of the queue');
SELECT is((SELECT count(DISTINCT name) FROM pairs p JOIN torale.tasks t ON t.id IN (called, inserted)), (SELECT 2 * count(*) FROM pairs), 'a task without a name gets one of its own');
SELECT is((SELECT t.schedule FROM pairs JOIN torale.tasks t ON t.id = inserted WHERE fields ->> 'schedule' LIKE '%2 hours%'), 'every 2 hours', 'a schedule is stored in its normal form');
CREATE TEMP TABLE refusals AS SELECT f.*, pg_temp.write('function', fields) AS called, pg_temp.write('insert', fields) AS inserted FROM faults f;
SELECT is_empty($$SELECT fields, called, inserted FROM refusals WHERE called <> inserted OR called NOT LIKE sqlstate || ' %'$$, 'both refuse the same, in the same words');
SELECT is_empty($$
    SELECT f.fields, outcome FROM faults f, LATERAL pg_temp.as_user('pg:alice', format('SELECT (torale.update_task(id, %s)).id FROM torale.tasks WHERE id = %L',
        (SELECT string_agg(format('%s => %L', key, replace(value, '@LONG', repeat('x', 2001))), ', ') FROM jsonb_each_text(fields)), (SELECT called FROM pairs LIMIT 1))) outcome
    WHERE outcome NOT LIKE sqlstate || ' %'$$, 'and update_task too');
SELECT is_empty($$SELECT f.fields FROM faults f, pairs p JOIN torale.tasks t ON t.id = p.called WHERE p.fields = '{}' AND to_jsonb(t) @> f.fields$$, 'none of it was stored');

-- ---- the first run ----
CREATE FUNCTION pg_temp.first_run_of(wanted jsonb) RETURNS timestamptz LANGUAGE sql AS $$
    SELECT s.next_run_at FROM pairs p JOIN torale_internal.task_schedule s ON s.task_id = p.called WHERE p.fields = wanted
$$;
SELECT is(pg_temp.first_run_of('{}'), now() + interval '1 minute', 'without a schedule a task first runs in a minute');
SELECT is(pg_temp.first_run_of('{"schedule": "at 2099-12-01T09:00:00Z"}'), '2099-12-01 09:00+00', 'at its time, with one');
SELECT is(pg_temp.first_run_of('{"schedule": "@daily", "timezone": "America/New_York"}'),
    (date_trunc('day', now() AT TIME ZONE 'America/New_York') + interval '1 day') AT TIME ZONE 'America/New_York', 'in its time zone');
SELECT is(pg_temp.first_run_of('{"state": "completed"}'), NULL, 'never, while it is not active');
SELECT is(pg_temp.as_user('pg:alice', $$SELECT (torale.create_task('What is new?', name => 'soon', schedule => '0 0 1 1 *', run_immediately => true)).name$$), 'soon', 'run_immediately');
SELECT is((pg_temp.schedule('soon')).next_run_at, now(), 'makes it due at once');

-- ---- changing it ----
SELECT is(pg_temp.as_user('pg:alice', $$SELECT (torale.update_task((SELECT id FROM torale.tasks WHERE name = 'soon'), schedule => '@yearly', timezone => 'Asia/Tokyo')).schedule$$), '@yearly', 'a new schedule');
SELECT is((pg_temp.schedule('soon')).next_run_at, date_trunc('year', now() AT TIME ZONE 'Asia/Tokyo') AT TIME ZONE 'Asia/Tokyo' + interval '1 year', 'moves the next run');
SELECT is(pg_temp.as_user('pg:alice', $$UPDATE torale.tasks SET name = 'later', context = '{"a": 1}' WHERE name = 'soon' RETURNING updated_at > created_at$$), 'true', 'another change');
SELECT is((pg_temp.schedule('later')).next_run_at, date_trunc('year', now() AT TIME ZONE 'Asia/Tokyo') AT TIME ZONE 'Asia/Tokyo' + interval '1 year', 'does not');
SELECT is(pg_temp.as_user('pg:alice', $$SELECT (torale.update_task((SELECT id FROM torale.tasks WHERE name = 'later'), schedule => '')).schedule$$), NULL, 'an empty schedule clears it');
SELECT is(pg_temp.as_user('pg:alice', $$SELECT torale.update_task((SELECT id FROM torale.tasks WHERE name = 'later'), name => 'function: active to active')$$),
    'PT409 a task with the name ''function: active to active'' exists', 'two tasks of one owner have different names');
SELECT is(pg_temp.as_user('pg:alice', $$SELECT (torale.pause_task(id)).state FROM torale.tasks WHERE name = 'later'$$), 'paused', 'pausing');
SELECT is((pg_temp.schedule('later')).next_run_at, NULL, 'takes it from the queue');
SELECT is(pg_temp.as_user('pg:alice', $$SELECT (torale.delete_task(id)).name FROM torale.tasks WHERE name = 'later'$$), 'later', 'deleting returns what it was');
SELECT is((pg_temp.schedule('later')).task_id, NULL, 'and leaves no row of the queue');
SELECT matches(pg_temp.as_user('pg:alice', $$SELECT torale.resume_task('00000000-0000-7000-8000-000000000000')$$), '^PT404 task .* does not exist$', 'what is deleted is not found');

-- Another question is judged by all that is known; another name is no other question.
CREATE FUNCTION pg_temp.judged_after(change text) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
    task uuid := (SELECT t.id FROM torale.tasks t WHERE t.name LIKE 'judged%');
BEGIN
    UPDATE torale_internal.task_schedule s SET last_judged_at = now() WHERE s.task_id = task;
    IF pg_temp.as_user('pg:alice', format('UPDATE torale.tasks SET %s WHERE id = %L RETURNING id', change, task)) <> task::text THEN
        RAISE 'not changed: %', change;
    END IF;
    RETURN (SELECT s.last_judged_at FROM torale_internal.task_schedule s WHERE s.task_id = task);
END
$$;
SELECT is(pg_temp.as_user('pg:alice', $$SELECT (torale.create_task('What is new?', name => 'judged')).name$$), 'judged', 'a task that was judged');
SELECT is(pg_temp.judged_after(change), NULL, 'is to be judged anew after SET ' || change)
FROM unnest(ARRAY['search_query = ''What is old?''', 'condition_description = ''it is out''', 'search_options = ''{"max_results": 3}''']) change;
SELECT is(pg_temp.judged_after(change), now(), 'is not after SET ' || change) FROM unnest(ARRAY['name = ''judged too''', 'schedule = ''@yearly''']) change;

-- ---- limits and deactivation ----
SELECT is(pg_temp.as_user('webber', $$SELECT (torale.create_task('What is new?', name => 'first')).state$$), 'active', 'a user of the API');
UPDATE torale.users SET active_task_limit = 2 WHERE id = 'webber';
SELECT is(pg_temp.as_user('webber', $$INSERT INTO torale.tasks (name, search_query) VALUES ('second', 'What is new?') RETURNING state$$), 'active', 'has active tasks up to the limit');
SELECT is(pg_temp.as_user('webber', $$SELECT torale.create_task('What is new?', name => 'third')$$), 'PT429 the limit of 2 active tasks is reached', 'and no more');
SELECT is(pg_temp.as_user('webber', $$INSERT INTO torale.tasks (name, search_query) VALUES ('third', 'What is new?')$$), 'PT429 the limit of 2 active tasks is reached', 'by INSERT neither');
SELECT is(pg_temp.as_user('webber', $$SELECT (torale.create_task('What is new?', name => 'third', state => 'paused')).state$$), 'paused', 'paused ones do not count');
SELECT is(pg_temp.as_user('webber', $$SELECT torale.resume_task(id) FROM torale.tasks WHERE name = 'third'$$), 'PT429 the limit of 2 active tasks is reached', 'until they are resumed');
SELECT is(pg_temp.as_user('webber', $$UPDATE torale.tasks SET state = 'active' WHERE name = 'third'$$), 'PT429 the limit of 2 active tasks is reached', 'by UPDATE neither');
SELECT is(pg_temp.as_user('webber', $$SELECT (torale.pause_task(id)).state FROM torale.tasks WHERE name = 'first'$$), 'paused', 'pausing one');
SELECT is(pg_temp.as_user('webber', $$SELECT (torale.resume_task(id)).state FROM torale.tasks WHERE name = 'third'$$), 'active', 'makes room');
SELECT is(pg_temp.as_user('webber', $$SELECT r.trigger FROM torale.tasks t, torale.run_task(t.id) r WHERE t.name = 'first'$$), 'manual', 'a run by hand of a paused task');
SELECT is(pg_temp.as_user('webber', $$SELECT (torale.request_preview('What is new?')).status$$), 'pending', 'a preview');
SELECT is(pg_temp.as_user('webber', $$SELECT (made.channel).label FROM torale.create_channel('webhook', 'hook', 'https://example.com/hook') made$$), 'hook', 'and a channel');
UPDATE torale.users SET is_active = false WHERE id = 'webber';
SELECT results_eq($$SELECT DISTINCT state FROM torale.tasks WHERE owner = 'webber'$$, $$VALUES ('paused')$$, 'deactivation pauses all tasks');
SELECT is((SELECT count(*) FROM torale_internal.task_schedule s JOIN torale.tasks t ON t.id = s.task_id WHERE t.owner = 'webber' AND next_run_at IS NOT NULL), 0::bigint, 'and empties their queue');
SELECT results_eq($$SELECT trigger, status, skip_reason FROM torale.executions WHERE owner = 'webber' ORDER BY 1$$,
    $$VALUES ('manual', 'cancelled', 'deactivated'), ('preview', 'cancelled', 'deactivated')$$, 'what was asked for by hand is cancelled');
SELECT is((SELECT count(*) FROM torale_internal.requests), 0::bigint, 'and not claimed');
SELECT is(pg_temp.as_user('webber', call), '42501 this user is deactivated', 'refused: ' || call) FROM unnest(ARRAY[
    $$SELECT torale.create_task('What is new?')$$, $$SELECT torale.resume_task(id) FROM torale.tasks WHERE name = 'first'$$,
    $$SELECT torale.run_task(id) FROM torale.tasks WHERE name = 'first'$$, $$SELECT torale.request_preview('What is new?')$$,
    $$SELECT torale.create_channel('webhook', 'other', 'https://example.com/hook')$$, $$SELECT torale.request_channel_test(id) FROM torale.channels WHERE label = 'hook'$$]) call;
UPDATE torale.users SET is_active = true WHERE id = 'webber';
SELECT results_eq($$SELECT DISTINCT state FROM torale.tasks WHERE owner = 'webber'$$, $$VALUES ('paused')$$, 'reactivation starts nothing by itself');

-- ---- templates ----
SELECT is((SELECT count(*) FROM torale.task_templates), 14::bigint, 'fourteen templates');
SELECT is_empty($$SELECT id FROM torale.task_templates WHERE pg_temp.as_user('pg:alice', format('SELECT (t).name FROM torale.create_task(template => %L, state => ''paused'') t', id)) <> name$$, 'a task can be made from each');
SELECT is_empty($$SELECT x.id FROM torale.task_templates x LEFT JOIN torale.tasks t ON t.name = x.name AND t.owner = 'pg:alice' AND t.search_query = x.search_query
    AND t.condition_description = x.condition_description AND t.schedule = x.schedule AND t.notify_behavior = x.notify_behavior WHERE t.id IS NULL$$, 'which has its values');
SELECT is(pg_temp.as_user('pg:alice', $$SELECT search_query || ' ' || notify_behavior FROM torale.create_task('Is it out?', template => 'gta-vi-release-date', notify_behavior => 'always', state => 'paused')$$),
    'Is it out? always', 'unless the call has others');

-- Slots that are due when the task is paused, or its run cancelled.
CREATE FUNCTION pg_temp.missed(task_name text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s %s', e.slots, (e.slots_until - e.slots_from), e.skip_reason), ', ' ORDER BY e.id)
    FROM torale.executions e JOIN torale.tasks t ON t.id = e.task_id WHERE t.name = task_name AND e.status = 'missed'
$$;
SELECT count(*) FROM generate_series(1, 3) n, LATERAL (SELECT pg_temp.as_user('pg:alice', format($$SELECT id FROM torale.create_task('What is new?', name => 'late %s', schedule => 'every 1 minute')$$, n))) x;
UPDATE torale_internal.task_schedule s SET slot = date_trunc('minute', now()) - interval '3 minutes', next_run_at = date_trunc('minute', now()) - interval '3 minutes',
    execution_id = CASE WHEN t.name = 'late 2' THEN torale.uuid_v7() END
FROM torale.tasks t WHERE t.id = s.task_id AND t.name LIKE 'late _';
SELECT pg_temp.as_user('pg:alice', 'UPDATE torale.tasks SET state = ''paused'' WHERE name IN (''late 1'', ''late 2'')');
SELECT is(pg_temp.missed('late 1'), '4 00:03:00 paused', 'due slots of a task that is paused are missed, in one row');
SELECT is(pg_temp.missed('late 2'), '3 00:02:00 paused', 'but for the one whose run was claimed');
SELECT is(pg_temp.missed('late 3'), NULL, 'what stays active is not missed');
SELECT is(pg_temp.as_user('pg:alice', 'UPDATE torale.tasks SET state = ''active'' WHERE name = ''late 1'' RETURNING state'), 'active', 'a resumed task goes on');

SELECT * FROM finish();
ROLLBACK;
