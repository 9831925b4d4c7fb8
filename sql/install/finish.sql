-- The finishing transaction: execution, sources, citations, memories, notification, outbox,
-- state and next run of many executions in one commit. A row whose lease token is no longer
-- its own is left out: its task was paused, completed, deleted, or taken over.

-- Tells one notification on the channels of its task, or on the owner's default channels.
CREATE OR REPLACE FUNCTION torale_internal.enqueue_deliveries(p_notifications uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    INSERT INTO torale.deliveries (notification_id, channel_id, owner)
    SELECT n.id, c.id, n.owner
    FROM torale.notifications n
    JOIN torale.channels c ON c.owner = n.owner AND c.enabled
    WHERE n.id = ANY (p_notifications) AND n.kind <> 'test'
      AND (EXISTS (SELECT 1 FROM torale.task_channels tc WHERE tc.task_id = n.task_id AND tc.channel_id = c.id)
           OR (c.is_default AND NOT EXISTS (SELECT 1 FROM torale.task_channels tc WHERE tc.task_id = n.task_id)))
    ON CONFLICT DO NOTHING;
END
$$;

-- p_runs: one object a run, fields as in torale_internal.finished_run and finish_executions().
-- p_sources, p_citations, p_memories: objects with execution_id. Returns the executions that were
-- written. What is decided by is read into a narrow array once: reading jsonb again for each table
-- cost as much as the tables.
CREATE OR REPLACE FUNCTION torale_internal.finish(
    p_runs jsonb, p_sources jsonb, p_citations jsonb, p_memories jsonb, p_now timestamptz)
RETURNS uuid[]
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp
-- A batch is a few hundred rows of tables of any size: looked up by key, never read whole.
SET enable_hashjoin = off SET enable_mergejoin = off
-- References may be locked as well, by who deletes a channel.
SET lock_timeout = '200ms' AS $$
DECLARE
    runs torale_internal.finished_run[];
    written uuid[];
    told uuid[];
BEGIN
    SELECT array_agg(r) INTO runs FROM jsonb_populate_recordset(NULL::torale_internal.finished_run, p_runs) r;
    written := torale_internal.lock_runs(runs);
    IF cardinality(written) < cardinality(runs) THEN
        SELECT array_agg(r) INTO runs FROM unnest(runs) r WHERE r.execution_id = ANY (written);
    END IF;
    IF runs IS NULL THEN
        RETURN '{}';
    END IF;
    PERFORM torale_internal.finish_sources(p_sources, p_citations, written, p_now);
    PERFORM torale_internal.finish_executions(p_runs, p_citations <> '[]', written, p_now);
    IF p_memories <> '[]' THEN
        PERFORM torale_internal.finish_memories(p_memories, written);
    END IF;
    told := torale_internal.finish_notifications(p_runs, written, p_now);
    PERFORM torale_internal.finish_tasks(runs, told, p_now);
    PERFORM torale_internal.finish_requests(runs);
    DELETE FROM torale_internal.step_replies
    WHERE execution_id IN (SELECT r.execution_id FROM unnest(runs) r WHERE r.status <> 'retrying');
    RETURN written;
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.finish_executions(p_runs jsonb, p_has_citations boolean, p_written uuid[], p_now timestamptz)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    UPDATE torale.executions e
    SET status = r.status, verdict = r.verdict, confidence = r.confidence, evidence = r.evidence, notification = r.notification,
        topic = r.topic, skip_reason = r.skip_reason, error_category = r.error_category, error_message = r.error_message,
        finished_at = CASE WHEN r.status <> 'retrying' THEN p_now END, attempts = r.attempts,
        slots_from = r.slots_from, slots_until = r.slots_until, slots = r.slots, suggested_next_run = r.suggested_next_run,
        confidence_parts = r.confidence_parts, model_confidence = r.model_confidence, tokens_in = e.tokens_in + r.tokens_in,
        tokens_out = e.tokens_out + r.tokens_out, cost_usd = e.cost_usd + r.cost_usd, model = r.model, prompt_hash = r.prompt_hash,
        steps = CASE WHEN e.steps IS NULL THEN r.steps ELSE e.steps || r.steps END, result = r.result,
        source_ids = CASE WHEN p_has_citations THEN (SELECT array_agg(DISTINCT c.source_id) FROM torale.citations c WHERE c.execution_id = e.id) END
    FROM jsonb_to_recordset(p_runs) r (execution_id uuid, status text, verdict text, confidence smallint, evidence text,
        notification text, topic text, skip_reason text, error_category text, error_message text, attempts smallint,
        slots_from timestamptz, slots_until timestamptz, slots integer, suggested_next_run text, confidence_parts jsonb,
        model_confidence smallint, tokens_in bigint, tokens_out bigint, cost_usd numeric, model text, prompt_hash text,
        steps jsonb, result jsonb)
    WHERE e.id = r.execution_id AND r.execution_id = ANY (p_written);
END
$$;
COMMENT ON FUNCTION torale_internal.finish_executions(jsonb, boolean, uuid[], timestamptz) IS 'Writes the results of finished runs to their executions.';

-- Locks what the runs will write, in the agreed order, and tells which of them still hold their
-- lease. A completing run changes its task row, the others only need it to stay. What somebody's
-- open transaction holds is left out, not waited for: the caller brings it again.
CREATE OR REPLACE FUNCTION torale_internal.lock_runs(runs torale_internal.finished_run[]) RETURNS uuid[]
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp
SET enable_hashjoin = on AS $$
DECLARE
    completing uuid[];
    others uuid[];
    held uuid[];
    queued uuid[];
BEGIN
    SELECT array_agg(r.task_id) FILTER (WHERE r.complete), array_agg(r.task_id) FILTER (WHERE NOT r.complete)
    INTO completing, others
    FROM unnest(runs) r WHERE r.task_id IS NOT NULL;
    completing := ARRAY(SELECT t.id FROM torale.tasks t WHERE t.id = ANY (completing) ORDER BY t.id FOR NO KEY UPDATE SKIP LOCKED);
    others := ARRAY(SELECT t.id FROM torale.tasks t WHERE t.id = ANY (others) ORDER BY t.id FOR KEY SHARE SKIP LOCKED);
    WITH locked AS MATERIALIZED (
        SELECT s.task_id, s.lease_token
        FROM torale_internal.task_schedule s
        WHERE s.task_id = ANY (completing || others) AND s.lease_until IS NOT NULL
        ORDER BY s.task_id
        FOR UPDATE SKIP LOCKED
    )
    SELECT array_agg(r.execution_id) INTO held
    FROM unnest(runs) r JOIN locked l ON l.task_id = r.task_id AND l.lease_token = r.token;
    IF cardinality(runs) > coalesce(cardinality(completing || others), 0) THEN
        SELECT array_agg(m.execution_id) INTO queued
        FROM (SELECT r.execution_id FROM unnest(runs) r
              JOIN torale_internal.requests q ON q.execution_id = r.execution_id AND q.lease_token = r.token
              WHERE r.task_id IS NULL FOR UPDATE OF q SKIP LOCKED) m;
    END IF;
    RETURN coalesce(held, '{}') || coalesce(queued, '{}');
END
$$;

-- Which of these executions are still leased under their tokens: what finish() left out because
-- it was locked.
CREATE OR REPLACE FUNCTION torale_internal.still_leased(p_executions text[], p_tokens text[]) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT u.id
    FROM unnest(p_executions, p_tokens) AS u (id, token)
    JOIN torale.executions e ON e.id = u.id::uuid
    WHERE EXISTS (SELECT 1 FROM torale_internal.task_schedule s
                  WHERE s.task_id = e.task_id AND s.lease_token = u.token::bigint AND s.lease_until IS NOT NULL)
       OR EXISTS (SELECT 1 FROM torale_internal.requests q WHERE q.execution_id = e.id AND q.lease_token = u.token::bigint)
$$;

-- The queue and the state of the tasks. A task that was edited while it ran is planned anew by
-- the schedule it has now; without one the run's own plan holds.
CREATE OR REPLACE FUNCTION torale_internal.finish_tasks(runs torale_internal.finished_run[], told uuid[], p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    edited uuid[];
    completing uuid[];
BEGIN
    UPDATE torale_internal.task_schedule s
    SET lease_until = NULL, lease_owner = NULL,
        execution_id = CASE WHEN r.trigger = 'manual' OR r.status = 'retrying' THEN s.execution_id END,
        attempt = CASE WHEN r.trigger = 'manual' THEN s.attempt WHEN r.status <> 'retrying' THEN 0 ELSE r.attempts END,
        consecutive_failures = r.consecutive_failures,
        last_judged_at = CASE WHEN s.rejudge THEN NULL WHEN r.judged THEN p_now ELSE s.last_judged_at END, rejudge = false,
        slot = CASE WHEN r.trigger = 'manual' OR s.next_run_at IS NULL THEN s.slot
                    WHEN r.status = 'retrying' THEN coalesce(r.scheduled_for, s.slot) ELSE r.next_slot END,
        next_run_at = CASE WHEN r.trigger = 'manual' OR s.next_run_at IS NULL THEN s.next_run_at ELSE r.next_run_at END
    FROM unnest(runs) r
    WHERE s.task_id = r.task_id;
    SELECT array_agg(t.id) INTO edited
    FROM unnest(runs) r JOIN torale.tasks t ON t.id = r.task_id AND t.updated_at <> r.task_seen
    WHERE r.trigger = 'schedule' AND r.status <> 'retrying' AND t.state = 'active'
      AND (t.schedule IS NOT NULL OR r.next_run_at IS NULL);
    IF edited IS NOT NULL THEN
        UPDATE torale_internal.task_schedule s SET slot = f.slot, next_run_at = f.next_run_at
        FROM torale.tasks t CROSS JOIN LATERAL torale_internal.first_run(t) f
        WHERE t.id = ANY (edited) AND s.task_id = t.id;
    END IF;
    -- A once task is complete when it is told, an `at` task after its slot, unless it was given
    -- another one meanwhile.
    SELECT array_agg(t.id) INTO completing
    FROM unnest(runs) r JOIN torale.tasks t ON t.id = r.task_id
    WHERE r.complete AND (t.notify_behavior = 'once' AND (r.execution_id = ANY (told) OR torale_internal.is_told_once(t))
        OR NOT coalesce(r.complete_if_told, false) AND (t.updated_at = r.task_seen
            OR t.schedule IS NOT NULL AND torale_internal.next_slot(t.schedule, t.timezone, p_now) IS NULL));
    IF completing IS NOT NULL THEN
        UPDATE torale.tasks SET state = 'completed' WHERE id = ANY (completing) AND state = 'active';
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.finish_sources(p_sources jsonb, p_citations jsonb, p_written uuid[], p_now timestamptz)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    INSERT INTO torale.sources AS s (task_id, owner, url, title, snippet, published_at, provider, content_hash, text_fingerprint,
        first_seen_at, last_seen_at, first_seen_execution)
    SELECT e.task_id, e.owner, i.url, i.title, i.snippet, i.published_at, i.provider, i.content_hash, i.text_fingerprint, p_now, p_now, e.id
    FROM jsonb_to_recordset(p_sources) i (execution_id uuid, url text, title text, snippet text, published_at timestamptz,
        provider text, content_hash text, text_fingerprint bigint)
    JOIN torale.executions e ON e.id = i.execution_id AND e.task_id IS NOT NULL
    WHERE i.execution_id = ANY (p_written)
    ON CONFLICT (task_id, content_hash) DO UPDATE SET last_seen_at = EXCLUDED.last_seen_at
        WHERE s.last_seen_at < EXCLUDED.last_seen_at - interval '1 hour';
    IF p_citations <> '[]' THEN
        INSERT INTO torale.citations (task_id, owner, execution_id, source_id, quote, quote_offset)
        SELECT e.task_id, e.owner, e.id, s.id, c.quote, c.quote_offset
        FROM jsonb_to_recordset(p_citations) c (execution_id uuid, content_hash text, quote text, quote_offset integer)
        JOIN torale.executions e ON e.id = c.execution_id AND e.task_id IS NOT NULL
        JOIN torale.sources s ON s.task_id = e.task_id AND s.content_hash = c.content_hash
        WHERE c.execution_id = ANY (p_written);
    END IF;
END
$$;

-- A once task tells once an activation, whether a slot or a hand started the run that told.
CREATE OR REPLACE FUNCTION torale_internal.is_told_once(task torale.tasks) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    RETURN task.notify_behavior = 'once' AND task.state = 'active' AND EXISTS (
        SELECT 1 FROM torale.notifications n
        WHERE n.task_id = task.id AND n.kind = 'finding' AND n.created_at >= task.state_changed_at);
END
$$;
COMMENT ON FUNCTION torale_internal.is_told_once(torale.tasks) IS 'Whether an active once task has told its finding since it became active.';

-- Findings that were not told inside the horizon, first failures of a streak, recoveries. The run has
-- compared its finding with what was told: `same` is not told; an update, a contradiction and a
-- retraction are, also in words that were told once, since a state may return. The guard behind it:
-- when every quote was told, nothing is. To a `new` one only the same source counts as told: the
-- run has read both, and a short phrase may stand in any source.
-- Returns the executions whose finding was told now.
CREATE OR REPLACE FUNCTION torale_internal.finish_notifications(p_runs jsonb, p_written uuid[], p_now timestamptz) RETURNS uuid[]
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    told uuid[];
    fresh uuid[];
BEGIN
    WITH wanted AS (
        SELECT r.execution_id, r.task_id, r.tell, r.title, r.body, r.fingerprint, r.relation,
            (SELECT n.id FROM torale.notifications n WHERE n.id = r.earlier_id AND n.task_id = r.task_id) AS earlier_id, t.owner, t.dedupe_horizon, t.name AS task_name,
            torale_internal.is_told_once(t) AS has_told_once
        FROM jsonb_to_recordset(p_runs) r (execution_id uuid, task_id uuid, tell text, title text, body text, fingerprint text,
            relation text, earlier_id uuid)
        JOIN torale.tasks t ON t.id = r.task_id
        WHERE r.tell IS NOT NULL AND r.execution_id = ANY (p_written)
    ), repeated AS (
        -- Every quote of this finding stands in one that was told inside the horizon. A finding
        -- without a quote is none, whatever the horizon.
        SELECT w.execution_id
        FROM wanted w
        WHERE w.tell = 'finding' AND (w.has_told_once OR w.relation = 'same' OR NOT EXISTS (
            SELECT 1 FROM torale.citations c
            WHERE c.execution_id = w.execution_id AND (w.relation IN ('update', 'contradiction', 'retraction') OR NOT EXISTS (
                SELECT 1 FROM torale.notifications n
                JOIN torale.citations o ON o.execution_id = n.execution_id
                WHERE n.task_id = w.task_id AND n.kind = 'finding' AND n.created_at > p_now - w.dedupe_horizon
                  AND torale_internal.fold(o.quote) = torale_internal.fold(c.quote)
                  AND (w.relation IS NULL OR o.source_id = c.source_id OR EXISTS (
                      SELECT 1 FROM torale.sources a JOIN torale.sources b ON (b.url, b.title) = (a.url, a.title)
                      WHERE a.id = o.source_id AND b.id = c.source_id))))))
    ), marked AS (
        UPDATE torale.executions e
        SET skip_reason = CASE WHEN EXISTS (SELECT 1 FROM torale.citations c WHERE c.execution_id = e.id) THEN 'already_told' ELSE 'ungrounded' END
        FROM repeated r WHERE e.id = r.execution_id RETURNING e.id
    ), inserted AS (
        INSERT INTO torale.notifications (kind, task_id, execution_id, title, body, fingerprint, relation, earlier_id, owner, created_at)
        SELECT w.tell, w.task_id, w.execution_id, coalesce(w.title, w.task_name), w.body, w.fingerprint,
            CASE WHEN w.tell = 'finding' THEN coalesce(w.relation, 'new') END,
            CASE WHEN w.tell = 'finding' AND w.relation <> 'new' THEN w.earlier_id END, w.owner, p_now
        FROM wanted w
        WHERE NOT EXISTS (SELECT 1 FROM repeated r WHERE r.execution_id = w.execution_id)
        RETURNING id, kind, execution_id, task_id
    )
    SELECT array_agg(i.execution_id) FILTER (WHERE i.kind = 'finding'), array_agg(i.id) INTO told, fresh FROM inserted i;
    IF fresh IS NOT NULL THEN
        PERFORM torale_internal.enqueue_deliveries(fresh);
        PERFORM pg_notify('torale', json_build_object('notification_id', n.id, 'task_id', n.task_id, 'execution_id', n.execution_id)::text)
        FROM torale.notifications n WHERE n.id = ANY (fresh);
    END IF;
    RETURN coalesce(told, '{}');
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.finish_requests(runs torale_internal.finished_run[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    -- Slots that came due while the task ran: one row says that they were not run, and why.
    INSERT INTO torale.executions (task_id, owner, trigger, status, scheduled_for, finished_at, slots_from, slots_until, slots, skip_reason)
    SELECT t.id, t.owner, 'schedule', r.passed_status, r.passed_from, now(), r.passed_from, r.passed_until, r.passed_slots, r.passed_reason
    FROM unnest(runs) r
    JOIN torale.tasks t ON t.id = r.task_id
    WHERE r.passed_slots > 0
    ON CONFLICT DO NOTHING;
    IF NOT EXISTS (SELECT 1 FROM unnest(runs) r WHERE r.trigger <> 'schedule') THEN
        RETURN;
    END IF;
    DELETE FROM torale_internal.requests q
    USING unnest(runs) r
    WHERE q.execution_id = r.execution_id AND r.status <> 'retrying' AND r.trigger <> 'schedule';
    UPDATE torale_internal.requests q
    SET lease_until = NULL, lease_owner = NULL, due_at = r.next_run_at, attempt = r.attempts
    FROM unnest(runs) r
    WHERE q.execution_id = r.execution_id AND r.status = 'retrying' AND r.trigger <> 'schedule';
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.citations_before_write() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER -- reads the source
SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    source torale.sources;
    at integer;
BEGIN
    SELECT * INTO source FROM torale.sources s WHERE s.id = NEW.source_id AND s.owner = NEW.owner;
    at := torale_internal.find_quote(source.snippet, NEW.quote);
    IF at IS NULL OR source.task_id <> NEW.task_id THEN
        PERFORM torale_internal.refuse('the quote does not stand in its source', format('source %s, quote %L', NEW.source_id, NEW.quote),
            'Only text of a stored source can be cited.');
    END IF;
    NEW.quote_offset := at;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER citations_before_write BEFORE INSERT OR UPDATE ON torale.citations
    FOR EACH ROW WHEN (pg_catalog.current_setting('row_security') = 'on')
    EXECUTE FUNCTION torale_internal.citations_before_write();
