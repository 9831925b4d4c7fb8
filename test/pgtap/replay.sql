-- What is judged again, over which sources, at which instant; what a request queues and returns.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(42);

CREATE FUNCTION pg_temp.task(task_name text DEFAULT 'shop') RETURNS uuid LANGUAGE sql AS $$SELECT t.id FROM torale.tasks t WHERE t.name = task_name$$;
CREATE FUNCTION pg_temp.at(day integer) RETURNS timestamptz LANGUAGE sql AS $$SELECT '2026-03-01T10:00:00Z'::timestamptz + day * interval '1 day'$$;
-- A source of the task, known by the letter that its hash repeats.
CREATE FUNCTION pg_temp.store(letter text, text text, task_name text DEFAULT 'shop') RETURNS void LANGUAGE sql AS $$
    INSERT INTO torale.sources (task_id, owner, url, title, snippet, provider, content_hash)
    VALUES (pg_temp.task(task_name), 'pg:postgres', 'https://shop.example/' || letter, 'Offer ' || letter, text, 'builtin', repeat(letter, 64))
$$;
-- A run that was judged by the sources marked: 'a+' was new, 'b-' was seen.
CREATE FUNCTION pg_temp.judged(day integer, verdict text, marks text, task_name text DEFAULT 'shop', trigger text DEFAULT 'schedule') RETURNS uuid LANGUAGE sql AS $$
    INSERT INTO torale.executions (task_id, owner, trigger, status, scheduled_for, started_at, finished_at, verdict, evidence, steps)
    VALUES (pg_temp.task(task_name), 'pg:postgres', trigger, 'success', pg_temp.at(day), pg_temp.at(day), pg_temp.at(day), verdict, 'it was judged',
        jsonb_build_array(jsonb_build_object('kind', 'search', 'started_at', pg_temp.at(day) - interval '5 s', 'detail', jsonb_build_object('sources', 2)),
            jsonb_build_object('kind', 'verify', 'status', 'ok', 'started_at', to_char(pg_temp.at(day) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'detail', jsonb_build_object('sources', (SELECT coalesce(jsonb_agg(repeat(left(m, 1), 16) || right(m, 1) ORDER BY n), '[]') FROM unnest(string_to_array(marks, ' ')) WITH ORDINALITY u (m, n))))))
    RETURNING id
$$;
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

SELECT count(torale.create_task('How much is the lamp?', 'a price below $50', name => n, schedule => '@daily', notify_behavior => 'always')) FROM unnest('{shop,other,fresh,gone}'::text[]) n;
SELECT pg_temp.store('a', 'The lamp costs $80 today.');
SELECT pg_temp.store('b', 'The lamp costs $45 today.');
SELECT pg_temp.store('c', 'The lamp is sold out.');
SELECT pg_temp.judged(0, 'not_met', 'a+') AS one \gset
SELECT pg_temp.judged(1, 'met', 'a- b+') AS two \gset
SELECT pg_temp.judged(2, 'not_met', 'b- c+', trigger => 'manual') AS three \gset
SELECT pg_temp.judged(3, 'not_met', '') AS four \gset
INSERT INTO torale.executions (task_id, owner, trigger, status, scheduled_for, started_at, finished_at, skip_reason)
SELECT pg_temp.task(), 'pg:postgres', 'schedule', 'success', x, x, x, 'unchanged' FROM (SELECT pg_temp.at(4)) y (x);

-- ---- by rules ----
CREATE FUNCTION pg_temp.replay(condition text DEFAULT NULL) RETURNS TABLE (at timestamptz, execution_id uuid, told_verdict text, verdict text, differs boolean, evidence text, quote text, url text, missing_sources integer)
LANGUAGE sql AS $$SELECT * FROM torale.replay(pg_temp.task(), pg_temp.at(0), pg_temp.at(10), condition)$$;
SELECT results_eq('SELECT execution_id, told_verdict, verdict, differs, missing_sources FROM pg_temp.replay()',
    format($$VALUES (%L::uuid, 'not_met', 'not_met', false, 0), (%L, 'met', 'met', false, 0), (%L, 'not_met', 'not_met', false, 0), (%L, 'not_met', 'not_met', false, 0)$$, :'one', :'two', :'three', :'four'),
    'an unchanged goal has the verdicts that were told, oldest first; a run that was not judged is not judged now');
SELECT results_eq('SELECT quote, url FROM pg_temp.replay() WHERE verdict = ''met''', $$VALUES ('The lamp costs $45 today.', 'https://shop.example/b')$$, 'with the quote and its source');
SELECT is((SELECT min(at) FROM pg_temp.replay()), pg_temp.at(0), 'at the instant of the run');
SELECT is((SELECT evidence FROM pg_temp.replay() WHERE execution_id = :'four'), 'the search found nothing', 'what found nothing finds nothing');
SELECT results_eq('SELECT verdict, differs FROM pg_temp.replay(''a price below $100'')',
    $$VALUES ('met', true), ('met', false), ('not_met', false), ('not_met', false)$$, 'another condition shows where it differs');
SELECT results_eq('SELECT verdict, differs FROM pg_temp.replay(''sold out'')',
    $$VALUES ('not_met', false), ('not_met', true), ('met', true), ('not_met', false)$$, 'in both directions, and only by what was new then');
SELECT results_eq(format('SELECT execution_id FROM torale.replay(%L, pg_temp.at(1), pg_temp.at(2))', pg_temp.task()), ARRAY[:'two'::uuid], 'since is in the period, until is not');
SELECT is((SELECT count(*) FROM torale.replay(pg_temp.task(), pg_temp.at(0))), 4::bigint, 'until now when nothing else is said');
SET LOCAL timezone = 'Asia/Kolkata';
SELECT is((SELECT string_agg(verdict, ' ' ORDER BY at) FROM pg_temp.replay()), 'not_met met not_met not_met', 'whatever the time zone of the session');
RESET timezone;
SELECT is((SELECT count(*) FROM torale.notifications) + (SELECT count(*) FROM torale_internal.requests) + (SELECT count(*) FROM torale.memories), 0::bigint, 'nobody is told, nothing is queued or remembered');

-- ---- the clock ----
SELECT pg_temp.store('d', 'The lamp was released on 2 March 2026.', 'other');
SELECT pg_temp.judged(1, 'met', 'd+', 'other') AS dated \gset
SELECT is((SELECT verdict FROM torale.replay(pg_temp.task('other'), pg_temp.at(0), condition_description => 'a date in March 2026')), 'met', 'dates are read');
SELECT is(torale_internal.replay_case(:'dated', '{}') ->> 'at', '2026-03-02T10:00:00.000000Z', 'the clock of a replay is the instant that the run recorded');

-- ---- sources that are gone ----
DELETE FROM torale.sources WHERE content_hash = repeat('a', 64);
SELECT results_eq('SELECT verdict, differs, missing_sources FROM pg_temp.replay() WHERE told_verdict = ''met''', $$VALUES ('met', false, 1)$$, 'a source that is gone is counted, the others are judged');
SELECT results_eq(format('SELECT verdict, differs, evidence, missing_sources FROM pg_temp.replay() WHERE execution_id = %L', :'one'),
    $$VALUES (NULL::text, NULL::boolean, 'none of the sources it was judged by is stored any more', 1)$$, 'without any source there is no verdict');

-- ---- refusals ----
SELECT is(pg_temp.refusal(format('SELECT torale.replay(%L, pg_temp.at(2), pg_temp.at(2))', pg_temp.task())),
    format('22023: since must be before until | since: %s, until: %s | For example since => now() - interval ''7 days''.', pg_temp.at(2), pg_temp.at(2)), 'an empty period');
SELECT alike(pg_temp.refusal(format('SELECT torale.replay(%L, NULL)', pg_temp.task())), '22023: since must be before until | since: null%', 'a period without a beginning');
SELECT alike(pg_temp.refusal('SELECT torale.replay(''01900000-0000-7000-8000-000000000001'', now())'), 'PT404: task 01900000-0000-7000-8000-000000000001 does not exist | owner: %', 'an unknown task');
SELECT is(pg_temp.refusal(format('SELECT torale.replay(%L, pg_temp.at(50), pg_temp.at(51))', pg_temp.task())),
    '22023: no run was judged in this period | The task has 3 judged runs with stored sources, from 2026-03-02 10:00:00 until 2026-03-04 10:00:00 UTC. | Use since => ''2026-03-02 10:00:00 UTC''.', 'a period without runs names the one that has some');
SELECT is(pg_temp.refusal(format('SELECT torale.replay(%L, pg_temp.at(0), pg_temp.at(1))', pg_temp.task())),
    '22023: no source of this period is stored any more | The task has 3 judged runs with stored sources, from 2026-03-02 10:00:00 until 2026-03-04 10:00:00 UTC. | Use since => ''2026-03-02 10:00:00 UTC''.', 'so does a period without sources');
SELECT is(pg_temp.refusal(format('SELECT torale.replay(%L, pg_temp.at(0))', pg_temp.task('fresh'))),
    format('22023: no run was judged in this period | No run of this task was judged over sources that are stored. | Run it first: SELECT torale.run_task(%L);', pg_temp.task('fresh')), 'a task without runs');
SELECT alike(pg_temp.refusal(format('SELECT torale.replay(%L, pg_temp.at(0), judge => ''oracle'')', pg_temp.task())),
    '22023: unknown judge ''oracle'' | Judges are the providers of kind llm: %rules. | %', 'an unknown judge');
SELECT alike(pg_temp.refusal(format('SELECT torale.replay(%L, pg_temp.at(0), pg_temp.at(9), judge => ''gemini'')', pg_temp.task())),
    '0A000: the judge gemini is asked by the scheduler, not by this session | A session makes no calls to the outside. | SELECT torale.request_replay(%', 'a session calls no model');
SELECT alike(pg_temp.refusal(format('SELECT torale.request_replay(%L, pg_temp.at(0), judge => ''gemini'')', pg_temp.task())), '22023: the judge gemini cannot be used | Its key is missing. | %', 'a judge without its key');
UPDATE torale.providers SET enabled = false WHERE name = 'rules';
SELECT alike(pg_temp.refusal(format('SELECT torale.request_replay(%L, pg_temp.at(0), judge => ''rules'')', pg_temp.task())), '22023: the judge rules cannot be used | It is disabled. | %', 'a judge that is disabled');
SELECT alike(pg_temp.refusal(format('SELECT torale.request_replay(%L, pg_temp.at(0))', pg_temp.task())), '22023: no judge is enabled | %', 'no judge at all');
UPDATE torale.providers SET enabled = true WHERE name = 'rules';
SELECT alike(pg_temp.refusal(format('SELECT torale.replay(%L, pg_temp.at(0), condition_description => %L)', pg_temp.task(), ' ')), '22023: condition_description must have 1 to 2000 characters | It has 0. | %', 'an empty condition');
SELECT alike(pg_temp.refusal(format('SELECT torale.replay(%L, pg_temp.at(0), condition_description => repeat(''x'', 2001))', pg_temp.task())), '22023: condition_description must have 1 to 2000 characters | It has 2001. | %', 'a condition that is too long');
SELECT is(pg_temp.refusal('SELECT torale.replay_results(''01900000-0000-7000-8000-000000000001'')'),
    'PT404: replay 01900000-0000-7000-8000-000000000001 does not exist | owner: pg:postgres | torale.request_replay(…) returns the id; results are kept for torale.retention_requests.', 'an unknown replay');

-- ---- a request ----
SELECT torale.request_replay(pg_temp.task(), pg_temp.at(0), pg_temp.at(10), 'sold out') AS replay \gset
SELECT results_eq($$SELECT DISTINCT e.trigger, e.task_id, e.owner, e.status, q.kind, q.task_id FROM torale.executions e JOIN torale_internal.requests q ON q.execution_id = e.id$$,
    $$VALUES ('replay', NULL::uuid, 'pg:postgres', 'pending', 'replay', NULL::uuid)$$, 'its runs take no lease of the task');
SELECT results_eq(format('SELECT execution_id, told_verdict, verdict, differs, evidence, missing_sources FROM torale.replay_results(%L)', :'replay'),
    format($$VALUES (%L::uuid, 'not_met', NULL::text, NULL::boolean, 'pending', 1), (%L, 'met', NULL, NULL, 'pending', 1), (%L, 'not_met', NULL, NULL, 'pending', 0), (%L, 'not_met', NULL, NULL, 'pending', 0)$$, :'one', :'two', :'three', :'four'),
    'one execution for each judged run');
SELECT is((SELECT count(*) FROM torale_internal.requests WHERE due_at = now()), 4::bigint, 'the first ten at once');
SAVEPOINT many;
SELECT count(pg_temp.judged(6, 'not_met', 'b-', trigger => 'manual')) FROM generate_series(1, 21);
SELECT torale.request_replay(pg_temp.task(), pg_temp.at(6), pg_temp.at(7)) AS many \gset
SELECT results_eq(format($$SELECT extract(epoch FROM q.due_at - now())::numeric(3, 1), count(*) FROM torale_internal.requests q JOIN torale.executions e ON e.id = q.execution_id
    WHERE e.input ->> 'replay' = %L GROUP BY 1 ORDER BY 1$$, :'many'), $$VALUES (0.0, 10::bigint), (0.5, 10), (1.0, 1)$$, 'twenty a second, so that the tasks keep their places');
ROLLBACK TO many;
INSERT INTO torale.notifications (kind, task_id, execution_id, title, body, owner, created_at) VALUES ('finding', pg_temp.task(), :'two', 'shop', 'It is cheap.', 'pg:postgres', pg_temp.at(1));
SET LOCAL SESSION AUTHORIZATION torale_worker;
CREATE TEMP TABLE claimed AS
SELECT e.input ->> 'execution_id' AS replayed, c.execution_id, c.token, c.kind, c.input::jsonb, c.history::jsonb, c.notifications::jsonb
FROM torale_internal.claim_requests(now(), 10, '3 min', 'me') c JOIN torale.executions e ON e.id = c.execution_id;
RESET SESSION AUTHORIZATION;
SELECT results_eq($$SELECT input ->> 'judge', input -> 'task' ->> 'condition_description', jsonb_array_length(input -> 'sources'), input ->> 'missing', input ->> 'at' FROM claimed ORDER BY replayed LIMIT 2 $$,
    $$VALUES ('rules', 'sold out', 0, '1', '2026-03-01T10:00:00.000000Z'), ('rules', 'sold out', 1, '1', '2026-03-02T10:00:00.000000Z')$$, 'the scheduler gets sources, condition, judge and clock');
SELECT is((SELECT input -> 'sources' -> 0 ->> 'number' || ' ' || (input -> 'sources' -> 0 ->> 'is_new') FROM claimed WHERE replayed = :'two'), '2 true', 'sources keep their numbers');
SELECT results_eq($$SELECT jsonb_array_length(history), jsonb_array_length(notifications) FROM claimed ORDER BY replayed$$, $$VALUES (0, 0), (1, 0), (2, 1), (3, 1)$$, 'and what had happened before each run, not after it');
SET LOCAL SESSION AUTHORIZATION torale_worker;
SELECT torale_internal.finish((SELECT jsonb_agg(jsonb_build_object('execution_id', execution_id, 'token', token, 'trigger', 'replay', 'status', 'success', 'steps', '[]'::jsonb, 'tokens_in', 0,
    'tokens_out', 0, 'cost_usd', 0.5, 'attempts', 1, 'consecutive_failures', 0, 'judged', true, 'complete', false, 'complete_if_told', false, 'slots', 1, 'verdict', 'met', 'confidence', 80, 'evidence', 'It says so.',
    'result', '{"sources": [{"url": "https://shop.example/x", "quotes": []}, {"url": "https://shop.example/c", "quotes": ["The lamp is sold out."]}]}'::jsonb)) FROM claimed), '[]', '[]', '[]', now());
RESET SESSION AUTHORIZATION;
SELECT results_eq(format('SELECT verdict, differs, quote, url FROM torale.replay_results(%L) WHERE told_verdict = ''met''', :'replay'), $$VALUES ('met', false, 'The lamp is sold out.', 'https://shop.example/c')$$, 'results come as from replay()');
SELECT is((SELECT count(*) FROM torale.replay_results(:'replay') WHERE differs), 3::bigint, 'and show where they differ');
SELECT is((SELECT count(*) FROM torale.notifications) || ' ' || (SELECT count(*) FROM torale_internal.requests), '1 0', 'nobody was told, nothing is left in the queue');
SELECT is((SELECT count(*) FROM pg_temp.replay()), 4::bigint, 'a replay is no run of the task: it is not replayed');
SELECT is(jsonb_array_length(torale_internal.past_executions(pg_temp.task())), 4, 'nor is it in the history of one');
DELETE FROM torale.tasks WHERE id = pg_temp.task();
SELECT is(torale_internal.replay_claim(jsonb_build_object('execution_id', :'two', 'at', '2026-03-02T10:00:00Z', 'task', '{}'::jsonb, 'judge', 'rules'), 'pg:postgres') ->> 'missing', '1', 'what is deleted before its turn is missing, not empty');

-- ---- retention ----
UPDATE torale.executions SET id = overlay(id::text PLACING '017f0000-0000' FROM 1)::uuid WHERE trigger = 'replay';
SELECT is(torale_internal.housekeep_requests(100), 4::bigint, 'old replays go as previews do');

SELECT * FROM finish();
ROLLBACK;
