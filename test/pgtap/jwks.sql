-- Keys of the issuer of tokens: when they are fetched, what a failure leaves, who may do what.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(41);

\ir parts/as_user.psql
CREATE FUNCTION pg_temp.claim(at interval, url text DEFAULT 'https://issuer.example/jwks', max_age interval DEFAULT '5 minutes') RETURNS text
LANGUAGE sql AS $$
    SELECT is_due || ' ' || failures || ' ' || next_fetch_at - now() FROM torale_internal.claim_jwks(url, now() + at, '30 seconds', max_age)
$$;
CREATE FUNCTION pg_temp.store(document text, error text, next interval) RETURNS void LANGUAGE sql AS $$
    SELECT torale_internal.store_jwks('https://issuer.example/jwks', document, error, now() + next)
$$;
CREATE FUNCTION pg_temp.document() RETURNS text LANGUAGE sql AS $$ SELECT torale_internal.jwks_document('https://issuer.example/jwks') $$;
CREATE FUNCTION pg_temp.next_fetch() RETURNS interval LANGUAGE sql AS $$ SELECT next_fetch_at - now() FROM torale_internal.jwks $$;
CREATE FUNCTION pg_temp.want() RETURNS boolean LANGUAGE sql AS $$ SELECT torale_internal.want_jwks('https://issuer.example/jwks') $$;
DELETE FROM torale_internal.jwks;

-- ---- fetched when due ----
SELECT is(pg_temp.document(), NULL, 'no keys before the first fetch');
SELECT is(pg_temp.want(), false, 'and nobody to ask');
SELECT is(pg_temp.claim('0'), 'true 0 00:00:30', 'a new address is due at once, under a lease');
SELECT is(pg_temp.claim('29 seconds'), 'false 0 00:00:30', 'which keeps others away');
SELECT is(pg_temp.claim('30 seconds'), 'true 0 00:01:00', 'until it is over: the fetcher is gone');
SELECT pg_temp.store('{"keys":[1]}', NULL, '5 minutes');
SELECT is(pg_temp.document(), '{"keys":[1]}', 'what came is served');
SELECT is(pg_temp.claim('4 minutes 59 seconds'), 'false 0 00:05:00', 'it is not fetched again');
SELECT is(pg_temp.claim('5 minutes'), 'true 0 00:05:30', 'before it is old');
SELECT pg_temp.store('{"keys":[2]}', NULL, '10 minutes');
SELECT is(pg_temp.document(), '{"keys":[2]}', 'newer ones replace it');
SELECT is(pg_temp.claim('6 minutes', max_age => '1 minute'), 'true 0 00:06:30', 'a lowered age counts at once');
SELECT pg_temp.store('{"keys":[2]}', NULL, '10 minutes');

-- ---- failures ----
UPDATE torale_internal.jwks SET next_fetch_at = now();
SELECT is(pg_temp.claim('0'), 'true 0 00:00:30', 'due again');
SELECT pg_temp.store(NULL, 'HTTP 500: the service failed', '10 seconds');
SELECT is(pg_temp.document(), '{"keys":[2]}', 'stale while in error: the last good keys go on serving');
SELECT is((SELECT failures || ' ' || last_error FROM torale_internal.jwks), '1 HTTP 500: the service failed', 'the error is kept');
SELECT is(pg_temp.claim('9 seconds'), 'false 1 00:00:10', 'it waits before it tries again');
SELECT is(pg_temp.claim('9 seconds', max_age => '10 seconds'), 'false 1 00:00:10', 'however low the age is');
SELECT is(pg_temp.want(), false, 'and a wish does not shorten the pause');
SELECT is(pg_temp.next_fetch(), interval '10 seconds', 'by anything');
SELECT is(pg_temp.claim('10 seconds'), 'true 1 00:00:40', 'then it does, and knows how often it failed');
SELECT pg_temp.store(NULL, 'refused', '30 seconds');
SELECT is((SELECT failures || ' ' || last_error FROM torale_internal.jwks), '2 refused', 'failures add up');
SELECT matches((SELECT state || ': ' || detail FROM torale.doctor() WHERE "check" = 'jwks'),
    '^failing: 2 fetches of the token issuer''s keys in a row failed, the last: refused; those of .+ go on serving$', 'doctor() says so');
SELECT isnt((SELECT fix FROM torale.doctor() WHERE "check" = 'jwks'), NULL, 'and what to do');
SELECT is(pg_temp.as_user('torale_user', $$SELECT count(*)::text FROM torale.doctor() WHERE "check" = 'jwks'$$), '0', 'to administrators alone');
SELECT pg_temp.store('{"keys":[3]}', NULL, '5 minutes');
SELECT is((SELECT failures || coalesce(last_error, ' none') FROM torale_internal.jwks), '0 none', 'a success ends the streak');
SELECT is_empty($$SELECT * FROM torale.doctor() WHERE "check" = 'jwks'$$, 'and doctor() is content');

-- ---- wishes ----
UPDATE torale_internal.jwks SET claimed_at = now() - interval '10 seconds', next_fetch_at = now() + interval '5 minutes';
SELECT is(pg_temp.want(), true, 'a wish brings the fetch forward');
SELECT is(pg_temp.next_fetch(), interval '20 seconds', 'to 30 seconds after the one before');
SELECT is(pg_temp.want(), false, 'wishing again changes nothing');
SELECT is((SELECT wanted_at FROM torale_internal.jwks), now(), 'it is noted');
UPDATE torale_internal.jwks SET claimed_at = now() - interval '31 seconds', next_fetch_at = now() + interval '5 minutes', wanted_at = NULL;
SELECT is(pg_temp.want(), true, 'when the last fetch is longer ago');
SELECT is(pg_temp.next_fetch(), interval '0', 'it is fetched at once');
UPDATE torale_internal.jwks SET next_fetch_at = now() - interval '1 second';
SELECT is(pg_temp.want(), false, 'what is due is not made later');
SELECT is(pg_temp.next_fetch(), interval '-1 second', 'by a wish');
SELECT is(torale_internal.want_jwks('https://other.example/jwks'), false, 'nobody adds an address by wishing');

-- ---- another address ----
SELECT is(pg_temp.claim('0', 'https://other.example/jwks'), 'true 0 00:00:30', 'another address is fetched anew');
SELECT is(pg_temp.document(), NULL, 'and the keys of the former are forgotten');
SELECT is_empty($$SELECT * FROM torale_internal.claim_jwks(NULL, now(), '30 seconds', '5 minutes')$$, 'without an address nothing is claimed');
SELECT is((SELECT count(*) FROM torale_internal.jwks), 0::bigint, 'nor kept');

-- ---- who may do what ----
SELECT is(pg_temp.as_user('torale_authenticator', $$SELECT coalesce(torale_internal.jwks_document('x'), 'none') || torale_internal.want_jwks('x')$$), 'nonefalse',
    'web workers read and wish');
SELECT matches(pg_temp.as_user('torale_authenticator', $$SELECT url FROM torale_internal.jwks$$), '^42501 ', 'and do not read the table');
SELECT matches(pg_temp.as_user('torale_authenticator', $$SELECT torale_internal.store_jwks('x', '{}', NULL, now())::text$$), '^42501 ', 'nor store keys');
SELECT matches(string_agg(pg_temp.as_user(who, $$SELECT torale_internal.want_jwks('x')::text$$), ' ' ORDER BY who), '^42501 .*42501 .*42501 ',
    'users of the API do neither')
FROM unnest(ARRAY['torale_anon', 'torale_user', 'torale_admin']) who;

SELECT * FROM finish();
ROLLBACK;
