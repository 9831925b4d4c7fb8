-- Where findings go. A channel's target, headers and signing secret are kept out of the tables
-- users read; the secret is shown once.

CREATE OR REPLACE FUNCTION torale_internal.mask_target(kind text, target text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, torale, pg_temp
RETURN CASE WHEN kind = 'email' THEN target ELSE coalesce(substring(target FROM '^[a-zA-Z]+://[^/?#]+'), '') || '/…' END;

CREATE OR REPLACE FUNCTION torale_internal.check_headers(headers jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    bad text;
BEGIN
    IF jsonb_typeof(headers) IS DISTINCT FROM 'object' THEN
        PERFORM torale_internal.refuse('headers must be a JSON object', format('It is %s.', jsonb_typeof(headers)), 'For example {"Authorization": "Bearer …"}.');
    END IF;
    SELECT h.key INTO bad FROM jsonb_each_text(headers) h
    WHERE h.key !~ '^[A-Za-z0-9!#$%&''*+.^_`|~-]{1,100}$' OR h.value IS NULL OR h.value ~ '[\x00-\x1f\x7f]' OR length(h.value) > 2000
       OR lower(h.key) IN ('host', 'content-length', 'transfer-encoding', 'connection', 'content-type', 'user-agent',
           'webhook-id', 'webhook-timestamp', 'webhook-signature') OR h.key ILIKE 'x-torale-%'
    LIMIT 1;
    IF bad IS NOT NULL THEN
        PERFORM torale_internal.refuse(format('header %L is not accepted', bad), 'torale sets it itself, or its name or value has characters a header cannot have.',
            'Leave it out.');
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION torale.create_channel(
    kind text, label text, target text, headers jsonb DEFAULT '{}', is_default boolean DEFAULT false,
    OUT id uuid, OUT channel torale.channels, OUT secret text)
LANGUAGE plpgsql SECURITY DEFINER -- writes the secret where users cannot read it
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    me text := torale.current_owner();
    base text;
    n integer := 1;
BEGIN
    PERFORM torale_internal.require_active_owner(me);
    IF kind IS DISTINCT FROM 'webhook' THEN
        PERFORM torale_internal.refuse(format('channel kind %L is not available', kind), 'This version delivers to webhooks.', 'Use webhook.');
    END IF;
    IF target IS NULL OR target ~ '[\x00-\x20\x7f]' THEN
        PERFORM torale_internal.refuse('target must be a URL', format('target: %L', target), 'For example https://example.com/hook.');
    END IF;
    PERFORM torale_internal.check_url('channel', target);
    PERFORM torale_internal.check_headers(headers);
    base := coalesce(nullif(btrim(label), ''), kind || ' ' || torale_internal.domain_of(target));
    IF nullif(btrim(label), '') IS NULL THEN
        label := base;
        WHILE EXISTS (SELECT 1 FROM torale.channels c WHERE c.owner = me AND c.label = label) LOOP
            n := n + 1;
            label := base || ' ' || n;
        END LOOP;
    ELSIF length(label) > 200 THEN
        PERFORM torale_internal.refuse('label must have 1 to 200 characters', format('It has %s.', length(label)), 'Choose a shorter one.');
    ELSIF EXISTS (SELECT 1 FROM torale.channels c WHERE c.owner = me AND c.label = label) THEN
        PERFORM torale_internal.refuse(format('a channel with the label %L exists', label), format('owner: %s', me),
            'Choose another label.', 'PT409');
    END IF;
    secret := torale_internal.new_secret();
    INSERT INTO torale.channels (kind, label, target, is_default, owner)
    VALUES (kind, label, torale_internal.mask_target(kind, target), coalesce(is_default, false), me)
    RETURNING * INTO channel;
    INSERT INTO torale_internal.channel_secrets (channel_id, target, headers, secrets) VALUES (channel.id, target, headers, ARRAY[secret]);
    id := channel.id;
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.refuse_channel(p_id uuid) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    PERFORM torale_internal.refuse(format('channel %s does not exist', coalesce(p_id::text, 'null')),
        format('owner: %s', torale.current_owner()), 'SELECT id, kind, label FROM torale.channels;', 'PT404');
END
$$;
COMMENT ON FUNCTION torale_internal.refuse_channel(uuid) IS 'Raises PT404 for a channel that is not the caller''s.';

-- Queues a signed sample to one channel; the execution shows the answer as status and text.
CREATE OR REPLACE FUNCTION torale.request_channel_test(channel_id uuid) RETURNS torale.executions
LANGUAGE plpgsql SECURITY DEFINER -- writes the outbox
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    c torale.channels;
    made torale.executions;
    note uuid;
BEGIN
    SELECT * INTO c FROM torale.channels x
    WHERE x.id = channel_id AND (x.owner = torale.current_owner() OR torale_internal.session_is_superuser());
    IF NOT FOUND THEN
        PERFORM torale_internal.refuse_channel(channel_id);
    END IF;
    PERFORM torale_internal.require_active_owner(c.owner);
    INSERT INTO torale.executions (owner, trigger, status, started_at, input)
    VALUES (c.owner, 'test', 'running', now(), jsonb_build_object('channel_id', c.id)) RETURNING * INTO made;
    INSERT INTO torale.notifications (kind, execution_id, title, body, owner)
    VALUES ('test', made.id, 'torale test', 'This is a test of the channel "' || c.label || '".', c.owner) RETURNING notifications.id INTO note;
    INSERT INTO torale.deliveries (notification_id, channel_id, owner) VALUES (note, c.id, c.owner);
    RETURN made;
END
$$;

CREATE OR REPLACE PROCEDURE torale.test_channel(
    channel_id uuid, INOUT execution_id uuid DEFAULT NULL, INOUT status text DEFAULT NULL,
    INOUT response_status integer DEFAULT NULL, INOUT error text DEFAULT NULL)
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    made torale.executions;
BEGIN
    PERFORM torale.require_no_transaction_block('torale.request_channel_test(…)');
    made := torale.request_channel_test(channel_id);
    COMMIT;
    CALL torale.wait_for_execution(made.id, '1 minute');
    SELECT e.id, e.status, (e.result ->> 'response_status')::integer, coalesce(e.error_message, e.result ->> 'error')
    INTO execution_id, status, response_status, error
    FROM torale.executions e WHERE e.id OPERATOR(pg_catalog.=) made.id;
END
$$;

-- A channel that was disabled by its receiver's 410 works again, or goes with its deliveries.
CREATE OR REPLACE FUNCTION torale.enable_channel(channel_id uuid) RETURNS torale.channels
LANGUAGE plpgsql SECURITY DEFINER -- channels are not writable by users
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    c torale.channels;
BEGIN
    UPDATE torale.channels x SET enabled = true, disabled_reason = NULL
    WHERE x.id = channel_id AND x.owner = torale.current_owner() RETURNING x.* INTO c;
    IF c.id IS NULL THEN
        PERFORM torale_internal.refuse_channel(channel_id);
    END IF;
    RETURN c;
END
$$;
COMMENT ON FUNCTION torale.enable_channel(uuid) IS 'Enables a channel again that was disabled by its receiver.';
CREATE OR REPLACE FUNCTION torale.delete_channel(channel_id uuid) RETURNS torale.channels
LANGUAGE plpgsql SECURITY DEFINER -- channels are not writable by users
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    c torale.channels;
BEGIN
    DELETE FROM torale.channels x WHERE x.id = channel_id AND x.owner = torale.current_owner() RETURNING x.* INTO c;
    IF c.id IS NULL THEN
        PERFORM torale_internal.refuse_channel(channel_id);
    END IF;
    RETURN c;
END
$$;
COMMENT ON FUNCTION torale.delete_channel(uuid) IS 'Deletes a channel with its secret and its deliveries; returns the row as it was.';

-- Null marks all of the caller's notifications.
CREATE OR REPLACE FUNCTION torale.mark_read(notification_id uuid DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER -- notifications are not writable by users
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    n bigint;
BEGIN
    IF notification_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM torale.notifications x WHERE x.id = notification_id AND x.owner = torale.current_owner()) THEN
        PERFORM torale_internal.refuse(format('notification %s does not exist', notification_id), format('owner: %s', torale.current_owner()),
            'SELECT id, title FROM torale.notifications;', 'PT404');
    END IF;
    UPDATE torale.notifications x SET read_at = now()
    WHERE x.owner = torale.current_owner() AND x.read_at IS NULL AND (notification_id IS NULL OR x.id = notification_id);
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END
$$;

-- ---- the outbox, for workers ----

-- Pending deliveries that are due, with all that a message may say. No channel has more than
-- p_per_channel in flight, so that one that hangs cannot take all places.
CREATE OR REPLACE FUNCTION torale_internal.claim_deliveries(p_now timestamptz, p_limit integer, p_per_channel integer, p_lease interval)
RETURNS TABLE (delivery_id uuid, token bigint, attempt integer, channel_id uuid, kind text, target text, headers text, secrets text[],
    message text)
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH candidates AS MATERIALIZED (
        SELECT d.id, d.channel_id, d.next_attempt_at
        FROM torale.deliveries d
        WHERE d.status = 'pending' AND d.next_attempt_at <= p_now AND (d.lease_until IS NULL OR d.lease_until < p_now)
        ORDER BY d.next_attempt_at
        LIMIT p_limit * 4
    ), busy AS MATERIALIZED (
        SELECT x.channel_id, (SELECT count(*) FROM torale.deliveries d
            WHERE d.channel_id = x.channel_id AND d.status = 'pending' AND d.lease_until >= p_now) AS in_flight
        FROM (SELECT DISTINCT y.channel_id FROM candidates y) x
    ), fair AS (
        SELECT c.id, c.next_attempt_at
        FROM (SELECT x.*, row_number() OVER (PARTITION BY x.channel_id ORDER BY x.next_attempt_at) AS place FROM candidates x) c
        JOIN busy b ON b.channel_id = c.channel_id
        WHERE c.place + b.in_flight <= p_per_channel
        ORDER BY c.next_attempt_at
        LIMIT p_limit
    ), due AS MATERIALIZED (
        SELECT d.id FROM torale.deliveries d JOIN fair ON fair.id = d.id
        WHERE d.status = 'pending'
        FOR UPDATE OF d SKIP LOCKED
    ), leased AS (
        UPDATE torale.deliveries d
        SET lease_until = p_now + p_lease, lease_token = nextval('torale_internal.lease_tokens'), attempts = d.attempts + 1
        FROM due WHERE d.id = due.id
        RETURNING d.*
    )
    SELECT l.id, l.lease_token, l.attempts, c.id, c.kind, s.target, s.headers::text, s.secrets,
        jsonb_build_object('notification_id', n.id, 'execution_id', n.execution_id, 'kind', n.kind, 'created_at', n.created_at,
            'task_id', t.id, 'task_name', t.name, 'search_query', t.search_query, 'condition_description', t.condition_description,
            'body', n.body, 'completed_at', e.finished_at::text, 'context', t.context,
            'sources', (SELECT jsonb_agg(jsonb_build_object('url', q.url, 'title', q.title))
                        FROM (SELECT DISTINCT o.url, o.title FROM torale.citations x JOIN torale.sources o ON o.id = x.source_id
                              WHERE x.execution_id = n.execution_id) q))::text
    FROM leased l
    JOIN torale.channels c ON c.id = l.channel_id
    JOIN torale_internal.channel_secrets s ON s.channel_id = c.id
    JOIN torale.notifications n ON n.id = l.notification_id
    LEFT JOIN torale.tasks t ON t.id = n.task_id
    LEFT JOIN torale.executions e ON e.id = n.execution_id;
END
$$;

-- p_done: [{delivery_id, token, attempt, status: delivered | pending | dead, response_status, error, duration_ms,
-- next_attempt_at, disable}]. A token that is not the delivery's own changes nothing.
-- Returns what somebody's open transaction holds: it is not waited for, the caller brings it again.
CREATE OR REPLACE FUNCTION torale_internal.finish_deliveries(p_done jsonb, p_now timestamptz) RETURNS SETOF text
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    locked uuid[];
    held uuid[];
    finished uuid[];
BEGIN
    SELECT array_agg(x.id) INTO locked
    FROM (SELECT d.id FROM torale.deliveries d
          WHERE d.id IN (SELECT r.delivery_id FROM jsonb_to_recordset(p_done) r (delivery_id uuid))
          FOR NO KEY UPDATE SKIP LOCKED) x;
    SELECT array_agg(d.id) INTO held
    FROM jsonb_to_recordset(p_done) r (delivery_id uuid, token bigint)
    JOIN torale.deliveries d ON d.id = r.delivery_id AND d.lease_token = r.token AND d.status = 'pending'
    WHERE NOT d.id = ANY (coalesce(locked, '{}'));
    WITH done AS (
        UPDATE torale.deliveries d
        SET status = r.status, response_status = r.response_status, error = r.error, lease_until = NULL,
            next_attempt_at = CASE WHEN r.status = 'pending' THEN r.next_attempt_at END,
            delivered_at = CASE WHEN r.status = 'delivered' THEN p_now END
        FROM jsonb_to_recordset(p_done) r (delivery_id uuid, token bigint, status text, response_status integer, error text,
            next_attempt_at timestamptz)
        WHERE d.id = r.delivery_id AND d.lease_token = r.token AND d.status = 'pending' AND d.id = ANY (locked)
        RETURNING d.id, d.owner, d.channel_id
    ), attempts AS (
        INSERT INTO torale.delivery_attempts (delivery_id, owner, attempt, response_status, error, duration_ms)
        SELECT d.id, d.owner, r.attempt, r.response_status, r.error, r.duration_ms
        FROM jsonb_to_recordset(p_done) r (delivery_id uuid, attempt integer, response_status integer, error text, duration_ms integer)
        JOIN done d ON d.id = r.delivery_id
    ), gone AS (
        UPDATE torale.channels c SET enabled = false, disabled_reason = 'the receiver answered 410 Gone'
        FROM done d JOIN jsonb_to_recordset(p_done) r (delivery_id uuid, disable boolean) ON r.delivery_id = d.id
        WHERE r.disable AND c.id = d.channel_id AND c.enabled
        RETURNING c.id, c.owner, c.label
    ), dropped AS (
        UPDATE torale.deliveries d SET status = 'cancelled', next_attempt_at = NULL, error = 'the channel was disabled'
        FROM gone g
        WHERE d.owner = g.owner AND d.channel_id = g.id AND d.status = 'pending'
          AND d.id NOT IN (SELECT o.id FROM done o)
    ), notice AS (
        INSERT INTO torale.notifications (kind, title, body, owner)
        SELECT 'system', 'Channel disabled', format('The channel "%s" answered 410 Gone and was disabled.', g.label), g.owner FROM gone g
        RETURNING id, owner
    ), elsewhere AS (
        INSERT INTO torale.deliveries (notification_id, channel_id, owner)
        SELECT n.id, c.id, n.owner
        FROM notice n
        JOIN torale.channels c ON c.owner = n.owner AND c.enabled AND c.id NOT IN (SELECT id FROM gone)
    )
    SELECT array_agg(d.id) INTO finished FROM done d;
    PERFORM torale_internal.finish_channel_tests(finished, p_now);
    RETURN QUERY SELECT h::text FROM unnest(held) h;
END
$$;

-- A channel test ends with its first answer: it is shown, not retried. So do the tests that went
-- down with their channel.
CREATE OR REPLACE FUNCTION torale_internal.finish_channel_tests(p_deliveries uuid[], p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    UPDATE torale.executions e
    SET status = CASE WHEN d.status = 'delivered' THEN 'success' ELSE 'failed' END, finished_at = p_now,
        error_message = d.error, result = jsonb_build_object('response_status', d.response_status, 'error', d.error)
    FROM torale.deliveries d JOIN torale.notifications n ON n.id = d.notification_id AND n.kind = 'test'
    WHERE d.id = ANY (p_deliveries) AND e.id = n.execution_id AND e.status = 'running'
      AND e.id IN (SELECT x.id FROM torale.executions x JOIN torale.notifications o ON o.execution_id = x.id AND o.kind = 'test'
                   JOIN torale.deliveries g ON g.notification_id = o.id AND g.owner = o.owner AND g.id = ANY (p_deliveries)
                   -- Whoever holds it is cancelling it.
                   FOR NO KEY UPDATE OF x SKIP LOCKED);
    UPDATE torale.executions e SET status = 'failed', finished_at = p_now, error_message = d.error
    FROM torale.deliveries d JOIN torale.notifications n ON n.id = d.notification_id AND n.kind = 'test'
    WHERE d.status = 'cancelled' AND d.error = 'the channel was disabled' AND e.id = n.execution_id AND e.status = 'running'
      AND d.channel_id IN (SELECT x.channel_id FROM torale.deliveries x WHERE x.id = ANY (p_deliveries));
    UPDATE torale.deliveries d SET status = 'cancelled', next_attempt_at = NULL
    FROM torale.notifications n
    WHERE d.id = ANY (p_deliveries) AND d.status = 'pending' AND n.id = d.notification_id AND n.kind = 'test';
END
$$;
COMMENT ON FUNCTION torale_internal.finish_channel_tests(uuid[], timestamptz) IS 'The part of finish_deliveries() that ends channel tests.';
