-- What explain() says of runs of every kind, and to whom.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(33);

CREATE FUNCTION pg_temp.said(execution uuid) RETURNS text LANGUAGE sql AS $$SELECT string_agg(x, E'\n' ORDER BY n) FROM torale.explain(execution) WITH ORDINALITY l (x, n)$$;
CREATE FUNCTION pg_temp.json(execution uuid) RETURNS jsonb LANGUAGE sql AS $$SELECT torale.explain(execution, 'json')::jsonb$$;
CREATE FUNCTION pg_temp.step(kind text, provider text, status text, ms integer, detail jsonb DEFAULT '{}', attempt integer DEFAULT 1) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('kind', kind, 'provider', provider, 'status', status, 'duration_ms', ms, 'detail', detail, 'attempt', attempt, 'started_at', '2026-03-01T10:00:00Z')
$$;
-- A run of the task with these steps; `more` are further columns.
CREATE FUNCTION pg_temp.run(trace jsonb, more jsonb DEFAULT '{}') RETURNS uuid LANGUAGE sql AS $$
    INSERT INTO torale.executions (task_id, owner, trigger, status, scheduled_for, started_at, finished_at, attempts, slots, slots_from, slots_until, verdict, confidence, confidence_parts,
        evidence, skip_reason, error_category, error_message, cost_usd, tokens_in, tokens_out, model, input, result, steps)
    SELECT CASE WHEN m.trigger IS NULL OR m.trigger IN ('schedule', 'manual') THEN t.id END, 'pg:postgres', coalesce(m.trigger, 'schedule'), coalesce(m.status, 'success'), clock_timestamp(),
        '2026-03-01T10:00:00Z', CASE WHEN coalesce(m.status, 'success') <> 'running' THEN timestamptz '2026-03-01T10:00:01.5Z' END, coalesce(m.attempts, 1), coalesce(m.slots, 1), '2026-02-28', '2026-03-01',
        m.verdict, m.confidence, m.confidence_parts, m.evidence, m.skip_reason, m.error_category, m.error_message, coalesce(m.cost_usd, 0), coalesce(m.tokens_in, 0), coalesce(m.tokens_out, 0), m.model, m.input, m.result, trace
    FROM torale.tasks t, jsonb_populate_record(NULL::torale.executions, more) m WHERE t.name = 'lamp'
    RETURNING id
$$;
SELECT torale.create_task('How much is the lamp?', 'a price below $50', name => 'lamp', schedule => '@daily', notify_behavior => 'always') IS NOT NULL;

-- ---- a run that told ----
SELECT pg_temp.run(jsonb_build_array(
    pg_temp.step('recall', '', 'ok', 0, '{"memories": 1, "executions": 2, "notifications": 0}'),
    pg_temp.step('search', 'perplexity', 'failed', 90, '{"query": "lamp", "error": "503", "http_status": 503}'),
    pg_temp.step('search', 'tavily', 'ok', 320, '{"query": "lamp", "results": 10, "sources": 8, "new": 3, "http_status": 200, "cost_usd": 0.008}'),
    pg_temp.step('judge', 'gemini', 'ok', 900, '{"model": "gemini-9", "tokens_in": 1500, "tokens_out": 90, "cost_usd": 0.0012, "tool_calls": 2, "finish": "STOP"}'),
    pg_temp.step('search', 'tavily', 'ok', 200, '{"tool": true, "query": "lamp shop", "results": 2, "sources": 1}'),
    pg_temp.step('fetch', '', 'failed', 40, '{"tool": true, "query": "https://shop.example/", "error": "robots.txt forbids it"}'),
    pg_temp.step('judge', 'gemini', 'ok', 700, '{"model": "gemini-9", "tokens_in": 2500, "tokens_out": 120, "cost_usd": 0.002, "verdict": "met"}'),
    pg_temp.step('verify', '', 'ok', 0, '{"verdict": "met", "citations": 1, "dropped": 2, "confidence": 80, "sources": ["aaaaaaaaaaaaaaaa+"]}'),
    pg_temp.step('verify', '', 'ok', 0, '{"relation": "update", "why": "the price changed"}'),
    pg_temp.step('remember', '', 'ok', 0, '{"memories": 2, "surprise": 7}')),
    '{"verdict": "met", "confidence": 80, "confidence_parts": {"agreement": 40, "date_certainty": 100}, "evidence": "It costs $45.", "cost_usd": 0.0112, "tokens_in": 4000, "tokens_out": 210, "model": "gemini-9"}') AS run \gset
INSERT INTO torale.sources (task_id, owner, url, title, snippet, provider, content_hash, published_at)
SELECT id, 'pg:postgres', 'https://shop.example/a', 'Offers', E'The lamp\ncosts $45.', 'tavily', repeat('a', 64), '2026-02-27T00:00:00Z' FROM torale.tasks WHERE name = 'lamp';
INSERT INTO torale.citations (task_id, owner, execution_id, source_id, quote, quote_offset) SELECT s.task_id, s.owner, :'run', s.id, E'The lamp\ncosts $45', 0 FROM torale.sources s;
INSERT INTO torale.notifications (id, kind, task_id, execution_id, title, body, owner, relation, earlier_id)
SELECT '01900000-0000-7000-8000-000000000001', 'finding', t.id, :'run', 'lamp', 'It costs $45.', t.owner, 'update', '01900000-0000-7000-8000-000000000002' FROM torale.tasks t WHERE t.name = 'lamp';
SET LOCAL timezone = 'UTC';
SELECT is(pg_temp.said(:'run'), format($$Execution %s of 'lamp' (schedule, attempt 1): success in 1500 ms  0.0112 USD, 4000 tokens in, 210 out
  question:  How much is the lamp?
  condition: a price below $50
  -> recall: ok  2 earlier runs, 0 messages, 1 memory
  -> search by perplexity: failed in 90 ms  'lamp', http status 503, error: 503
  -> search by tavily: ok in 320 ms  'lamp', 10 results, 8 sources, 3 new, 0.008 USD
  -> judge by gemini (gemini-9): ok in 900 ms  2 tool calls, 1500 tokens in, 90 out, 0.0012 USD, finish STOP
       -> search by tavily: ok in 200 ms  'lamp shop', 2 results, 1 source
       -> fetch: failed in 40 ms  'https://shop.example/', error: robots.txt forbids it
  -> judge by gemini (gemini-9): ok in 700 ms  met, 2500 tokens in, 120 out, 0.002 USD
  -> verify: ok  met, confidence 80, 1 quote, 2 dropped
  -> verify: ok  relation update, the price changed
  -> remember: ok  2 memories, surprise 7
  verdict: met, confidence 80 (agreement 40, date certainty 100), update
  evidence: It costs $45.
  quote: "The lamp costs $45" — Offers, https://shop.example/a, 2026-02-27
  told: finding notification 01900000-0000-7000-8000-000000000001 (update of notification 01900000-0000-7000-8000-000000000002), 0 of 0 deliveries done$$, :'run'),
    'a run reads as a tree: who answered, how long, what it cost, what was new, how it relates and what was told');
SELECT is(pg_temp.json(:'run') - 'steps' - 'quotes' - 'execution_id' - 'task_id' - 'scheduled_for', '{"task": "lamp", "trigger": "schedule", "status": "success", "attempts": 1, "slots": 1,
    "slots_from": "2026-02-28T00:00:00+00:00", "slots_until": "2026-03-01T00:00:00+00:00", "started_at": "2026-03-01T10:00:00+00:00", "finished_at": "2026-03-01T10:00:01.5+00:00", "duration_ms": 1500,
    "question": "How much is the lamp?", "condition": "a price below $50", "cost_usd": 0.0112, "tokens_in": 4000, "tokens_out": 210, "model": "gemini-9", "verdict": "met", "confidence": 80,
    "confidence_parts": {"agreement": 40, "date_certainty": 100}, "evidence": "It costs $45.", "relation": "update",
    "why": "told: finding notification 01900000-0000-7000-8000-000000000001 (update of notification 01900000-0000-7000-8000-000000000002), 0 of 0 deliveries done"}'::jsonb, 'json says the same');
SELECT is(jsonb_array_length(pg_temp.json(:'run') -> 'steps'), 8, 'with eight steps');
SELECT is((SELECT string_agg(t ->> 'kind' || ' ' || (t ->> 'position'), ', ') FROM jsonb_array_elements(pg_temp.json(:'run') -> 'steps' -> 3 -> 'tools') t), 'search 5, fetch 6', 'and tool calls in the step that asked');
SELECT is(pg_temp.json(:'run') -> 'quotes' -> 0 ->> 'url', 'https://shop.example/a', 'and the quotes');
SELECT is((SELECT count(*) FROM torale.explain(:'run', 'json')), 1::bigint, 'as one value');

-- ---- why nobody was told ----
CREATE FUNCTION pg_temp.why(more jsonb, steps jsonb DEFAULT '[]') RETURNS text LANGUAGE sql AS $$SELECT pg_temp.json(pg_temp.run(steps, more)) ->> 'why'$$;
SELECT is(pg_temp.why('{"skip_reason": "unchanged"}'), 'not told: no source is new since the last judged run, so the judge was not called', 'the gate');
SELECT is(pg_temp.why('{"verdict": "met", "skip_reason": "already_told"}'), 'not told: the same event was told before, inside the dedupe horizon', 'dedupe');
SELECT is(pg_temp.why('{"verdict": "unknown", "skip_reason": "ungrounded"}'), 'not told: the judge said met, but no quote of it stands in a stored source', 'grounding');
SELECT is(pg_temp.why('{"verdict": "unknown", "skip_reason": "no_sources"}'), 'not told: there is nothing to search (no documents, no search provider with a key)', 'nothing to search');
SELECT is(pg_temp.why('{"status": "skipped", "skip_reason": "budget", "evidence": "the budget of 5 USD a day for this task is used up"}'), 'not told: the budget of 5 USD a day for this task is used up', 'a budget, and which');
SELECT is(pg_temp.why('{"status": "running"}'), 'not told yet: it has not finished', 'a run under way');
SELECT is(pg_temp.why('{"status": "retrying", "error_message": "503"}'), 'not told yet: it will be tried again (503)', 'a run that will be tried again');
SELECT is(pg_temp.why('{"status": "failed", "error_category": "auth", "error_message": "the key was refused"}'), 'not told: it failed (auth): the key was refused', 'a failure');
SELECT is(pg_temp.why('{"verdict": "not_met"}'), 'not told: the condition is not met', 'not met');
SELECT is(pg_temp.why('{"verdict": "unknown"}'), 'not told: the judge could not decide', 'unknown');
SELECT is(pg_temp.why('{"trigger": "manual", "verdict": "met"}'), 'not told: the run was quiet', 'a quiet run');
SELECT is(pg_temp.why('{"trigger": "preview", "verdict": "met"}'), 'not told: previews tell nobody', 'a preview');
SELECT is(pg_temp.why('{"trigger": "replay", "verdict": "met"}'), 'not told: replays tell nobody', 'a replay');

-- ---- runs of other kinds ----
SELECT pg_temp.said(pg_temp.run(jsonb_build_array(pg_temp.step('search', 'exa', 'skipped', 0, '{"reason": "budget", "scope": "task", "limit": "the budget is used up"}')),
    '{"status": "skipped", "skip_reason": "budget", "evidence": "the budget is used up"}')) AS said \gset
SELECT alike(:'said'::text, '%-> search by exa: skipped in 0 ms  budget, scope task, the budget is used up%', 'the step that a budget stopped names its scope and limit');
SELECT pg_temp.said(pg_temp.run(jsonb_build_array(pg_temp.step('search', 'exa', 'failed', 10, '{"error": "503"}'), pg_temp.step('search', 'exa', 'replayed', 0, '{"results": 1}', 2)), '{"attempts": 2, "slots": 3}')) AS said \gset
SELECT alike(:'said'::text, E'%(schedule, attempt 2)%\n  stands for 3 slots from 2026-02-28 %\n  -> search by exa: failed in 10 ms  error: 503\n  attempt 2:\n  -> search by exa: replayed in 0 ms  1 result\n%', 'attempts and slots are told apart');
SELECT pg_temp.said(pg_temp.run('[]', '{"trigger": "preview", "input": {"search_query": "lamps", "condition_description": null}, "result": {"sources": [{"url": "https://shop.example/p", "title": "P", "quotes": ["cheap"], "published_at": null}]}}')) AS said \gset
SELECT alike(:'said'::text, E'Execution % of a preview (preview, attempt 1): success in 1500 ms\n  question:  lamps\n  condition: the question itself\n  quote: "cheap" — P, https://shop.example/p\n%', 'a preview quotes its result');
SELECT pg_temp.said(pg_temp.run('[]', '{"trigger": "replay", "input": {"execution_id": "01900000-0000-7000-8000-000000000009", "task": {"search_query": "lamps", "condition_description": "cheap"}}}')) AS said \gset
SELECT alike(:'said'::text, E'% of a replay %\n  question:  lamps\n  condition: cheap\n  replays execution 01900000-0000-7000-8000-000000000009\n%', 'a replay names what it replays');
SELECT pg_temp.said(pg_temp.run('[]', '{"trigger": "suggest", "input": {"prompt": "watch lamps"}, "result": {"name": "lamps"}}')) AS said \gset
SELECT is(split_part(:'said'::text, E'\n', 2) || split_part(:'said'::text, E'\n', 3), '  prompt:    watch lamps  task: {"name": "lamps"}', 'a suggestion shows its prompt and its task');
SELECT alike(pg_temp.said(pg_temp.run(NULL, '{"status": "running"}')), '% (schedule, attempt 1): running%not told yet: it has not finished', 'a run without a trace yet');

-- ---- refusals and strangers ----
SELECT throws_ok(format('SELECT torale.explain(%L, ''yaml'')', :'run'), '22023', 'unknown format ''yaml''', 'an unknown format');
SELECT throws_ok(format('SELECT torale.explain(%L, NULL)', :'run'), '22023', 'unknown format NULL', 'no format');
SELECT throws_ok('SELECT torale.explain(NULL)', 'PT404', 'execution null does not exist', 'no execution');
SELECT throws_ok('SELECT torale.explain(''01900000-0000-7000-8000-0000000000ee'', ''json'')', 'PT404', NULL, 'an unknown execution');
CREATE ROLE explain_bob LOGIN IN ROLE torale_user;
SET LOCAL SESSION AUTHORIZATION explain_bob;
SELECT throws_ok(format('SELECT torale.explain(%L)', :'run'), 'PT404', format('execution %s does not exist', :'run'), 'what is somebody else''s is not explained');
SELECT throws_ok(format('SELECT torale.replay(%L, ''-infinity'')', '01900000-0000-7000-8000-000000000001'), 'PT404', NULL, 'nor replayed');
RESET SESSION AUTHORIZATION;

-- ---- details in words ----
SELECT is(torale_internal.noted('cost_usd', '0.0'), NULL, 'what costs nothing has no price');
SELECT is(torale_internal.noted('anything_new', '[1]'), 'anything new [1]', 'what nobody taught it is shown by its name');

SELECT * FROM finish();
ROLLBACK;
