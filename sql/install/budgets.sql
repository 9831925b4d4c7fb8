-- Limits on what is paid: who sets them, what is left of them, who is told, and what a task will
-- cost. A limit that an administrator set for somebody is a row of its own: the owner sees it and
-- cannot raise it. The books that limits are held against: money.sql.

CREATE OR REPLACE FUNCTION torale_internal.is_operator() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp
-- USAGE, and of the role taken on: see doctor().
RETURN torale_internal.session_is_superuser()
    OR pg_has_role(coalesce(nullif(current_setting('role'), 'none'), session_user), 'torale_admin', 'USAGE');
COMMENT ON FUNCTION torale_internal.is_operator() IS 'Whether the session may do what administrators do.';

CREATE OR REPLACE FUNCTION torale_internal.window_end(p_period text, p_start timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, torale, pg_temp
RETURN (p_start AT TIME ZONE 'UTC' + ('1 ' || p_period)::interval) AT TIME ZONE 'UTC';
COMMENT ON FUNCTION torale_internal.window_end(text, timestamptz) IS 'When the window of a budget ends: at midnight UTC.';

-- A limit in the words of who it concerns. Of the server's, nobody but its administrators learns a figure.
CREATE OR REPLACE FUNCTION torale_internal.limit_text(
    p_budget torale.budgets, p_state torale_internal.budget_state, p_calls bigint DEFAULT 0, p_tokens bigint DEFAULT 0, p_usd numeric DEFAULT 0)
RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT CASE WHEN p_budget.scope = 'server' THEN format('the server''s budget of this %s is used up; it starts anew at %s UTC', p_budget.period, x.ends)
        ELSE format('the budget of %s %s a %s for %s is used up: %s spent, %s reserved, %s wanted; it starts anew at %s UTC',
            torale_internal.as_amount(x.most), x.unit, p_budget.period, CASE p_budget.scope WHEN 'task' THEN 'this task' ELSE 'this owner' END,
            torale_internal.as_amount(x.spent), torale_internal.as_amount(x.reserved), torale_internal.as_amount(x.wanted), x.ends) END
    FROM (SELECT to_char(torale_internal.window_end(p_budget.period, p_state.window_start) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS ends, v.*
          FROM (VALUES (1, 'USD', p_budget.max_cost_usd, p_state.spent_usd, p_state.reserved_usd, p_usd),
              (2, 'tokens', p_budget.max_tokens, p_state.spent_tokens, p_state.reserved_tokens, p_tokens),
              (3, 'calls', p_budget.max_calls, p_state.spent_calls, p_state.reserved_calls, p_calls)) v (place, unit, most, spent, reserved, wanted)
          WHERE v.most IS NOT NULL
          ORDER BY v.spent + v.reserved + v.wanted > v.most DESC, v.place LIMIT 1) x
$$;
COMMENT ON FUNCTION torale_internal.limit_text(torale.budgets, torale_internal.budget_state, bigint, bigint, numeric) IS 'Which limit of a budget is used up, in words.';

CREATE OR REPLACE FUNCTION torale_internal.check_budget(p_budget torale.budgets) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    fault record;
BEGIN
    IF p_budget.scope IS NULL OR p_budget.scope NOT IN ('execution', 'task', 'owner', 'server') THEN
        PERFORM torale_internal.refuse(format('unknown budget scope %L', p_budget.scope), 'A budget limits each execution, a task, an owner or the server.',
            'Use execution, task, owner or server.');
    ELSIF p_budget.scope <> 'execution' AND (p_budget.period IS NULL OR p_budget.period NOT IN ('day', 'month')) THEN
        PERFORM torale_internal.refuse(format('unknown budget period %L', p_budget.period), 'The window of a budget starts anew at midnight UTC.', 'Use day or month.');
    ELSIF p_budget.scope = 'task' AND p_budget.task_id IS NULL THEN
        PERFORM torale_internal.refuse('a task''s budget needs its task_id', 'task_id is null.', 'SELECT id, name FROM torale.tasks;');
    ELSIF p_budget.scope IN ('owner', 'server') AND p_budget.task_id IS NOT NULL THEN
        PERFORM torale_internal.refuse(format('a budget of scope %s has no task', p_budget.scope), format('task_id: %s', p_budget.task_id), 'Use the scope task, or leave out task_id.');
    ELSIF num_nonnulls(p_budget.max_calls, p_budget.max_tokens, p_budget.max_cost_usd) = 0 THEN
        PERFORM torale_internal.refuse('a budget needs a limit', 'max_calls, max_tokens and max_cost_usd are null.', 'Give one of them, for example max_cost_usd => 5.');
    END IF;
    SELECT * INTO fault
    FROM (VALUES ('max_calls', p_budget.max_calls::numeric), ('max_tokens', p_budget.max_tokens), ('max_cost_usd', p_budget.max_cost_usd)) v (name, amount)
    WHERE v.amount <= 0 OR v.amount = 'NaN' OR v.amount = 'Infinity';
    IF FOUND THEN
        PERFORM torale_internal.refuse(format('%s must be a positive number', fault.name), format('It is %s.', fault.amount),
            'To stop a task, pause it; to lift a limit, drop its budget.');
    ELSIF p_budget.max_cost_usd > 1000000 THEN
        PERFORM torale_internal.refuse('max_cost_usd must be at most 1000000', format('It is %s.', p_budget.max_cost_usd), 'It is in US dollars, not in cents or tokens.');
    END IF;
END
$$;
COMMENT ON FUNCTION torale_internal.check_budget(torale.budgets) IS 'Raises 22023 for a budget that makes no sense, and says why.';

CREATE OR REPLACE FUNCTION torale.set_budget(
    scope text, task_id uuid DEFAULT NULL, period text DEFAULT 'month', max_calls bigint DEFAULT NULL, max_tokens bigint DEFAULT NULL,
    max_cost_usd numeric DEFAULT NULL, owner text DEFAULT NULL)
RETURNS torale.budgets
LANGUAGE plpgsql SECURITY DEFINER -- budgets are not writable by users
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_column
DECLARE
    wanted torale.budgets;
    made torale.budgets;
BEGIN
    wanted.scope := set_budget.scope;
    wanted.task_id := set_budget.task_id;
    wanted.period := CASE WHEN wanted.scope <> 'execution' THEN set_budget.period END;
    wanted.max_calls := set_budget.max_calls;
    wanted.max_tokens := set_budget.max_tokens;
    wanted.max_cost_usd := set_budget.max_cost_usd;
    PERFORM torale_internal.check_budget(wanted);
    IF (wanted.scope = 'server' OR set_budget.owner IS NOT NULL) AND NOT torale_internal.is_operator() THEN
        PERFORM torale_internal.refuse('only an administrator limits the server or another owner', format('You are %s.', torale.current_owner()),
            'Leave out owner, and use the scope execution, task or owner.', '42501');
    END IF;
    wanted.set_by := CASE WHEN wanted.scope = 'server' OR set_budget.owner IS NOT NULL THEN 'admin' ELSE 'owner' END;
    wanted.owner := CASE WHEN wanted.scope <> 'server' THEN coalesce(set_budget.owner, torale.current_owner()) END;
    IF wanted.scope <> 'server' THEN
        PERFORM torale_internal.require_active_owner(wanted.owner);
    END IF;
    IF wanted.task_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM torale.tasks t WHERE t.id = wanted.task_id AND t.owner = wanted.owner) THEN
        PERFORM torale_internal.refuse(format('task %s does not exist', wanted.task_id), format('owner: %s', wanted.owner), 'SELECT id, name, state FROM torale.tasks;', 'PT404');
    ELSIF set_budget.owner IS NOT NULL AND NOT EXISTS (SELECT 1 FROM torale.users u WHERE u.id = wanted.owner) THEN
        PERFORM torale_internal.refuse(format('user %L does not exist', wanted.owner), 'A budget limits a known user.', 'SELECT id FROM torale.users;', 'PT404');
    END IF;
    PERFORM torale_internal.ensure_owner(wanted.owner);
    INSERT INTO torale.budgets AS b (scope, task_id, period, max_calls, max_tokens, max_cost_usd, set_by, owner)
    VALUES (wanted.scope, wanted.task_id, wanted.period, wanted.max_calls, wanted.max_tokens, wanted.max_cost_usd, wanted.set_by, wanted.owner)
    ON CONFLICT (scope, owner, task_id, period, set_by) DO UPDATE
    SET max_calls = EXCLUDED.max_calls, max_tokens = EXCLUDED.max_tokens, max_cost_usd = EXCLUDED.max_cost_usd, updated_at = now()
    RETURNING * INTO made;
    RETURN made;
END
$$;
COMMENT ON FUNCTION torale.set_budget(text, uuid, text, bigint, bigint, numeric, text) IS
    'Limits each execution, a task or you, by day or month (UTC), in calls, tokens or US dollars; administrators also the server and other owners. Replaces the limits set before.';

CREATE OR REPLACE FUNCTION torale.drop_budget(id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER -- budgets are not writable by users
SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    budget torale.budgets;
BEGIN
    SELECT b.* INTO budget FROM torale.budgets b
    WHERE b.id = drop_budget.id AND (b.owner = torale.current_owner() OR torale_internal.is_operator());
    IF NOT FOUND THEN
        PERFORM torale_internal.refuse(format('budget %s does not exist', coalesce(drop_budget.id::text, 'null')), format('owner: %s', torale.current_owner()),
            'SELECT * FROM torale.budgets;', 'PT404');
    ELSIF budget.set_by = 'admin' AND NOT torale_internal.is_operator() THEN
        PERFORM torale_internal.refuse('this budget was set by an administrator', format('budget: %s', budget.id), 'Ask an administrator to lift it.', '42501');
    END IF;
    DELETE FROM torale.budgets b WHERE b.id = drop_budget.id;
END
$$;
COMMENT ON FUNCTION torale.drop_budget(uuid) IS 'Lifts a limit. What an administrator set, administrators lift.';

-- ---- what is left ----
CREATE OR REPLACE VIEW torale.budget_status WITH (security_invoker = true) AS
SELECT CASE b.scope WHEN 'execution' THEN coalesce('each execution of ' || t.name, 'each execution') WHEN 'task' THEN 'task ' || t.name
        WHEN 'owner' THEN 'owner ' || b.owner ELSE 'server' END AS budget,
    v.unit || coalesce(' a ' || b.period, '') AS unit, CASE WHEN w.is_current THEN v.spent ELSE 0 END AS spent, v.reserved,
    v.most AS max, pg_catalog.round(CASE WHEN w.is_current THEN v.spent ELSE 0 END / v.most, 3) AS share,
    (pg_catalog.date_trunc(b.period, pg_catalog.now() AT TIME ZONE 'UTC') + ('1 ' || b.period)::interval) AT TIME ZONE 'UTC' AS resets_at, b.id AS budget_id
FROM torale.budgets b
LEFT JOIN torale.tasks t ON t.id = b.task_id
LEFT JOIN torale_internal.budget_state s ON s.budget_id = b.id
CROSS JOIN LATERAL (SELECT s.window_start = pg_catalog.date_trunc(b.period, pg_catalog.now(), 'UTC') AS is_current) w
CROSS JOIN LATERAL (VALUES ('USD', b.max_cost_usd, s.spent_usd, coalesce(s.reserved_usd, 0)),
    ('tokens', b.max_tokens, s.spent_tokens, coalesce(s.reserved_tokens, 0)),
    ('calls', b.max_calls, s.spent_calls, coalesce(s.reserved_calls, 0))) v (unit, most, spent, reserved)
WHERE v.most IS NOT NULL
ORDER BY share DESC, b.id;
COMMENT ON VIEW torale.budget_status IS 'Limits and what is left of them, the fullest first: a row for each unit.';
COMMENT ON COLUMN torale.budget_status.budget IS 'What is limited.';
COMMENT ON COLUMN torale.budget_status.unit IS 'USD, tokens or calls, a day or a month; without a period: of each execution.';
COMMENT ON COLUMN torale.budget_status.spent IS 'Spent in this window.';
COMMENT ON COLUMN torale.budget_status.reserved IS 'What calls under way may cost at most.';
COMMENT ON COLUMN torale.budget_status.max IS 'The limit.';
COMMENT ON COLUMN torale.budget_status.share IS 'spent / max.';
COMMENT ON COLUMN torale.budget_status.resets_at IS 'When the next window starts.';
COMMENT ON COLUMN torale.budget_status.budget_id IS 'The budget: budgets.id.';

CREATE OR REPLACE VIEW torale.usage_by_day WITH (security_invoker = true) AS
SELECT u.day, u.provider, pg_catalog.sum(u.calls) AS calls, pg_catalog.sum(u.tokens_in) AS tokens_in, pg_catalog.sum(u.tokens_out) AS tokens_out,
    pg_catalog.sum(u.cost_usd) AS cost_usd
FROM torale.usage u
GROUP BY u.day, u.provider
ORDER BY u.day DESC, cost_usd DESC;
COMMENT ON VIEW torale.usage_by_day IS 'What was paid, by day (UTC) and provider, newest first.';
COMMENT ON COLUMN torale.usage_by_day.day IS 'The day, in UTC.';
COMMENT ON COLUMN torale.usage_by_day.provider IS 'Who was paid.';
COMMENT ON COLUMN torale.usage_by_day.calls IS 'Paid calls.';
COMMENT ON COLUMN torale.usage_by_day.tokens_in IS 'Tokens sent.';
COMMENT ON COLUMN torale.usage_by_day.tokens_out IS 'Tokens received.';
COMMENT ON COLUMN torale.usage_by_day.cost_usd IS 'Cost in US dollars by the prices in providers.';

-- ---- who is told ----
-- Once at 80 % and once at the end, in each window. What somebody's open transaction holds is told
-- the next time.
CREATE OR REPLACE FUNCTION torale_internal.tell_budgets(p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp
SET lock_timeout = '100ms' AS $$
DECLARE
    near record;
BEGIN
    FOR near IN
        SELECT s, b.scope, x.share, (s.stopped_at IS NOT NULL OR x.share >= 1) AS is_stop
        FROM torale_internal.budget_state s
        JOIN (SELECT b AS budget FROM torale.budgets b WHERE b.period IS NOT NULL
              UNION ALL SELECT k FROM torale_internal.known_budgets('{}', '{}') k WHERE k.created_at = '-infinity') k ON (k.budget).id = s.budget_id
        CROSS JOIN LATERAL (SELECT (k.budget).*) b
        CROSS JOIN LATERAL (SELECT greatest(s.spent_usd / b.max_cost_usd, s.spent_tokens::numeric / b.max_tokens, s.spent_calls::numeric / b.max_calls) AS share) x
        WHERE s.window_start = date_trunc(b.period, p_now, 'UTC')
          AND ((s.stopped_at IS NOT NULL OR x.share >= 1) AND s.stop_noticed_at IS NULL OR x.share >= 0.8 AND s.noticed_at IS NULL)
    LOOP
        BEGIN
            UPDATE torale_internal.budget_state s
            SET noticed_at = coalesce(s.noticed_at, p_now), stop_noticed_at = CASE WHEN near.is_stop THEN coalesce(s.stop_noticed_at, p_now) END
            WHERE s.budget_id = (near.s).budget_id;
            IF near.scope = 'server' THEN
                RAISE LOG 'budget % scope=server share=%', CASE WHEN near.is_stop THEN 'used up' ELSE 'nearly used up' END, round(near.share, 3);
            ELSE
                PERFORM torale_internal.tell_budget(near.s, near.is_stop, p_now);
            END IF;
        EXCEPTION WHEN lock_not_available OR deadlock_detected OR foreign_key_violation THEN
            NULL;
        END;
    END LOOP;
END
$$;
COMMENT ON FUNCTION torale_internal.tell_budgets(timestamptz) IS 'Tells of budgets that are nearly or wholly used up, once each in a window.';

CREATE OR REPLACE FUNCTION torale_internal.tell_budget(p_state torale_internal.budget_state, p_is_stop boolean, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    told record;
BEGIN
    INSERT INTO torale.notifications (kind, task_id, title, body, owner, created_at)
    SELECT 'system', b.task_id, format(CASE WHEN p_is_stop THEN 'The budget of %s is used up' ELSE '80 %% of the budget of %s is used' END, coalesce(t.name, 'all tasks')),
        format('%s of %s a %s. %s until %s UTC, when it starts anew.', spent.text, spent.most, b.period,
            CASE WHEN p_is_stop THEN 'Runs that would cost something are skipped' ELSE 'When it is used up, runs that would cost something are skipped' END,
            to_char(torale_internal.window_end(b.period, p_state.window_start) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')),
        b.owner, p_now
    FROM torale.budgets b
    LEFT JOIN torale.tasks t ON t.id = b.task_id
    CROSS JOIN LATERAL (SELECT format('%s %s spent', torale_internal.as_amount(v.spent), v.unit) AS text, torale_internal.as_amount(v.most) AS most
        FROM (VALUES ('USD', p_state.spent_usd, b.max_cost_usd), ('tokens', p_state.spent_tokens, b.max_tokens), ('calls', p_state.spent_calls, b.max_calls))
            v (unit, spent, most)
        WHERE v.most IS NOT NULL ORDER BY v.spent / v.most DESC LIMIT 1) spent
    WHERE b.id = p_state.budget_id
    RETURNING id, task_id INTO told;
    IF told.id IS NOT NULL THEN
        PERFORM torale_internal.enqueue_deliveries(ARRAY[told.id]);
        PERFORM pg_notify('torale', json_build_object('notification_id', told.id, 'task_id', told.task_id)::text);
    END IF;
END
$$;
COMMENT ON FUNCTION torale_internal.tell_budget(torale_internal.budget_state, boolean, timestamptz) IS 'Tells an owner that a budget is nearly or wholly used up.';

-- A row of doctor() for each budget that stops runs now; of other owners, for administrators alone.
CREATE OR REPLACE FUNCTION torale_internal.doctor_budgets(p_is_operator boolean) RETURNS TABLE ("check" text, state text, detail text, fix text)
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT 'budget', 'used up', format('%s: runs that would cost something are skipped until %s', CASE b.scope WHEN 'server' THEN 'server' ELSE b.scope || ' of ' || b.owner END,
            torale_internal.window_end(b.period, s.window_start)),
        CASE WHEN b.created_at = '-infinity' THEN 'ALTER SYSTEM SET torale.budget_day_cost_usd = …; SELECT pg_reload_conf();'
             ELSE format('raise it with torale.set_budget(), or SELECT torale.drop_budget(%L);', b.id) END
    FROM torale_internal.budget_state s
    JOIN (SELECT b.* FROM torale.budgets b WHERE b.period IS NOT NULL
          UNION ALL SELECT k.* FROM torale_internal.known_budgets('{}', '{}') k WHERE k.created_at = '-infinity') b ON b.id = s.budget_id
    WHERE s.stopped_at IS NOT NULL AND s.window_start = date_trunc(b.period, now(), 'UTC')
      AND (p_is_operator OR b.owner = torale.current_owner())
$$;
COMMENT ON FUNCTION torale_internal.doctor_budgets(boolean) IS 'The rows of doctor() about budgets that stop runs now.';

-- ---- what a task will cost ----
-- From what its runs cost, else from the prices of the providers that would be asked first.
CREATE OR REPLACE FUNCTION torale.estimate(task_id uuid)
RETURNS TABLE (runs_a_month numeric, judged_share numeric, cost_per_run_usd numeric, cost_a_month_usd numeric, basis text)
LANGUAGE plpgsql STABLE SECURITY DEFINER -- reads schedules by an internal function
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_column
DECLARE
    task torale.tasks;
    runs record;
    past record;
    price record;
BEGIN
    SELECT t.* INTO task FROM torale.tasks t
    WHERE t.id = estimate.task_id AND (t.owner = torale.current_owner() OR torale_internal.session_is_superuser());
    IF NOT FOUND THEN
        PERFORM torale_internal.refuse(format('task %s does not exist', coalesce(estimate.task_id::text, 'null')), format('owner: %s', torale.current_owner()),
            'SELECT id, name, state FROM torale.tasks;', 'PT404');
    END IF;
    SELECT count(*) AS n, avg((e.verdict IS NOT NULL)::integer) AS judged, avg(e.cost_usd) AS cost,
        extract(epoch FROM max(e.started_at) - min(e.started_at)) / nullif(count(*) - 1, 0) AS pause_s INTO past
    FROM (SELECT x.* FROM torale.executions x WHERE x.task_id = task.id AND x.status IN ('success', 'failed') AND x.trigger = 'schedule'
          ORDER BY x.id DESC LIMIT 50) e;
    runs := torale_internal.runs_a_month(task, CASE WHEN past.n >= 3 THEN past.pause_s END);
    runs_a_month := round(runs.n, 1);
    IF past.n >= 3 THEN
        judged_share := round(past.judged, 3);
        cost_per_run_usd := round(past.cost, 6);
        basis := format('%s. Cost: the mean of its last %s runs, of which %s %% asked the judge.', runs.basis, past.n, round(100 * past.judged));
    ELSE
        price := torale_internal.first_prices();
        judged_share := 0.3;
        cost_per_run_usd := round(price.search + judged_share * price.judge, 6);
        basis := format('%s. Cost: by price, %s for a search and %s for a judgement of 4000 tokens in and 500 out, assuming that 3 of 10 runs find something new to judge.',
            runs.basis, price.search_name, price.judge_name);
    END IF;
    cost_a_month_usd := round(runs_a_month * cost_per_run_usd, 4);
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION torale.estimate(uuid) IS 'Expected cost of a task in 30 days, and what the figure rests on.';

-- Runs in 30 days: by the schedule, else as they came, else one a day.
CREATE OR REPLACE FUNCTION torale_internal.runs_a_month(p_task torale.tasks, p_pause_s numeric, OUT n numeric, OUT basis text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    slots timestamptz[];
    month constant interval := '30 days';
    last_slot timestamptz;
BEGIN
    IF p_task.schedule IS NULL THEN
        n := coalesce(extract(epoch FROM month) / nullif(p_pause_s, 0), 30);
        basis := CASE WHEN p_pause_s > 0 THEN 'Runs: as often as until now' ELSE 'Runs: no schedule, assuming one a day' END;
        RETURN;
    END IF;
    slots := torale_internal.next_slots(p_task.schedule, p_task.timezone, 1000, now());
    last_slot := slots[cardinality(slots)];
    basis := 'Runs: slots of the schedule in the next 30 days';
    IF cardinality(slots) = 1000 AND last_slot < now() + month THEN
        n := 999 * extract(epoch FROM month) / extract(epoch FROM last_slot - slots[1]);
    ELSE
        n := (SELECT count(*) FROM unnest(slots) s WHERE s < now() + month);
    END IF;
END
$$;
COMMENT ON FUNCTION torale_internal.runs_a_month(torale.tasks, numeric) IS 'Runs of a task in 30 days, and how that is known.';

-- Of the providers that would be asked first: enabled and keyed, by priority.
CREATE OR REPLACE FUNCTION torale_internal.first_prices(OUT search_name text, OUT search numeric, OUT judge_name text, OUT judge numeric)
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT s.name, coalesce(s.price_per_call, 0), j.name, coalesce(j.price_per_call + (4000 * j.price_in_per_mtok + 500 * j.price_out_per_mtok) / 1e6, 0)
    FROM (SELECT 1) one
    LEFT JOIN (SELECT p.* FROM torale.providers p WHERE p.kind = 'search' AND p.enabled
               AND (p.secret_name IS NULL OR p.secret_name = ANY (torale_internal.secret_names())) ORDER BY p.priority, p.name LIMIT 1) s ON true
    LEFT JOIN (SELECT p.* FROM torale.providers p WHERE p.kind = 'llm' AND p.enabled
               AND (p.secret_name IS NULL OR p.secret_name = ANY (torale_internal.secret_names())) ORDER BY p.priority, p.name LIMIT 1) j ON true
$$;
COMMENT ON FUNCTION torale_internal.first_prices() IS 'Prices of a search and of a judgement at the providers that would be asked first.';

CREATE OR REPLACE TRIGGER budgets_wake AFTER INSERT OR UPDATE OR DELETE ON torale.budgets
    FOR EACH STATEMENT EXECUTE FUNCTION torale_internal.wake_on_write();

-- ---- comments on the tables ----
COMMENT ON TABLE torale.usage IS 'What providers were paid, by owner, day and provider. Written when a run ends.';
COMMENT ON COLUMN torale.usage.day IS 'The day in UTC on which it was booked.';
COMMENT ON COLUMN torale.usage.provider IS 'The provider: providers.name.';
COMMENT ON COLUMN torale.usage.calls IS 'Paid calls.';
COMMENT ON COLUMN torale.usage.tokens_in IS 'Tokens sent; of a call whose reply was lost, all that it may have used.';
COMMENT ON COLUMN torale.usage.tokens_out IS 'Tokens received.';
COMMENT ON COLUMN torale.usage.cost_usd IS 'Cost in US dollars by the prices in providers.';
COMMENT ON TABLE torale.budgets IS 'Limits on what is paid. Written by set_budget() and drop_budget().';
COMMENT ON COLUMN torale.budgets.scope IS 'execution (each one, of a task or of all that its owner has), task, owner or server (without an owner).';
COMMENT ON COLUMN torale.budgets.period IS 'day or month, in UTC; null for the scope execution.';
COMMENT ON COLUMN torale.budgets.max_calls IS 'Most paid calls in a window.';
COMMENT ON COLUMN torale.budgets.max_tokens IS 'Most tokens in a window, in and out.';
COMMENT ON COLUMN torale.budgets.max_cost_usd IS 'Most US dollars in a window.';
COMMENT ON COLUMN torale.budgets.set_by IS 'owner, or admin: the owner cannot change that one.';
COMMENT ON COLUMN torale.budgets.updated_at IS 'When the limits were last set.';
COMMENT ON TABLE torale_internal.budget_state IS 'What is spent and reserved in the present window of a budget.';
COMMENT ON COLUMN torale_internal.budget_state.budget_id IS 'The budget: budgets.id, or the fixed id of torale.budget_day_cost_usd.';
COMMENT ON COLUMN torale_internal.budget_state.window_start IS 'Start of the window that spent_* are of.';
COMMENT ON COLUMN torale_internal.budget_state.spent_calls IS 'Paid calls.';
COMMENT ON COLUMN torale_internal.budget_state.spent_tokens IS 'Tokens in and out.';
COMMENT ON COLUMN torale_internal.budget_state.spent_usd IS 'US dollars.';
COMMENT ON COLUMN torale_internal.budget_state.reserved_calls IS 'Calls under way.';
COMMENT ON COLUMN torale_internal.budget_state.reserved_tokens IS 'Tokens they may use at most.';
COMMENT ON COLUMN torale_internal.budget_state.reserved_usd IS 'US dollars they may cost at most.';
COMMENT ON COLUMN torale_internal.budget_state.stopped_at IS 'First refusal in this window.';
COMMENT ON COLUMN torale_internal.budget_state.noticed_at IS 'When it was told that 80 % are used.';
COMMENT ON COLUMN torale_internal.budget_state.stop_noticed_at IS 'When it was told that nothing is left.';
COMMENT ON TABLE torale_internal.reservations IS 'What calls may cost, from before they go out until their run ends.';
COMMENT ON COLUMN torale_internal.reservations.key IS 'Names the call within its execution, as step_replies.key does.';
COMMENT ON COLUMN torale_internal.reservations.token IS 'The lease under which it was reserved.';
COMMENT ON COLUMN torale_internal.reservations.provider IS 'Who would be paid.';
COMMENT ON COLUMN torale_internal.reservations.calls IS 'How many calls.';
COMMENT ON COLUMN torale_internal.reservations.tokens IS 'Tokens at most.';
COMMENT ON COLUMN torale_internal.reservations.cost_usd IS 'US dollars at most.';
COMMENT ON COLUMN torale_internal.reservations.budget_ids IS 'The budgets that hold it.';
COMMENT ON COLUMN torale_internal.reservations.is_settled IS 'Booked as spent; kept for the limit of its execution.';
COMMENT ON COLUMN torale_internal.step_replies.is_settled IS 'An attempt that ended has booked what it cost.';
