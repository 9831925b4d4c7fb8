-- What administrators see and do over all owners. Granted to torale_admin alone (access.sql), so the
-- role in effect decides; SECURITY DEFINER since row-level security shows everybody only their own.

CREATE OR REPLACE FUNCTION torale_internal.percent(p_part bigint, p_whole bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, torale, pg_temp
RETURN round(100.0 * p_part / nullif(p_whole, 0), 1);
COMMENT ON FUNCTION torale_internal.percent(bigint, bigint) IS 'A share in percent, to a tenth; null of nothing.';

CREATE OR REPLACE FUNCTION torale_internal.has_finding(p_task uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp
RETURN EXISTS (SELECT 1 FROM torale.notifications n WHERE n.task_id = p_task AND n.kind = 'finding');
COMMENT ON FUNCTION torale_internal.has_finding(uuid) IS 'Whether a task has told anything.';

CREATE OR REPLACE FUNCTION torale.admin_stats() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER -- counts rows of all owners
SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT jsonb_build_object(
        'users', (SELECT jsonb_build_object('total', count(*), 'active', count(*) FILTER (WHERE u.is_active), 'admins', count(*) FILTER (WHERE u.role = 'admin'),
            'seen_24h', count(*) FILTER (WHERE u.last_seen_at > now() - interval '1 day')) FROM torale.users u),
        'tasks', (SELECT jsonb_build_object('total', count(*), 'active', count(*) FILTER (WHERE t.state = 'active'), 'paused', count(*) FILTER (WHERE t.state = 'paused'),
            'completed', count(*) FILTER (WHERE t.state = 'completed'), 'triggered', count(*) FILTER (WHERE t.told),
            'trigger_rate', torale_internal.percent(count(*) FILTER (WHERE t.told), count(*)))
            FROM (SELECT x.state, torale_internal.has_finding(x.id) AS told FROM torale.tasks x) t),
        'executions_24h', (SELECT jsonb_build_object('total', count(*), 'success', count(*) FILTER (WHERE e.status = 'success'), 'failed', count(*) FILTER (WHERE e.status = 'failed'),
            'success_rate', torale_internal.percent(count(*) FILTER (WHERE e.status = 'success'), count(*) FILTER (WHERE e.status IN ('success', 'failed'))))
            FROM torale.executions e WHERE e.id >= torale_internal.uuid_at(now() - interval '1 day')),
        'popular_queries', (SELECT coalesce(jsonb_agg(jsonb_build_object('search_query', p.search_query, 'count', p.n, 'triggered_count', p.told) ORDER BY p.n DESC, p.search_query), '[]')
            FROM (SELECT t.search_query, count(*) AS n, count(*) FILTER (WHERE torale_internal.has_finding(t.id)) AS told
                  FROM torale.tasks t GROUP BY t.search_query ORDER BY count(*) DESC, t.search_query LIMIT 10) p))
$$;
COMMENT ON FUNCTION torale.admin_stats() IS 'Counts of users, tasks and the executions of a day, and the ten most frequent questions, as an object.';

CREATE OR REPLACE FUNCTION torale.admin_tasks("limit" integer DEFAULT 100, active_only boolean DEFAULT false)
RETURNS TABLE (id uuid, name text, owner text, owner_email text, state text, search_query text, condition_description text, schedule text,
    notify_behavior text, next_run timestamptz, last_status text, last_verdict text, consecutive_failures integer, execution_count bigint,
    finding_count bigint, created_at timestamptz, updated_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER -- reads tasks of all owners
SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT t.id, t.name, t.owner, u.email, t.state, t.search_query, t.condition_description, t.schedule, t.notify_behavior, s.next_run_at,
        (SELECT e.status FROM torale.executions e WHERE e.task_id = t.id ORDER BY e.id DESC LIMIT 1),
        (SELECT e.verdict FROM torale.executions e WHERE e.task_id = t.id AND e.verdict IS NOT NULL ORDER BY e.id DESC LIMIT 1),
        s.consecutive_failures, (SELECT count(*) FROM torale.executions e WHERE e.task_id = t.id),
        (SELECT count(*) FROM torale.notifications n WHERE n.task_id = t.id AND n.kind = 'finding'), t.created_at, t.updated_at
    FROM (SELECT x.* FROM torale.tasks x WHERE x.state = 'active' OR NOT coalesce(active_only, false)
          ORDER BY x.id DESC LIMIT least(greatest(coalesce("limit", 100), 1), 500)) t
    JOIN torale.users u ON u.id = t.owner
    LEFT JOIN torale_internal.task_schedule s ON s.task_id = t.id
    ORDER BY t.id DESC
$$;
COMMENT ON FUNCTION torale.admin_tasks(integer, boolean) IS 'Tasks of all owners, newest first, with what they did; at most 500.';

CREATE OR REPLACE FUNCTION torale.admin_executions("limit" integer DEFAULT 50, status text DEFAULT NULL, task_id uuid DEFAULT NULL)
RETURNS TABLE (id uuid, task_id uuid, task_name text, search_query text, owner text, owner_email text, trigger text, status text, verdict text,
    confidence smallint, evidence text, notification text, skip_reason text, error_category text, error_message text, attempts smallint,
    scheduled_for timestamptz, started_at timestamptz, finished_at timestamptz, tokens_in bigint, tokens_out bigint, cost_usd numeric, model text, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER -- reads executions of all owners
SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT e.id, e.task_id, t.name, coalesce(t.search_query, e.input ->> 'search_query'), e.owner, u.email, e.trigger, e.status, e.verdict,
        e.confidence, e.evidence, e.notification, e.skip_reason, e.error_category, e.error_message, e.attempts,
        e.scheduled_for, e.started_at, e.finished_at, e.tokens_in, e.tokens_out, e.cost_usd, e.model, e.created_at
    FROM torale.executions e
    LEFT JOIN torale.tasks t ON t.id = e.task_id
    LEFT JOIN torale.users u ON u.id = e.owner
    WHERE (admin_executions.status IS NULL OR e.status = admin_executions.status)
      AND (admin_executions.task_id IS NULL OR e.task_id = admin_executions.task_id)
    ORDER BY e.id DESC
    LIMIT least(greatest(coalesce("limit", 50), 1), 200)
$$;
COMMENT ON FUNCTION torale.admin_executions(integer, text, uuid) IS 'Executions of all owners, newest first; at most 200.';

CREATE OR REPLACE FUNCTION torale.admin_errors("limit" integer DEFAULT 50)
RETURNS TABLE (id uuid, task_id uuid, task_name text, search_query text, owner text, owner_email text, trigger text, error_category text,
    error_message text, last_step jsonb, attempts smallint, consecutive_failures integer, started_at timestamptz, finished_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER -- reads executions of all owners
SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT e.id, e.task_id, t.name, coalesce(t.search_query, e.input ->> 'search_query'), e.owner, u.email, e.trigger, e.error_category,
        e.error_message, e.steps -> -1, e.attempts, s.consecutive_failures, e.started_at, e.finished_at
    FROM torale.executions e
    LEFT JOIN torale.tasks t ON t.id = e.task_id
    LEFT JOIN torale.users u ON u.id = e.owner
    LEFT JOIN torale_internal.task_schedule s ON s.task_id = e.task_id
    WHERE e.status = 'failed'
    ORDER BY e.id DESC
    LIMIT least(greatest(coalesce("limit", 50), 1), 200)
$$;
COMMENT ON FUNCTION torale.admin_errors(integer) IS 'Failed executions of all owners, newest first, with kind, words and the step they failed at; at most 200.';

CREATE OR REPLACE FUNCTION torale.admin_users()
RETURNS TABLE (id text, email text, display_name text, role text, is_active boolean, active_task_limit integer, tasks bigint, active_tasks bigint,
    findings bigint, api_keys bigint, last_seen_at timestamptz, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER -- reads all users
SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT u.id, u.email, u.display_name, u.role, u.is_active, u.active_task_limit, t.total, t.active,
        (SELECT count(*) FROM torale.notifications n WHERE n.owner = u.id AND n.kind = 'finding'),
        (SELECT count(*) FROM torale.api_keys k WHERE k.owner = u.id AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())),
        u.last_seen_at, u.created_at
    FROM torale.users u
    CROSS JOIN LATERAL (SELECT count(*) AS total, count(*) FILTER (WHERE x.state = 'active') AS active FROM torale.tasks x WHERE x.owner = u.id) t
    ORDER BY u.created_at DESC, u.id
$$;
COMMENT ON FUNCTION torale.admin_users() IS 'All users with what they have, newest first.';

-- Null leaves a value as it is. Deactivation pauses tasks and cancels runs by users' own trigger.
CREATE OR REPLACE FUNCTION torale.admin_set_user(id text, role text DEFAULT NULL, is_active boolean DEFAULT NULL) RETURNS torale.users
LANGUAGE plpgsql SECURITY DEFINER -- users are not writable by anybody
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_column
DECLARE
    who torale.users;
BEGIN
    IF admin_set_user.role NOT IN ('user', 'admin') THEN
        PERFORM torale_internal.refuse(format('unknown role %L', admin_set_user.role), 'A user is a user or an administrator.', 'Use user or admin.');
    ELSIF admin_set_user.role = 'admin' AND admin_set_user.id LIKE 'pg:%' THEN
        PERFORM torale_internal.refuse('a database user becomes an administrator by a grant', format('user: %s', admin_set_user.id),
            format('GRANT torale_admin TO %I;', substr(admin_set_user.id, 4)));
    ELSIF admin_set_user.id = torale.current_owner() THEN
        PERFORM torale_internal.refuse('nobody changes their own role or deactivates themselves', format('user: %s', admin_set_user.id),
            'Ask another administrator.', '42501');
    END IF;
    SELECT u.* INTO who FROM torale.users u WHERE u.id = admin_set_user.id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM torale_internal.refuse(format('user %L does not exist', admin_set_user.id), 'Users are written when they are seen first.',
            'SELECT id, email FROM torale.admin_users();', 'PT404');
    END IF;
    UPDATE torale.users u
    SET role = coalesce(admin_set_user.role, u.role), is_active = coalesce(admin_set_user.is_active, u.is_active)
    WHERE u.id = who.id RETURNING u.* INTO who;
    RETURN who;
END
$$;
COMMENT ON FUNCTION torale.admin_set_user(text, text, boolean) IS
    'Makes a user an administrator or not, deactivates or reactivates one; not oneself. Deactivation pauses all tasks, cancels runs and refuses tokens and keys at once.';

-- The lock order: the task, then its queue row. Notifications, citations, deliveries and requests go
-- with their executions.
CREATE OR REPLACE FUNCTION torale.admin_reset_task(id uuid, days integer DEFAULT 1, OUT task_id uuid, OUT executions bigint, OUT notifications bigint)
LANGUAGE plpgsql SECURITY DEFINER -- executions are not writable by anybody
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_column
DECLARE
    task torale.tasks;
    since timestamptz := now() - make_interval(days => admin_reset_task.days);
BEGIN
    IF days IS NULL OR days NOT BETWEEN 1 AND 30 THEN
        PERFORM torale_internal.refuse('days must be from 1 to 30', format('It is %s.', coalesce(days::text, 'null')), 'Older executions are removed by retention.');
    END IF;
    SELECT t.* INTO task FROM torale.tasks t WHERE t.id = admin_reset_task.id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM torale_internal.refuse(format('task %s does not exist', coalesce(admin_reset_task.id::text, 'null')), 'It is nobody''s.',
            'SELECT id, name, owner FROM torale.admin_tasks();', 'PT404');
    END IF;
    task_id := task.id;
    PERFORM torale_internal.cancel_runs(task.id, 'reset');
    PERFORM torale_internal.plan_next_slot(task);
    SELECT count(*) INTO notifications FROM torale.notifications n JOIN torale.executions e ON e.id = n.execution_id
    WHERE e.task_id = task.id AND e.created_at >= since;
    DELETE FROM torale.executions e WHERE e.task_id = task.id AND e.created_at >= since;
    GET DIAGNOSTICS executions = ROW_COUNT;
    UPDATE torale_internal.task_schedule s SET last_judged_at = NULL, rejudge = false, consecutive_failures = 0 WHERE s.task_id = task.id;
    PERFORM torale_internal.audit('task.reset', task.id::text,
        jsonb_build_object('owner', task.owner, 'days', days, 'executions', executions, 'notifications', notifications));
END
$$;
COMMENT ON FUNCTION torale.admin_reset_task(uuid, integer) IS
    'Deletes the executions of a task of the last days (1 to 30) with all that hangs on them and cancels its run; the next one judges anew. Its memories and sources stay.';
