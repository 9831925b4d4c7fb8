-- What happened to an owner, in the order of time: findings and changes of executions, for /events
-- and for who polls. Nothing is stored for it: each state of an execution has its time in its row.

-- The id is the time in microseconds, then what it is about. So ids are in the order of time as text,
-- and the same event has the same id in every call. Rows become visible later than their time: who
-- follows asks again for the last seconds and drops the ids that it knows. That an attempt failed is
-- told at the end of its last step.
CREATE OR REPLACE FUNCTION torale.events(
    since timestamptz DEFAULT pg_catalog.now() - interval '1 hour', after text DEFAULT NULL, "limit" integer DEFAULT 1000)
RETURNS TABLE (id text, kind text, at timestamptz, payload jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    WITH start AS MATERIALIZED (
        SELECT y.at, b.ids[1] AS hour_before, b.ids[2] AS days_before
        FROM (SELECT coalesce(to_timestamp(0) + substring(after FROM '^(\d{16})-')::bigint * interval '1 microsecond' - interval '1 microsecond', since) AS at) y
        CROSS JOIN LATERAL (SELECT array_agg((lpad(to_hex(least(greatest(floor(extract(epoch FROM y.at - b.back) * 1000), 0), 281474976710655)::bigint), 12, '0')
            || '70008000000000000000')::uuid ORDER BY b.back) AS ids FROM (VALUES (interval '1 hour'), ('3 days')) b (back)) b
    ), touched AS (
        -- A first attempt ends within an hour. What waits to be run or tried again has an index of its own.
        SELECT x.* FROM torale.executions x WHERE x.owner = (SELECT torale.current_owner()) AND x.id >= (SELECT hour_before FROM start)
          AND (x.finished_at IS NULL OR x.finished_at > (SELECT s.at FROM start s))
        UNION ALL
        SELECT x.* FROM torale.executions x
        WHERE x.owner = (SELECT torale.current_owner()) AND x.id < (SELECT hour_before FROM start) AND x.id >= (SELECT days_before FROM start)
          AND (x.attempts > 1 OR x.trigger <> 'schedule') AND (x.finished_at IS NULL OR x.finished_at > (SELECT s.at FROM start s))
    ), happened AS (
        SELECT e.id || ':' || s.id AS about, 'execution' AS kind, s.at,
            jsonb_build_object('execution_id', e.id, 'task_id', e.task_id, 'trigger', e.trigger, 'status', s.status)
            || CASE WHEN s.status = e.status THEN jsonb_build_object('verdict', e.verdict, 'confidence', e.confidence, 'skip_reason', e.skip_reason,
                'error_category', e.error_category) ELSE '{}' END AS payload
        FROM touched e
        CROSS JOIN LATERAL (
            VALUES ('pending', 'pending', e.created_at, e.trigger <> 'schedule' AND (e.started_at IS NULL OR e.created_at < e.started_at)),
                ('running', 'running', e.started_at, true),
                ('retrying:' || e.attempts, 'retrying', coalesce((e.steps -> -1 ->> 'started_at')::timestamptz
                    + (e.steps -> -1 ->> 'duration_ms')::numeric * interval '1 millisecond', e.started_at), e.status = 'retrying'),
                (e.status, e.status, e.finished_at, true)) s (id, status, at, applies)
        WHERE s.applies AND s.at > (SELECT x.at FROM start x)
        UNION ALL
        SELECT n.id::text, n.kind, n.created_at, jsonb_build_object('notification_id', n.id, 'execution_id', n.execution_id, 'task_id', n.task_id,
            'title', n.title, 'relation', n.relation)
        FROM torale.notifications n
        WHERE n.owner = (SELECT torale.current_owner()) AND n.id >= (SELECT hour_before FROM start) AND n.created_at > (SELECT x.at FROM start x)
    ), named AS (
        SELECT lpad((extract(epoch FROM h.at) * 1000000)::bigint::text, 16, '0') || '-' || h.about COLLATE "C" AS id, h.kind, h.at, h.payload FROM happened h
    )
    SELECT n.id, n.kind, n.at, n.payload
    FROM named n
    WHERE after IS NULL OR n.id > after
    ORDER BY n.id
    LIMIT least(greatest(coalesce("limit", 1000), 1), 1000)
$$;
COMMENT ON FUNCTION torale.events(timestamptz, text, integer) IS
    'What happened to you since a time, or after the id of an event, oldest first: findings and other notifications, and each status of your executions. At most 1000; go on with the last id.';
