-- What a new finding is compared with: what its owner was told, and the texts that a judge has
-- seen. The comparison itself is C++ (src/agent/dedupe); finish_notifications() keeps a last guard.

-- The findings of each task inside its dedupe_horizon, newest first, 200 at most, with what they
-- rested on. A horizon of 0 leaves none: every finding is then new.
CREATE OR REPLACE FUNCTION torale_internal.told_findings(p_tasks uuid[]) RETURNS TABLE (task_id uuid, findings jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT t.id, jsonb_agg(jsonb_build_object('notification_id', n.id, 'created_at', n.created_at, 'title', n.title,
        'body', left(n.body, 2000), 'relation', coalesce(n.relation, 'new'), 'quotes', coalesce(q.quotes, '[]')) ORDER BY n.id DESC)
    FROM torale.tasks t
    CROSS JOIN LATERAL (
        SELECT x.* FROM torale.notifications x
        WHERE x.task_id = t.id AND x.kind = 'finding' AND x.created_at > now() - t.dedupe_horizon AND t.dedupe_horizon > '0'
        ORDER BY x.id DESC LIMIT 200) n
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object('quote', c.quote, 'url', s.url, 'published_at', s.published_at, 'title', s.title,
            'fingerprint', s.text_fingerprint, 'content_hash', s.content_hash, 'text', left(s.snippet, 2000)) ORDER BY c.id) AS quotes
        FROM torale.citations c JOIN torale.sources s ON s.id = c.source_id
        WHERE c.execution_id = n.execution_id) q ON true
    WHERE t.id = ANY (p_tasks)
    GROUP BY t.id
$$;
COMMENT ON FUNCTION torale_internal.told_findings(uuid[]) IS 'What owners were told inside the dedupe horizon of these tasks, with quotes; at most 200 a task.';

-- Of the newest 500 texts that were there at the last judgement. Among 5,000 sources of the task:
-- the look must stay cheap for a task of any age, and an unknown copy only costs a judgement.
CREATE OR REPLACE FUNCTION torale_internal.seen_fingerprints(p_task uuid, p_judged_at timestamptz) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT array_agg(f.text_fingerprint::text)
    FROM (SELECT x.text_fingerprint
          FROM (SELECT s.text_fingerprint, s.first_seen_at FROM torale.sources s
                WHERE s.task_id = p_task AND s.text_fingerprint IS NOT NULL AND s.first_seen_at <= p_judged_at LIMIT 5000) x
          ORDER BY x.first_seen_at DESC LIMIT 500) f
$$;
COMMENT ON FUNCTION torale_internal.seen_fingerprints(uuid, timestamptz) IS 'Fingerprints of the newest 500 texts of a task that a judged run has seen.';
