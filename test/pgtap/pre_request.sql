-- Who a request is: by an API key, by a token, for torale's web workers (admit_key, admit_user) and
-- for a real PostgREST (pre_request). Called in the sessions that call it.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(72);

\ir parts/as_user.psql
CREATE FUNCTION pg_temp.hash(key text) RETURNS text LANGUAGE sql AS $$ SELECT encode(sha256(key::bytea), 'hex') $$;
-- As a web worker does it, before there is a role.
CREATE FUNCTION pg_temp.admit_key(key text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.as_user('torale_authenticator', format('SELECT concat_ws('' '', owner, role, requests_per_minute, refusal) FROM torale_internal.admit_key(%L)', pg_temp.hash(key)))
$$;
CREATE FUNCTION pg_temp.admit_user(sub text, claims jsonb DEFAULT '{}', claimed text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.as_user('torale_authenticator', format('SELECT coalesce(role, refusal) FROM torale_internal.admit_user(%L, %L, %L)', sub, claims, claimed))
$$;
-- As PostgREST does it: the role it found, the claims, the headers; then the function; then the request.
CREATE FUNCTION pg_temp.request(role text, claims jsonb, headers jsonb, statement text DEFAULT 'SELECT current_user || '' '' || coalesce(torale.current_owner(), ''nobody'')',
    who text DEFAULT 'torale_authenticator') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    result text;
    detail text;
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', who);
    PERFORM set_config('role', role, true), set_config('request.jwt.claims', (claims || jsonb_build_object('role', role))::text, true),
        set_config('request.headers', headers::text, true);
    PERFORM torale.pre_request();
    EXECUTE statement INTO result;
    RESET SESSION AUTHORIZATION;
    PERFORM set_config('request.jwt.claims', '', true), set_config('request.headers', '', true), set_config('torale.request_owner', '', true);
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' ' || SQLERRM || coalesce(' | ' || nullif(detail, ''), '');
END
$$;
CREATE ROLE alice LOGIN;
CREATE ROLE carol LOGIN;
CREATE ROLE gateway LOGIN;
CREATE ROLE reporting;
CREATE ROLE foreign_role;
CREATE ROLE almighty SUPERUSER;
CREATE ROLE seer BYPASSRLS;
GRANT torale_user TO alice, reporting;
GRANT torale_admin TO carol;
GRANT torale_authenticator TO gateway;
GRANT reporting, almighty, seer TO torale_authenticator;
SELECT torale.create_api_key('web') AS chief \gset
SELECT pg_temp.as_user('alice', $$SELECT torale.create_api_key('web')$$) AS alice, pg_temp.as_user('carol', $$SELECT torale.create_api_key('up', role => 'admin')$$) AS carol,
    pg_temp.as_web('webber', $$SELECT torale.create_api_key('web')$$) AS webber, pg_temp.as_web('brief', $$SELECT torale.create_api_key('web')$$) AS brief \gset

-- ---- keys ----
SELECT is(pg_temp.admit_key(:'chief'), 'pg:postgres torale_user', 'a superuser''s key acts as the superuser''s owner, with the rights of a user');
SELECT is(pg_temp.admit_key(:'alice'), 'pg:alice torale_user', 'a database user''s as theirs');
SELECT is(pg_temp.admit_key(:'webber'), 'webber torale_user', 'an API user''s as theirs');
SELECT is(pg_temp.admit_key(:'carol'), 'pg:carol torale_admin', 'an administrator''s as an administrator');
SELECT is(pg_temp.admit_key('sk_nothing'), 'unknown', 'what is no key is unknown');
SELECT is(pg_temp.admit_key(left(:'alice', 45)), 'unknown', 'a key without its last character too');
SELECT is(pg_temp.as_user('torale_authenticator', format('SELECT refusal FROM torale_internal.admit_key(%L)', :'alice')), 'unknown', 'so is a key in place of its hash');
SELECT is(pg_temp.as_user('torale_authenticator', 'SELECT refusal FROM torale_internal.admit_key(NULL)'), 'unknown', 'and nothing');
UPDATE torale.api_keys SET requests_per_minute = 60 WHERE owner = 'webber';
SELECT is(pg_temp.admit_key(:'webber'), 'webber torale_user 60', 'its limit comes along');
UPDATE torale.api_keys SET expires_at = now() + interval '1 second' WHERE owner = 'brief';
SELECT is(pg_temp.admit_key(:'brief'), 'brief torale_user', 'a key works until it expires');
UPDATE torale.api_keys SET expires_at = now() WHERE owner = 'brief';
SELECT is(pg_temp.admit_key(:'brief'), 'expired', 'and not a moment longer');

-- ---- the time of the last use ----
SELECT is((SELECT last_used_at FROM torale.api_keys WHERE owner = 'pg:alice'), now(), 'a use is written');
UPDATE torale.api_keys SET last_used_at = now() - interval '59 seconds' WHERE owner = 'pg:alice';
SELECT is(pg_temp.admit_key(:'alice'), 'pg:alice torale_user', 'used again');
SELECT is((SELECT last_used_at FROM torale.api_keys WHERE owner = 'pg:alice'), now() - interval '59 seconds', 'within a minute it is not written again');
UPDATE torale.api_keys SET last_used_at = now() - interval '61 seconds' WHERE owner = 'pg:alice';
SELECT is(pg_temp.admit_key(:'alice'), 'pg:alice torale_user', 'used once more');
SELECT is((SELECT last_used_at FROM torale.api_keys WHERE owner = 'pg:alice'), now(), 'after a minute it is');
SELECT is((SELECT last_seen_at FROM torale.users WHERE id = 'pg:alice'), now(), 'its owner was seen, too');

-- ---- tokens ----
SELECT is(pg_temp.admit_user('newcomer', '{"email": "new@example.com", "name": "New Comer"}'), 'torale_user', 'a token''s user is a user');
SELECT row_eq($$SELECT email, display_name, role, is_active, active_task_limit, last_seen_at FROM torale.users WHERE id = 'newcomer'$$,
    ROW ('new@example.com'::text, 'New Comer'::text, 'user'::text, true, 50, now()), 'and is written when seen for the first time');
SELECT is(pg_temp.admit_user('odd', '{"email": {"x": 1}, "name": 7}'), 'torale_user', 'claims of another type');
SELECT row_eq($$SELECT email, display_name FROM torale.users WHERE id = 'odd'$$, ROW (NULL::text, NULL::text), 'are left out');
SELECT is(pg_temp.admit_user('bare', NULL), 'torale_user', 'no claims are no harm');
UPDATE torale.users SET role = 'admin', last_seen_at = now() - interval '59 seconds' WHERE id = 'newcomer';
SELECT is(pg_temp.admit_user('newcomer'), 'torale_admin', 'an administrator by users.role');
SELECT is((SELECT last_seen_at FROM torale.users WHERE id = 'newcomer'), now() - interval '59 seconds', 'seen at most once a minute');
SELECT is(pg_temp.admit_user('newcomer', '{}', 'torale_user'), 'torale_user', 'the role that a token claims comes first');
SELECT is(pg_temp.admit_user('odd', '{}', 'torale_admin'), 'torale_admin', 'also upwards: who signs tokens vouches for it');
SELECT is(pg_temp.admit_user('odd', '{}', 'reporting'), 'reporting', 'and a role that was made for requests');
SELECT is(pg_temp.admit_user('odd', '{}', bad), 'torale_user', 'a token never runs as ' || bad)
FROM unnest('{torale_worker,torale_authenticator,postgres,almighty,seer,foreign_role,nobody_there,"torale_user; --"}'::text[]) bad;
SELECT is(pg_temp.admit_user(bad), why, 'no user of that name') FROM (VALUES
    ('', 'the claim "sub" must have 1 to 255 characters'), (NULL, 'the claim "sub" must have 1 to 255 characters'),
    (repeat('x', 256), 'the claim "sub" must have 1 to 255 characters'), ('pg:postgres', 'the claim "sub" must not begin with "pg:"')) v (bad, why);
SELECT is((SELECT count(*) FROM torale.users WHERE length(id) NOT BETWEEN 1 AND 255), 0::bigint, 'nor is one written');

-- ---- a real PostgREST ----
SELECT is(pg_temp.request('torale_anon', '{}', '{}'), 'torale_anon nobody', 'who brings nothing stays anonymous');
SELECT is(pg_temp.request('torale_anon', '{}', jsonb_build_object('apikey', :'chief')), 'torale_user pg:postgres', 'a key in apikey');
SELECT is(pg_temp.request('torale_anon', '{}', jsonb_build_object('apikey', :'carol')), 'torale_admin pg:carol', 'with its role');
SELECT is(pg_temp.request('torale_anon', '{}', '{"apikey": "eyJhbGciOi"}'), 'torale_anon nobody', 'an apikey that is none of ours is left alone');
SELECT is(pg_temp.request('torale_anon', '{"sub": "fresh", "email": "f@example.com"}', '{}'), 'torale_user fresh', 'a token without a role');
SELECT is((SELECT email FROM torale.users WHERE id = 'fresh'), 'f@example.com', 'provisions');
SELECT is(pg_temp.request('torale_anon', '{"sub": "newcomer"}', '{}'), 'torale_admin newcomer', 'of an administrator');
SELECT is(pg_temp.request('torale_user', '{"sub": "newcomer"}', '{}'), 'torale_user newcomer', 'a token with a role keeps it');
SELECT is(pg_temp.request('torale_user', '{"sub": "fresh"}', jsonb_build_object('apikey', :'carol')), 'torale_user fresh', 'a token comes before a key');
SELECT is(pg_temp.request('torale_user', '{}', '{}'), 'torale_user nobody', 'a token without sub is nobody');
SELECT is(pg_temp.request('torale_anon', '{"sub": "fresh"}', '{}', who => 'gateway'), 'torale_user fresh', 'a direct member of the authenticator serves as well');
SELECT is(pg_temp.request('torale_anon', '{}', '{"apikey": "sk_nothing"}'),
    'PGRST {"code" : "PGRST301", "message" : "API key is not valid", "details" : null, "hint" : null} | {"status" : 401, "headers" : {"WWW-Authenticate" : "Bearer error=\"invalid_token\", error_description=\"API key is not valid\""}}',
    'a bad key is refused with the standard body');
SELECT is(pg_temp.request('torale_anon', '{"sub": "pg:postgres"}', '{}') ~ '^PGRST .*"the claim \\"sub\\" must not begin with \\"pg:\\"".*401', true, 'so is a token for a database user');
SELECT is(pg_temp.request('torale_anon', '{}', jsonb_build_object('apikey', :'chief'),
    $$INSERT INTO torale.tasks (search_query, state) VALUES ('What is new?', 'paused') RETURNING owner$$), 'pg:postgres', 'a key writes as its owner');
-- Whoever is no authenticator gains nothing by what they set.
SELECT is(pg_temp.request('torale_user', '{"sub": "fresh"}', '{}', who => 'alice'), '42501 permission denied for schema torale_internal', 'a database user is not let in by it');
SELECT is(pg_temp.as_user('alice', format('SELECT torale_internal.admit_key(%L)', pg_temp.hash(:'chief'))), '42501 permission denied for schema torale_internal', 'nor asks who a key is');

-- ---- refused at once ----
SELECT is(pg_temp.as_user('alice', $$SELECT (torale.revoke_api_key('web')).name$$), 'web', 'a key is revoked');
SELECT is(pg_temp.admit_key(:'alice'), 'revoked', 'and refused at once');
UPDATE torale.users SET is_active = false WHERE id IN ('webber', 'fresh');
SELECT is(pg_temp.admit_key(:'webber'), 'inactive', 'the key of who is deactivated');
SELECT is(pg_temp.admit_user('fresh'), 'inactive', 'the token too');
SELECT matches(pg_temp.request('torale_anon', '{"sub": "fresh"}', '{}'), '^PGRST .*"the user is deactivated".*"status" : 401', 'by PostgREST too');
SELECT matches(pg_temp.request('torale_user', '{"sub": "fresh"}', '{}'), '^PGRST .*"the user is deactivated"', 'with a role as well');
REVOKE torale_admin FROM carol;
SELECT is(pg_temp.admit_key(:'carol'), 'not entitled', 'the key of who lost the role');
DROP ROLE carol;
SELECT is(pg_temp.admit_key(:'carol'), 'not entitled', 'or is gone');
SELECT pg_temp.as_web('newcomer', $$SELECT torale.create_api_key('up', role => 'admin')$$, 'torale_admin') AS newcomer \gset
SELECT is(pg_temp.admit_key(:'newcomer'), 'newcomer torale_admin', 'an API administrator''s key');
UPDATE torale.users SET role = 'user' WHERE id = 'newcomer';
SELECT is(pg_temp.admit_key(:'newcomer'), 'not entitled', 'ends with that role');
SELECT torale.create_api_key('report', role => 'reporting') AS report \gset
SELECT is(pg_temp.admit_key(:'report'), 'pg:postgres reporting', 'a key of a role made for requests');
ALTER ROLE reporting SUPERUSER;
SELECT is(pg_temp.admit_key(:'report'), 'not entitled', 'never when that becomes a superuser');

-- ---- read-only, as GET is and a standby ----
UPDATE torale.api_keys SET last_used_at = NULL;
UPDATE torale.users SET last_seen_at = NULL;
SET LOCAL transaction_read_only = on;
SELECT is(pg_temp.admit_key(:'chief'), 'pg:postgres torale_user', 'a key is admitted where nothing can be written');
SELECT is(pg_temp.admit_user('stranger'), 'torale_user', 'and a token of somebody new');
SELECT is(pg_temp.admit_user('odd'), 'torale_user', 'or known');
SELECT is((SELECT count(*) FROM torale.api_keys WHERE last_used_at IS NOT NULL) + (SELECT count(*) FROM torale.users WHERE last_seen_at IS NOT NULL), 0::bigint,
    'nothing was written');

SELECT * FROM finish();
ROLLBACK;
