-- API keys: who gets one, what it is, how it ends, and that nobody gets above themselves by one.
-- What a key lets in: pre_request.sql.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(55);

\ir parts/as_user.psql
CREATE FUNCTION pg_temp.hash(key text) RETURNS text LANGUAGE sql AS $$ SELECT encode(sha256(key::bytea), 'hex') $$;
CREATE ROLE alice LOGIN;
CREATE ROLE bob LOGIN;
CREATE ROLE carol LOGIN;
CREATE ROLE visitor LOGIN;
CREATE ROLE reporting;
CREATE ROLE almighty SUPERUSER;
GRANT torale_user TO alice, bob;
GRANT torale_admin TO carol;
GRANT torale_anon TO visitor;
GRANT reporting, almighty TO torale_authenticator;

-- ---- the key ----
SELECT torale.create_api_key('web') AS key \gset
SELECT matches(:'key'::text, '^sk_[A-Za-z0-9_-]{43}$', 'a key is sk_ and 43 URL-safe characters');
SELECT isnt(torale.create_api_key('other'), :'key'::text, 'no two are the same');
SELECT is((SELECT count(DISTINCT torale_internal.random_token(32)) FROM generate_series(1, 1000)), 1000::bigint, 'of a thousand tokens neither');
SELECT throws_ok('SELECT torale_internal.random_token(15)', '22023', 'bytes must be from 16 to 1024', 'a token that could be guessed is not made');
SELECT is((SELECT length(torale_internal.random_token(n)) FROM (VALUES (16)) v (n)), 22, '16 bytes are 22 characters');
SELECT row_eq($$SELECT owner, role, prefix, expires_at, last_used_at, revoked_at, requests_per_minute FROM torale.api_keys WHERE name = 'web'$$,
    ROW ('pg:postgres'::text, 'torale_user'::text, left(:'key', 11), NULL::timestamptz, NULL::timestamptz, NULL::timestamptz, NULL::integer),
    'a superuser''s key is a user''s, and its row shows its first characters');
SELECT is((SELECT h.key_hash FROM torale_internal.api_key_hashes h JOIN torale.api_keys k ON k.id = h.key_id WHERE k.name = 'web'), pg_temp.hash(:'key'),
    'its SHA-256 is stored');
CREATE FUNCTION pg_temp.places_of(text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    name regclass;
    n bigint;
    places bigint := 0;
BEGIN
    FOR name IN SELECT c.oid FROM pg_class c WHERE c.relnamespace IN ('torale'::regnamespace, 'torale_internal'::regnamespace) AND c.relkind = 'r' LOOP
        EXECUTE format('SELECT count(*) FROM %s x WHERE strpos(x::text, $1) > 0', name) INTO n USING $1;
        places := places + n;
    END LOOP;
    RETURN places;
END
$$;
SELECT is(pg_temp.places_of(:'key'), 0::bigint, 'the key itself is nowhere');

-- ---- who makes one ----
SELECT matches(pg_temp.as_user('alice', $$SELECT torale.create_api_key('web')$$), '^sk_', 'a database user makes a key');
SELECT is((SELECT owner FROM torale.api_keys WHERE name = 'web' AND owner <> 'pg:postgres'), 'pg:alice', 'it is hers');
SELECT matches(pg_temp.as_web('webber', $$SELECT torale.create_api_key('web')$$), '^sk_', 'so does a user of the API');
SELECT is((SELECT u.active_task_limit FROM torale.api_keys k JOIN torale.users u ON u.id = k.owner WHERE k.owner = 'webber'), 50, 'who is provisioned by that');
SELECT is(pg_temp.as_user('torale_authenticator', $$SELECT torale.create_api_key('web')$$, '', 'torale_user'), '42501 nobody is signed in', 'nobody gets none');
SELECT is(pg_temp.as_user('visitor', $$SELECT torale.create_api_key('web')$$), '42501 permission denied for function create_api_key', 'an anonymous visitor neither');
SELECT is(pg_temp.as_user('torale_authenticator', $$SELECT torale.create_api_key('web')$$, '', 'torale_anon'), '42501 permission denied for function create_api_key', 'over HTTP neither');
SELECT is(pg_temp.as_user('torale_authenticator', $$SELECT torale_internal.random_token(32)$$), '42501 permission denied for function random_token', 'the authenticator makes none');
INSERT INTO torale.users (id, is_active) VALUES ('gone', false);
SELECT is(pg_temp.as_web('gone', $$SELECT torale.create_api_key('web')$$), '42501 this user is deactivated', 'who is deactivated gets none');

-- ---- who sees it ----
SELECT is(pg_temp.as_user('alice', 'SELECT string_agg(owner, '','') FROM torale.api_keys'), 'pg:alice', 'an owner sees her own');
SELECT is(pg_temp.as_web('webber', 'SELECT string_agg(owner, '','') FROM torale.api_keys'), 'webber', 'a user of the API theirs');
SELECT is(pg_temp.as_user('carol', 'SELECT count(DISTINCT owner) FROM torale.api_keys'), '3', 'an administrator sees all');
SELECT matches(pg_temp.as_user('carol', 'SELECT count(*) FROM torale_internal.api_key_hashes'), '^42501 permission denied', 'but no hash');
SELECT matches(pg_temp.as_user('alice', 'UPDATE torale.api_keys SET role = ''torale_admin'''), '^42501 permission denied', 'nobody changes one');
SELECT matches(pg_temp.as_user('alice', 'UPDATE torale.api_keys SET requests_per_minute = 100000'), '^42501 permission denied', 'nor the limit of her own');
SELECT is(pg_temp.as_user('carol', 'WITH x AS (UPDATE torale.api_keys SET requests_per_minute = 7 WHERE owner = ''webber'' RETURNING 1) SELECT count(*) FROM x'), '1',
    'an administrator sets a limit');

-- ---- nobody grants a role above their own ----
SELECT is(pg_temp.as_user('alice', $$SELECT torale.create_api_key('up', role => 'admin')$$), '42501 only who has the role torale_admin may give it to a key', 'a user gets no administrator''s key');
SELECT is(pg_temp.as_web('webber', $$SELECT torale.create_api_key('up', role => 'torale_admin')$$), '42501 only who has the role torale_admin may give it to a key', 'over HTTP neither');
SELECT is(pg_temp.as_web('webber', $$SELECT torale.create_api_key('up', role => 'admin')$$, 'torale_admin'),
    '42501 only who has the role torale_admin may give it to a key', 'nor by the claim of a token, which ends with the token');
UPDATE torale.users SET role = 'admin' WHERE id = 'webber';
SELECT matches(pg_temp.as_web('webber', $$SELECT torale.create_api_key('up', role => 'admin')$$, 'torale_admin'), '^sk_', 'an administrator does');
SELECT is(pg_temp.as_web('webber', $$SELECT torale.create_api_key('more', role => 'admin')$$), '42501 only who has the role torale_admin may give it to a key', 'but not while acting as a user');
SELECT matches(pg_temp.as_user('carol', $$SELECT torale.create_api_key('up', role => 'admin')$$), '^sk_', 'a database administrator does');
SELECT is(pg_temp.as_user('postgres', format('SELECT string_agg(torale.create_api_key(%L, role => r), '','') FROM unnest(%L::text[]) r', 'x', ARRAY[bad])),
    '22023 unknown role ' || quote_literal(bad) || ' for an API key', 'no key of the role ' || bad)
FROM unnest('{torale_worker,torale_authenticator,postgres,almighty,nobody_there}'::text[]) bad;
SELECT matches(torale.create_api_key('report', role => 'reporting'), '^sk_', 'a role that was made for requests');
SELECT matches(pg_temp.as_user('alice', $$SELECT torale.create_api_key('report', role => 'reporting')$$), '^42501 only who has the role reporting', 'which alice has not');

-- ---- names, ends, how many ----
SELECT is(pg_temp.as_user('alice', $$SELECT torale.create_api_key('web')$$), 'PT409 a key with the name ''web'' exists', 'a name is used once');
SELECT is(pg_temp.as_user('alice', format('SELECT torale.create_api_key(%L)', bad)), '22023 name must have 1 to 200 characters', 'no key without a name')
FROM (VALUES (''), (' '), (repeat('x', 201))) v (bad);
SELECT is(pg_temp.as_user('alice', $$SELECT torale.create_api_key('brief', '-1 day')$$), '22023 expires_in must be positive and at most 10 years', 'no key that is over');
SELECT matches(pg_temp.as_user('alice', $$SELECT torale.create_api_key('brief', '1 hour')$$), '^sk_', 'a key for an hour');
SELECT is((SELECT expires_at FROM torale.api_keys WHERE name = 'brief'), now() + interval '1 hour', 'ends in an hour');
UPDATE torale.api_keys SET expires_at = now() - interval '1 second' WHERE name = 'brief';
SELECT matches(pg_temp.as_user('alice', $$SELECT torale.create_api_key('brief')$$), '^sk_', 'then its name is free again');
INSERT INTO torale.api_keys (owner, name, prefix, expires_at, revoked_at)
SELECT 'pg:alice', 'of many ' || n, 'sk_', CASE n % 3 WHEN 1 THEN now() END, CASE n % 3 WHEN 2 THEN now() END
FROM generate_series(1, 3 * (current_setting('torale.api_keys_max')::integer - 3)) n;
SELECT matches(pg_temp.as_user('alice', $$SELECT torale.create_api_key('last')$$), '^sk_', 'as many as the setting says, revoked and expired ones apart');
SELECT is(pg_temp.as_user('alice', $$SELECT torale.create_api_key('too many')$$), 'PT429 the limit of 20 API keys is reached', 'and no more');

-- ---- the end ----
SELECT is(pg_temp.as_user('bob', $$SELECT torale.revoke_api_key('web')$$), 'PT404 key web does not exist', 'bob does not end alice''s by its name');
SELECT is(pg_temp.as_user('bob', format('SELECT torale.revoke_api_key(%L)', k.id)), 'PT404 key ' || k.id || ' does not exist', 'nor by its id')
FROM torale.api_keys k WHERE owner = 'pg:alice' AND name = 'web';
SELECT matches(pg_temp.as_user('visitor', $$SELECT torale.revoke_api_key('web')$$), '^42501 permission denied', 'a visitor ends none');
SELECT is(pg_temp.as_user('alice', $$SELECT (torale.revoke_api_key('web')).revoked_at = now()$$), 'true', 'alice does');
SELECT is(pg_temp.as_user('alice', $$SELECT torale.revoke_api_key('web')$$), 'PT404 key web does not exist', 'once');
UPDATE torale.api_keys SET revoked_at = now() - interval '1 day' WHERE owner = 'pg:alice' AND name = 'web';
SELECT is(pg_temp.as_user('alice', format('SELECT (torale.revoke_api_key(%L::uuid)).revoked_at = now() - interval ''1 day''', k.id)), 'true', 'by its id it stays as it ended')
FROM torale.api_keys k WHERE owner = 'pg:alice' AND name = 'web';
SELECT matches(pg_temp.as_user('alice', $$SELECT torale.create_api_key('web')$$), '^sk_', 'its name is free again, and its place');
SELECT is(pg_temp.as_user('carol', format('SELECT (torale.revoke_api_key(%L::uuid)).owner', k.id)), 'webber', 'an administrator ends anybody''s')
FROM torale.api_keys k WHERE owner = 'webber' AND name = 'web';

SELECT * FROM finish();
ROLLBACK;
