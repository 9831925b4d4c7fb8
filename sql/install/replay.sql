-- Judged again: the runs of a task, each over the sources that it judged then and at its own
-- instant, with another condition or another judge. Nothing is searched, told or remembered.
-- The rules judge answers in the caller's session; a model is asked by the scheduler.
-- A run that was judged says by what in its trace: see Run::settle in src/agent/run_settle.cpp.

-- The step that judged: its instant, and the sources in their order, each the start of its
-- content hash and whether it was new (+) or seen (-). None where the search had found nothing.
CREATE OR REPLACE FUNCTION torale_internal.judged_step(p_steps jsonb, OUT at text, OUT seen jsonb)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT s.value ->> 'started_at', coalesce(s.value -> 'detail' -> 'sources', '[]')
    FROM jsonb_array_elements(p_steps) WITH ORDINALITY s (value, position)
    WHERE s.value ->> 'kind' = 'verify' AND jsonb_typeof(s.value -> 'detail' -> 'sources') = 'array'
       OR s.value ->> 'kind' = 'judge' AND s.value -> 'detail' ->> 'reason' = 'the search found nothing'
    ORDER BY s.position DESC LIMIT 1
$$;
COMMENT ON FUNCTION torale_internal.judged_step(jsonb) IS 'When a run was judged, and by which sources; null for one that was not.';

CREATE OR REPLACE FUNCTION torale_internal.judged_runs(p_task uuid, p_since timestamptz, p_until timestamptz)
RETURNS TABLE (execution_id uuid, at timestamptz, verdict text, seen jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT e.id, j.at::timestamptz, e.verdict, j.seen
    FROM torale.executions e
    CROSS JOIN LATERAL torale_internal.judged_step(e.steps) j
    WHERE e.task_id = p_task AND e.trigger IN ('schedule', 'manual') AND e.verdict IS NOT NULL
      -- A trace is large: read only where it can be of the period.
      AND e.finished_at >= p_since AND e.started_at < p_until
      AND j.at::timestamptz >= p_since AND j.at::timestamptz < p_until
    ORDER BY e.id
$$;
COMMENT ON FUNCTION torale_internal.judged_runs(uuid, timestamptz, timestamptz) IS 'The runs of a task that were judged in a period, oldest first.';

-- What of the judged sources is stored still; a row without one is gone.
CREATE OR REPLACE FUNCTION torale_internal.judged_sources(p_task uuid, p_seen jsonb) RETURNS TABLE (number bigint, is_new boolean, source torale.sources)
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT v.number, right(v.mark, 1) <> '-', s
    FROM jsonb_array_elements_text(p_seen) WITH ORDINALITY v (mark, number)
    CROSS JOIN LATERAL (SELECT left(v.mark, -1) AS start) h
    LEFT JOIN LATERAL (SELECT x FROM torale.sources x
        WHERE x.task_id = p_task AND x.content_hash >= h.start AND x.content_hash < h.start || 'g' AND starts_with(x.content_hash, h.start)
        LIMIT 1) f (s) ON true
    ORDER BY v.number
$$;
COMMENT ON FUNCTION torale_internal.judged_sources(uuid, jsonb) IS 'The stored sources that a run was judged by, in their order.';

-- What a model was shown beside the sources: what had happened before.
CREATE OR REPLACE FUNCTION torale_internal.recall_before(p_execution torale.executions, p_at timestamptz) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT jsonb_build_object(
        'history', coalesce((SELECT jsonb_agg(jsonb_build_object('finished_at', x.finished_at, 'verdict', x.verdict, 'confidence', x.confidence,
                'evidence', left(x.evidence, 2000), 'notification', left(x.notification, 1000)) ORDER BY x.id DESC)
            FROM (SELECT * FROM torale.executions o WHERE o.task_id = p_execution.task_id AND o.id < p_execution.id AND o.verdict IS NOT NULL
                  ORDER BY o.id DESC LIMIT 5) x), '[]'),
        'notifications', coalesce((SELECT jsonb_agg(jsonb_build_object('created_at', n.created_at, 'title', n.title, 'body', left(n.body, 1000)) ORDER BY n.id DESC)
            FROM (SELECT * FROM torale.notifications o WHERE o.task_id = p_execution.task_id AND o.kind = 'finding' AND o.created_at < p_at
                  AND o.execution_id IS DISTINCT FROM p_execution.id ORDER BY o.id DESC LIMIT 5) n), '[]'),
        'memories', coalesce((SELECT jsonb_agg(jsonb_build_object('content', m.content, 'kind', m.kind))
            FROM (SELECT * FROM torale.memories o WHERE o.task_id = p_execution.task_id AND o.updated_at < p_at
                  AND (o.expires_at IS NULL OR o.expires_at > p_at) ORDER BY o.updated_at DESC, o.id DESC LIMIT 50) m), '[]'))
$$;
COMMENT ON FUNCTION torale_internal.recall_before(torale.executions, timestamptz) IS 'Runs, messages and memories of a task as they were before one of its runs.';

-- One run as src/pg/replay_rows.cpp reads it. UTC, so that every instant is written the same way.
CREATE OR REPLACE FUNCTION torale_internal.replay_case(p_execution uuid, p_task jsonb) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp SET timezone = 'UTC' AS $$
    SELECT jsonb_build_object('task', p_task, 'at', j.at, 'missing', s.missing, 'sources', s.found,
        'last_judged_at', (SELECT max(x.finished_at) FROM torale.executions x
            WHERE x.task_id = e.task_id AND x.id < e.id AND x.verdict IS NOT NULL AND x.skip_reason IS DISTINCT FROM 'no_sources'))
    FROM torale.executions e
    CROSS JOIN LATERAL torale_internal.judged_step(e.steps) j
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE (v.source).id IS NULL) AS missing,
            coalesce(jsonb_agg(jsonb_build_object('number', v.number, 'is_new', v.is_new, 'url', (v.source).url, 'title', (v.source).title,
                'snippet', (v.source).snippet, 'published_at', (v.source).published_at, 'provider', (v.source).provider,
                'content_hash', (v.source).content_hash, 'fingerprint', (v.source).text_fingerprint) ORDER BY v.number)
                FILTER (WHERE (v.source).id IS NOT NULL), '[]') AS found
        FROM torale_internal.judged_sources(e.task_id, j.seen) v) s
    WHERE e.id = p_execution AND j.at IS NOT NULL
$$;
COMMENT ON FUNCTION torale_internal.replay_case(uuid, jsonb) IS 'A judged run and its stored sources, to be judged again.';

-- For the scheduler. What is gone since the request is missing, not empty.
CREATE OR REPLACE FUNCTION torale_internal.replay_claim(p_input jsonb, p_owner text) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp SET timezone = 'UTC' AS $$
    SELECT coalesce(
        (SELECT torale_internal.replay_case(e.id, p_input -> 'task') || torale_internal.recall_before(e, (p_input ->> 'at')::timestamptz)
         FROM torale.executions e WHERE e.id = (p_input ->> 'execution_id')::uuid AND e.owner = p_owner),
        jsonb_build_object('task', p_input -> 'task', 'at', p_input -> 'at', 'missing', 1))
        || jsonb_build_object('judge', p_input -> 'judge', 'requested_at', p_input -> 'requested_at')
$$;
COMMENT ON FUNCTION torale_internal.replay_claim(jsonb, text) IS 'What a replayed run needs: its sources, its instant and what had happened before.';

CREATE OR REPLACE FUNCTION torale_internal.refuse_empty_replay(p_task uuid, p_why text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    stored record;
BEGIN
    SELECT count(*) AS n, to_char(min(r.at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS first, to_char(max(r.at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS last,
        min(r.at) AS since INTO stored
    FROM torale_internal.judged_runs(p_task, '-infinity', 'infinity') r
    WHERE r.seen = '[]' OR EXISTS (SELECT 1 FROM torale_internal.judged_sources(p_task, r.seen) s WHERE (s.source).id IS NOT NULL);
    PERFORM torale_internal.refuse(p_why,
        CASE WHEN stored.n = 0 THEN 'No run of this task was judged over sources that are stored.'
             ELSE format('The task has %s judged run%s with stored sources, from %s until %s UTC.', stored.n, CASE WHEN stored.n > 1 THEN 's' END, stored.first, stored.last) END,
        CASE WHEN stored.n = 0 THEN format('Run it first: SELECT torale.run_task(%L);', p_task)
             ELSE format('Use since => %L.', stored.first || ' UTC') END);
END
$$;
COMMENT ON FUNCTION torale_internal.refuse_empty_replay(uuid, text) IS 'Raises, and says of which period there is something to replay.';

-- The caller's task, with the condition to judge by, or an error that says what cannot be replayed.
CREATE OR REPLACE FUNCTION torale_internal.replayed_task(p_task uuid, p_since timestamptz, p_until timestamptz, p_condition text) RETURNS torale.tasks
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    task torale.tasks;
    n bigint;
    most integer := current_setting('torale.replay_max');
BEGIN
    SELECT * INTO task FROM torale.tasks t
    WHERE t.id = p_task AND (t.owner = torale.current_owner() OR torale_internal.session_is_superuser());
    IF NOT FOUND THEN
        PERFORM torale_internal.refuse(format('task %s does not exist', coalesce(p_task::text, 'null')),
            format('owner: %s', torale.current_owner()), 'SELECT id, name, state FROM torale.tasks;', 'PT404');
    ELSIF p_since IS NULL OR p_until IS NULL OR p_since >= p_until THEN
        PERFORM torale_internal.refuse('since must be before until', format('since: %s, until: %s', coalesce(p_since::text, 'null'), coalesce(p_until::text, 'null')),
            'For example since => now() - interval ''7 days''.');
    ELSIF btrim(p_condition) = '' OR length(p_condition) > 2000 THEN
        PERFORM torale_internal.refuse('condition_description must have 1 to 2000 characters', format('It has %s.', length(btrim(p_condition))),
            'Leave it out to judge by the task''s own condition.');
    END IF;
    SELECT count(*) INTO n FROM torale_internal.judged_runs(p_task, p_since, p_until);
    IF n = 0 THEN
        PERFORM torale_internal.refuse_empty_replay(p_task, 'no run was judged in this period');
    ELSIF n > most THEN
        PERFORM torale_internal.refuse('too many runs to replay', format('%s runs were judged in this period; torale.replay_max is %s.', n, most), 'Use a shorter period.');
    ELSIF NOT EXISTS (SELECT 1 FROM torale_internal.judged_runs(p_task, p_since, p_until) r
            WHERE r.seen = '[]' OR EXISTS (SELECT 1 FROM torale_internal.judged_sources(p_task, r.seen) s WHERE (s.source).id IS NOT NULL)) THEN
        PERFORM torale_internal.refuse_empty_replay(p_task, 'no source of this period is stored any more');
    END IF;
    task.condition_description := coalesce(p_condition, task.condition_description);
    RETURN task;
END
$$;
COMMENT ON FUNCTION torale_internal.replayed_task(uuid, timestamptz, timestamptz, text) IS 'The task of a replay with the condition to judge by; raises when there is nothing to replay.';

CREATE OR REPLACE FUNCTION torale_internal.replay_judge(p_name text) RETURNS torale.providers
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    judge torale.providers;
    secrets text[] := torale_internal.secret_names();
BEGIN
    SELECT * INTO judge FROM torale.providers p
    WHERE p.kind = 'llm' AND CASE WHEN p_name IS NULL THEN p.enabled AND (p.secret_name IS NULL OR p.secret_name = ANY (secrets)) ELSE p.name = p_name END
    ORDER BY p.priority, p.name LIMIT 1;
    IF NOT FOUND THEN
        PERFORM torale_internal.refuse(CASE WHEN p_name IS NULL THEN 'no judge is enabled' ELSE format('unknown judge %L', p_name) END,
            format('Judges are the providers of kind llm: %s.', (SELECT string_agg(p.name, ', ' ORDER BY p.priority, p.name) FROM torale.providers p WHERE p.kind = 'llm')),
            'SELECT name, enabled FROM torale.providers WHERE kind = ''llm'';');
    END IF;
    RETURN judge;
END
$$;
COMMENT ON FUNCTION torale_internal.replay_judge(text) IS 'The provider that judges a replay; without a name the first that can be used.';

CREATE OR REPLACE FUNCTION torale.replay(
    task_id uuid, since timestamptz, until timestamptz DEFAULT now(), condition_description text DEFAULT NULL, judge text DEFAULT 'rules')
RETURNS TABLE (at timestamptz, execution_id uuid, told_verdict text, verdict text, differs boolean, evidence text, quote text, url text, missing_sources integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER -- reads what was judged by internal functions
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    provider torale.providers := torale_internal.replay_judge(coalesce(judge, 'rules'));
    task jsonb := to_jsonb(torale_internal.replayed_task(task_id, since, until, condition_description));
    run record;
    replayed jsonb;
    judged jsonb;
BEGIN
    IF provider.adapter <> 'rules' THEN
        PERFORM torale_internal.refuse(format('the judge %s is asked by the scheduler, not by this session', provider.name), 'A session makes no calls to the outside.',
            format('SELECT torale.request_replay(%L, %L, %L, judge => %L); or CALL torale.replay_with(…) with the same arguments.', task_id, since, until, provider.name), '0A000');
    END IF;
    FOR run IN SELECT r.* FROM torale_internal.judged_runs(task_id, since, until) r LOOP
        replayed := torale_internal.replay_case(run.execution_id, task);
        judged := torale_internal.replay_by_rules(replayed);
        at := run.at;
        execution_id := run.execution_id;
        told_verdict := run.verdict;
        verdict := judged ->> 'verdict';
        differs := verdict <> told_verdict;
        evidence := judged ->> 'evidence';
        quote := judged ->> 'quote';
        url := judged ->> 'url';
        missing_sources := (replayed ->> 'missing')::integer;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION torale.replay(uuid, timestamptz, timestamptz, text, text) IS
    'Judges the runs of a period again by rules, over their stored sources and at their instants; differs where the verdict is not the one told. No calls, no cost.';

CREATE OR REPLACE FUNCTION torale.request_replay(
    task_id uuid, since timestamptz, until timestamptz DEFAULT now(), condition_description text DEFAULT NULL, judge text DEFAULT NULL)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER -- writes the queue
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    provider torale.providers := torale_internal.replay_judge(judge);
    task torale.tasks := torale_internal.replayed_task(task_id, since, until, condition_description);
    replay uuid := torale.uuid_v7();
BEGIN
    IF NOT provider.enabled OR provider.secret_name IS NOT NULL AND NOT provider.secret_name = ANY (torale_internal.secret_names()) THEN
        PERFORM torale_internal.refuse(format('the judge %s cannot be used', provider.name),
            CASE WHEN provider.enabled THEN 'Its key is missing.' ELSE 'It is disabled.' END, 'SELECT * FROM torale.doctor();');
    END IF;
    PERFORM torale_internal.require_active_owner(task.owner);
    WITH made AS (
        INSERT INTO torale.executions (owner, trigger, input)
        SELECT task.owner, 'replay', jsonb_build_object('replay', replay, 'task_id', task.id, 'execution_id', r.execution_id, 'at', r.at, 'told_verdict', r.verdict,
            'missing_sources', (SELECT count(*) FROM torale_internal.judged_sources(task.id, r.seen) s WHERE (s.source).id IS NULL),
            'condition_description', condition_description, 'judge', provider.name, 'requested_at', now(),
            'task', jsonb_build_object('name', task.name, 'search_query', task.search_query, 'condition_description', task.condition_description,
                'notify_behavior', task.notify_behavior, 'schedule', task.schedule, 'timezone', task.timezone))
        FROM torale_internal.judged_runs(task.id, since, until) r
        RETURNING id
    )
    -- Twenty a second: a thousand at once would take every place of the scheduler from the tasks.
    INSERT INTO torale_internal.requests (execution_id, kind, due_at)
    SELECT m.id, 'replay', now() + (row_number() OVER (ORDER BY m.id) - 1) / 10 * interval '500 ms' FROM made m;
    RETURN replay;
END
$$;
COMMENT ON FUNCTION torale.request_replay(uuid, timestamptz, timestamptz, text, text) IS
    'Queues the runs of a period to be judged again by a named judge, at its price; without a name by the first that can be used. Read replay_results() of the id that it returns.';

CREATE OR REPLACE FUNCTION torale.replay_results(replay_id uuid)
RETURNS TABLE (at timestamptz, execution_id uuid, told_verdict text, verdict text, differs boolean, evidence text, quote text, url text, missing_sources integer)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT (e.input ->> 'at')::timestamptz, (e.input ->> 'execution_id')::uuid, e.input ->> 'told_verdict', e.verdict, e.verdict <> e.input ->> 'told_verdict',
        coalesce(e.error_message, e.evidence, e.status), s.quote, s.url, (e.input ->> 'missing_sources')::integer
    FROM torale.executions e
    LEFT JOIN LATERAL (SELECT x.value -> 'quotes' ->> 0 AS quote, x.value ->> 'url' AS url
        FROM jsonb_array_elements(e.result -> 'sources') WITH ORDINALITY x (value, position)
        WHERE x.value -> 'quotes' ->> 0 IS NOT NULL ORDER BY x.position LIMIT 1) s ON true
    WHERE e.trigger = 'replay' AND e.input ->> 'replay' = replay_results.replay_id::text
    ORDER BY e.input ->> 'execution_id';
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404', MESSAGE = format('replay %s does not exist', coalesce(replay_results.replay_id::text, 'null')),
            DETAIL = format('owner: %s', torale.current_owner()), HINT = 'torale.request_replay(…) returns the id; results are kept for torale.retention_requests.';
    END IF;
END
$$;
COMMENT ON FUNCTION torale.replay_results(uuid) IS 'What a requested replay has judged so far, a row for each run; evidence is the state of one that has no verdict.';

-- Qualified throughout: see wait_for_execution().
CREATE OR REPLACE PROCEDURE torale.replay_with(
    task_id uuid, since timestamptz, until timestamptz DEFAULT now(), condition_description text DEFAULT NULL, judge text DEFAULT NULL,
    INOUT replay_id uuid DEFAULT NULL, INOUT runs bigint DEFAULT NULL, INOUT differing bigint DEFAULT NULL, INOUT failed bigint DEFAULT NULL,
    INOUT cost_usd numeric DEFAULT NULL, wait_at_most interval DEFAULT '1 hour')
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    give_up timestamptz := pg_catalog.clock_timestamp() + wait_at_most;
    waiting bigint;
BEGIN
    PERFORM torale.require_no_transaction_block('torale.request_replay(…)');
    replay_id := torale.request_replay(task_id, since, until, condition_description, judge);
    LOOP
        COMMIT;
        SELECT pg_catalog.count(*) FILTER (WHERE e.status IN ('pending', 'running', 'retrying')), pg_catalog.count(*),
            pg_catalog.count(*) FILTER (WHERE e.verdict <> e.input ->> 'told_verdict'), pg_catalog.count(*) FILTER (WHERE e.verdict IS NULL), pg_catalog.sum(e.cost_usd)
        INTO waiting, runs, differing, failed, cost_usd
        FROM torale.executions e WHERE e.trigger = 'replay' AND e.input ->> 'replay' = replay_id::text;
        EXIT WHEN waiting = 0;
        IF pg_catalog.clock_timestamp() > give_up THEN
            RAISE EXCEPTION USING ERRCODE = '57014', MESSAGE = 'the replay did not finish in time', DETAIL = pg_catalog.format('replay: %s, %s of %s runs to go', replay_id, waiting, runs),
                HINT = pg_catalog.format('It goes on: SELECT * FROM torale.replay_results(%L);', replay_id);
        END IF;
        PERFORM pg_catalog.pg_sleep(0.1);
    END LOOP;
END
$$;
COMMENT ON PROCEDURE torale.replay_with IS 'Requests a replay, waits and returns how many verdicts differ; replay_results() shows them. Not inside a transaction block.';
