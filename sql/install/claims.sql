-- Taking work: due tasks, queued requests, and what a run must know before it starts. The only
-- callers are workers. Lock order everywhere: tasks, then task_schedule, ascending id; a claim
-- never waits for a lock.

CREATE OR REPLACE FUNCTION torale_internal.past_executions(p_task uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT jsonb_agg(jsonb_build_object('finished_at', e.finished_at, 'verdict', e.verdict, 'confidence', e.confidence,
        'evidence', left(e.evidence, 2000), 'notification', left(e.notification, 1000)))
    FROM (SELECT * FROM torale.executions x WHERE x.task_id = p_task AND x.verdict IS NOT NULL ORDER BY x.id DESC LIMIT 5) e
$$;

CREATE OR REPLACE FUNCTION torale_internal.past_notifications(p_task uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT jsonb_agg(jsonb_build_object('created_at', n.created_at, 'title', n.title, 'body', left(n.body, 1000)))
    FROM (SELECT * FROM torale.notifications x WHERE x.task_id = p_task AND x.kind = 'finding' ORDER BY x.id DESC LIMIT 5) n
$$;

CREATE OR REPLACE FUNCTION torale_internal.current_memories(p_task uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT jsonb_agg(jsonb_build_object('content', m.content, 'kind', m.kind))
    FROM (SELECT * FROM torale.memories x
          WHERE x.task_id = p_task AND (x.expires_at IS NULL OR x.expires_at > now())
          ORDER BY x.updated_at DESC, x.id DESC LIMIT 50) m
$$;

CREATE OR REPLACE FUNCTION torale_internal.replies_of(p_execution uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT jsonb_agg(jsonb_build_object('key', r.key, 'status', r.status, 'body', r.body, 'is_settled', r.is_settled))
    FROM torale_internal.step_replies r WHERE r.execution_id = p_execution
$$;

-- Due slots, most overdue first. Returns what a run needs; the lease and the execution row are
-- written in the same transaction. `p_recall`: with history for a judge that reads it.
CREATE OR REPLACE FUNCTION torale_internal.claim_due(
    p_now timestamptz, p_limit integer, p_lease interval, p_lease_owner text, p_recall boolean, p_documents boolean DEFAULT true)
RETURNS TABLE (execution_id uuid, task_id uuid, token bigint, attempt integer, slot timestamptz, consecutive_failures integer,
    last_judged_at timestamptz, task_seen timestamptz, owner text, name text, search_query text, condition_description text,
    notify_behavior text, schedule text, timezone text, min_interval_s bigint, max_interval_s bigint, search_options text,
    history text, notifications text, memories text, replies text, has_documents boolean, first_started_at timestamptz, mode text)
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp
-- A claim is a few hundred rows of tables of any size: looked up, never read whole.
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH due AS MATERIALIZED (
        SELECT s.task_id AS id, s.execution_id IS NOT NULL AS is_resumed
        FROM torale_internal.task_schedule s
        JOIN torale.tasks t ON t.id = s.task_id
        WHERE s.next_run_at <= p_now AND (s.lease_until IS NULL OR s.lease_until < p_now)
        ORDER BY s.next_run_at
        LIMIT p_limit
        FOR KEY SHARE OF t SKIP LOCKED FOR UPDATE OF s SKIP LOCKED
    ), leased AS (
        UPDATE torale_internal.task_schedule s
        SET lease_until = p_now + p_lease, lease_token = nextval('torale_internal.lease_tokens'), lease_owner = p_lease_owner,
            execution_id = coalesce(s.execution_id, torale.uuid_v7()), attempt = s.attempt + 1
        FROM due
        WHERE s.task_id = due.id
        -- A next_run_at set by hand before the slot is a slot of its own.
        RETURNING s.*, least(s.slot, s.next_run_at) AS due_slot, due.is_resumed
    ), recorded AS (
        INSERT INTO torale.executions AS e (id, task_id, owner, trigger, status, scheduled_for, started_at, attempts)
        SELECT l.execution_id, l.task_id, t.owner, 'schedule', 'running',
            CASE WHEN EXISTS (SELECT 1 FROM torale.executions o
                    WHERE o.task_id = l.task_id AND o.scheduled_for = l.due_slot AND o.trigger = 'schedule' AND o.id <> l.execution_id)
                THEN clock_timestamp() ELSE l.due_slot END,
            p_now, l.attempt
        FROM leased l JOIN torale.tasks t ON t.id = l.task_id
        ON CONFLICT (id) DO UPDATE SET status = 'running', attempts = EXCLUDED.attempts
        RETURNING e.id, e.scheduled_for, e.started_at
    )
    SELECT l.execution_id, l.task_id, l.lease_token, l.attempt::integer, r.scheduled_for, l.consecutive_failures,
        l.last_judged_at, t.updated_at, t.owner, t.name, t.search_query, t.condition_description, t.notify_behavior,
        t.schedule, t.timezone, extract(epoch FROM t.min_interval)::bigint, extract(epoch FROM t.max_interval)::bigint,
        t.search_options::text,
        -- Most tasks have nothing to recall yet: a look at an index is cheaper than a call.
        CASE WHEN p_recall AND l.last_judged_at IS NOT NULL THEN torale_internal.past_executions(l.task_id)::text END,
        CASE WHEN p_recall AND l.last_judged_at IS NOT NULL THEN torale_internal.past_notifications(l.task_id)::text END,
        CASE WHEN p_recall AND EXISTS (SELECT 1 FROM torale.memories m WHERE m.task_id = l.task_id)
            THEN torale_internal.current_memories(l.task_id)::text END,
        -- Not by the attempt: a run that was put off or given back has the same number again.
        CASE WHEN l.is_resumed THEN torale_internal.replies_of(l.execution_id)::text END,
        NOT p_documents OR EXISTS (SELECT 1 FROM torale.documents d WHERE d.owner = t.owner)
            OR EXISTS (SELECT 1 FROM torale.documents d WHERE d.owner IS NULL),
        r.started_at, t.mode
    FROM leased l
    JOIN recorded r ON r.id = l.execution_id
    JOIN torale.tasks t ON t.id = l.task_id;
END
$$;

-- Manual runs, previews, suggestions and replays, first come first served. A manual run takes the lease
-- of its task, so it never runs beside a scheduled one.
CREATE OR REPLACE FUNCTION torale_internal.claim_requests(
    p_now timestamptz, p_limit integer, p_lease interval, p_lease_owner text)
RETURNS TABLE (execution_id uuid, kind text, quiet boolean, token bigint, attempt integer, task_id uuid, consecutive_failures integer,
    last_judged_at timestamptz, task_seen timestamptz, owner text, task text, input text,
    history text, notifications text, memories text, replies text, has_documents boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH free AS MATERIALIZED (
        SELECT s.task_id
        FROM torale_internal.requests q
        JOIN torale_internal.task_schedule s ON s.task_id = q.task_id
        WHERE q.due_at <= p_now AND (q.lease_until IS NULL OR q.lease_until < p_now)
          AND (s.lease_until IS NULL OR s.lease_until < p_now)
        ORDER BY q.due_at
        LIMIT p_limit
        FOR UPDATE OF s SKIP LOCKED
    ), due AS MATERIALIZED (
        SELECT q.execution_id AS id, q.task_id, nextval('torale_internal.lease_tokens') AS token
        FROM torale_internal.requests q
        WHERE q.due_at <= p_now AND (q.lease_until IS NULL OR q.lease_until < p_now)
          AND (q.task_id IS NULL OR q.task_id IN (SELECT f.task_id FROM free f))
        ORDER BY q.due_at
        LIMIT p_limit
        FOR UPDATE OF q SKIP LOCKED
    ), leased AS (
        UPDATE torale_internal.requests q
        SET lease_until = p_now + p_lease, lease_token = due.token, lease_owner = p_lease_owner, attempt = q.attempt + 1
        FROM due
        WHERE q.execution_id = due.id
        RETURNING q.*
    ), task_leased AS (
        UPDATE torale_internal.task_schedule s
        SET lease_until = p_now + p_lease, lease_token = l.lease_token, lease_owner = p_lease_owner
        FROM leased l
        WHERE s.task_id = l.task_id
        RETURNING s.task_id, s.consecutive_failures, s.last_judged_at
    ), started AS (
        UPDATE torale.executions e
        SET status = 'running', started_at = p_now, attempts = l.attempt
        FROM leased l
        WHERE e.id = l.execution_id
        RETURNING e.id, e.owner, e.input
    )
    SELECT l.execution_id, l.kind, l.quiet, l.lease_token, l.attempt::integer, l.task_id, coalesce(s.consecutive_failures, 0),
        s.last_judged_at, t.updated_at, e.owner, to_jsonb(t)::text, coalesce(r.replay, e.input)::text,
        coalesce(r.replay -> 'history', torale_internal.past_executions(l.task_id))::text,
        coalesce(r.replay -> 'notifications', torale_internal.past_notifications(l.task_id))::text,
        coalesce(r.replay -> 'memories', torale_internal.current_memories(l.task_id))::text, torale_internal.replies_of(l.execution_id)::text,
        EXISTS (SELECT 1 FROM torale.documents d WHERE d.owner = e.owner) OR EXISTS (SELECT 1 FROM torale.documents d WHERE d.owner IS NULL)
    FROM leased l
    JOIN started e ON e.id = l.execution_id
    LEFT JOIN task_leased s ON s.task_id = l.task_id
    LEFT JOIN torale.tasks t ON t.id = l.task_id
    LEFT JOIN LATERAL (SELECT torale_internal.replay_claim(e.input, e.owner) AS replay WHERE l.kind = 'replay') r ON true;
END
$$;

-- Commits paid replies before the next call goes out, and tells which sources a judged run of
-- the task has seen. Fingerprints of seen texts come only for a task that was judged before and
-- found something unknown: a first run pays nothing for them. p_checks: [{execution_id, task_id, replies: [{key, status, body}], hashes: [..]}].
CREATE OR REPLACE FUNCTION torale_internal.record_replies(p_checks jsonb)
RETURNS TABLE (execution_id uuid, known text[], seen_fingerprints text[])
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    -- An execution that somebody is deleting needs no reply; nobody waits for the end of that.
    WITH staying AS MATERIALIZED (
        SELECT e.id, c.replies
        FROM jsonb_to_recordset(p_checks) c (execution_id uuid, replies jsonb)
        JOIN torale.executions e ON e.id = c.execution_id
        FOR KEY SHARE OF e SKIP LOCKED
    )
    INSERT INTO torale_internal.step_replies (execution_id, key, status, body)
    SELECT e.id, r.key, r.status, r.body
    FROM staying e
    CROSS JOIN LATERAL jsonb_to_recordset(e.replies) r (key text, status integer, body text)
    ON CONFLICT DO NOTHING;
    RETURN QUERY
    SELECT c.execution_id, coalesce(s.known, '{}'),
        CASE WHEN cardinality(c.hashes) > coalesce(cardinality(s.known), 0)
            THEN torale_internal.seen_fingerprints(c.task_id, k.last_judged_at) END
    FROM jsonb_to_recordset(p_checks) c (execution_id uuid, task_id uuid, hashes text[])
    -- OFFSET 0 keeps the order: from the few rows of the batch to the tables.
    CROSS JOIN LATERAL (SELECT x.last_judged_at FROM torale_internal.task_schedule x WHERE x.task_id = c.task_id AND x.last_judged_at IS NOT NULL OFFSET 0) k
    CROSS JOIN LATERAL (
        SELECT array_agg(x.content_hash) AS known FROM torale.sources x
        WHERE x.task_id = c.task_id AND x.content_hash = ANY (c.hashes) AND x.first_seen_at <= k.last_judged_at OFFSET 0) s;
END
$$;

-- Leases of schedulers that are gone are free at once; only one scheduler serves a database. A row
-- in somebody's open transaction keeps its lease until that runs out: no start waits for a user.
CREATE OR REPLACE FUNCTION torale_internal.release_dead_leases(p_lease_owner text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    n bigint;
    m bigint;
BEGIN
    UPDATE torale_internal.task_schedule SET lease_until = NULL, lease_owner = NULL
    WHERE task_id IN (SELECT s.task_id FROM torale_internal.task_schedule s
        WHERE s.lease_until IS NOT NULL AND s.lease_owner IS DISTINCT FROM p_lease_owner FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS n = ROW_COUNT;
    UPDATE torale_internal.requests SET lease_until = NULL, lease_owner = NULL
    WHERE execution_id IN (SELECT q.execution_id FROM torale_internal.requests q
        WHERE q.lease_until IS NOT NULL AND q.lease_owner IS DISTINCT FROM p_lease_owner FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS m = ROW_COUNT;
    UPDATE torale.deliveries SET lease_until = NULL
    WHERE id IN (SELECT d.id FROM torale.deliveries d
        WHERE d.status = 'pending' AND d.lease_until IS NOT NULL FOR UPDATE SKIP LOCKED);
    RETURN n + m;
END
$$;

-- Fast shutdown: what was in flight is given back and does not count as an attempt.
CREATE OR REPLACE FUNCTION torale_internal.release_own_leases(p_lease_owner text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    UPDATE torale_internal.task_schedule
    SET lease_until = NULL, lease_owner = NULL, attempt = greatest(attempt - 1, 0)
    WHERE task_id IN (SELECT s.task_id FROM torale_internal.task_schedule s
        WHERE s.lease_until IS NOT NULL AND s.lease_owner = p_lease_owner FOR UPDATE SKIP LOCKED);
    UPDATE torale_internal.requests
    SET lease_until = NULL, lease_owner = NULL, attempt = greatest(attempt - 1, 0)
    WHERE execution_id IN (SELECT q.execution_id FROM torale_internal.requests q
        WHERE q.lease_until IS NOT NULL AND q.lease_owner = p_lease_owner FOR UPDATE SKIP LOCKED);
    UPDATE torale.deliveries SET lease_until = NULL, attempts = greatest(attempts - 1, 0)
    WHERE id IN (SELECT d.id FROM torale.deliveries d
        WHERE d.status = 'pending' AND d.lease_until IS NOT NULL FOR UPDATE SKIP LOCKED);
END
$$;
