-- Channels and the outbox: who is told where, what a worker gets to send, and what its answer
-- does. Called as the worker calls it.
BEGIN;
SELECT plan(64);
SET LOCAL client_min_messages = warning;

CREATE FUNCTION pg_temp.claim(n integer DEFAULT 100, per_channel integer DEFAULT 100, at timestamptz DEFAULT now())
RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
DECLARE
    claimed jsonb[];
BEGIN
    SET LOCAL SESSION AUTHORIZATION torale_worker;
    SELECT array_agg(to_jsonb(c) ORDER BY c.delivery_id) INTO claimed FROM torale_internal.claim_deliveries(at, n, per_channel, '1 min') c;
    RESET SESSION AUTHORIZATION;
    RETURN QUERY SELECT unnest(claimed);
END
$$;
CREATE FUNCTION pg_temp.answer(claimed jsonb, differing jsonb, at timestamptz DEFAULT now()) RETURNS torale.deliveries LANGUAGE plpgsql AS $$
DECLARE
    delivery torale.deliveries;
BEGIN
    SET LOCAL SESSION AUTHORIZATION torale_worker;
    PERFORM torale_internal.finish_deliveries(jsonb_build_array(jsonb_build_object('delivery_id', claimed ->> 'delivery_id', 'token', claimed -> 'token',
        'attempt', claimed -> 'attempt', 'status', 'delivered', 'response_status', 200, 'duration_ms', 12, 'disable', false) || differing), at);
    RESET SESSION AUTHORIZATION;
    SELECT * INTO delivery FROM torale.deliveries WHERE id = (claimed ->> 'delivery_id')::uuid;
    RETURN delivery;
END
$$;
-- Tells a task something, as a finished run does.
CREATE FUNCTION pg_temp.tell(task_name text) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    note uuid;
BEGIN
    INSERT INTO torale.notifications (kind, task_id, title, body, owner)
    SELECT 'finding', t.id, t.name, 'It is out.', t.owner FROM torale.tasks t WHERE t.name = task_name RETURNING id INTO note;
    PERFORM torale_internal.enqueue_deliveries(ARRAY[note]);
    RETURN note;
END
$$;
CREATE FUNCTION pg_temp.told_on(note uuid) RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(c.label ORDER BY c.label) FROM torale.deliveries d JOIN torale.channels c ON c.id = d.channel_id WHERE d.notification_id = note
$$;

-- ---- making one ----
CREATE TEMP TABLE made AS SELECT made.*
FROM (VALUES ('one', false), ('two', false), ('standard', true), (NULL, false), ('  ', false)) v (l, d),
    torale.create_channel('webhook', l, 'https://example.com/hook?key=geheim', '{"Authorization": "Bearer geheim"}', d) made;
SELECT is((SELECT array_agg((channel).label ORDER BY (channel).id) FROM made), '{one,two,standard,webhook example.com,webhook example.com 2}', 'a channel without a label gets one');
SELECT is_empty($$SELECT channel FROM made WHERE channel::text LIKE '%geheim%' OR channel::text LIKE '%whsec%'$$, 'what may be secret is not in the row that users read');
SELECT is_empty($$SELECT id FROM made m WHERE NOT EXISTS (SELECT 1 FROM torale_internal.channel_secrets s WHERE s.channel_id = m.id AND s.secrets = ARRAY[m.secret]
    AND s.target LIKE '%geheim' AND s.headers ->> 'Authorization' = 'Bearer geheim')$$, 'but where workers find it');
SELECT is((SELECT count(DISTINCT secret) FROM made), 5::bigint, 'every channel has a secret of its own');
SELECT throws_ok($$SELECT torale.create_channel('webhook', 'one', 'https://example.com/')$$, 'PT409', NULL, 'two channels of one owner have different labels');
SELECT throws_ok(format('SELECT torale.create_channel(''webhook'', %L, ''https://example.com/'')', repeat('x', 201)), '22023', NULL, 'a label has its limits');
SELECT throws_ok(format('SELECT torale.create_channel(''webhook'', ''h'', ''https://example.com/'', %L)', h), '22023', NULL, 'this header is refused: ' || h)
FROM unnest(ARRAY['[]', '{"Content-Type": "text/html"}', '{"X-Torale-Signature": "x"}', '{"webhook-id": "x"}', '{"bad name": "x"}', E'{"X-A": "one\\ntwo"}', '{"X-A": null}']) h;
SELECT lives_ok($$SELECT torale.create_channel('webhook', 'h', 'https://example.com/', '{"X-Api-Key": "x"}')$$, 'others are not');
DELETE FROM torale.channels WHERE label = 'h' OR label LIKE 'webhook%';

-- ---- who is told where ----
SELECT count(torale.create_task('What is new?', name => n, channels => (SELECT array_agg(id) FROM made WHERE (channel).label = ANY (c)), schedule => '@yearly'))
FROM (VALUES ('linked', '{one,two}'::text[]), ('unlinked', NULL), ('single', '{one}')) v (n, c);
SELECT is(pg_temp.told_on(pg_temp.tell('linked')), '{one,two}', 'a task is told on its channels');
SELECT is(pg_temp.told_on(pg_temp.tell('unlinked')), '{standard}', 'one that names none on the default ones');
UPDATE torale.channels SET enabled = false WHERE label = 'one';
SELECT is(pg_temp.told_on(pg_temp.tell('linked')), '{two}', 'never on a disabled one');
SELECT is(pg_temp.told_on(pg_temp.tell('single')), NULL, 'not even if it is the only one');
UPDATE torale.channels SET enabled = true WHERE label = 'one';
SELECT is((SELECT count(*) FROM torale.update_task((SELECT id FROM torale.tasks WHERE name = 'single'), notifications => '[{"type": "webhook", "url": "https://example.org/a"}]')), 1::bigint, 'a notification list');
SELECT is(pg_temp.told_on(pg_temp.tell('single')), '{webhook example.org}', 'replaces the channels of its task');
SELECT throws_ok($$SELECT torale.update_task((SELECT id FROM torale.tasks WHERE name = 'single'), notifications => '{"type": "webhook"}')$$, '22023', 'notifications must be a JSON array', 'it must be a list');
SELECT throws_ok($$SELECT torale.update_task((SELECT id FROM torale.tasks WHERE name = 'single'), notifications => '[{"type": "email", "address": "a@example.com"}]')$$, '22023', 'channel kind ''email'' is not available', 'of kinds that this version has');

-- ---- claiming ----
DELETE FROM torale.notifications;
CREATE TEMP TABLE notes AS SELECT i, pg_temp.tell('linked') AS note FROM generate_series(1, 5) i;
SELECT is((SELECT count(*) FROM pg_temp.claim(3)), 3::bigint, 'no more than asked for');
SELECT is((SELECT count(*) FROM pg_temp.claim(100)), 7::bigint, 'then the rest');
SELECT is((SELECT count(*) FROM pg_temp.claim(100)), 0::bigint, 'each once');
SELECT results_eq($$SELECT c ->> 'channel_id', count(*) FROM pg_temp.claim(100, 2, now() + interval '2 min') c GROUP BY 1 ORDER BY 1$$, $$SELECT (id)::text, 2::bigint FROM made WHERE (channel).label IN ('one', 'two') ORDER BY 1$$, 'after the lease again, at most so many a channel');
DELETE FROM torale.notifications;
CREATE TEMP TABLE first AS SELECT pg_temp.tell('single') AS note;
CREATE TEMP TABLE claimed AS SELECT c FROM pg_temp.claim() c;
SELECT results_eq($$SELECT c ->> 'kind', c ->> 'target', c -> 'attempt', c -> 'message' ->> 'task_name' FROM (SELECT jsonb_set(c, '{message}', (c ->> 'message')::jsonb) AS c FROM claimed) x$$,
    $$VALUES ('webhook', 'https://example.org/a', '1'::jsonb, 'single')$$, 'a worker gets what it needs to send');
SELECT is((SELECT (c ->> 'message')::jsonb ->> 'body' FROM claimed), 'It is out.', 'with the text');
SELECT matches((SELECT c -> 'secrets' ->> 0 FROM claimed), '^whsec_', 'and the signing secret');

-- ---- answers ----
SELECT is((SELECT (pg_temp.answer(c, '{"status": "pending", "response_status": 503, "error": "HTTP 503"}' || jsonb_build_object('next_attempt_at', now() + interval '1 min'))).status FROM claimed), 'pending', 'what failed is tried again');
SELECT results_eq('SELECT next_attempt_at, attempts, response_status, error, lease_until FROM torale.deliveries', $$VALUES (now() + interval '1 min', 1, 503, 'HTTP 503', NULL::timestamptz)$$, 'at its time');
SELECT is((SELECT count(*) FROM pg_temp.claim()), 0::bigint, 'not before');
CREATE TEMP TABLE second AS SELECT c FROM pg_temp.claim(at => now() + interval '1 min') c;
SELECT is((SELECT c ->> 'attempt' FROM second), '2', 'with the next number');
SELECT is((SELECT c ->> 'delivery_id' FROM second), (SELECT c ->> 'delivery_id' FROM claimed), 'and the same id');
SELECT is((SELECT (pg_temp.answer(c, '{}')).status FROM claimed), 'pending', 'the answer of an attempt whose lease ran out is void');
SELECT is((SELECT (pg_temp.answer(c, '{}')).status FROM second), 'delivered', 'that of the second counts');
SELECT results_eq('SELECT delivered_at, next_attempt_at, error FROM torale.deliveries', 'VALUES (now(), NULL::timestamptz, NULL::text)', 'it is over');
SELECT results_eq('SELECT attempt, response_status, duration_ms FROM torale.delivery_attempts ORDER BY attempt', 'VALUES (1, 503, 12), (2, 200, 12)', 'every attempt is recorded');
SELECT is((SELECT (pg_temp.answer(c, '{"status": "dead"}')).status FROM second), 'delivered', 'what is delivered stays so');
SELECT isnt(pg_temp.tell('single'), NULL, 'another finding');
CREATE TEMP TABLE gone AS SELECT c FROM pg_temp.claim() c;
SELECT is((SELECT (pg_temp.answer(c, '{"status": "dead", "response_status": 410, "error": "HTTP 410", "disable": true}')).status FROM gone), 'dead', 'is dead when the receiver is gone');
SELECT results_eq($$SELECT enabled, disabled_reason FROM torale.channels WHERE label = 'webhook example.org'$$, $$VALUES (false, 'the receiver answered 410 Gone')$$, 'and its channel disabled');
SELECT is((SELECT body FROM torale.notifications WHERE kind = 'system'), 'The channel "webhook example.org" answered 410 Gone and was disabled.', 'the owner is told');
SELECT is((SELECT pg_temp.told_on(id) FROM torale.notifications WHERE kind = 'system'), '{one,standard,two}', 'on the other channels');

SELECT results_eq($$SELECT enabled, disabled_reason FROM torale.enable_channel((SELECT id FROM torale.channels WHERE label = 'webhook example.org'))$$,
    'VALUES (true, NULL::text)', 'the channel can be enabled again');
SELECT is(pg_temp.told_on(pg_temp.tell('single')), '{webhook example.org}', 'and hears the next finding');

-- ---- testing one ----
DELETE FROM torale.notifications;
CREATE TEMP TABLE test AS SELECT * FROM torale.request_channel_test((SELECT id FROM made WHERE (channel).label = 'one'));
SELECT results_eq('SELECT trigger, status FROM test', $$VALUES ('test', 'running')$$, 'a test is an execution');
SELECT is((SELECT (pg_temp.answer(c, '{"status": "pending", "response_status": 500, "error": "HTTP 500"}' || jsonb_build_object('next_attempt_at', now()))).status FROM pg_temp.claim() c), 'cancelled', 'that is not tried again');
SELECT results_eq('SELECT e.status, e.error_message, e.result FROM torale.executions e JOIN test USING (id)', $$VALUES ('failed', 'HTTP 500', '{"error": "HTTP 500", "response_status": 500}'::jsonb)$$, 'its answer is shown');
CREATE TEMP TABLE test2 AS SELECT * FROM torale.request_channel_test((SELECT id FROM made WHERE (channel).label = 'one'));
SELECT is((SELECT (pg_temp.answer(c, '{}')).status FROM pg_temp.claim() c), 'delivered', 'one that arrives');
SELECT results_eq('SELECT e.status, e.finished_at FROM torale.executions e JOIN test2 USING (id)', $$VALUES ('success', now())$$, 'is a success');
CREATE TEMP TABLE test3 AS SELECT * FROM torale.request_channel_test((SELECT id FROM made WHERE (channel).label = 'one'));
SELECT is((SELECT (torale.cancel_execution(id)).status FROM test3), 'cancelled', 'one that is cancelled');
SELECT results_eq('SELECT d.status, d.next_attempt_at FROM torale.deliveries d JOIN torale.notifications n ON n.id = d.notification_id JOIN test3 t ON t.id = n.execution_id',
    $$VALUES ('cancelled', NULL::timestamptz)$$, 'sends nothing');
CREATE TEMP TABLE tests AS SELECT (torale.request_channel_test(m.id)).id FROM made m, generate_series(1, 2) WHERE (m.channel).label = 'one';
SELECT is((SELECT (pg_temp.answer(c, '{"status": "dead", "response_status": 410, "error": "HTTP 410", "disable": true}')).status FROM pg_temp.claim(1) c), 'dead', 'one of two whose receiver is gone');
SELECT results_eq('SELECT e.status, e.finished_at, e.error_message FROM torale.executions e JOIN tests USING (id) ORDER BY 3',
    $$VALUES ('failed', now(), 'HTTP 410'), ('failed', now(), 'the channel was disabled')$$, 'ends both');

-- ---- gone with its owner's other rows ----
INSERT INTO torale.users (id) VALUES ('pg:bob');
INSERT INTO torale.channels (id, owner, kind, label, target) VALUES ('01900000-0000-7000-8000-00000000000b', 'pg:bob', 'webhook', 'bob', 'https://example.com/…');
SELECT throws_ok(format('SELECT torale.%s(%L)', call, id), 'PT404', format('channel %s does not exist', id), call || ' is for one''s own channels: ' || id)
FROM unnest('{enable_channel,delete_channel}'::text[]) call, unnest('{01900000-0000-7000-8000-00000000000b,01900000-0000-7000-8000-00000000000c}'::uuid[]) id;
SELECT is((SELECT count(*) FROM torale.channels WHERE owner = 'pg:bob'), 1::bigint, 'another''s stays');
SELECT is((SELECT (torale.delete_channel(id)).label FROM made WHERE (channel).label = 'one'), 'one', 'deleting returns what it was');
SELECT is((SELECT count(*) FROM torale.deliveries d JOIN made m ON m.id = d.channel_id WHERE (m.channel).label = 'one'), 0::bigint, 'a deleted channel leaves no delivery');
SELECT is((SELECT count(*) FROM torale_internal.channel_secrets s JOIN made m ON m.id = s.channel_id WHERE (m.channel).label = 'one'), 0::bigint, 'no secret');
SELECT is(pg_temp.told_on(pg_temp.tell('linked')), '{two}', 'and its tasks go on without it');

SELECT * FROM finish();
ROLLBACK;
