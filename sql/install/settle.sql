-- The other half of the books: what a run that ended has cost, and what nobody will say any more.

-- p_ends: what src/pg/spending_rows.cpp writes, one object a run that ended: execution_id, task_id,
-- owner, token, is_broken_off (what its calls cost is not known), is_late (its result was void),
-- replayed (keys of replies that it was given), spending. Called after finish() in its transaction.
CREATE OR REPLACE FUNCTION torale_internal.settle(p_ends jsonb, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    -- A run that somebody else has taken over says itself what it paid.
    ends jsonb := coalesce(jsonb_path_query_array(p_ends, '$[*] ? (!(@.is_late == true))') || (
        SELECT coalesce(jsonb_agg(x.value), '[]') FROM jsonb_array_elements(p_ends) x
        WHERE (x.value -> 'is_late')::boolean AND NOT EXISTS (
            SELECT 1 FROM torale.executions e WHERE e.id = (x.value ->> 'execution_id')::uuid AND e.status IN ('running', 'retrying'))), '[]');
    budgets torale.budgets[];
    charges torale_internal.charge[];
    held uuid[];
BEGIN
    SELECT array_agg(b) INTO budgets FROM torale_internal.known_budgets(
        ARRAY(SELECT DISTINCT r.owner FROM jsonb_to_recordset(ends) r (owner text)),
        ARRAY(SELECT r.task_id FROM jsonb_to_recordset(ends) r (task_id uuid))) b;
    PERFORM torale_internal.open_budgets(budgets, p_now);
    SELECT array_agg((r.execution_id, r.task_id, r.owner, s.provider, s.calls, s.tokens_in, s.tokens_out, s.cost_usd)::torale_internal.charge) INTO charges
    FROM jsonb_to_recordset(ends) r (execution_id uuid, task_id uuid, owner text, spending jsonb)
    CROSS JOIN LATERAL jsonb_to_recordset(r.spending) s (provider text, calls bigint, tokens_in bigint, tokens_out bigint, cost_usd numeric);
    IF charges IS NOT NULL THEN
        PERFORM torale_internal.book(charges, budgets, p_now);
    END IF;
    -- Their costs are booked with this attempt: the next one takes them for nothing.
    UPDATE torale_internal.step_replies p SET is_settled = true
    FROM jsonb_to_recordset(ends) r (execution_id uuid, is_broken_off boolean)
    WHERE p.execution_id = r.execution_id AND NOT p.is_settled AND (NOT coalesce(r.is_broken_off, false) OR EXISTS (
        SELECT 1 FROM torale_internal.reservations v WHERE v.execution_id = p.execution_id AND torale_internal.call_key(v.key) = p.key));
    SELECT array_agg(DISTINCT v.execution_id) INTO held
    FROM jsonb_to_recordset(ends) r (execution_id uuid) JOIN torale_internal.reservations v ON v.execution_id = r.execution_id;
    IF held IS NOT NULL THEN
        PERFORM torale_internal.settle_reservations(ends, held, charges, budgets, p_now);
    END IF;
END
$$;
COMMENT ON FUNCTION torale_internal.settle(jsonb, timestamptz) IS 'Books what ended runs paid, and ends their reservations.';

-- What is held by executions that ended: lost ones are booked, the others were told by `charges`.
CREATE OR REPLACE FUNCTION torale_internal.settle_reservations(
    p_ends jsonb, p_held uuid[], p_charges torale_internal.charge[], p_budgets torale.budgets[], p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    over uuid[];
BEGIN
    PERFORM torale_internal.book_lost(array_agg(v), p_budgets, p_now)
    FROM jsonb_to_recordset(p_ends) r (execution_id uuid, token bigint, is_broken_off boolean, replayed text[])
    JOIN torale_internal.reservations v ON v.execution_id = r.execution_id
    WHERE NOT v.is_settled AND (r.is_broken_off OR v.token <> r.token AND torale_internal.call_key(v.key) <> ALL (coalesce(r.replayed, '{}')));
    PERFORM torale_internal.release(array_agg(v))
    FROM torale_internal.reservations v WHERE v.execution_id = ANY (p_held) AND NOT v.is_settled;
    SELECT array_agg(h.id) INTO over FROM unnest(p_held) h (id)
    WHERE NOT EXISTS (SELECT 1 FROM torale.executions e WHERE e.id = h.id AND e.status = 'retrying');
    DELETE FROM torale_internal.reservations v WHERE v.execution_id = ANY (p_held) AND (NOT v.is_settled OR v.execution_id = ANY (over));
    -- The limit of an execution counts all its attempts.
    INSERT INTO torale_internal.reservations (execution_id, key, token, provider, calls, tokens, cost_usd, budget_ids, is_settled, task_id, owner, created_at)
    SELECT c.execution_id, format('paid:%s:%s', r.token, c.provider), r.token, c.provider, c.calls, c.tokens_in + c.tokens_out, c.cost_usd, '{}', true,
        c.task_id, c.owner, p_now
    FROM unnest(p_charges) c
    JOIN jsonb_to_recordset(p_ends) r (execution_id uuid, token bigint) ON r.execution_id = c.execution_id
    WHERE c.execution_id = ANY (p_held) AND c.execution_id <> ALL (coalesce(over, '{}'))
    ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION torale_internal.settle_reservations(jsonb, uuid[], torale_internal.charge[], torale.budgets[], timestamptz) IS
    'Ends the reservations of ended runs: lost ones are booked, the others released.';

-- What no run will settle: its execution was cancelled or deleted and its lease is long over.
CREATE OR REPLACE FUNCTION torale_internal.settle_abandoned(p_now timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    lost torale_internal.reservations[];
    budgets torale.budgets[];
    n bigint;
BEGIN
    SELECT array_agg(r) INTO lost
    FROM torale_internal.reservations r
    WHERE NOT r.is_settled AND r.created_at < p_now - current_setting('torale.lease')::interval
      AND NOT EXISTS (SELECT 1 FROM torale.executions e WHERE e.id = r.execution_id AND e.status IN ('pending', 'running', 'retrying'));
    IF lost IS NOT NULL THEN
        SELECT array_agg(b) INTO budgets
        FROM torale_internal.known_budgets(ARRAY(SELECT l.owner FROM unnest(lost) l), ARRAY(SELECT l.task_id FROM unnest(lost) l)) b;
        PERFORM torale_internal.open_budgets(budgets, p_now);
        PERFORM torale_internal.book_lost(lost, budgets, p_now);
    END IF;
    DELETE FROM torale_internal.reservations r
    WHERE r.is_settled AND NOT EXISTS (SELECT 1 FROM torale.executions e WHERE e.id = r.execution_id AND e.status IN ('pending', 'running', 'retrying'));
    GET DIAGNOSTICS n = ROW_COUNT;
    DELETE FROM torale_internal.budget_state s
    WHERE s.budget_id <> '00000000-0000-7000-8000-000000000001' AND NOT EXISTS (SELECT 1 FROM torale.budgets b WHERE b.id = s.budget_id);
    RETURN n;
END
$$;
COMMENT ON FUNCTION torale_internal.settle_abandoned(timestamptz) IS 'Books reservations that no run will settle any more; how many rows went.';

-- With each look at the server's state. Whether paid calls are to be reserved.
CREATE OR REPLACE FUNCTION torale_internal.keep_books(p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    has_limits boolean := EXISTS (SELECT 1 FROM torale.budgets) OR current_setting('torale.budget_day_cost_usd')::numeric > 0
        OR current_setting('torale.budget_execution_cost_usd')::numeric > 0 OR current_setting('torale.budget_execution_tokens')::bigint > 0;
BEGIN
    IF EXISTS (SELECT 1 FROM torale_internal.reservations) OR EXISTS (SELECT 1 FROM torale_internal.budget_state) THEN
        PERFORM torale_internal.settle_abandoned(p_now);
        PERFORM torale_internal.tell_budgets(p_now);
    END IF;
    RETURN has_limits;
END
$$;
COMMENT ON FUNCTION torale_internal.keep_books(timestamptz) IS 'Settles what was abandoned, tells who nears a limit; whether there is any limit.';
