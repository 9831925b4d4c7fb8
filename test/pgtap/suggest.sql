-- What may be asked for, what is queued, and what a suggestion becomes.
BEGIN;
SET LOCAL client_min_messages = error;
SELECT plan(26);

-- SQLSTATE: message | detail | hint.
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint text;
BEGIN
    EXECUTE statement;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN format('%s: %s | %s | %s', SQLSTATE, SQLERRM, detail, hint);
END
$$;

-- ---- the request ----
SELECT alike(pg_temp.refusal($$SELECT torale.request_suggestion(NULL)$$), '22023: the prompt is empty | %', 'no prompt');
SELECT alike(pg_temp.refusal($$SELECT torale.request_suggestion(E' \n ')$$), '22023: the prompt is empty | %', 'a blank prompt');
SELECT is(pg_temp.refusal($$SELECT torale.request_suggestion(repeat('x', 8001))$$),
    '22023: the prompt is longer than 8000 characters | It has 8001. | Say in a few sentences what to watch.', 'a prompt that is too long');
SELECT is(pg_temp.refusal($$SELECT torale.request_suggestion(repeat('x', 8000))$$), 'accepted', 'one that is not');
SELECT alike(pg_temp.refusal($$SELECT torale.request_suggestion('when?', '[]')$$), '22023: current_task must be a JSON object | It is array. | %', 'a task that is a list');
SELECT alike(pg_temp.refusal($$SELECT torale.request_suggestion('when?', '"kernel"')$$), '22023: current_task must be a JSON object | It is string. | %', 'a task that is a name');
SELECT alike(pg_temp.refusal($$SELECT torale.request_suggestion('when?', jsonb_build_object('name', repeat('x', 20000)))$$), '22023: current_task is longer than 20000 characters | %', 'a task that is too long');
SELECT alike(pg_temp.refusal($$SELECT torale.request_suggestion('when?', timezone => 'Mars/Olympus')$$), '22023: unknown time zone ''Mars/Olympus'' | %', 'a zone that is none');
SELECT is(pg_temp.refusal($$SELECT torale.request_suggestion('when?', 'null')$$), 'accepted', 'no task in JSON is no task');
SELECT alike(pg_temp.refusal($$CALL torale.suggest('when?')$$), '25001: this procedure commits, so it cannot run inside a transaction block | % | Queue it with SELECT * FROM torale.request_suggestion(…)%', 'a procedure that waits needs no transaction block');
DELETE FROM torale.executions;

SELECT t.id AS task FROM torale.create_task('kernel releases', name => 'kernel', schedule => '@daily', context => '{"secret": "of mine"}') t \gset
SELECT e.id AS asked FROM torale.tasks t, torale.request_suggestion('  once a week please ', to_jsonb(t), 'Europe/Berlin') e WHERE t.name = 'kernel' \gset
SELECT is((SELECT input - 'current_task' FROM torale.executions WHERE id = :'asked'), '{"prompt": "once a week please", "timezone": "Europe/Berlin"}'::jsonb, 'the words and the zone');
SELECT is((SELECT input -> 'current_task' ->> 'name' || ' ' || (input -> 'current_task' ->> 'schedule') FROM torale.executions WHERE id = :'asked'), 'kernel @daily', 'a row of tasks may be given as it is');
SELECT ok((SELECT NOT input -> 'current_task' ?| '{id,owner,context,state,created_at}' FROM torale.executions WHERE id = :'asked'), 'what a suggestion cannot change is left out');
SELECT results_eq('SELECT e.trigger, e.task_id, q.kind, q.task_id FROM torale_internal.requests q JOIN torale.executions e ON e.id = q.execution_id',
    $$VALUES ('suggest', NULL::uuid, 'suggest', NULL::uuid)$$, 'it is queued without a task');
SET LOCAL SESSION AUTHORIZATION torale_worker;
SELECT is((SELECT c.kind || ' ' || (c.input::jsonb ->> 'prompt') FROM torale_internal.claim_requests(now(), 10, '3 min', 'me') c), 'suggest once a week please', 'and claimed');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT status FROM torale.cancel_execution(:'asked')), 'cancelled', 'and can be cancelled');
UPDATE torale.users SET is_active = false WHERE id = 'pg:postgres';
SELECT alike(pg_temp.refusal($$SELECT torale.request_suggestion('when?')$$), '42501: this user is deactivated | %', 'nobody who is deactivated asks');
UPDATE torale.users SET is_active = true WHERE id = 'pg:postgres';
UPDATE torale.executions SET id = overlay(id::text PLACING '017f0000-0000' FROM 1)::uuid WHERE trigger = 'suggest';
SELECT is(torale_internal.housekeep_requests(100), 1::bigint, 'old suggestions go as previews do');

-- ---- the task ----
SELECT results_eq($$SELECT name, search_query, condition_description, schedule, timezone, notify_behavior, search_options, mode, min_interval, context FROM torale.create_task_from(
    '{"name": "lamp", "search_query": "price of the lamp", "condition_description": "a price below $50", "schedule": "0 8 * * *", "timezone": "Europe/Berlin", "notify_behavior": "always",
      "search_options": {"recency": "day"}, "mode": "agent", "min_interval": "1 hour", "context": {"room": 4}}')$$,
    $$VALUES ('lamp', 'price of the lamp', 'a price below $50', '0 8 * * *', 'Europe/Berlin', 'always', '{"recency": "day"}'::jsonb, 'agent', '1 hour'::interval, '{"room": 4}'::jsonb)$$, 'every key has its place');
SELECT results_eq($$SELECT schedule, notify_behavior, timezone, state FROM torale.create_task_from('{"search_query": "price of the bed", "schedule": null, "context": null}')$$,
    $$VALUES (NULL::text, 'once', 'UTC', 'active')$$, 'what is null or absent has its default');
SELECT alike(pg_temp.refusal($$SELECT torale.create_task_from('{"search_query": "price of the bed", "owner": "somebody"}')$$), '22023: a task has no owner | It has channels, %timezone. | Leave it out: task - ''owner''.', 'an unknown key is named');
SELECT is(pg_temp.refusal($$SELECT torale.create_task_from('{"search_query": {"text": "bed"}}')$$), '22023: search_query must be of the JSON type string | It is object. | It reads {"text": "bed"}.', 'so is a wrong type');
SELECT alike(pg_temp.refusal($$SELECT torale.create_task_from('[]')$$), '22023: a task must be a JSON object | It is array. | %', 'a list is no task');
SELECT alike(pg_temp.refusal($$SELECT torale.create_task_from(NULL)$$), '22023: a task must be a JSON object | It is null. | %', 'nothing is no task');
SELECT alike(pg_temp.refusal($$SELECT torale.create_task_from('{"search_query": "price of the bed", "schedule": "0 25 * * *"}')$$), '22023: unreadable schedule: %', 'a value is checked as everywhere');
SELECT set_eq($$SELECT name FROM torale.task_arguments()$$, (SELECT proargnames FROM pg_proc WHERE oid = 'torale.create_task'::regproc), 'it takes what create_task() takes');

SELECT * FROM finish();
ROLLBACK;
