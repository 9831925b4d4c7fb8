-- One run told as EXPLAIN ANALYZE tells a query: each step with who served it, its time and its
-- cost, what was found and what of it was new, and why somebody was told or was not.

-- One entry of a step's detail in words; null for what another one says already. What a step
-- learns to note later is shown by its name, so nothing stays hidden.
CREATE OR REPLACE FUNCTION torale_internal.noted(p_key text, p_value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT CASE
        WHEN v.said IS NULL OR p_key = 'tool' OR p_key = 'sources' AND jsonb_typeof(p_value) = 'array' OR p_key = 'http_status' AND v.said = '200' THEN NULL
        WHEN p_key IN ('dropped', 'cost_usd') AND v.said ~ '^0(\.0*)?$' THEN NULL
        WHEN p_key = 'cost_usd' THEN torale_internal.as_amount(v.said::numeric) || ' USD'
        WHEN p_key = 'tokens_in' THEN v.said || ' tokens in'
        WHEN p_key = 'tokens_out' THEN v.said || ' out'
        WHEN p_key IN ('new', 'dropped') THEN v.said || ' ' || p_key
        WHEN n.many IS NOT NULL THEN v.said || ' ' || CASE v.said WHEN '1' THEN n.one ELSE n.many END
        WHEN p_key = 'query' THEN quote_literal(v.said)
        WHEN p_key IN ('reason', 'why', 'verdict', 'limit') THEN v.said
        WHEN p_key = 'error' THEN 'error: ' || v.said
        WHEN p_key = 'purpose' AND v.said = 'compare' THEN 'compares with what was told'
        WHEN p_key = 'purpose' AND v.said = 'suggest' THEN 'suggests a task'
        WHEN p_key = 'earlier' THEN 'of notification ' || v.said
        ELSE replace(p_key, '_', ' ') || ' ' || v.said END
    FROM (SELECT p_value #>> '{}') v (said)
    LEFT JOIN (VALUES ('memories', 'memory', 'memories'), ('executions', 'earlier run', 'earlier runs'), ('notifications', 'message', 'messages'),
        ('results', 'result', 'results'), ('sources', 'source', 'sources'), ('citations', 'quote', 'quotes'), ('tool_calls', 'tool call', 'tool calls')) n (key, one, many)
        ON n.key = p_key
$$;
COMMENT ON FUNCTION torale_internal.noted(text, jsonb) IS 'One detail of a step in words.';

CREATE OR REPLACE FUNCTION torale_internal.step_line(p_step jsonb) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT format('%s%s: %s%s%s', p_step ->> 'kind',
        ' by ' || nullif(p_step ->> 'provider', '') || coalesce(' (' || nullif(p_step -> 'detail' ->> 'model', p_step ->> 'provider') || ')', ''),
        p_step ->> 'status', CASE WHEN (p_step ->> 'duration_ms')::bigint > 0 OR p_step ->> 'provider' <> '' THEN format(' in %s ms', p_step ->> 'duration_ms') END,
        '  ' || (SELECT string_agg(torale_internal.noted(d.key, d.value), ', ' ORDER BY o.place NULLS LAST, d.key)
            FROM jsonb_each(coalesce(p_step -> 'detail', '{}')) d
            LEFT JOIN unnest('{query,results,sources,new,purpose,verdict,confidence,citations,dropped,relation,why,earlier,executions,notifications,memories,tool_calls,reason,scope,limit,tokens_in,tokens_out,cost_usd,http_status,finish,error}'::text[])
                WITH ORDINALITY o (key, place) ON o.key = d.key
            WHERE d.key <> 'model'))
$$;
COMMENT ON FUNCTION torale_internal.step_line(jsonb) IS 'A step of a run in one line.';

-- The steps as a tree: what a model asked for stands under the answer that asked.
CREATE OR REPLACE FUNCTION torale_internal.step_tree(p_steps jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    tree jsonb := '[]';
    step jsonb;
BEGIN
    FOR step IN SELECT s.value || jsonb_build_object('position', s.position)
                FROM jsonb_array_elements(coalesce(p_steps, '[]')) WITH ORDINALITY s (value, position) ORDER BY s.position LOOP
        IF coalesce((step -> 'detail' ->> 'tool')::boolean, false) AND tree <> '[]' THEN
            tree := jsonb_set(tree, '{-1,tools}', coalesce(tree -> -1 -> 'tools', '[]') || jsonb_build_array(step));
        ELSE
            tree := tree || jsonb_build_array(step);
        END IF;
    END LOOP;
    RETURN tree;
END
$$;
COMMENT ON FUNCTION torale_internal.step_tree(jsonb) IS 'The steps of a run; tool calls in `tools` of the step of the model that asked for them.';

CREATE OR REPLACE FUNCTION torale.why_told(e torale.executions) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT CASE
        WHEN n.id IS NOT NULL THEN format('told: %s notification %s%s, %s of %s deliveries done', n.kind, n.id,
            CASE WHEN n.relation <> 'new' THEN ' (' || n.relation || coalesce(' of notification ' || n.earlier_id, '') || ')' END,
            (SELECT count(*) FROM torale.deliveries d WHERE d.notification_id = n.id AND d.status = 'delivered'),
            (SELECT count(*) FROM torale.deliveries d WHERE d.notification_id = n.id))
        WHEN e.skip_reason = 'unchanged' THEN 'not told: no source is new since the last judged run, so the judge was not called'
        WHEN e.skip_reason = 'already_told' THEN 'not told: the same event was told before, inside the dedupe horizon'
        WHEN e.skip_reason = 'ungrounded' THEN 'not told: the judge said met, but no quote of it stands in a stored source'
        WHEN e.skip_reason = 'no_sources' THEN 'not told: there is nothing to search (no documents, no search provider with a key)'
        WHEN e.skip_reason = 'budget' THEN 'not told: ' || coalesce(e.evidence, 'a budget is used up')
        WHEN e.status IN ('pending', 'running') THEN 'not told yet: it has not finished'
        WHEN e.status = 'retrying' THEN 'not told yet: it will be tried again (' || coalesce(e.error_message, '') || ')'
        WHEN e.status = 'failed' THEN 'not told: it failed (' || coalesce(e.error_category, '') || '): ' || coalesce(e.error_message, '')
        WHEN e.trigger = 'suggest' THEN 'not told: a suggestion makes nothing by itself, create_task_from(result) does'
        WHEN e.trigger = 'replay' THEN 'not told: replays tell nobody'
        WHEN e.verdict = 'not_met' THEN 'not told: the condition is not met'
        WHEN e.verdict = 'unknown' THEN 'not told: the judge could not decide'
        WHEN e.trigger = 'preview' THEN 'not told: previews tell nobody'
        WHEN e.verdict = 'met' THEN 'not told: the run was quiet'
        ELSE 'not told: ' || coalesce(e.skip_reason, e.status) END
    FROM (SELECT 1) one
    LEFT JOIN torale.notifications n ON n.execution_id = e.id
    LIMIT 1
$$;
COMMENT ON FUNCTION torale.why_told(torale.executions) IS 'Why an execution told or did not, in one sentence.';

CREATE OR REPLACE FUNCTION torale_internal.execution_report(e torale.executions) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'execution_id', e.id, 'task_id', e.task_id, 'task', t.name, 'trigger', e.trigger, 'status', e.status, 'attempts', e.attempts,
        'scheduled_for', e.scheduled_for, 'started_at', e.started_at, 'finished_at', e.finished_at,
        'duration_ms', round(extract(epoch FROM e.finished_at - e.started_at) * 1000),
        'question', coalesce(t.search_query, e.input ->> 'search_query', e.input -> 'task' ->> 'search_query', e.input ->> 'prompt'),
        'condition', coalesce(t.condition_description, e.input ->> 'condition_description', e.input -> 'task' ->> 'condition_description'),
        'replays', e.input -> 'execution_id', 'slots', e.slots, 'slots_from', e.slots_from, 'slots_until', e.slots_until,
        'cost_usd', e.cost_usd, 'tokens_in', e.tokens_in, 'tokens_out', e.tokens_out, 'model', e.model, 'prompt_hash', e.prompt_hash,
        'verdict', e.verdict, 'confidence', e.confidence, 'confidence_parts', e.confidence_parts, 'evidence', e.evidence,
        'skip_reason', e.skip_reason, 'error_category', e.error_category, 'error_message', e.error_message,
        'relation', (SELECT coalesce(n.relation, s.value -> 'detail' ->> 'relation') FROM (SELECT 1) one
            LEFT JOIN torale.notifications n ON n.execution_id = e.id AND n.kind = 'finding'
            LEFT JOIN jsonb_array_elements(e.steps) s (value) ON s.value -> 'detail' ? 'relation' LIMIT 1),
        'quotes', coalesce((SELECT jsonb_agg(jsonb_build_object('quote', c.quote, 'title', s.title, 'url', s.url, 'published_at', s.published_at) ORDER BY c.id)
            FROM torale.citations c JOIN torale.sources s ON s.id = c.source_id WHERE c.execution_id = e.id), q.quotes),
        'result', CASE e.trigger WHEN 'suggest' THEN e.result END, 'why', torale.why_told(e)))
        || jsonb_build_object('steps', torale_internal.step_tree(e.steps))
    FROM (SELECT 1) one
    LEFT JOIN torale.tasks t ON t.id = e.task_id
    LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('quote', c.value, 'title', s.value -> 'title', 'url', s.value -> 'url', 'published_at', s.value -> 'published_at')) AS quotes
        FROM jsonb_array_elements(CASE WHEN e.trigger IN ('preview', 'replay') THEN e.result -> 'sources' END) s (value)
        CROSS JOIN LATERAL jsonb_array_elements(s.value -> 'quotes') c (value)) q ON true
$$;
COMMENT ON FUNCTION torale_internal.execution_report(torale.executions) IS 'Everything explain() says of a run.';

CREATE OR REPLACE FUNCTION torale_internal.report_text(p_report jsonb) RETURNS SETOF text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    r record;
    step jsonb;
    tool jsonb;
    attempt text := '1';
BEGIN
    SELECT * INTO r FROM jsonb_to_record(p_report) x (execution_id uuid, task text, trigger text, status text, attempts integer, duration_ms bigint, question text,
        condition text, replays text, slots integer, slots_from timestamptz, slots_until timestamptz, cost_usd numeric, tokens_in bigint, tokens_out bigint, verdict text,
        confidence integer, confidence_parts jsonb, evidence text, relation text, result jsonb, why text);
    RETURN NEXT format('Execution %s of %s (%s, attempt %s): %s', r.execution_id, coalesce(quote_literal(r.task), 'a ' || CASE r.trigger WHEN 'suggest' THEN 'suggestion' ELSE r.trigger END),
        r.trigger, r.attempts, r.status)
        || coalesce(format(' in %s ms', r.duration_ms), '')
        || CASE WHEN r.tokens_in + r.tokens_out > 0 OR r.cost_usd > 0
            THEN format('  %s USD, %s tokens in, %s out', torale_internal.as_amount(r.cost_usd), r.tokens_in, r.tokens_out) ELSE '' END;
    RETURN NEXT format('  %s %s', CASE r.trigger WHEN 'suggest' THEN 'prompt:   ' ELSE 'question: ' END, r.question);
    IF r.trigger <> 'suggest' THEN
        RETURN NEXT format('  condition: %s', coalesce(r.condition, 'the question itself'));
    END IF;
    IF r.replays IS NOT NULL THEN
        RETURN NEXT format('  replays execution %s', r.replays);
    END IF;
    IF r.slots > 1 THEN
        RETURN NEXT format('  stands for %s slots from %s until %s', r.slots, r.slots_from, r.slots_until);
    END IF;
    FOR step IN SELECT s.value FROM jsonb_array_elements(p_report -> 'steps') WITH ORDINALITY s (value, position) ORDER BY s.position LOOP
        IF coalesce(step ->> 'attempt', attempt) <> attempt THEN
            attempt := step ->> 'attempt';
            RETURN NEXT format('  attempt %s:', attempt);
        END IF;
        RETURN NEXT '  -> ' || torale_internal.step_line(step);
        FOR tool IN SELECT s.value FROM jsonb_array_elements(coalesce(step -> 'tools', '[]')) WITH ORDINALITY s (value, position) ORDER BY s.position LOOP
            RETURN NEXT '       -> ' || torale_internal.step_line(tool);
        END LOOP;
    END LOOP;
    IF r.verdict IS NOT NULL THEN
        RETURN NEXT format('  verdict: %s, confidence %s%s', r.verdict, r.confidence,
            ' (' || (SELECT string_agg(replace(k.key, '_', ' ') || ' ' || k.value, ', ' ORDER BY k.key) FROM jsonb_each_text(r.confidence_parts) k) || ')')
            || coalesce(', ' || r.relation, '');
    END IF;
    IF r.evidence IS NOT NULL THEN
        RETURN NEXT '  evidence: ' || r.evidence;
    END IF;
    IF r.result IS NOT NULL THEN
        RETURN NEXT '  task: ' || r.result::text;
    END IF;
    RETURN QUERY SELECT format('  quote: "%s" — %s, %s%s', regexp_replace(q.quote, '\s+', ' ', 'g'), q.title, q.url, ', ' || q.published_at::date)
    FROM jsonb_to_recordset(coalesce(p_report -> 'quotes', '[]')) q (quote text, title text, url text, published_at timestamptz);
    RETURN NEXT '  ' || r.why;
END
$$;
COMMENT ON FUNCTION torale_internal.report_text(jsonb) IS 'A report of a run as lines of text.';

CREATE OR REPLACE FUNCTION torale.explain(execution_id uuid, format text DEFAULT 'text') RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER -- reads by internal functions
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    e torale.executions;
BEGIN
    IF format IS NULL OR format NOT IN ('text', 'json') THEN
        PERFORM torale_internal.refuse(pg_catalog.format('unknown format %L', format), 'A run is explained as text or as json.', 'Use format => ''text'' or format => ''json''.');
    END IF;
    SELECT * INTO e FROM torale.executions x
    WHERE x.id = execution_id AND (x.owner = torale.current_owner() OR torale_internal.session_is_superuser());
    IF NOT FOUND THEN
        PERFORM torale_internal.refuse(pg_catalog.format('execution %s does not exist', coalesce(execution_id::text, 'null')),
            pg_catalog.format('owner: %s', torale.current_owner()), 'SELECT * FROM torale.activity;', 'PT404');
    ELSIF format = 'json' THEN
        RETURN NEXT jsonb_pretty(torale_internal.execution_report(e));
    ELSE
        RETURN QUERY SELECT * FROM torale_internal.report_text(torale_internal.execution_report(e));
    END IF;
END
$$;
COMMENT ON FUNCTION torale.explain(uuid, text) IS
    'What an execution searched, found and quoted, what each step took and cost, and why it told or did not: as lines of text, or as one json.';
