-- Who a session acts for. session_user alone decides; what a user can set is not believed.
BEGIN;
SELECT plan(19);

CREATE ROLE person LOGIN;
CREATE ROLE gateway LOGIN;
CREATE ROLE behind_gateway LOGIN;
CREATE ROLE chief LOGIN SUPERUSER;
GRANT torale_authenticator TO gateway, chief;
GRANT gateway TO behind_gateway;
-- Each session below calls it through its own rights.
GRANT USAGE ON SCHEMA torale TO PUBLIC;
GRANT EXECUTE ON FUNCTION torale.current_owner() TO PUBLIC;
CREATE FUNCTION pg_temp.owner_of(who text, claims text DEFAULT '', request_owner text DEFAULT '')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    owner text;
BEGIN
    PERFORM set_config('request.jwt.claims', claims, true),
            set_config('torale.request_owner', request_owner, true);
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', who);
    owner := torale.current_owner();
    RESET SESSION AUTHORIZATION;
    RETURN owner;
EXCEPTION WHEN insufficient_privilege THEN
    RETURN 'refused: ' || SQLERRM;
END
$$;

SELECT is(pg_temp.owner_of('person'), 'pg:person', 'a person is herself');
SELECT is(pg_temp.owner_of('person', '{"sub":"alice"}'), 'pg:person', 'a claim she sets is ignored');
SELECT is(pg_temp.owner_of('person', '', 'alice'), 'pg:person', 'so is an owner she sets');
SELECT is(pg_temp.owner_of('chief', '{"sub":"alice"}', 'alice'), 'pg:chief', 'a superuser does not count as a member');
SELECT is(pg_temp.owner_of('behind_gateway', '{"sub":"alice"}'), 'pg:behind_gateway',
    'nor does a member of a member');

SELECT is(pg_temp.owner_of('torale_authenticator'), NULL, 'the authenticator without claims is nobody');
SELECT is(pg_temp.owner_of('torale_authenticator', '{"sub":"alice"}'), 'alice', 'the claim sub names the owner');
SELECT is(pg_temp.owner_of('gateway', '{"sub":"alice"}'), 'alice', 'also in a session of a direct member');
SELECT is(pg_temp.owner_of('gateway', '{"sub":"alice"}', 'bob'), 'bob', 'an API key comes first');
SELECT is(pg_temp.owner_of('gateway', '', 'pg:bob'), 'pg:bob', 'a database user may own an API key');
SELECT is(pg_temp.owner_of('gateway', '{"sub":"pg:person"}'), 'refused: claim "sub" must not begin with "pg:"',
    'a token cannot name a database user');
SELECT is(pg_temp.owner_of('gateway', '{"sub":""}'), NULL, 'an empty sub is nobody');
SELECT is(pg_temp.owner_of('gateway', '{"sub":7}'), NULL, 'a sub that is no text is nobody');
SELECT is(pg_temp.owner_of('gateway', '{"role":"x"}'), NULL, 'claims without sub are nobody');
SELECT is(pg_temp.owner_of('gateway', '{"sub"'), NULL, 'broken claims are nobody');
SELECT is(pg_temp.owner_of('gateway', '["sub"]'), NULL, 'claims that are no object are nobody');

SELECT is(pg_temp.owner_of('torale_worker'), NULL, 'a worker acts for nobody');
SET LOCAL torale.acting_owner = 'alice';
SELECT is(pg_temp.owner_of('torale_worker'), 'alice', 'until it says for whom');
SELECT is(pg_temp.owner_of('person'), 'pg:person', 'which is for workers alone');

SELECT * FROM finish();
ROLLBACK;
