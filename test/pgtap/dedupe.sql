-- What becomes of a finding that relates to an earlier one, and what a run is given to compare
-- with. Called as the worker calls it, with the fields of src/pg/finish_rows.cpp.
BEGIN;
SELECT plan(36);

SET LOCAL client_min_messages = warning;
CREATE FUNCTION pg_temp.task(task_name text) RETURNS torale.tasks LANGUAGE sql AS $$SELECT t FROM torale.tasks t WHERE t.name = task_name$$;
-- Runs the task at an instant; the run found `quote` in a source of that address and title, and
-- says how it relates to what was told. The execution.
CREATE FUNCTION pg_temp.find(task_name text, at timestamptz, quote text, relation text DEFAULT NULL, earlier uuid DEFAULT NULL,
    url text DEFAULT 'https://example.com/a', title text DEFAULT 'News', fingerprint bigint DEFAULT NULL)
RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    claimed jsonb;
    hash text := md5(quote || url || title);
BEGIN
    UPDATE torale_internal.task_schedule SET next_run_at = CASE WHEN task_id = (pg_temp.task(task_name)).id THEN at ELSE 'infinity' END, slot = at
    WHERE next_run_at IS NOT NULL;
    SET LOCAL SESSION AUTHORIZATION torale_worker;
    SELECT to_jsonb(c) INTO claimed FROM torale_internal.claim_due(at, 10, '3 min', 'me', false) c;
    PERFORM torale_internal.finish(
        jsonb_build_array(jsonb_build_object('execution_id', claimed -> 'execution_id', 'task_id', claimed -> 'task_id', 'token', claimed -> 'token',
            'trigger', 'schedule', 'status', 'success', 'steps', '[]'::jsonb, 'tokens_in', 0, 'tokens_out', 0, 'cost_usd', 0, 'attempts', 1,
            'consecutive_failures', 0, 'judged', true, 'scheduled_for', claimed -> 'slot', 'next_slot', at + interval '1 day', 'next_run_at', at + interval '1 day',
            'task_seen', claimed -> 'task_seen', 'complete', false, 'complete_if_told', false, 'slots', 1, 'verdict', 'met', 'confidence', 80,
            'evidence', 'It is out.', 'tell', 'finding', 'title', 'News', 'body', quote, 'fingerprint', 'f')
            || jsonb_strip_nulls(jsonb_build_object('relation', relation, 'earlier_id', earlier))),
        jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('execution_id', claimed -> 'execution_id', 'url', url, 'title', title, 'snippet', quote,
            'provider', 'builtin', 'content_hash', hash, 'text_fingerprint', fingerprint))),
        CASE WHEN quote = '' THEN '[]' ELSE jsonb_build_array(jsonb_build_object('execution_id', claimed -> 'execution_id', 'content_hash', hash, 'quote', quote)) END, '[]', at);
    RESET SESSION AUTHORIZATION;
    RETURN claimed ->> 'execution_id';
END
$$;
-- "new", "update of <body>", or why it was not told.
CREATE FUNCTION pg_temp.outcome(execution uuid) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce((SELECT n.relation || coalesce(' of ' || (SELECT o.body FROM torale.notifications o WHERE o.id = n.earlier_id), '')
                     FROM torale.notifications n WHERE n.execution_id = e.id), e.skip_reason)
    FROM torale.executions e WHERE e.id = execution
$$;
CREATE FUNCTION pg_temp.notification(execution uuid) RETURNS uuid LANGUAGE sql AS $$SELECT n.id FROM torale.notifications n WHERE n.execution_id = execution$$;
CREATE FUNCTION pg_temp.day(n integer) RETURNS timestamptz LANGUAGE sql AS $$SELECT now() + n * interval '1 day'$$;

SELECT count(torale.create_task('Is it in stock?', name => n, schedule => '0 9 * * *', notify_behavior => b, dedupe_horizon => h::interval))
FROM (VALUES ('shop', 'always', '180 days'), ('other', 'always', '180 days'), ('phrase', 'always', '180 days'), ('every', 'always', '0'), ('gate', 'always', '180 days'),
    ('empty', 'always', '180 days'), ('once', 'once', '180 days')) v (n, b, h);

-- ---- relations ----
SELECT pg_temp.find('shop', pg_temp.day(0), 'It is in stock.') AS one \gset
SELECT is(pg_temp.outcome(:'one'), 'new', 'a first finding is new, also when the run says nothing');
SELECT pg_temp.notification(:'one') AS stock \gset
SELECT is(pg_temp.outcome(pg_temp.find('shop', pg_temp.day(1), 'It is in stock.')), 'already_told', 'the same quote is not told again');
SELECT is(pg_temp.outcome(pg_temp.find('shop', pg_temp.day(2), 'You can buy it.', 'same', :'stock')), 'already_told', 'nor are other words that the run takes for the same');
SELECT pg_temp.find('shop', pg_temp.day(3), 'It is sold out.', 'update', :'stock') AS two \gset
SELECT is(pg_temp.outcome(:'two'), 'update of It is in stock.', 'an update names what it updates');
SELECT is(pg_temp.outcome(pg_temp.find('shop', pg_temp.day(4), 'It is in stock.', 'update', pg_temp.notification(:'two'))), 'update of It is sold out.',
    'a state that comes back is told, in words that were told before');
SELECT is(pg_temp.outcome(pg_temp.find('shop', pg_temp.day(5), 'It was never in stock.', 'retraction', :'stock')), 'retraction of It is in stock.', 'a retraction');
SELECT is(pg_temp.outcome(pg_temp.find('shop', pg_temp.day(6), 'It is not in stock.', 'contradiction', :'stock')), 'contradiction of It is in stock.', 'a contradiction');
SELECT is(pg_temp.outcome(pg_temp.find('shop', pg_temp.day(7), '', 'update', :'stock')), 'ungrounded', 'an update without a quote is none');
SELECT is(pg_temp.outcome(pg_temp.find('shop', pg_temp.day(8), 'It is cheap.', 'new', :'stock')), 'new', 'what is new relates to nothing');
SELECT is(pg_temp.outcome(pg_temp.find('other', pg_temp.day(8), 'It costs $5.', 'update', :'stock')), 'update', 'no relation reaches into another task');
SELECT is(pg_temp.outcome(pg_temp.find('shop', pg_temp.day(9), 'It costs $5.', 'update', torale.uuid_v7())), 'update', 'what it relates to may be gone');
SELECT results_eq($$SELECT relation, finding FROM torale.findings WHERE task = 'shop' ORDER BY at LIMIT 2$$,
    $$VALUES ('new', 'It is in stock.'), ('update', 'It is sold out.')$$, 'torale.findings shows the relation');
SELECT throws_ok($$UPDATE torale.notifications SET relation = 'rumour'$$, '23514', NULL, 'no other relation is stored');
SELECT is((SELECT count(*) FROM torale.deliveries d JOIN torale.notifications n ON n.id = d.notification_id WHERE n.task_id = (pg_temp.task('shop')).id), 0::bigint,
    'without a channel nothing is sent');

-- ---- a phrase of any source ----
SELECT is(pg_temp.outcome(pg_temp.find('phrase', pg_temp.day(0), 'New release.', 'new', NULL, 'https://example.com/1', 'foo 1.0')), 'new', 'a short phrase');
SELECT is(pg_temp.outcome(pg_temp.find('phrase', pg_temp.day(1), 'New release.', 'new', NULL, 'https://example.com/2', 'bar 3.1')), 'new',
    'is new in another source, when the run that compared them says so');
SELECT is(pg_temp.outcome(pg_temp.find('phrase', pg_temp.day(2), 'New release.', 'new', NULL, 'https://example.com/1', 'foo 1.0')), 'already_told',
    'but not in the source that it was told from, whatever the run says');
SELECT is(pg_temp.outcome(pg_temp.find('phrase', pg_temp.day(3), 'New release.', NULL, NULL, 'https://example.com/3', 'baz')), 'already_told',
    'and of a run that compared nothing the quote decides');
SELECT is(pg_temp.outcome(pg_temp.find('phrase', pg_temp.day(400), 'New release.', 'new', NULL, 'https://example.com/1', 'foo 1.0')), 'new', 'beyond the horizon it is told');
SELECT is(pg_temp.outcome(pg_temp.find('every', pg_temp.day(0), 'It is out.', 'new')) || ', ' || pg_temp.outcome(pg_temp.find('every', pg_temp.day(1), 'It is out.', 'new')), 'new, new',
    'with a horizon of 0 all is told');
SELECT is(pg_temp.outcome(pg_temp.find('once', pg_temp.day(0), 'It is out.')), 'new', 'a once task');
SELECT is(pg_temp.outcome(pg_temp.find('once', pg_temp.day(1), 'It is not out.', 'contradiction')), 'already_told', 'tells once, whatever it finds later');

-- ---- what a run is given ----
SET LOCAL SESSION AUTHORIZATION torale_worker;
CREATE TEMP TABLE told AS SELECT t.name, f.findings FROM torale.tasks t JOIN torale_internal.told_findings((SELECT array_agg(id) FROM torale.tasks)) f ON f.task_id = t.id;
CREATE TEMP TABLE told_source AS SELECT s.content_hash, s.snippet FROM torale.sources s JOIN torale.citations c ON c.source_id = s.id
    JOIN torale.notifications n ON n.execution_id = c.execution_id WHERE n.id = :'stock';
SELECT results_eq($$SELECT jsonb_array_length(findings) FROM told WHERE name = 'shop'$$, $$VALUES (7)$$, 'all that was told inside the horizon');
SELECT is((SELECT (findings -> 6) - 'created_at' FROM told WHERE name = 'shop'), jsonb_build_object('notification_id', :'stock', 'title', 'News', 'body', 'It is in stock.', 'relation', 'new',
    'quotes', jsonb_build_array(jsonb_build_object('quote', 'It is in stock.', 'url', 'https://example.com/a', 'title', 'News', 'published_at', NULL, 'fingerprint', NULL,
        'content_hash', (SELECT content_hash FROM told_source), 'text', (SELECT snippet FROM told_source)))),
    'newest first, with quotes and what they stand in');
SELECT is_empty($$SELECT 1 FROM told WHERE name IN ('every', 'empty')$$, 'nothing for a horizon of 0, nothing for a task that told nothing');
UPDATE torale.tasks SET dedupe_horizon = '1 second' WHERE name = 'other';
SELECT results_eq($$SELECT jsonb_array_length(findings) FROM torale_internal.told_findings(ARRAY[(pg_temp.task('other')).id])$$, $$VALUES (1)$$, 'the horizon is the task''s');
UPDATE torale.notifications SET created_at = now() - interval '1 minute' WHERE task_id = (pg_temp.task('other')).id;
SELECT is_empty($$SELECT * FROM torale_internal.told_findings(ARRAY[(pg_temp.task('other')).id])$$, 'and what is older is left out');
SELECT is_empty($$SELECT * FROM torale_internal.told_findings('{}')$$, 'no task, no finding');
INSERT INTO torale.notifications (kind, task_id, title, body, relation, owner)
SELECT 'finding', (pg_temp.task('empty')).id, 'x', 'x ' || i, 'new', 'pg:postgres' FROM generate_series(1, 230) i;
SELECT results_eq($$SELECT jsonb_array_length(findings), findings -> 0 ->> 'body' FROM torale_internal.told_findings(ARRAY[(pg_temp.task('empty')).id])$$, $$VALUES (200, 'x 230')$$,
    'the newest 200 of many');
RESET SESSION AUTHORIZATION;

-- ---- copies ----
SELECT pg_temp.find('gate', pg_temp.day(0), 'Long text.', NULL, NULL, 'https://example.com/g', 'G', -5) AS gate \gset
SELECT is((SELECT text_fingerprint FROM torale.sources WHERE first_seen_execution = :'gate'), -5::bigint, 'the fingerprint of a source is stored');
CREATE FUNCTION pg_temp.check(task_name text, hashes text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT c.known::text || coalesce(c.seen_fingerprints::text, ' nothing') FROM torale_internal.record_replies(jsonb_build_array(jsonb_build_object(
        'execution_id', torale.uuid_v7(), 'task_id', (pg_temp.task(task_name)).id, 'replies', '[]'::jsonb, 'hashes', hashes::jsonb))) c
$$;
SET LOCAL SESSION AUTHORIZATION torale_worker;
SELECT is(pg_temp.check('gate', format('["%s"]', md5('Long text.https://example.com/gG'))), format('{%s} nothing', md5('Long text.https://example.com/gG')), 'what is known needs no fingerprints');
SELECT is(pg_temp.check('gate', '["unknown"]'), '{}{-5}', 'what is unknown is compared with those that were seen');
SELECT is_empty($$SELECT pg_temp.check('empty', '["unknown"]')$$, 'a first run gets none');
INSERT INTO torale.sources (task_id, owner, url, snippet, provider, content_hash, text_fingerprint, first_seen_at)
SELECT (pg_temp.task('gate')).id, 'pg:postgres', 'https://example.com/' || i, 'x', 'p', 'h' || i, i, now() - i * interval '1 minute' FROM generate_series(1, 700) i;
INSERT INTO torale.sources (task_id, owner, url, snippet, provider, content_hash, text_fingerprint, first_seen_at)
VALUES ((pg_temp.task('gate')).id, 'pg:postgres', 'https://example.com/late', 'x', 'p', 'late', 4711, now() + interval '1 hour'),
    ((pg_temp.task('gate')).id, 'pg:postgres', 'https://example.com/short', 'x', 'p', 'short', NULL, now() - interval '1 s');
SELECT is((SELECT cardinality(torale_internal.seen_fingerprints((pg_temp.task('gate')).id, now()))), 500, 'at most 500');
SELECT ok((SELECT f @> '{-5,1,499}' AND NOT f && '{500,700,4711}' FROM torale_internal.seen_fingerprints((pg_temp.task('gate')).id, now()) f), 'the newest, and none that came after the judgement');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT count(*) FROM torale_internal.seen_fingerprints(torale.uuid_v7(), now()) f WHERE f IS NOT NULL), 0::bigint, 'an unknown task has none');

SELECT * FROM finish();
ROLLBACK;
