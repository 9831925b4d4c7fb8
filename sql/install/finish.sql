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

-- p_runs: one object a run, fields as in the record below. p_sources, p_citations, p_memories:
-- objects with execution_id. Returns the executions that were written.
CREATE OR REPLACE FUNCTION torale_internal.finish(
    p_runs jsonb, p_sources jsonb, p_citations jsonb, p_memories jsonb, p_now timestamptz)
RETURNS uuid[]
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    written uuid[];
    told uuid[];
    completing uuid[];
BEGIN
    -- Locks in the agreed order; a completing run changes its task row, the others only need it
    -- to stay.
    PERFORM 1 FROM torale.tasks t
    WHERE t.id IN (SELECT r.task_id FROM jsonb_to_recordset(p_runs) r (task_id uuid, complete boolean) WHERE r.complete)
    ORDER BY t.id FOR NO KEY UPDATE;
    PERFORM 1 FROM torale.tasks t
    WHERE t.id IN (SELECT r.task_id FROM jsonb_to_recordset(p_runs) r (task_id uuid, complete boolean) WHERE NOT r.complete)
    ORDER BY t.id FOR KEY SHARE;
    WITH mine AS (
        SELECT r.execution_id
        FROM jsonb_to_recordset(p_runs) r (execution_id uuid, task_id uuid, token bigint)
        JOIN torale_internal.task_schedule s ON s.task_id = r.task_id AND s.lease_token = r.token AND s.lease_until IS NOT NULL
        ORDER BY s.task_id
        FOR UPDATE OF s
    ), others AS (
        SELECT q.execution_id
        FROM jsonb_to_recordset(p_runs) r (execution_id uuid, task_id uuid, token bigint)
        JOIN torale_internal.requests q ON q.execution_id = r.execution_id AND q.lease_token = r.token AND q.task_id IS NULL
        FOR UPDATE OF q
    )
    SELECT array_agg(m.execution_id) INTO written FROM (SELECT * FROM mine UNION ALL SELECT * FROM others) m;
    IF written IS NULL THEN
        RETURN '{}';
    END IF;

    UPDATE torale.executions e
    SET status = r.status, verdict = r.verdict, confidence = r.confidence, evidence = r.evidence, notification = r.notification,
        topic = r.topic, skip_reason = r.skip_reason, error_category = r.error_category, error_message = r.error_message,
        finished_at = CASE WHEN r.status <> 'retrying' THEN p_now END, attempts = r.attempts,
        slots_from = r.slots_from, slots_until = r.slots_until, slots = r.slots, suggested_next_run = r.suggested_next_run,
        confidence_parts = r.confidence_parts, model_confidence = r.model_confidence, tokens_in = e.tokens_in + r.tokens_in,
        tokens_out = e.tokens_out + r.tokens_out, cost_usd = e.cost_usd + r.cost_usd, model = r.model, prompt_hash = r.prompt_hash,
        steps = coalesce(e.steps, '[]') || r.steps, result = r.result
    FROM jsonb_to_recordset(p_runs) r (execution_id uuid, status text, verdict text, confidence smallint, evidence text,
        notification text, topic text, skip_reason text, error_category text, error_message text, attempts smallint,
        slots_from timestamptz, slots_until timestamptz, slots integer, suggested_next_run text, confidence_parts jsonb,
        model_confidence smallint, tokens_in bigint, tokens_out bigint, cost_usd numeric, model text, prompt_hash text,
        steps jsonb, result jsonb)
    WHERE e.id = r.execution_id AND e.id = ANY (written);

    PERFORM torale_internal.finish_sources(p_sources, p_citations, written, p_now);
    IF p_memories <> '[]' THEN
        INSERT INTO torale.memories (task_id, owner, content, created_by_execution)
        SELECT e.task_id, e.owner, m.content, e.id
        FROM jsonb_to_recordset(p_memories) m (execution_id uuid, content text)
        JOIN torale.executions e ON e.id = m.execution_id AND e.task_id IS NOT NULL AND e.id = ANY (written)
        ON CONFLICT DO NOTHING;
    END IF;
    told := torale_internal.finish_notifications(p_runs, written, p_now);

    UPDATE torale_internal.task_schedule s
    SET lease_until = NULL, lease_owner = NULL,
        execution_id = CASE WHEN r.trigger = 'manual' OR r.status = 'retrying' THEN s.execution_id END,
        attempt = CASE WHEN r.trigger = 'manual' THEN s.attempt WHEN r.status <> 'retrying' THEN 0 ELSE r.attempts END,
        consecutive_failures = r.consecutive_failures,
        last_judged_at = CASE WHEN r.judged THEN p_now ELSE s.last_judged_at END,
        slot = CASE WHEN r.trigger = 'manual' OR s.next_run_at IS NULL THEN s.slot
                    WHEN r.status = 'retrying' THEN coalesce(r.scheduled_for, s.slot)
                    WHEN t.updated_at = r.task_seen THEN r.next_slot ELSE fresh.slot END,
        next_run_at = CASE WHEN r.trigger = 'manual' OR s.next_run_at IS NULL THEN s.next_run_at
                    WHEN t.updated_at = r.task_seen OR r.status = 'retrying' THEN r.next_run_at ELSE fresh.next_run_at END
    FROM jsonb_to_recordset(p_runs) r (execution_id uuid, task_id uuid, trigger text, status text, attempts smallint,
        consecutive_failures integer, judged boolean, scheduled_for timestamptz, next_slot timestamptz, next_run_at timestamptz,
        task_seen timestamptz)
    JOIN torale.tasks t ON t.id = r.task_id
    LEFT JOIN LATERAL torale_internal.first_run(t) fresh ON t.updated_at <> r.task_seen
    WHERE s.task_id = r.task_id AND r.execution_id = ANY (written);

    SELECT array_agg(r.task_id) INTO completing
    FROM jsonb_to_recordset(p_runs) r (execution_id uuid, task_id uuid, complete boolean, complete_if_told boolean)
    WHERE r.complete AND r.execution_id = ANY (written) AND (NOT r.complete_if_told OR r.execution_id = ANY (told));
    IF completing IS NOT NULL THEN
        UPDATE torale.tasks SET state = 'completed' WHERE id = ANY (completing) AND state = 'active';
    END IF;
    PERFORM torale_internal.finish_requests(p_runs, written);
    DELETE FROM torale_internal.step_replies
    WHERE execution_id IN (SELECT r.execution_id FROM jsonb_to_recordset(p_runs) r (execution_id uuid, status text)
                           WHERE r.status <> 'retrying' AND r.execution_id = ANY (written));
    RETURN written;
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.finish_sources(p_sources jsonb, p_citations jsonb, p_written uuid[], p_now timestamptz)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    INSERT INTO torale.sources AS s (task_id, owner, url, title, snippet, published_at, provider, content_hash, first_seen_at,
        last_seen_at, first_seen_execution)
    SELECT e.task_id, e.owner, i.url, i.title, i.snippet, i.published_at, i.provider, i.content_hash, p_now, p_now, e.id
    FROM jsonb_to_recordset(p_sources) i (execution_id uuid, url text, title text, snippet text, published_at timestamptz,
        provider text, content_hash text)
    JOIN torale.executions e ON e.id = i.execution_id AND e.task_id IS NOT NULL AND e.id = ANY (p_written)
    ON CONFLICT (task_id, content_hash) DO UPDATE SET last_seen_at = EXCLUDED.last_seen_at
        WHERE s.last_seen_at < EXCLUDED.last_seen_at - interval '1 hour';
    IF p_citations = '[]' THEN
        RETURN;
    END IF;
    WITH cited AS (
        INSERT INTO torale.citations (task_id, owner, execution_id, source_id, quote, quote_offset)
        SELECT e.task_id, e.owner, e.id, s.id, c.quote, c.quote_offset
        FROM jsonb_to_recordset(p_citations) c (execution_id uuid, content_hash text, quote text, quote_offset integer)
        JOIN torale.executions e ON e.id = c.execution_id AND e.task_id IS NOT NULL AND e.id = ANY (p_written)
        JOIN torale.sources s ON s.task_id = e.task_id AND s.content_hash = c.content_hash
        RETURNING execution_id, source_id
    )
    UPDATE torale.executions e
    SET source_ids = g.ids
    FROM (SELECT execution_id, array_agg(DISTINCT source_id) AS ids FROM cited GROUP BY execution_id) g
    WHERE e.id = g.execution_id;
END
$$;

-- Findings that were not told inside the horizon, first failures of a streak, recoveries.
-- Returns the executions whose finding was told now.
CREATE OR REPLACE FUNCTION torale_internal.finish_notifications(p_runs jsonb, p_written uuid[], p_now timestamptz) RETURNS uuid[]
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    told uuid[];
    fresh uuid[];
BEGIN
    WITH wanted AS (
        SELECT r.*, t.owner, t.dedupe_horizon, t.name AS task_name
        FROM jsonb_to_recordset(p_runs) r (execution_id uuid, task_id uuid, tell text, title text, body text, fingerprint text)
        JOIN torale.tasks t ON t.id = r.task_id
        WHERE r.tell IS NOT NULL AND r.execution_id = ANY (p_written)
    ), repeated AS (
        -- Every quote of this finding stands in one that was told inside the horizon.
        SELECT w.execution_id
        FROM wanted w
        WHERE w.tell = 'finding' AND w.dedupe_horizon > '0' AND NOT EXISTS (
            SELECT 1 FROM torale.citations c
            WHERE c.execution_id = w.execution_id AND NOT EXISTS (
                SELECT 1 FROM torale.citations o
                JOIN torale.notifications n ON n.execution_id = o.execution_id AND n.kind = 'finding'
                WHERE o.task_id = w.task_id AND o.execution_id <> w.execution_id
                  AND torale_internal.fold(o.quote) = torale_internal.fold(c.quote) AND n.created_at > p_now - w.dedupe_horizon))
    ), marked AS (
        UPDATE torale.executions e SET skip_reason = 'already_told' FROM repeated r WHERE e.id = r.execution_id RETURNING e.id
    ), inserted AS (
        INSERT INTO torale.notifications (kind, task_id, execution_id, title, body, fingerprint, relation, owner, created_at)
        SELECT w.tell, w.task_id, w.execution_id, coalesce(w.title, w.task_name), w.body, w.fingerprint,
            CASE WHEN w.tell = 'finding' THEN 'new' END, w.owner, p_now
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

CREATE OR REPLACE FUNCTION torale_internal.finish_requests(p_runs jsonb, p_written uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    -- Slots that came due while the task ran: one row says that they were not run, and why.
    INSERT INTO torale.executions (task_id, owner, trigger, status, scheduled_for, finished_at, slots_from, slots_until, slots, skip_reason)
    SELECT t.id, t.owner, 'schedule', r.passed_status, r.passed_from, now(), r.passed_from, r.passed_until, r.passed_slots, r.passed_reason
    FROM jsonb_to_recordset(p_runs) r (execution_id uuid, task_id uuid, passed_status text, passed_reason text,
        passed_from timestamptz, passed_until timestamptz, passed_slots integer)
    JOIN torale.tasks t ON t.id = r.task_id
    WHERE r.passed_slots > 0 AND r.execution_id = ANY (p_written)
    ON CONFLICT DO NOTHING;
    DELETE FROM torale_internal.requests q
    USING jsonb_to_recordset(p_runs) r (execution_id uuid, status text)
    WHERE q.execution_id = r.execution_id AND r.status <> 'retrying' AND r.execution_id = ANY (p_written);
    UPDATE torale_internal.requests q
    SET lease_until = NULL, lease_owner = NULL, due_at = r.next_run_at, attempt = r.attempts
    FROM jsonb_to_recordset(p_runs) r (execution_id uuid, status text, next_run_at timestamptz, attempts smallint)
    WHERE q.execution_id = r.execution_id AND r.status = 'retrying' AND r.execution_id = ANY (p_written);
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.cool_providers(p_cooldowns jsonb, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    INSERT INTO torale_internal.provider_state AS s (provider, cooling_until, category, message, changed_at)
    SELECT DISTINCT ON (c.provider) c.provider, p_now + c.pause_ms * interval '1 ms', c.category, c.message, p_now
    FROM jsonb_to_recordset(p_cooldowns) c (provider text, pause_ms double precision, category text, message text)
    JOIN torale.providers p ON p.name = c.provider
    ORDER BY c.provider, c.pause_ms DESC
    ON CONFLICT (provider) DO UPDATE
    SET cooling_until = greatest(s.cooling_until, EXCLUDED.cooling_until), category = EXCLUDED.category,
        message = EXCLUDED.message, changed_at = EXCLUDED.changed_at;
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
