-- The books: reserve before a paid call, settle after it. Workers alone write them, so that no
-- user's open transaction is in their way. A cap holds because what is reserved counts as spent
-- until the run says what it cost; what nobody will say any more counts as spent in full.
-- Who sets budgets, and who is told: budgets.sql.

-- Limits over a period that bear on these owners and tasks. torale.budget_day_cost_usd is one, with
-- a fixed id.
CREATE OR REPLACE FUNCTION torale_internal.known_budgets(p_owners text[], p_tasks uuid[]) RETURNS SETOF torale.budgets
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT b.* FROM torale.budgets b
    WHERE b.period IS NOT NULL AND (b.owner IS NULL OR b.owner = ANY (p_owners) AND (b.task_id IS NULL OR b.task_id = ANY (p_tasks)))
    UNION ALL
    SELECT '00000000-0000-7000-8000-000000000001'::uuid, 'server', NULL, 'day', NULL, NULL, g.usd, 'admin', NULL, '-infinity', '-infinity'
    FROM (SELECT current_setting('torale.budget_day_cost_usd')::numeric AS usd) g WHERE g.usd > 0
$$;
COMMENT ON FUNCTION torale_internal.known_budgets(text[], uuid[]) IS 'Limits over a period that bear on these owners and tasks.';

-- What was spent in the window before its budget was set. Of a task, the number of calls is not known.
CREATE OR REPLACE FUNCTION torale_internal.spent_before(p_budget torale.budgets, p_from timestamptz, OUT calls bigint, OUT tokens bigint, OUT cost_usd numeric)
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT coalesce(sum(x.calls), 0)::bigint, coalesce(sum(x.tokens), 0)::bigint, coalesce(sum(x.cost_usd), 0)
    FROM (SELECT u.calls, u.tokens_in + u.tokens_out AS tokens, u.cost_usd
          FROM torale.usage u
          WHERE p_budget.task_id IS NULL AND u.day >= (p_from AT TIME ZONE 'UTC')::date AND (p_budget.owner IS NULL OR u.owner = p_budget.owner)
          UNION ALL
          SELECT 0, e.tokens_in + e.tokens_out, e.cost_usd
          FROM torale.executions e
          WHERE e.task_id = p_budget.task_id AND e.id >= torale_internal.uuid_at(p_from)) x
$$;
COMMENT ON FUNCTION torale_internal.spent_before(torale.budgets, timestamptz) IS 'What was spent in the window before its budget was set.';

-- Locks the states of these budgets in the order of their ids, made and in the present window. What
-- is reserved goes with it into a new window: there it will be spent.
CREATE OR REPLACE FUNCTION torale_internal.open_budgets(p_budgets torale.budgets[], p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    INSERT INTO torale_internal.budget_state (budget_id, window_start, spent_calls, spent_tokens, spent_usd)
    SELECT b.id, date_trunc(b.period, p_now, 'UTC'), p.calls, p.tokens, p.cost_usd
    FROM unnest(p_budgets) b CROSS JOIN LATERAL torale_internal.spent_before(b, date_trunc(b.period, p_now, 'UTC')) p
    WHERE NOT EXISTS (SELECT 1 FROM torale_internal.budget_state s WHERE s.budget_id = b.id)
    ORDER BY b.id
    ON CONFLICT DO NOTHING;
    PERFORM 1 FROM torale_internal.budget_state s
    WHERE s.budget_id IN (SELECT b.id FROM unnest(p_budgets) b) ORDER BY s.budget_id FOR UPDATE;
    UPDATE torale_internal.budget_state s
    SET window_start = date_trunc(b.period, p_now, 'UTC'), spent_calls = 0, spent_tokens = 0, spent_usd = 0,
        stopped_at = NULL, noticed_at = NULL, stop_noticed_at = NULL
    FROM unnest(p_budgets) b
    WHERE s.budget_id = b.id AND s.window_start < date_trunc(b.period, p_now, 'UTC');
END
$$;
COMMENT ON FUNCTION torale_internal.open_budgets(torale.budgets[], timestamptz) IS 'Locks the states of budgets, made and in the present window.';

-- Books what was paid: by owner, day and provider, and in each budget that bears on it. Those are open.
CREATE OR REPLACE FUNCTION torale_internal.book(p_charges torale_internal.charge[], p_budgets torale.budgets[], p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    INSERT INTO torale.usage AS u (owner, day, provider, calls, tokens_in, tokens_out, cost_usd)
    SELECT c.owner, (p_now AT TIME ZONE 'UTC')::date, c.provider, sum(c.calls), sum(c.tokens_in), sum(c.tokens_out), sum(c.cost_usd)
    FROM unnest(p_charges) c
    GROUP BY c.owner, c.provider
    ORDER BY c.owner, c.provider
    ON CONFLICT (owner, day, provider) DO UPDATE
    SET calls = u.calls + EXCLUDED.calls, tokens_in = u.tokens_in + EXCLUDED.tokens_in,
        tokens_out = u.tokens_out + EXCLUDED.tokens_out, cost_usd = u.cost_usd + EXCLUDED.cost_usd;
    UPDATE torale_internal.budget_state s
    SET spent_calls = s.spent_calls + x.calls, spent_tokens = s.spent_tokens + x.tokens, spent_usd = s.spent_usd + x.cost_usd
    FROM (SELECT b.id, sum(c.calls) AS calls, sum(c.tokens_in + c.tokens_out) AS tokens, sum(c.cost_usd) AS cost_usd
          FROM unnest(p_budgets) b
          JOIN unnest(p_charges) c ON (b.owner IS NULL OR b.owner = c.owner) AND (b.task_id IS NULL OR b.task_id = c.task_id)
          GROUP BY b.id) x
    WHERE s.budget_id = x.id;
END
$$;
COMMENT ON FUNCTION torale_internal.book(torale_internal.charge[], torale.budgets[], timestamptz) IS 'Books what was paid, by provider and in each budget that bears on it.';

-- Ends the hold of reservations on their budgets.
CREATE OR REPLACE FUNCTION torale_internal.release(p_reservations torale_internal.reservations[]) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, torale, pg_temp AS $$
    UPDATE torale_internal.budget_state s
    SET reserved_calls = greatest(s.reserved_calls - x.calls, 0), reserved_tokens = greatest(s.reserved_tokens - x.tokens, 0),
        reserved_usd = greatest(s.reserved_usd - x.cost_usd, 0)
    FROM (SELECT i.id, sum(r.calls) AS calls, sum(r.tokens) AS tokens, sum(r.cost_usd) AS cost_usd
          FROM unnest(p_reservations) r CROSS JOIN LATERAL unnest(r.budget_ids) i (id) GROUP BY i.id) x
    WHERE s.budget_id = x.id
$$;
COMMENT ON FUNCTION torale_internal.release(torale_internal.reservations[]) IS 'Ends the hold of reservations on their budgets.';

-- Calls of which nobody will say what they cost: booked as reserved, the tokens as sent. The rows
-- stay, settled, since they count in the limit of their execution.
CREATE OR REPLACE FUNCTION torale_internal.book_lost(p_lost torale_internal.reservations[], p_budgets torale.budgets[], p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    IF coalesce(cardinality(p_lost), 0) = 0 THEN
        RETURN;
    END IF;
    PERFORM torale_internal.release(p_lost);
    PERFORM torale_internal.book((SELECT array_agg((l.execution_id, l.task_id, l.owner, l.provider, l.calls, l.tokens, 0, l.cost_usd)::torale_internal.charge)
        FROM unnest(p_lost) l), p_budgets, p_now);
    UPDATE torale_internal.reservations r
    SET is_settled = true, budget_ids = '{}', key = format('lost:%s:%s', r.token, r.key)
    FROM unnest(p_lost) l
    WHERE r.execution_id = l.execution_id AND r.key = l.key;
    -- Left out where somebody's open transaction holds the execution: the books are right without.
    UPDATE torale.executions e
    SET tokens_in = e.tokens_in + x.tokens, cost_usd = e.cost_usd + x.cost_usd
    FROM (SELECT l.execution_id, sum(l.tokens) AS tokens, sum(l.cost_usd) AS cost_usd FROM unnest(p_lost) l GROUP BY 1) x
    WHERE e.id = x.execution_id AND e.id IN (
        SELECT y.id FROM torale.executions y WHERE y.id IN (SELECT l.execution_id FROM unnest(p_lost) l) FOR NO KEY UPDATE SKIP LOCKED);
END
$$;
COMMENT ON FUNCTION torale_internal.book_lost(torale_internal.reservations[], torale.budgets[], timestamptz) IS
    'Books calls of which nobody will say what they cost as they were reserved.';

-- A call that is repeated after its reply was lost is paid for each time: "#" and a number tell the
-- reservations apart. Its stored reply has the key without them.
CREATE OR REPLACE FUNCTION torale_internal.call_key(p_key text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, torale, pg_temp
RETURN split_part(p_key, '#', 1);
COMMENT ON FUNCTION torale_internal.call_key(text) IS 'The key of the reply that a reservation is for.';

-- The lease under which an execution runs now; null when it does not: then nobody would settle.
CREATE OR REPLACE FUNCTION torale_internal.lease_of(p_execution uuid, p_task uuid) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT coalesce(
        (SELECT q.lease_token FROM torale_internal.requests q WHERE q.execution_id = p_execution AND q.lease_until IS NOT NULL),
        (SELECT s.lease_token FROM torale_internal.task_schedule s
         WHERE s.task_id = p_task AND s.execution_id = p_execution AND s.lease_until IS NOT NULL))
$$;
COMMENT ON FUNCTION torale_internal.lease_of(uuid, uuid) IS 'The lease token under which an execution runs now.';

-- Which limit of an execution is in the way of these sums; null when none is.
CREATE OR REPLACE FUNCTION torale_internal.execution_refusal(p_execution torale.executions, p_calls bigint, p_tokens bigint, p_usd numeric) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT format('the limit of this execution is reached: %s %s used, %s wanted, %s allowed', torale_internal.as_amount(x.used), x.unit,
        torale_internal.as_amount(x.wanted), torale_internal.as_amount(x.most))
    FROM (SELECT min(b.max_calls) AS calls, least(min(b.max_tokens), nullif(current_setting('torale.budget_execution_tokens')::bigint, 0)) AS tokens,
              least(min(b.max_cost_usd), nullif(current_setting('torale.budget_execution_cost_usd')::numeric, 0)) AS usd
          FROM torale.budgets b
          WHERE b.scope = 'execution' AND b.owner = p_execution.owner AND (b.task_id IS NULL OR b.task_id = p_execution.task_id)) most
    CROSS JOIN (SELECT coalesce(sum(r.calls), 0) AS calls, coalesce(sum(r.tokens), 0) AS tokens, coalesce(sum(r.cost_usd), 0) AS usd
                FROM torale_internal.reservations r WHERE r.execution_id = p_execution.id) used
    CROSS JOIN LATERAL (VALUES (1, 'USD', most.usd, used.usd, p_usd), (2, 'tokens', most.tokens, used.tokens, p_tokens),
        (3, 'calls', most.calls, used.calls, p_calls)) x (place, unit, most, used, wanted)
    WHERE x.used + x.wanted > x.most
    ORDER BY x.place
    LIMIT 1
$$;
COMMENT ON FUNCTION torale_internal.execution_refusal(torale.executions, bigint, bigint, numeric) IS 'Which limit of an execution is in the way; null when none is.';

CREATE OR REPLACE FUNCTION torale_internal.as_amount(p_amount numeric) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, torale, pg_temp
RETURN trim_scale(round(p_amount, 6))::text;
COMMENT ON FUNCTION torale_internal.as_amount(numeric) IS 'An amount as texts show it: at most six decimals.';

-- Books the reservations of one run under its lease, or none of them and says why. p_budgets are open.
CREATE OR REPLACE FUNCTION torale_internal.reserve_run(
    p_execution torale.executions, p_token bigint, p_wanted jsonb, p_budgets torale.budgets[], p_now timestamptz,
    OUT scope text, OUT refusal text, OUT resets_at timestamptz)
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_column
DECLARE
    wanted record;
    full_one record;
    bearing uuid[];
BEGIN
    SELECT count(*) AS calls, sum(w.tokens)::bigint AS tokens, sum(w.cost_usd) AS usd INTO wanted
    FROM jsonb_to_recordset(p_wanted) w (key text, tokens bigint, cost_usd numeric)
    WHERE NOT EXISTS (SELECT 1 FROM torale_internal.reservations r WHERE r.execution_id = p_execution.id AND r.key = w.key);
    IF wanted.calls = 0 THEN
        RETURN;
    END IF;
    refusal := torale_internal.execution_refusal(p_execution, wanted.calls, wanted.tokens, wanted.usd);
    IF refusal IS NOT NULL THEN
        scope := 'execution';
        RETURN;
    END IF;
    SELECT array_agg(b.id) INTO bearing
    FROM unnest(p_budgets) b
    WHERE (b.owner IS NULL OR b.owner = p_execution.owner) AND (b.task_id IS NULL OR b.task_id = p_execution.task_id);
    SELECT b.id, b.scope, b.period, s.window_start, torale_internal.limit_text(b, s, wanted.calls, wanted.tokens, wanted.usd) AS what INTO full_one
    FROM unnest(p_budgets) b
    JOIN torale_internal.budget_state s ON s.budget_id = b.id
    WHERE b.id = ANY (bearing) AND (s.spent_calls + s.reserved_calls + wanted.calls > b.max_calls
        OR s.spent_tokens + s.reserved_tokens + wanted.tokens > b.max_tokens OR s.spent_usd + s.reserved_usd + wanted.usd > b.max_cost_usd)
    ORDER BY array_position(ARRAY['task', 'owner', 'server'], b.scope), b.id
    LIMIT 1;
    IF FOUND THEN
        UPDATE torale_internal.budget_state s SET stopped_at = p_now WHERE s.budget_id = full_one.id AND s.stopped_at IS NULL;
        scope := full_one.scope;
        refusal := full_one.what;
        resets_at := torale_internal.window_end(full_one.period, full_one.window_start);
        RETURN;
    END IF;
    INSERT INTO torale_internal.reservations (execution_id, key, token, provider, tokens, cost_usd, budget_ids, task_id, owner, created_at)
    SELECT p_execution.id, w.key, p_token, w.provider, w.tokens, w.cost_usd, coalesce(bearing, '{}'), p_execution.task_id, p_execution.owner, p_now
    FROM jsonb_to_recordset(p_wanted) w (key text, provider text, tokens bigint, cost_usd numeric)
    ON CONFLICT DO NOTHING;
    UPDATE torale_internal.budget_state s
    SET reserved_calls = s.reserved_calls + wanted.calls, reserved_tokens = s.reserved_tokens + wanted.tokens,
        reserved_usd = s.reserved_usd + wanted.usd
    WHERE s.budget_id = ANY (bearing);
END
$$;
COMMENT ON FUNCTION torale_internal.reserve_run(torale.executions, bigint, jsonb, torale.budgets[], timestamptz) IS
    'Books the reservations of one run, or none of them and says which limit is in the way.';

-- The common case, for a whole batch at once: first attempts, no limit of an execution, room for all.
-- False when it is another case; nothing is booked then. p_budgets are open.
CREATE OR REPLACE FUNCTION torale_internal.reserve_all(p_checks jsonb, p_budgets torale.budgets[], p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    wanted torale_internal.reservations[];
    sums record;
BEGIN
    SELECT array_agg((e.id, w.key, torale_internal.lease_of(e.id, e.task_id), w.provider, 1, w.tokens, w.cost_usd, '{}', false, e.task_id, e.owner, p_now)
        ::torale_internal.reservations) INTO wanted
    FROM jsonb_to_recordset(p_checks) c (execution_id uuid, reservations jsonb)
    LEFT JOIN torale.executions e ON e.id = c.execution_id
    CROSS JOIN LATERAL jsonb_to_recordset(c.reservations) w (key text, provider text, tokens bigint, cost_usd numeric);
    IF EXISTS (SELECT 1 FROM unnest(wanted) w WHERE w.token IS NULL)
        OR EXISTS (SELECT 1 FROM unnest(wanted) w JOIN torale_internal.reservations r ON r.execution_id = w.execution_id AND (r.token <> w.token OR r.key = w.key))
        OR current_setting('torale.budget_execution_tokens')::bigint > 0 OR current_setting('torale.budget_execution_cost_usd')::numeric > 0
        OR EXISTS (SELECT 1 FROM torale.budgets b WHERE b.scope = 'execution' AND b.owner IN (SELECT w.owner FROM unnest(wanted) w)) THEN
        RETURN false;
    END IF;
    FOR sums IN
        SELECT b.id, count(*) AS calls, sum(w.tokens) AS tokens, sum(w.cost_usd) AS usd
        FROM unnest(p_budgets) b
        JOIN unnest(wanted) w ON (b.owner IS NULL OR b.owner = w.owner) AND (b.task_id IS NULL OR b.task_id = w.task_id)
        GROUP BY b.id
    LOOP
        IF EXISTS (SELECT 1 FROM torale_internal.budget_state s JOIN unnest(p_budgets) b ON b.id = s.budget_id
                   WHERE s.budget_id = sums.id AND (s.spent_calls + s.reserved_calls + sums.calls > b.max_calls
                       OR s.spent_tokens + s.reserved_tokens + sums.tokens > b.max_tokens OR s.spent_usd + s.reserved_usd + sums.usd > b.max_cost_usd)) THEN
            RETURN false;
        END IF;
    END LOOP;
    INSERT INTO torale_internal.reservations (execution_id, key, token, provider, tokens, cost_usd, budget_ids, task_id, owner, created_at)
    SELECT w.execution_id, w.key, w.token, w.provider, w.tokens, w.cost_usd,
        ARRAY(SELECT b.id FROM unnest(p_budgets) b WHERE (b.owner IS NULL OR b.owner = w.owner) AND (b.task_id IS NULL OR b.task_id = w.task_id)),
        w.task_id, w.owner, w.created_at
    FROM unnest(wanted) w;
    UPDATE torale_internal.budget_state s
    SET reserved_calls = s.reserved_calls + x.calls, reserved_tokens = s.reserved_tokens + x.tokens, reserved_usd = s.reserved_usd + x.usd
    FROM (SELECT i.id, count(*) AS calls, sum(r.tokens) AS tokens, sum(r.cost_usd) AS usd
          FROM unnest(wanted) w
          JOIN torale_internal.reservations r ON r.execution_id = w.execution_id AND r.key = w.key
          CROSS JOIN LATERAL unnest(r.budget_ids) i (id) GROUP BY i.id) x
    WHERE s.budget_id = x.id;
    RETURN true;
END
$$;
COMMENT ON FUNCTION torale_internal.reserve_all(jsonb, torale.budgets[], timestamptz) IS
    'Books the reservations of a whole batch at once when there is room for all; false, and nothing booked, when there may not be.';

-- p_checks: [{execution_id, reservations: [{key, provider, tokens, cost_usd}]}]. All of an execution's
-- reservations or none; a key reserved before under the same lease is the same reservation. Returns
-- the executions that were refused.
CREATE OR REPLACE FUNCTION torale_internal.reserve(p_checks jsonb, p_now timestamptz)
RETURNS TABLE (execution_id uuid, scope text, refusal text, resets_at timestamptz)
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    budgets torale.budgets[];
    run record;
BEGIN
    SELECT array_agg(b) INTO budgets FROM torale_internal.known_budgets(
        ARRAY(SELECT DISTINCT e.owner FROM jsonb_to_recordset(p_checks) c (execution_id uuid) JOIN torale.executions e ON e.id = c.execution_id),
        ARRAY(SELECT e.task_id FROM jsonb_to_recordset(p_checks) c (execution_id uuid) JOIN torale.executions e ON e.id = c.execution_id)) b;
    PERFORM torale_internal.open_budgets(budgets, p_now);
    IF torale_internal.reserve_all(p_checks, budgets, p_now) THEN
        RETURN;
    END IF;
    FOR run IN
        SELECT c.execution_id, e AS execution, torale_internal.lease_of(e.id, e.task_id) AS token, c.reservations
        FROM ROWS FROM (jsonb_to_recordset(p_checks) AS (execution_id uuid, reservations jsonb)) WITH ORDINALITY c (execution_id, reservations, place)
        LEFT JOIN torale.executions e ON e.id = c.execution_id
        ORDER BY c.place
    LOOP
        IF run.token IS NULL THEN
            RETURN QUERY SELECT run.execution_id, 'execution'::text, 'the run was cancelled'::text, NULL::timestamptz;
            CONTINUE;
        END IF;
        -- Of an attempt that crashed: without a stored reply, or asked for once more.
        PERFORM torale_internal.book_lost(array_agg(r), budgets, p_now)
        FROM torale_internal.reservations r
        WHERE r.execution_id = run.execution_id AND NOT r.is_settled AND r.token <> run.token
          AND (NOT EXISTS (SELECT 1 FROM torale_internal.step_replies p WHERE p.execution_id = r.execution_id AND p.key = torale_internal.call_key(r.key))
               OR jsonb_path_exists(run.reservations, '$[*] ? (@.key == $key)', jsonb_build_object('key', r.key)));
        RETURN QUERY SELECT run.execution_id, r.scope, r.refusal, r.resets_at
        FROM torale_internal.reserve_run(run.execution, run.token, run.reservations, budgets, p_now) r
        WHERE r.refusal IS NOT NULL;
    END LOOP;
END
$$;
COMMENT ON FUNCTION torale_internal.reserve(jsonb, timestamptz) IS 'Reserves what the next calls of runs may cost; returns the runs that were refused, and by which limit.';
