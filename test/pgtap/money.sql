-- Budgets: who may set what, how a call is reserved and settled, what a crash costs, who is told,
-- and what a task is expected to cost. Called as the worker calls it.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(92);

\ir parts/as_user.psql
-- A run of the task under way, by its name: an execution with a lease.
CREATE FUNCTION pg_temp.start(task_name text, at timestamptz DEFAULT '2026-11-10 12:00Z') RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    claimed uuid;
BEGIN
    UPDATE torale_internal.task_schedule SET next_run_at = 'infinity' WHERE lease_until IS NULL;
    UPDATE torale_internal.task_schedule s SET next_run_at = at, slot = at, lease_until = NULL FROM torale.tasks t WHERE t.id = s.task_id AND t.name = task_name;
    SET LOCAL SESSION AUTHORIZATION torale_worker;
    SELECT c.execution_id INTO claimed FROM torale_internal.claim_due(at, 10, '3 min', 'me', false) c WHERE c.name = task_name;
    RESET SESSION AUTHORIZATION;
    RETURN claimed;
END
$$;
-- Reserves one call; null, or the scope and text of the refusal.
CREATE FUNCTION pg_temp.reserve(run uuid, key text, usd numeric, tokens bigint DEFAULT 0, at timestamptz DEFAULT '2026-11-10 12:00Z', provider text DEFAULT 'gemini')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    refused text;
BEGIN
    SET LOCAL SESSION AUTHORIZATION torale_worker;
    SELECT r.scope || ': ' || r.refusal || coalesce(' @' || (r.resets_at AT TIME ZONE 'UTC'), '') INTO refused
    FROM torale_internal.reserve(jsonb_build_array(jsonb_build_object('execution_id', run, 'reservations',
        jsonb_build_array(jsonb_build_object('key', key, 'provider', provider, 'tokens', tokens, 'cost_usd', usd)))), at) r;
    RESET SESSION AUTHORIZATION;
    RETURN refused;
END
$$;
-- Ends a run that paid `usd` to gemini; `status` is what finish() has written.
CREATE FUNCTION pg_temp.settle(run uuid, usd numeric, status text DEFAULT 'success', differing jsonb DEFAULT '{}', at timestamptz DEFAULT '2026-11-10 12:00Z')
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    e torale.executions;
BEGIN
    SELECT * INTO e FROM torale.executions x WHERE x.id = run;
    UPDATE torale.executions x SET status = settle.status WHERE x.id = run;
    SET LOCAL SESSION AUTHORIZATION torale_worker;
    PERFORM torale_internal.settle(jsonb_build_array(jsonb_build_object('execution_id', run, 'task_id', e.task_id, 'owner', e.owner,
        'token', coalesce((SELECT s.lease_token FROM torale_internal.task_schedule s WHERE s.task_id = e.task_id), 0), 'spending', CASE WHEN usd IS NULL THEN '[]'
            ELSE jsonb_build_array(jsonb_build_object('provider', 'gemini', 'calls', 1, 'tokens_in', 100, 'tokens_out', 10, 'cost_usd', usd)) END) || differing), at);
    RESET SESSION AUTHORIZATION;
END
$$;
CREATE FUNCTION pg_temp.state(budget uuid) RETURNS text LANGUAGE sql AS $$
    SELECT format('%s spent, %s reserved', trim_scale(s.spent_usd), trim_scale(s.reserved_usd)) FROM torale_internal.budget_state s WHERE s.budget_id = budget
$$;
CREATE FUNCTION pg_temp.books(at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    has_limits boolean;
BEGIN
    SET LOCAL SESSION AUTHORIZATION torale_worker;
    has_limits := torale_internal.keep_books(at);
    RESET SESSION AUTHORIZATION;
    RETURN has_limits;
END
$$;

CREATE ROLE ann LOGIN IN ROLE torale_user;
CREATE ROLE boss LOGIN IN ROLE torale_admin;
SELECT count(torale.create_task('What is new?', name => n, schedule => '0 9 * * *')) FROM unnest('{one,two,three,crash,late,free}'::text[]) n;
SELECT pg_temp.as_user('ann', $$SELECT torale.create_task('What is new?', name => 'of ann', schedule => '0 9 * * *')$$);
SELECT id AS one FROM torale.tasks WHERE name = 'one' \gset
SELECT id AS of_ann FROM torale.tasks WHERE name = 'of ann' \gset

-- ---- what is no budget ----
SELECT throws_ok($$SELECT torale.set_budget('household', max_calls => 1)$$, '22023', 'unknown budget scope ''household''', 'an unknown scope');
SELECT throws_ok($$SELECT torale.set_budget('owner', period => 'week', max_calls => 1)$$, '22023', 'unknown budget period ''week''', 'an unknown period');
SELECT throws_ok($$SELECT torale.set_budget('owner', max_cost_usd => '5 EUR')$$, '22P02', 'invalid input syntax for type numeric: "5 EUR"', 'another currency');
SELECT throws_ok($$SELECT torale.set_budget('owner', max_cost_usd => 'NaN')$$, '22023', 'max_cost_usd must be a positive number', 'no number');
SELECT throws_ok($$SELECT torale.set_budget('owner', max_cost_usd => 'Infinity')$$, '22023', 'max_cost_usd must be a positive number', 'no end');
SELECT throws_ok($$SELECT torale.set_budget('owner', max_cost_usd => -1)$$, '22023', 'max_cost_usd must be a positive number', 'less than nothing');
SELECT throws_ok($$SELECT torale.set_budget('owner', max_calls => 0)$$, '22023', 'max_calls must be a positive number', 'nothing at all');
SELECT throws_ok($$SELECT torale.set_budget('owner', max_tokens => -5)$$, '22023', 'max_tokens must be a positive number', 'tokens below zero');
SELECT throws_ok($$SELECT torale.set_budget('owner', max_cost_usd => 5000000)$$, '22023', 'max_cost_usd must be at most 1000000', 'a sum that is another unit');
SELECT throws_ok($$SELECT torale.set_budget('owner')$$, '22023', 'a budget needs a limit', 'no limit');
SELECT throws_ok($$SELECT torale.set_budget('task', max_calls => 1)$$, '22023', 'a task''s budget needs its task_id', 'no task');
SELECT throws_ok(format($$SELECT torale.set_budget('owner', %L, max_calls => 1)$$, :'one'), '22023', 'a budget of scope owner has no task', 'a task too many');
SELECT throws_like(format($$SELECT torale.set_budget('task', %L, max_calls => 1)$$, :'of_ann'), 'task % does not exist', 'somebody else''s task');
SELECT throws_ok($$SELECT torale.drop_budget(gen_random_uuid())$$, 'PT404', NULL, 'nothing to drop');
SELECT throws_ok($$INSERT INTO torale.budgets (scope, period, max_cost_usd) VALUES ('server', 'day', 'NaN')$$, '23514', NULL, 'nor by hand');

-- ---- who sets what ----
SELECT is(pg_temp.as_user('ann', $$SELECT (torale.set_budget('owner', period => 'day', max_cost_usd => 5)).set_by$$), 'owner', 'a user limits herself');
SELECT is(pg_temp.as_user('ann', $$SELECT (torale.set_budget('owner', period => 'day', max_cost_usd => 6)).max_cost_usd$$), '6', 'and thinks better of it');
SELECT is((SELECT count(*) FROM torale.budgets), 1::bigint, 'in the same row');
SELECT is(pg_temp.as_user('ann', $$SELECT torale.set_budget('server', max_cost_usd => 5)$$), '42501 only an administrator limits the server or another owner', 'but not the server');
SELECT is(pg_temp.as_user('ann', $$SELECT torale.set_budget('owner', max_cost_usd => 5, owner => 'pg:postgres')$$), '42501 only an administrator limits the server or another owner', 'nor somebody else');
SELECT matches(pg_temp.as_user('ann', $$INSERT INTO torale.budgets (scope, period, max_calls) VALUES ('owner', 'month', 9)$$), '^42501', 'nor by DML');
SELECT is(pg_temp.as_web('web', $$SELECT (torale.set_budget('owner', max_calls => 5)).owner$$), 'web', 'a user of the API too');
SELECT is(pg_temp.as_user('boss', $$SELECT (torale.set_budget('owner', period => 'day', max_cost_usd => 2, owner => 'pg:ann')).set_by$$), 'admin', 'an administrator limits her');
SELECT is(pg_temp.as_user('ann', 'SELECT count(*) FROM torale.budgets'), '2', 'beside her own limit, for her to see');
SELECT id AS cap FROM torale.budgets WHERE set_by = 'admin' \gset
SELECT is(pg_temp.as_user('ann', format('SELECT torale.drop_budget(%L)', :'cap')), '42501 this budget was set by an administrator', 'not for her to lift');
SELECT matches(pg_temp.as_web('web', format('SELECT torale.drop_budget(%L)', :'cap')), '^PT404', 'and of no concern to others');
SELECT is(pg_temp.as_web('web', 'SELECT count(*) FROM torale.budget_status'), '1', 'who see their own');
SELECT is(pg_temp.as_user('boss', format('SELECT torale.drop_budget(%L)', :'cap')), '', 'an administrator lifts it');
DELETE FROM torale.budgets;

-- ---- reserve and settle ----
SELECT ok(NOT pg_temp.books('2026-11-10 12:00Z'), 'no limit, nothing to reserve');
SELECT (torale.set_budget('owner', period => 'day', max_cost_usd => 1)).id AS owner_budget \gset
SELECT (torale.set_budget('task', :'one', 'month', max_calls => 3)).id AS task_budget \gset
SELECT ok(pg_temp.books('2026-11-10 12:00Z'), 'with one, calls are reserved');
CREATE TEMP TABLE runs AS SELECT n AS name, pg_temp.start(n) AS id FROM unnest('{one,two}'::text[]) n;
SELECT is(pg_temp.reserve(id, 'judge', 0.4), NULL, 'a call within the limits') FROM runs WHERE name = 'one';
SELECT is(pg_temp.reserve(id, 'judge', 0.4), NULL, 'asked for once more') FROM runs WHERE name = 'one';
SELECT is(pg_temp.state(:'owner_budget'), '0 spent, 0.4 reserved', 'is the same reservation');
SELECT is(pg_temp.reserve(id, 'judge', 0.7), 'owner: the budget of 1 USD a day for this owner is used up: 0 spent, 0.4 reserved, 0.7 wanted; it starts anew at 2026-11-11 00:00 UTC @2026-11-11 00:00:00',
    'what would be too much is refused, with the limit and its end') FROM runs WHERE name = 'two';
SELECT is(pg_temp.state(:'owner_budget'), '0 spent, 0.4 reserved', 'and holds nothing');
SELECT is(pg_temp.reserve(id, 'search', 0.6), NULL, 'the last cent is free') FROM runs WHERE name = 'two';
SELECT matches(pg_temp.reserve(id, 'fetch', 0.000001), '^owner: ', 'and nothing beyond') FROM runs WHERE name = 'one';
SELECT is((SELECT count(*) FROM torale_internal.reservations), 2::bigint, 'one row a reservation');
SELECT lives_ok(format('SELECT pg_temp.settle(%L, 0.15)', id), 'a run ends') FROM runs WHERE name = 'one';
SELECT is(pg_temp.state(:'owner_budget'), '0.15 spent, 0.6 reserved', 'what it paid is spent, what it did not is free');
SELECT results_eq('SELECT owner, day, provider, calls, tokens_in, tokens_out, cost_usd FROM torale.usage',
    $$VALUES ('pg:postgres', '2026-11-10'::date, 'gemini', 1::bigint, 100::bigint, 10::bigint, 0.15)$$, 'it stands in the usage of the day');
SELECT is((SELECT spent_calls FROM torale_internal.budget_state WHERE budget_id = :'task_budget'), 1::bigint, 'and in the task''s budget');
SELECT lives_ok(format('SELECT pg_temp.settle(%L, NULL)', id), 'a run that paid nothing') FROM runs WHERE name = 'two';
SELECT is(pg_temp.state(:'owner_budget'), '0.15 spent, 0 reserved', 'frees all it held');
SELECT is((SELECT count(*) FROM torale_internal.reservations), 0::bigint, 'no reservation outlives its run');
SELECT is(pg_temp.reserve(id, 'judge', 0.1), 'execution: the run was cancelled', 'a run that lost its lease reserves nothing') FROM (SELECT gen_random_uuid() AS id) r;

-- ---- a crash between reserve and settle ----
CREATE TEMP TABLE crash AS SELECT pg_temp.start('crash') AS id;
SELECT is(pg_temp.reserve(id, 'search', 0.1, provider => 'perplexity'), NULL, 'a search') FROM crash;
INSERT INTO torale_internal.step_replies (execution_id, key, status, body) SELECT id, 'search', 200, '{}' FROM crash;
SELECT is(pg_temp.reserve(id, 'judge', 0.2, 50), NULL, 'then a call whose reply is lost') FROM crash;
SELECT is(pg_temp.start('crash', '2026-11-10 12:10Z'), id, 'taken over') FROM crash;
SELECT is(pg_temp.state(:'owner_budget'), '0.15 spent, 0.3 reserved', 'still held') ;
SELECT is(pg_temp.reserve(id, 'judge', 0.2, 50, '2026-11-10 12:10Z'), NULL, 'the call is made once more') FROM crash;
SELECT is(pg_temp.state(:'owner_budget'), '0.35 spent, 0.3 reserved', 'the lost one counts as paid, the stored reply is still to be told');
SELECT is((SELECT cost_usd FROM torale.executions e WHERE e.id = c.id), 0.2, 'the execution shows it') FROM crash c;
SELECT is(pg_temp.reserve(id, 'judge#1', 0.1, 50, '2026-11-10 12:10Z'), NULL, 'again, after a reply was lost on the way') FROM crash;
SELECT is(pg_temp.state(:'owner_budget'), '0.35 spent, 0.4 reserved', 'is a reservation of its own');
SELECT lives_ok(format('SELECT pg_temp.settle(%L, 0.25, differing => %L)', id, '{"replayed": ["search"]}'), 'the second attempt ends') FROM crash;
SELECT is(pg_temp.state(:'owner_budget'), '0.6 spent, 0 reserved', 'both calls are paid for');
SELECT is((SELECT sum(cost_usd) FROM torale.usage), 0.6, 'in the usage as well');

-- ---- an attempt that ends and comes back ----
CREATE TEMP TABLE again AS SELECT pg_temp.start('two', '2026-11-10 12:20Z') AS id;
SELECT is(pg_temp.reserve(id, 'search', 0.01), NULL, 'a search') FROM again;
INSERT INTO torale_internal.step_replies (execution_id, key, status, body) SELECT id, 'search', 200, '{}' FROM again;
SELECT lives_ok(format('SELECT pg_temp.settle(%L, 0.01, ''retrying'')', id), 'booked with the attempt') FROM again;
SELECT is(torale_internal.replies_of(id) -> 0 ->> 'is_settled', 'true', 'so that the next one takes the reply for nothing') FROM again;
SELECT pg_temp.start('two', '2026-11-10 12:30Z');
SELECT is(pg_temp.reserve(id, 'judge', 0.05), NULL, 'the next attempt') FROM again;
SELECT lives_ok(format('SELECT pg_temp.settle(%L, NULL, ''failed'', %L)', id, '{"is_broken_off": true}'), 'broken off') FROM again;
SELECT is(pg_temp.state(:'owner_budget'), '0.66 spent, 0 reserved', 'has spent what it reserved');

-- ---- cancelled, deleted ----
CREATE TEMP TABLE gone AS SELECT pg_temp.start('late', '2026-11-10 12:40Z') AS id;
SELECT is(pg_temp.reserve(id, 'judge', 0.04, at => '2026-11-10 12:40Z'), NULL, 'a call') FROM gone;
DELETE FROM torale.tasks WHERE name = 'late';
SELECT is(pg_temp.state(:'owner_budget'), '0.66 spent, 0.04 reserved', 'is held after its task is deleted');
SELECT pg_temp.books('2026-11-10 12:41Z');
SELECT is(pg_temp.state(:'owner_budget'), '0.66 spent, 0.04 reserved', 'as long as its run may still say what it paid');
SELECT pg_temp.books('2026-11-10 12:50Z');
SELECT is(pg_temp.state(:'owner_budget'), '0.7 spent, 0 reserved', 'then it is spent');
CREATE TEMP TABLE paused AS SELECT pg_temp.start('three', '2026-11-10 13:00Z') AS id;
SELECT s.lease_token AS token FROM torale_internal.task_schedule s JOIN paused p ON s.execution_id = p.id \gset
SELECT is(pg_temp.reserve(id, 'judge', 0.2, at => '2026-11-10 13:00Z'), NULL, 'a call') FROM paused;
UPDATE torale.tasks SET state = 'paused' WHERE name = 'three';
SELECT lives_ok(format('SELECT pg_temp.settle(%L, 0.11, ''cancelled'', %L::jsonb || jsonb_build_object(''token'', %s))', id, '{"is_late": true}', :'token'), 'a void result') FROM paused;
SELECT is(pg_temp.state(:'owner_budget'), '0.81 spent, 0 reserved', 'was paid for all the same');

-- ---- who is told ----
SELECT pg_temp.books('2026-11-10 14:00Z');
SELECT pg_temp.books('2026-11-10 14:01Z');
SELECT results_eq($$SELECT title, body, owner FROM torale.notifications WHERE kind = 'system' ORDER BY id$$,
    $$VALUES ('The budget of all tasks is used up', '0.66 USD spent of 1 a day. Runs that would cost something are skipped until 2026-11-11 00:00 UTC, when it starts anew.', 'pg:postgres')$$,
    'once, of a budget that has refused');
SELECT is((SELECT count(*) FROM torale_internal.doctor_budgets(true)), 0::bigint, 'doctor() looks at today alone');
SELECT is(pg_temp.reserve(pg_temp.start('free', '2026-11-11 00:00Z'), 'judge', 0.9, at => '2026-11-11 00:00Z'), NULL, 'a new day, a new window');
SELECT is(pg_temp.state(:'owner_budget'), '0 spent, 0.9 reserved', 'that starts from nothing');
SELECT pg_temp.settle((SELECT e.id FROM torale.executions e JOIN torale.tasks t ON t.id = e.task_id WHERE t.name = 'free'), 0.85, at => '2026-11-11 00:01Z');
SELECT pg_temp.books('2026-11-11 00:02Z');
SELECT is((SELECT title FROM torale.notifications WHERE kind = 'system' ORDER BY id DESC LIMIT 1), '80 % of the budget of all tasks is used', 'told again in its window');

-- ---- the limits of one execution, and of the server ----
DELETE FROM torale.budgets;
SELECT torale.set_budget('execution', max_tokens => 100);
CREATE TEMP TABLE small AS SELECT pg_temp.start('one', '2026-11-12 00:00Z') AS id;
SELECT is(pg_temp.reserve(id, 'a', 0, 60), NULL, 'within') FROM small;
SELECT is(pg_temp.reserve(id, 'b', 0, 60), 'execution: the limit of this execution is reached: 60 tokens used, 60 wanted, 100 allowed', 'beyond, with no window to wait for') FROM small;
SELECT (torale.set_budget('server', period => 'day', max_calls => 1)).id AS server_budget \gset
DELETE FROM torale.budgets WHERE scope = 'execution';
SELECT is(pg_temp.reserve(id, 'c', 0, at => '2026-11-12 00:00Z'), NULL, 'the server''s only call') FROM small;
SELECT is(pg_temp.reserve(id, 'd', 0, at => '2026-11-12 00:00Z'), 'server: the server''s budget of this day is used up; it starts anew at 2026-11-13 00:00 UTC @2026-11-13 00:00:00', 'of others, no figure is told') FROM small;

-- ---- many at once ----
DELETE FROM torale.budgets;
SELECT (torale.set_budget('owner', max_cost_usd => 0.5)).id AS shared \gset
CREATE TEMP TABLE batch AS SELECT n AS name, pg_temp.start(n, '2026-12-01 00:00Z') AS id FROM unnest('{free,two}'::text[]) n;
CREATE FUNCTION pg_temp.reserve_batch(usd numeric, call_key text) RETURNS text[] LANGUAGE sql AS $$
    SELECT ARRAY(SELECT b.name || ' ' || r.scope FROM torale_internal.reserve((SELECT jsonb_agg(jsonb_build_object('execution_id', x.id, 'reservations',
        jsonb_build_array(jsonb_build_object('key', call_key, 'provider', 'gemini', 'tokens', 0, 'cost_usd', usd))) ORDER BY x.name) FROM batch x),
        '2026-12-01 00:00Z') r JOIN batch b ON b.id = r.execution_id)
$$;
SELECT is(pg_temp.reserve_batch(0.2, 'search'), '{}', 'a batch that fits');
SELECT is(pg_temp.state(:'shared'), '0 spent, 0.4 reserved', 'is reserved as a whole');
SELECT is(pg_temp.reserve_batch(0.08, 'judge'), '{two owner}', 'of one that does not, who comes first gets it');
SELECT is(pg_temp.state(:'shared'), '0 spent, 0.48 reserved', 'and nobody more than there is');
SELECT is(pg_temp.reserve_batch(0.01, 'search'), '{}', 'what is reserved already');
SELECT is(pg_temp.state(:'shared'), '0 spent, 0.48 reserved', 'is not reserved again');

-- ---- what a task will cost ----
SELECT matches((torale.estimate(:'one')).basis, '^Runs: slots of the schedule in the next 30 days. Cost: by price, ', 'without a history, by price');
SELECT results_eq(format('SELECT runs_a_month, cost_per_run_usd, cost_a_month_usd FROM torale.estimate(%L)', (SELECT id FROM torale.tasks WHERE name = 'free')),
    'VALUES (30.0, 0.000000, 0.0000)', 'what needs no key costs nothing');
INSERT INTO torale.executions (task_id, owner, trigger, status, verdict, cost_usd, started_at, scheduled_for)
SELECT :'one', 'pg:postgres', 'schedule', 'success', CASE WHEN i = 1 THEN 'not_met' END, i * 0.01, now() - i * interval '1 day', now() - i * interval '1 day' FROM generate_series(1, 4) i;
SELECT results_eq(format('SELECT judged_share, cost_per_run_usd, cost_a_month_usd FROM torale.estimate(%L)', :'one'), 'VALUES (0.250, 0.025000, 0.7500)', 'with one, by what was paid');
SELECT matches(pg_temp.as_user('ann', format('SELECT torale.estimate(%L)', :'one')), '^PT404', 'of one''s own tasks alone');
SELECT is(pg_temp.as_user('ann', 'SELECT count(*) FROM torale.usage_by_day'), '0', 'usage too');
SELECT is((SELECT sum(cost_usd) FROM torale.usage_by_day WHERE day = '2026-11-10'), 0.81, 'the day as its owner sees it');

SELECT * FROM finish();
ROLLBACK;
