-- Running by hand: run_task, cancel_execution, previews. These write the queue, so they are SECURITY DEFINER and check the owner themselves.

-- The caller's task, locked in the agreed order, or PT404.
CREATE OR REPLACE FUNCTION torale_internal.lock_my_task(p_id uuid) RETURNS torale.tasks
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    task torale.tasks;
BEGIN
    SELECT * INTO task FROM torale.tasks t
    WHERE t.id = p_id AND (t.owner = torale.current_owner() OR torale_internal.session_is_superuser())
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM torale_internal.refuse(format('task %s does not exist', coalesce(p_id::text, 'null')),
            format('owner: %s', torale.current_owner()), 'SELECT id, name, state FROM torale.tasks;', 'PT404');
    END IF;
    PERFORM 1 FROM torale_internal.task_schedule s WHERE s.task_id = p_id FOR UPDATE;
    RETURN task;
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.require_active_owner(p_owner text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    IF p_owner IS NULL THEN
        PERFORM torale_internal.refuse('nobody is signed in', 'There is no owner for this session.', 'Send a token or an API key.', '42501');
    ELSIF EXISTS (SELECT 1 FROM torale.users u WHERE u.id = p_owner AND NOT u.is_active) THEN
        PERFORM torale_internal.refuse('this user is deactivated', format('owner: %s', p_owner), 'An administrator can reactivate it.', '42501');
    END IF;
END
$$;
COMMENT ON FUNCTION torale_internal.require_active_owner(text) IS 'Raises 42501 for nobody and for a deactivated user.';

CREATE OR REPLACE FUNCTION torale_internal.session_is_superuser() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp
RETURN (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = session_user);

CREATE OR REPLACE FUNCTION torale.run_soon(p_task uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER -- writes the queue
SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    task torale.tasks := torale_internal.lock_my_task(p_task);
BEGIN
    UPDATE torale_internal.task_schedule s SET next_run_at = now(), slot = now()
    WHERE s.task_id = task.id AND task.state = 'active' AND s.execution_id IS NULL;
END
$$;

CREATE OR REPLACE FUNCTION torale.run_task(id uuid, force boolean DEFAULT false, quiet boolean DEFAULT false) RETURNS torale.executions
LANGUAGE plpgsql SECURITY DEFINER -- writes the queue
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    task torale.tasks := torale_internal.lock_my_task(id);
    running uuid;
    made torale.executions;
BEGIN
    PERFORM torale_internal.require_active_owner(task.owner);
    SELECT e.id INTO running
    FROM torale.executions e
    WHERE e.task_id = task.id AND (e.status IN ('pending', 'running') OR e.status = 'retrying' AND e.trigger = 'manual')
    ORDER BY e.id DESC LIMIT 1;
    IF running IS NOT NULL AND NOT force THEN
        PERFORM torale_internal.refuse('the task is running', format('execution: %s', running),
            format('SELECT torale.run_task(%L, force => true); cancels it first.', task.id), 'PT409');
    ELSIF running IS NOT NULL THEN
        PERFORM torale_internal.cancel_runs(task.id, 'forced');
        PERFORM torale_internal.plan_next_slot(task);
    END IF;
    INSERT INTO torale.executions (task_id, owner, trigger, scheduled_for) VALUES (task.id, task.owner, 'manual', now()) RETURNING * INTO made;
    INSERT INTO torale_internal.requests (execution_id, kind, task_id, quiet) VALUES (made.id, 'manual', task.id, quiet);
    RETURN made;
END
$$;

-- After a cancelled run: its slot has its row, the task goes on with the next one.
CREATE OR REPLACE FUNCTION torale_internal.plan_next_slot(task torale.tasks) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, torale, pg_temp AS $$
    UPDATE torale_internal.task_schedule s
    SET slot = CASE WHEN s.next_run_at > now() THEN s.slot ELSE f.slot END,
        next_run_at = CASE WHEN s.next_run_at > now() THEN s.next_run_at ELSE f.next_run_at END
    FROM torale_internal.first_run(task) f
    WHERE s.task_id = task.id
$$;

CREATE OR REPLACE FUNCTION torale.cancel_execution(id uuid) RETURNS torale.executions
LANGUAGE plpgsql SECURITY DEFINER -- writes the queue
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    e torale.executions;
    task torale.tasks;
BEGIN
    SELECT * INTO e FROM torale.executions x
    WHERE x.id = id AND (x.owner = torale.current_owner() OR torale_internal.session_is_superuser());
    IF NOT FOUND THEN
        PERFORM torale_internal.refuse(format('execution %s does not exist', coalesce(id::text, 'null')),
            format('owner: %s', torale.current_owner()), 'SELECT * FROM torale.activity;', 'PT404');
    END IF;
    IF e.task_id IS NOT NULL THEN
        task := torale_internal.lock_my_task(e.task_id);
    ELSE
        PERFORM 1 FROM torale_internal.requests q WHERE q.execution_id = id FOR UPDATE;
    END IF;
    -- It may have ended while we waited for the lock that its finish holds.
    SELECT * INTO e FROM torale.executions x WHERE x.id = id;
    IF e.status NOT IN ('pending', 'running', 'retrying') THEN
        PERFORM torale_internal.refuse(format('the execution is over: %s', e.status), format('execution: %s', id),
            'Only a pending, running or retrying execution can be cancelled.', 'PT409');
    END IF;
    -- A run by hand that only waits for its turn leaves the scheduled one alone.
    IF e.trigger = 'schedule' OR e.task_id IS NOT NULL AND e.status = 'running' THEN
        PERFORM torale_internal.cancel_runs(e.task_id, 'cancelled');
        PERFORM torale_internal.plan_next_slot(task);
    ELSE
        UPDATE torale.executions x SET status = 'cancelled', finished_at = now(), skip_reason = 'cancelled' WHERE x.id = id;
        DELETE FROM torale_internal.requests q WHERE q.execution_id = id;
        UPDATE torale.deliveries d SET status = 'cancelled', next_attempt_at = NULL FROM torale.notifications n
        WHERE n.execution_id = id AND n.kind = 'test' AND d.notification_id = n.id AND d.owner = n.owner AND d.status = 'pending';
    END IF;
    SELECT * INTO e FROM torale.executions x WHERE x.id = id;
    RETURN e;
END
$$;

CREATE OR REPLACE FUNCTION torale.request_preview(
    search_query text, condition_description text DEFAULT NULL, search_options jsonb DEFAULT '{}', timezone text DEFAULT 'UTC', mode text DEFAULT NULL)
RETURNS torale.executions
LANGUAGE plpgsql SECURITY DEFINER -- writes the queue
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    made torale.executions;
    me text := torale.current_owner();
BEGIN
    PERFORM torale_internal.check_task(ROW(NULL, 'preview', 'active', search_query, condition_description, 'always', NULL, timezone,
        '5 minutes', '7 days', search_options, NULL, '0', mode, me, now(), now(), now())::torale.tasks);
    PERFORM torale_internal.require_active_owner(me);
    INSERT INTO torale.executions (owner, trigger, input)
    VALUES (me, 'preview', jsonb_build_object('search_query', search_query, 'condition_description', condition_description,
        'search_options', search_options, 'timezone', timezone, 'mode', mode))
    RETURNING * INTO made;
    INSERT INTO torale_internal.requests (execution_id, kind) VALUES (made.id, 'preview');
    RETURN made;
END
$$;

-- A procedure commits, so it can neither pin its search_path nor be SECURITY DEFINER: every
-- name in it is qualified.
CREATE OR REPLACE PROCEDURE torale.wait_for_execution(p_id uuid, p_timeout interval DEFAULT '3 minutes')
LANGUAGE plpgsql AS $$
DECLARE
    give_up timestamptz := pg_catalog.clock_timestamp() + p_timeout;
    how text;
BEGIN
    LOOP
        SELECT e.status INTO how FROM torale.executions e WHERE e.id = p_id;
        EXIT WHEN how IS NULL OR how NOT IN ('pending', 'running', 'retrying');
        IF pg_catalog.clock_timestamp() > give_up THEN
            RAISE EXCEPTION USING ERRCODE = '57014', MESSAGE = 'the execution did not finish in time',
                DETAIL = pg_catalog.format('execution: %s, status: %s', p_id, how), HINT = 'SELECT * FROM torale.doctor();';
        END IF;
        COMMIT;
        PERFORM pg_catalog.pg_sleep(0.05);
    END LOOP;
END
$$;

CREATE OR REPLACE PROCEDURE torale.preview(
    search_query text, condition_description text DEFAULT NULL, search_options jsonb DEFAULT '{}',
    INOUT execution_id uuid DEFAULT NULL, INOUT status text DEFAULT NULL, INOUT verdict text DEFAULT NULL,
    INOUT confidence integer DEFAULT NULL, INOUT evidence text DEFAULT NULL, INOUT sources jsonb DEFAULT NULL,
    INOUT condition text DEFAULT NULL, INOUT cost_usd numeric DEFAULT NULL)
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    made torale.executions;
BEGIN
    PERFORM torale.require_no_transaction_block('torale.request_preview(…)');
    made := torale.request_preview(search_query, condition_description, search_options);
    COMMIT;
    CALL torale.wait_for_execution(made.id);
    SELECT e.id, e.status, e.verdict, e.confidence, coalesce(e.evidence, e.error_message), e.result -> 'sources',
        coalesce(condition_description, search_query), e.cost_usd
    INTO execution_id, status, verdict, confidence, evidence, sources, condition, cost_usd
    FROM torale.executions e WHERE e.id OPERATOR(pg_catalog.=) made.id;
END
$$;

CREATE OR REPLACE FUNCTION torale.require_no_transaction_block(p_instead text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER -- for the internal C function
SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    IF torale_internal.in_transaction_block() THEN
        PERFORM torale_internal.refuse('this procedure commits, so it cannot run inside a transaction block',
            'It queues the work, waits for the worker and returns the result.',
            format('Queue it with SELECT * FROM %s and read torale.executions after the commit.', p_instead), '25001');
    END IF;
END
$$;
