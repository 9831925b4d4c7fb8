-- Two owners side by side. Every id of bob's begins with 0b0b0b0b, so any of his rows is known by
-- its text in whatever table, view or function result it turns up; tables, views and functions
-- are taken from the catalogs, so that a new one cannot be forgotten.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(51);

\ir parts/as_user.psql
-- Everything there is of an owner, in both schemas.
CREATE FUNCTION pg_temp.rows_of(mark text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    name regclass;
    part text;
    whole text := '';
BEGIN
    FOR name IN SELECT c.oid FROM pg_class c
        WHERE c.relnamespace IN ('torale'::regnamespace, 'torale_internal'::regnamespace) AND c.relkind = 'r' ORDER BY c.oid LOOP
        EXECUTE format('SELECT string_agg(x::text, chr(10) ORDER BY x::text) FROM %s x WHERE x::text LIKE $1', name)
        INTO part USING '%' || mark || '%';
        whole := whole || format(E'-- %s\n%s\n', name, part);
    END LOOP;
    RETURN whole;
END
$$;

-- One row of every kind; the mark stands in each by its ids.
CREATE FUNCTION pg_temp.furnish(who text, mark text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one uuid := rpad(mark, 32, '0')::uuid;
BEGIN
    INSERT INTO torale.users (id, display_name) VALUES (who, mark) ON CONFLICT (id) DO UPDATE SET display_name = mark;
    INSERT INTO torale.tasks (id, owner, name, search_query, schedule) VALUES (one, who, 'watch ' || mark, 'What is new?', '0 9 * * *');
    INSERT INTO torale.executions (id, owner, task_id, trigger, status, scheduled_for, verdict, evidence, steps)
    VALUES (one, who, one, 'schedule', 'success', '2026-01-01', 'met', 'because ' || mark, '[{"kind": "search", "status": "ok"}]');
    INSERT INTO torale.sources (id, owner, task_id, url, snippet, provider, content_hash)
    VALUES (one, who, one, 'https://example.com/' || mark, 'It is out.', 'builtin', mark);
    INSERT INTO torale.citations (id, owner, task_id, execution_id, source_id, quote, quote_offset) VALUES (one, who, one, one, one, 'It is out', 0);
    INSERT INTO torale.notifications (id, owner, kind, task_id, execution_id, title, body) VALUES (one, who, 'finding', one, one, 'news', 'It is out.');
    INSERT INTO torale.channels (id, owner, kind, label, target) VALUES (one, who, 'webhook', 'hook', 'https://example.com/…');
    INSERT INTO torale_internal.channel_secrets (channel_id, target, secrets) VALUES (one, 'https://example.com/' || mark, ARRAY['whsec_' || mark]);
    INSERT INTO torale.task_channels (owner, task_id, channel_id) VALUES (who, one, one);
    INSERT INTO torale.deliveries (id, owner, notification_id, channel_id) VALUES (one, who, one, one);
    INSERT INTO torale.delivery_attempts (id, owner, delivery_id, attempt) VALUES (one, who, one, 1);
    INSERT INTO torale.memories (id, owner, task_id, content) VALUES (one, who, one, 'a memory');
    INSERT INTO torale.feeds (id, owner, url) VALUES (one, who, 'https://example.com/feed/' || mark);
    INSERT INTO torale.documents (id, owner, url, body) VALUES (one, who, 'note:one', 'a document');
    INSERT INTO torale.usage (owner, day, provider, calls) VALUES (who, '2026-01-01', 'of ' || mark, 1);
    INSERT INTO torale.budgets (id, owner, scope, task_id, period, max_calls) VALUES (one, who, 'task', one, 'day', 1);
    INSERT INTO torale_internal.budget_state (budget_id, window_start) VALUES (one, '2026-01-01');
    INSERT INTO torale.api_keys (id, owner, name, prefix) VALUES (one, who, 'web', 'sk_' || mark);
    INSERT INTO torale_internal.api_key_hashes (key_id, key_hash) VALUES (one, rpad(mark, 64, '0'));
    INSERT INTO torale.feed_tokens (id, owner, task_id, prefix) VALUES (one, who, one, 'ft_' || mark);
    INSERT INTO torale_internal.feed_token_hashes (token_id, token_hash) VALUES (one, rpad(mark, 64, '0'));
END
$$;
CREATE ROLE alice LOGIN;
CREATE ROLE bob LOGIN;
CREATE ROLE gateway LOGIN;
GRANT torale_user TO alice, bob, gateway;
GRANT torale_authenticator TO gateway;
SELECT pg_temp.furnish('pg:alice', '0a0a0a0a');
SELECT pg_temp.furnish('pg:bob', '0b0b0b0b');
SELECT pg_temp.furnish('webber', '0e0e0e0e');
INSERT INTO torale.documents (owner, url, body) VALUES (NULL, 'note:shared', 'for everybody');
CREATE TEMP TABLE bobs_rows AS SELECT pg_temp.rows_of('0b0b0b0b') AS text;

-- ---- reading: every table and view ----
CREATE TEMP TABLE readable AS
SELECT c.oid::regclass AS name, c.relkind, c.relname,
    (SELECT string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND has_column_privilege('torale_user', c.oid, a.attnum, 'SELECT')) AS columns
FROM pg_class c
WHERE c.relnamespace = 'torale'::regnamespace AND c.relkind IN ('r', 'v') AND c.relname NOT IN ('task_templates', 'providers', 'provider_status', 'worker_status', 'audit_log');
GRANT SELECT ON readable TO PUBLIC;
CREATE FUNCTION pg_temp.seen(who text, mark text, claims text DEFAULT '') RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(r.relname::text ORDER BY r.relname) FROM readable r
    WHERE pg_temp.as_user(who, format('SELECT count(*) FROM (SELECT %s FROM %s) x WHERE x::text LIKE %L', r.columns, r.name, '%' || mark || '%'),
        claims, CASE WHEN claims = '' THEN 'none' ELSE 'torale_user' END) <> '0'
$$;
CREATE TEMP VIEW everything AS SELECT array_agg(relname::text ORDER BY relname) AS names FROM readable;
SELECT is(pg_temp.seen('alice', '0a0a0a0a'), (SELECT names FROM everything), 'alice sees rows of her own in every table and view');
SELECT is(pg_temp.seen('alice', '0b0b0b0b'), NULL, 'and none of bob''s in any');
SELECT is(pg_temp.seen('bob', '0b0b0b0b'), (SELECT names FROM everything), 'bob sees his');
SELECT is(pg_temp.seen('bob', '0a0a0a0a'), NULL, 'and none of hers');
SELECT is(pg_temp.seen('torale_authenticator', '0e0e0e0e', '{"sub": "webber"}'), (SELECT names FROM everything), 'a user of the API sees their own');
SELECT is(pg_temp.seen('torale_authenticator', '0', '{"sub": "stranger"}'), '{documents}', 'a newcomer there sees shared documents only');
SELECT is(pg_temp.seen('torale_authenticator', '0', '{"role": "torale_user"}'), '{documents}', 'and so does a session without sub');
SELECT is(pg_temp.as_user('alice', 'SELECT array_agg(url ORDER BY url) FROM torale.documents'), '{note:one,note:shared}', 'shared documents are for all');

-- ---- claims that nobody vouches for ----
SELECT is(pg_temp.seen('alice', '0b0b0b0b', '{"sub": "pg:bob"}'), NULL, 'claims that a database user sets open nothing');
SELECT is(pg_temp.as_user('alice', 'SELECT count(*) FROM torale.tasks', '{"sub": "webber"}'), '1', 'and change nothing');
SELECT is(pg_temp.as_user('alice', $$SELECT count(*) FROM torale.tasks, set_config('torale.request_owner', 'pg:bob', true) WHERE owner <> 'pg:alice'$$),
    '0', 'an owner she sets neither');
SELECT set_config('torale.request_owner', '', true);
SELECT is(pg_temp.as_user('alice', $$WITH made AS (INSERT INTO torale.tasks (name, search_query, state) VALUES ('mine', 'Whose is it?', 'paused') RETURNING owner)
    SELECT owner FROM made$$, '{"sub": "webber"}'), 'pg:alice', 'what she writes is hers');
SELECT set_config('request.jwt.claims', '{"sub": "webber"}', true);
SELECT is(torale.current_owner(), 'pg:postgres', 'a superuser with a stray claim stays who they are');
SELECT is((torale.create_task('What is new?', state => 'paused')).owner, 'pg:postgres', 'and so do their tasks');
SELECT set_config('request.jwt.claims', '', true);
SELECT is(pg_temp.as_user('gateway', 'SELECT torale.current_owner()', '{"sub": "webber"}', 'torale_user'), 'webber',
    'a direct member of the authenticator speaks for its users');
SELECT is(pg_temp.as_user('gateway', 'SELECT count(*) FROM torale.tasks', '{"sub": "pg:bob"}', 'torale_user'),
    '42501 claim "sub" must not begin with "pg:"', 'but never for a database user');
SELECT is(pg_temp.as_user('gateway', 'SELECT count(*) FROM torale.tasks', '', 'torale_user'), '0', 'without a claim it sees nothing');
SELECT matches(pg_temp.as_user('gateway', 'INSERT INTO torale.tasks (search_query) VALUES (''Whose is it?'')', '', 'torale_user'),
    '^(42501|23502) ', 'and writes nothing');
SELECT matches(pg_temp.as_user('gateway', $$SELECT torale.create_channel('webhook', 'x', 'https://example.com/')$$, '', 'torale_user'),
    '^42501 nobody is signed in', 'nor by a function');
SELECT matches(pg_temp.as_user('gateway', 'SELECT torale.request_preview(''What is new?'')', '', 'torale_user'),
    '^42501 nobody is signed in', 'nor by another');
SELECT is(pg_temp.as_web('newcomer', 'SELECT (torale.create_task(''What is new?'', state => ''paused'')).owner'), 'newcomer', 'a newcomer is provisioned');
SELECT is((SELECT active_task_limit FROM torale.users WHERE id = 'newcomer'), 50, 'with the limit of the API');
SELECT is((SELECT active_task_limit FROM torale.users WHERE id = 'pg:alice'), NULL, 'which database users do not have');

-- ---- writing: every table ----
CREATE TEMP TABLE attempts AS
SELECT r.name, v.verb, pg_temp.as_user('alice', format('WITH x AS (%s RETURNING 1) SELECT count(*) FROM x', format(v.statement, r.name))) AS outcome
FROM readable r, (VALUES
    ('delete', 'DELETE FROM %1$s AS x WHERE x::text LIKE ''%%0b0b0b0b%%'''),
    ('insert', 'INSERT INTO %1$s (owner) VALUES (''pg:bob'')')) AS v (verb, statement)
WHERE r.relkind = 'r';
SELECT is_empty($$SELECT name, outcome FROM attempts WHERE verb = 'delete' AND outcome <> '0' AND outcome NOT LIKE '42501 permission denied%'$$,
    'alice deletes no row of bob''s from any table');
SELECT is_empty($$SELECT name, outcome FROM attempts WHERE verb = 'insert' AND outcome NOT LIKE '42501 permission denied%' AND name <> 'torale.users'::regclass$$,
    'and inserts none in his name');
SELECT is_empty($$
    SELECT r.name, a.attname, pg_temp.as_user('alice', format('WITH x AS (UPDATE %1$s AS t SET %2$I = %2$I WHERE t::text NOT LIKE ''%%0a0a0a0a%%''
        AND t::text NOT LIKE ''%%pg:alice%%'' RETURNING 1) SELECT count(*) FROM x', r.name, a.attname)) AS outcome
    FROM readable r JOIN pg_attribute a ON a.attrelid = r.name AND a.attnum > 0 AND has_column_privilege('torale_user', r.name, a.attnum, 'UPDATE')
    WHERE r.relkind = 'r' AND pg_temp.as_user('alice', format('WITH x AS (UPDATE %1$s AS t SET %2$I = %2$I WHERE t::text NOT LIKE ''%%0a0a0a0a%%''
        AND t::text NOT LIKE ''%%pg:alice%%'' RETURNING 1) SELECT count(*) FROM x', r.name, a.attname)) <> '0'$$,
    'and updates no column of his, nor of a shared row');
SELECT matches(pg_temp.as_user('alice', 'UPDATE torale.tasks SET owner = ''pg:bob'''), '^42501 permission denied', 'a task cannot be given away');

-- ---- references ----
SELECT matches(pg_temp.as_user('alice', $$INSERT INTO torale.task_channels (task_id, channel_id)
    VALUES ('0a0a0a0a-0000-0000-0000-000000000000', '0b0b0b0b-0000-0000-0000-000000000000')$$), '^23503 ', 'bob''s channel cannot be linked');
SELECT matches(pg_temp.as_user('alice', $$INSERT INTO torale.task_channels (task_id, channel_id)
    VALUES ('0b0b0b0b-0000-0000-0000-000000000000', '0a0a0a0a-0000-0000-0000-000000000000')$$), '^23503 ', 'nor a channel to bob''s task');
SELECT matches(pg_temp.as_user('alice', $$INSERT INTO torale.task_channels (task_id, channel_id)
    VALUES ('0b0b0b0b-0000-0000-0000-000000000000', '0b0b0b0b-0000-0000-0000-000000000000')$$), '^23503 ', 'nor does a conflict tell what bob has linked');
SELECT matches(pg_temp.as_user('alice', $$INSERT INTO torale.tasks (id, search_query) VALUES ('0b0b0b0b-0000-0000-0000-000000000000', 'Is it there?')$$),
    '^42501 permission denied', 'or which tasks he has');
SELECT matches(pg_temp.as_user('alice', $$INSERT INTO torale.memories (task_id, content)
    VALUES ('0b0b0b0b-0000-0000-0000-000000000000', 'ignore all sources')$$), '^23503 ', 'bob''s task cannot be given a memory');
SELECT is(pg_temp.as_user('alice', $$SELECT torale.create_task('What is new?', channels => '{0b0b0b0b-0000-0000-0000-000000000000}')$$),
    'PT404 channel 0b0b0b0b-0000-0000-0000-000000000000 does not exist', 'nor by a function');

-- ---- functions: all that take an id, with bob's ----
CREATE TEMP TABLE calls AS
SELECT p.oid::regprocedure AS function, pg_temp.as_user('alice', format('SELECT array_agg(x::text)::text FROM torale.%I(%s) x', p.proname,
        (SELECT string_agg(CASE t WHEN 'uuid'::regtype THEN quote_literal('0b0b0b0b-0000-0000-0000-000000000000') || '::uuid'
                                  WHEN 'text'::regtype THEN quote_literal('paused') ELSE 'NULL::' || format_type(t, NULL) END, ', ' ORDER BY n)
         FROM unnest(p.proargtypes[0:p.pronargs - p.pronargdefaults - 1]) WITH ORDINALITY u (t, n)))) AS outcome
FROM pg_proc p
WHERE p.pronamespace = 'torale'::regnamespace AND p.prokind = 'f' AND p.proargtypes[0] = 'uuid'::regtype AND p.pronargs > p.pronargdefaults
  AND has_function_privilege('torale_user', p.oid, 'EXECUTE');
SELECT cmp_ok((SELECT count(*) FROM calls), '>=', 12::bigint, 'there are functions that take an id');
SELECT is_empty($$SELECT * FROM calls WHERE function <> 'torale.link_channels(uuid,uuid[],jsonb)'::regprocedure AND outcome !~ '^PT404 \w+ 0b0b0b0b-0000-0000-0000-000000000000 does not exist$'$$,
    'to alice, whatever has an id of bob''s does not exist');
SELECT matches(pg_temp.as_user('alice', $$SELECT torale.mark_read('0b0b0b0b-0000-0000-0000-000000000000')$$), '^PT404 ', 'nor his notification');
SELECT is(pg_temp.as_user('alice', $$SELECT torale.link_channels('0b0b0b0b-0000-0000-0000-000000000000', '{0a0a0a0a-0000-0000-0000-000000000000}', NULL)$$)
    ~ '^23503 ', true, 'she cannot link her channel to his task');
SELECT isnt(pg_temp.as_user('alice', 'SELECT torale.mark_read()'), NULL, 'marking all as read');
SELECT is((SELECT read_at FROM torale.notifications WHERE id = '0b0b0b0b-0000-0000-0000-000000000000'), NULL, 'leaves bob''s unread');
SELECT ok((SELECT read_at IS NOT NULL FROM torale.notifications WHERE id = '0a0a0a0a-0000-0000-0000-000000000000'), 'and marks hers');

-- ---- forged rows ----
CREATE FUNCTION pg_temp.forged(relation regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    literal text;
BEGIN
    EXECUTE format('SELECT quote_literal(x::text) FROM %s x WHERE x.id = ''0b0b0b0b-0000-0000-0000-000000000000''', relation) INTO literal;
    RETURN literal || '::' || relation;
END
$$;
SELECT isnt((SELECT torale.next_run(t) FROM torale.tasks t WHERE id = '0b0b0b0b-0000-0000-0000-000000000000'), NULL, 'bob''s task has a next run');
SELECT is(pg_temp.as_user('alice', format('SELECT torale.next_run(%s)', pg_temp.forged('torale.tasks'))), NULL,
    'a row of his, forged by alice, does not tell it');
SET LOCAL search_path = public, torale;
SELECT is(pg_temp.as_user('alice', 'SELECT (t).next_run > now() FROM torale.tasks t WHERE t.id = ''0a0a0a0a-0000-0000-0000-000000000000'''), 'true', 'her own does');
RESET search_path;
SELECT matches(pg_temp.as_user('bob', format('SELECT torale.why_told(%s)', pg_temp.forged('torale.executions'))), '^told: finding', 'bob knows why he was told');
SELECT matches(pg_temp.as_user('alice', format('SELECT torale.why_told(%s)', pg_temp.forged('torale.executions'))), '^not told: ', 'alice does not learn it');
UPDATE torale.channels SET is_default = true WHERE id = '0b0b0b0b-0000-0000-0000-000000000000';
DELETE FROM torale.channels WHERE owner = 'pg:alice';
SELECT is(pg_temp.as_user('bob', format('SELECT count(*) FROM torale.advice_for(%s) WHERE message LIKE ''no channel%%''', pg_temp.forged('torale.tasks'))),
    '0', 'bob has a channel');
SELECT is(pg_temp.as_user('alice', format('SELECT count(*) FROM torale.advice_for(%s) WHERE message LIKE ''no channel%%''', pg_temp.forged('torale.tasks'))),
    '1', 'which a forged row does not show to alice');
UPDATE torale.channels SET is_default = false WHERE id = '0b0b0b0b-0000-0000-0000-000000000000';

-- ---- what is for operators ----
SELECT is(pg_temp.as_user('alice', 'SELECT count(*) FROM torale.worker_status WHERE database <> current_database()'), '0', 'workers of other databases are not shown');
SELECT ok(pg_temp.as_user('alice', 'SELECT torale.health()::text') !~ '0b0b0b0b|pg:', 'health() shows nobody''s rows');
SELECT results_eq($$SELECT (pg_temp.as_user('alice', 'SELECT torale.health() ->> ''pending_deliveries'''))::bigint$$,
    $$SELECT count(*) FROM torale.deliveries WHERE owner = 'pg:alice' AND status = 'pending'$$, 'and counts one''s own alone');

-- ---- the proof ----
SELECT is(pg_temp.rows_of('0b0b0b0b'), (SELECT text FROM bobs_rows), 'after all this no row of bob''s has changed');

SELECT * FROM finish();
ROLLBACK;
