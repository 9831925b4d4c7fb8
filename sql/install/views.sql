-- What users read. Every view is security_invoker: the policies of the tables decide. The
-- internal tables that they read have SELECT granted and RLS, but their schema has no USAGE.

CREATE OR REPLACE VIEW torale.task_overview WITH (security_invoker = true) AS
SELECT t.id, t.name, t.state, s.next_run_at AS next_run, e.status AS last_status, j.verdict AS last_verdict, j.confidence AS last_confidence,
    e.finished_at AS last_finished_at, s.consecutive_failures, t.search_query, t.condition_description, t.notify_behavior, t.schedule,
    t.timezone, t.owner, (s.lease_until IS NOT NULL AND s.lease_until > pg_catalog.now()) AS is_running
FROM torale.tasks t
LEFT JOIN torale_internal.task_schedule s ON s.task_id = t.id
LEFT JOIN LATERAL (SELECT x.status, x.finished_at FROM torale.executions x
                   WHERE x.task_id = t.id AND x.status NOT IN ('skipped', 'missed') ORDER BY x.id DESC LIMIT 1) e ON true
LEFT JOIN LATERAL (SELECT x.verdict, x.confidence FROM torale.executions x
                   WHERE x.task_id = t.id AND x.verdict IS NOT NULL ORDER BY x.id DESC LIMIT 1) j ON true;

CREATE OR REPLACE VIEW torale.findings WITH (security_invoker = true) AS
SELECT n.created_at AS at, coalesce(t.name, n.title) AS task, n.relation, n.body AS finding,
    (SELECT pg_catalog.array_agg(c.quote ORDER BY c.id) FROM torale.citations c WHERE c.execution_id = n.execution_id) AS quotes,
    (SELECT pg_catalog.array_agg(DISTINCT s.url) FROM torale.citations c JOIN torale.sources s ON s.id = c.source_id
     WHERE c.execution_id = n.execution_id) AS sources,
    e.confidence, n.id AS notification_id, n.execution_id
FROM torale.notifications n
LEFT JOIN torale.tasks t ON t.id = n.task_id
LEFT JOIN torale.executions e ON e.id = n.execution_id
WHERE n.kind = 'finding'
ORDER BY n.id DESC;

CREATE OR REPLACE VIEW torale.activity WITH (security_invoker = true) AS
SELECT coalesce(e.finished_at, e.started_at, e.created_at) AS at, coalesce(t.name, e.trigger) AS task, e.status, e.verdict, e.confidence,
    coalesce(e.skip_reason, e.error_category) AS reason, pg_catalog.left(coalesce(e.error_message, e.evidence), 120) AS what, e.id AS execution_id
FROM torale.executions e
LEFT JOIN torale.tasks t ON t.id = e.task_id
ORDER BY e.id DESC;

CREATE OR REPLACE VIEW torale.queue WITH (security_invoker = true) AS
SELECT s.next_run_at, t.name AS task, t.state, (s.lease_until IS NOT NULL AND s.lease_until > pg_catalog.now()) AS is_running,
    s.attempt, s.consecutive_failures, s.execution_id, s.task_id
FROM torale_internal.task_schedule s
JOIN torale.tasks t ON t.id = s.task_id
ORDER BY s.next_run_at;

CREATE OR REPLACE VIEW torale.execution_steps WITH (security_invoker = true) AS
SELECT e.id AS execution_id, e.task_id, coalesce((step.value ->> 'attempt')::integer, e.attempts) AS attempt, step.position::integer AS position,
    step.value ->> 'kind' AS kind, step.value ->> 'provider' AS provider, (step.value ->> 'started_at')::timestamptz AS started_at,
    (step.value ->> 'duration_ms')::bigint AS duration_ms, step.value ->> 'status' AS status, coalesce(step.value -> 'detail', '{}') AS detail
FROM torale.executions e
CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(e.steps) WITH ORDINALITY AS step (value, position);

-- Computed fields: select=id,next_run over HTTP, (t).next_run in SQL.
CREATE OR REPLACE FUNCTION torale.next_run(task torale.tasks) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT q.next_run_at FROM torale.queue q WHERE q.task_id = task.id
$$;
