-- Feed tokens: who makes and ends one, and what somebody who has one reads. Read as a web worker
-- reads: torale_authenticator, with the hash of the token.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(34);

\ir parts/as_user.psql
CREATE FUNCTION pg_temp.feed(token text, expression text DEFAULT 'f', n integer DEFAULT 50) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.as_user('torale_authenticator', format('SELECT %s FROM torale_internal.feed_items(%L, %s) f', expression, encode(sha256(token::bytea), 'hex'), n))
$$;
CREATE FUNCTION pg_temp.titles(token text, n integer DEFAULT 50) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.feed(token, '(SELECT string_agg(i ->> ''title'', '' '') FROM jsonb_array_elements(f -> ''items'') i)', n)
$$;
CREATE ROLE alice LOGIN;
CREATE ROLE bob LOGIN;
CREATE ROLE carol LOGIN;
CREATE ROLE visitor LOGIN;
GRANT torale_user TO alice, bob;
GRANT torale_admin TO carol;
GRANT torale_anon TO visitor;
INSERT INTO torale.users (id) VALUES ('pg:alice'), ('pg:bob');
INSERT INTO torale.tasks (id, owner, name, search_query, condition_description, state) VALUES
    ('0a000000-0000-7000-8000-000000000001', 'pg:alice', 'release', 'What is new?', 'a version', 'paused'),
    ('0a000000-0000-7000-8000-000000000002', 'pg:alice', 'price', 'What does it cost?', NULL, 'paused'),
    ('0b000000-0000-7000-8000-000000000001', 'pg:bob', 'bob''s', 'What is new?', NULL, 'paused');
INSERT INTO torale.executions (id, task_id, owner, trigger, status)
SELECT ('0e' || substr(t.id::text, 3))::uuid, t.id, t.owner, 'manual', 'success' FROM torale.tasks t WHERE t.owner = 'pg:alice'
UNION ALL SELECT '0eb00000-0000-7000-8000-000000000001', t.id, t.owner, 'manual', 'success' FROM torale.tasks t WHERE t.owner = 'pg:bob';
INSERT INTO torale.notifications (id, kind, task_id, execution_id, owner, title, body, created_at)
SELECT ('01000000-0000-7000-8000-00000000000' || x.n)::uuid, x.kind, e.task_id, e.id, e.owner, x.title, 'It is **out**.', '2026-11-24 12:00:00.5+00'
FROM (VALUES (1, 'finding', 'pg:alice', 'What is new?', 'first'), (2, 'finding', 'pg:alice', 'What does it cost?', 'second'),
    (3, 'failure', 'pg:alice', 'What is new?', 'broken'), (4, 'finding', 'pg:bob', 'What is new?', 'bobs')) x (n, kind, owner, query, title)
JOIN torale.tasks t ON t.owner = x.owner AND t.search_query = x.query
JOIN torale.executions e ON e.task_id = t.id;
INSERT INTO torale.sources (id, task_id, owner, url, title, snippet, provider, content_hash) VALUES
    ('05000000-0000-7000-8000-000000000001', '0a000000-0000-7000-8000-000000000001', 'pg:alice', 'https://example.com/a', 'A', 'Version 2 is out.', 'builtin', 'a'),
    ('05000000-0000-7000-8000-000000000002', '0a000000-0000-7000-8000-000000000001', 'pg:alice', 'https://example.com/b', 'B', 'It is version 2.', 'builtin', 'b');
INSERT INTO torale.citations (id, task_id, owner, execution_id, source_id, quote, quote_offset) VALUES
    ('0c000000-0000-7000-8000-000000000001', '0a000000-0000-7000-8000-000000000001', 'pg:alice', '0e000000-0000-7000-8000-000000000001', '05000000-0000-7000-8000-000000000001', 'Version 2 is out', 0),
    ('0c000000-0000-7000-8000-000000000002', '0a000000-0000-7000-8000-000000000001', 'pg:alice', '0e000000-0000-7000-8000-000000000001', '05000000-0000-7000-8000-000000000002', 'version 2', 6);

-- ---- who makes one ----
SELECT pg_temp.as_user('alice', 'SELECT torale.create_feed_token()') AS all_of_hers, pg_temp.as_user('alice', 'SELECT torale.create_feed_token(''0a000000-0000-7000-8000-000000000001'')') AS one_task,
    pg_temp.as_user('bob', 'SELECT torale.create_feed_token()') AS bobs, pg_temp.as_web('webber', 'SELECT torale.create_feed_token()') AS webbers \gset
SELECT matches(:'all_of_hers'::text, '^ft_[A-Za-z0-9_-]{43}$', 'a token is ft_ and 43 URL-safe characters');
SELECT isnt(:'all_of_hers'::text, :'bobs'::text, 'no two are the same');
SELECT row_eq($$SELECT owner, prefix, revoked_at FROM torale.feed_tokens WHERE task_id IS NOT NULL$$, ROW ('pg:alice'::text, left(:'one_task', 11), NULL::timestamptz), 'its row shows its first characters');
SELECT is((SELECT count(*) FROM torale_internal.feed_token_hashes h WHERE h.token_hash = encode(sha256(:'one_task'::bytea), 'hex')), 1::bigint, 'its SHA-256 is stored');
SELECT is((SELECT count(*) FROM torale.feed_tokens f WHERE strpos(f::text, substr(:'one_task', 20)) > 0), 0::bigint, 'the token is not');
SELECT is(pg_temp.as_user('alice', 'SELECT torale.create_feed_token(''0b000000-0000-7000-8000-000000000001'')'),
    'PT404 task 0b000000-0000-7000-8000-000000000001 does not exist', 'none for a task of somebody else''s');
SELECT is(pg_temp.as_user('torale_authenticator', 'SELECT torale.create_feed_token()', '', 'torale_user'), '42501 nobody is signed in', 'none for nobody');
SELECT is(pg_temp.as_user('visitor', 'SELECT torale.create_feed_token()'), '42501 permission denied for function create_feed_token', 'none for a visitor');
SELECT is(pg_temp.as_user('alice', 'SELECT string_agg(DISTINCT owner, '','') FROM torale.feed_tokens'), 'pg:alice', 'an owner sees her own');
SELECT is(pg_temp.as_user('carol', 'SELECT count(*) FROM torale.feed_tokens'), '0', 'an administrator no others');
SELECT matches(pg_temp.as_user('alice', 'SELECT count(*) FROM torale_internal.feed_token_hashes'), '^42501 permission denied', 'nobody a hash');
SELECT matches(pg_temp.as_user('alice', 'UPDATE torale.feed_tokens SET task_id = NULL'), '^42501 permission denied', 'nobody makes it show more');
SELECT matches(pg_temp.as_user('alice', format('SELECT torale_internal.feed_items(%L)', encode(sha256(:'bobs'::bytea), 'hex'))), '^42501 permission denied', 'users ask over HTTP');

-- ---- what it shows ----
SELECT is(pg_temp.titles(:'all_of_hers'), 'second first', 'findings of all her tasks, newest first, and nothing else');
SELECT is(pg_temp.titles(:'one_task'), 'first', 'those of one task');
SELECT is(pg_temp.titles(:'bobs'), 'bobs', 'bob''s are his');
SELECT is(pg_temp.feed(:'webbers', 'f::text'), '{"items": [], "title": "torale"}', 'none yet is an empty feed');
SELECT is(pg_temp.titles(:'all_of_hers', 1), 'second', 'as many as asked for');
SELECT is(pg_temp.feed(:'one_task', 'f ->> ''title'''), 'torale: release', 'the feed of a task has its name');
SELECT is(pg_temp.feed(:'one_task', 'f -> ''items'' -> 0')::jsonb, '{"id": "01000000-0000-7000-8000-000000000001", "title": "first", "body": "It is **out**.",
    "url": "https://example.com/a", "published": "2026-11-24T12:00:00Z", "task": "release", "condition": "a version",
    "sources": [{"url": "https://example.com/a", "title": "A", "quote": "Version 2 is out"}, {"url": "https://example.com/b", "title": "B", "quote": "version 2"}]}',
    'a finding with what it rests on');
SELECT is(pg_temp.feed(:'all_of_hers', 'f -> ''items'' -> 0')::jsonb - '{id,body,published}'::text[],
    '{"title": "second", "url": null, "task": "price", "condition": "What does it cost?", "sources": []}', 'and one that cites nothing');
INSERT INTO torale.notifications (kind, task_id, owner, title, body)
SELECT 'finding', '0b000000-0000-7000-8000-000000000001', 'pg:bob', n::text, 'x' FROM generate_series(1, 60) n;
SELECT is(pg_temp.feed(:'bobs', 'jsonb_array_length(f -> ''items'')', 1000), '50', 'never more than 50');
SELECT is(pg_temp.feed('ft_nothing'), NULL, 'an unknown token shows nothing');
SELECT is(pg_temp.as_user('torale_authenticator', format('SELECT torale_internal.feed_items(%L)', :'bobs')), NULL, 'nor a token in place of its hash');

-- ---- the end ----
SELECT is(pg_temp.as_user('bob', format('SELECT torale.revoke_feed_token(%L)', id)), 'PT404 token ' || id || ' does not exist', 'bob does not end hers')
FROM torale.feed_tokens WHERE task_id IS NOT NULL;
SELECT is(pg_temp.as_user('alice', format('SELECT (torale.revoke_feed_token(%L)).revoked_at = now()', id)), 'true', 'she does') FROM torale.feed_tokens WHERE task_id IS NOT NULL;
UPDATE torale.feed_tokens SET revoked_at = now() - interval '1 day' WHERE task_id IS NOT NULL;
SELECT is(pg_temp.as_user('alice', format('SELECT (torale.revoke_feed_token(%L)).revoked_at = now() - interval ''1 day''', id)), 'true', 'twice is once') FROM torale.feed_tokens WHERE task_id IS NOT NULL;
SELECT is(pg_temp.feed(:'one_task'), NULL, 'it shows nothing any more');
SELECT is(pg_temp.titles(:'all_of_hers'), 'second first', 'her other one still does');
SELECT is(pg_temp.as_user('carol', format('SELECT (torale.revoke_feed_token(%L)).owner', id)), 'webber', 'an administrator ends anybody''s') FROM torale.feed_tokens WHERE owner = 'webber';
UPDATE torale.users SET is_active = false WHERE id = 'pg:alice';
SELECT is(pg_temp.feed(:'all_of_hers'), NULL, 'nor does a token whose owner is deactivated');
SELECT is(pg_temp.as_user('alice', 'SELECT torale.create_feed_token()'), '42501 this user is deactivated', 'who makes no more');
INSERT INTO torale.feed_tokens (owner, prefix) SELECT 'pg:bob', 'ft_' FROM generate_series(2, current_setting('torale.feed_tokens_max')::integer);
SELECT is(pg_temp.as_user('bob', 'SELECT torale.create_feed_token()'), 'PT429 the limit of 100 feed tokens is reached', 'there is a limit');
DELETE FROM torale.tasks WHERE id = '0a000000-0000-7000-8000-000000000001';
SELECT is((SELECT count(*) FROM torale.feed_tokens WHERE task_id IS NOT NULL), 0::bigint, 'a token goes with its task');

SELECT * FROM finish();
ROLLBACK;
