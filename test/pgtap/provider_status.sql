-- What the scheduler keeps about providers, and who sees how much of it.
BEGIN;
SELECT plan(16);
SET LOCAL client_min_messages = warning;

CREATE FUNCTION pg_temp.keep(changes text) RETURNS void LANGUAGE sql AS $$SELECT torale_internal.keep_providers(changes::jsonb, now())$$;
CREATE FUNCTION pg_temp.shown(provider text) RETURNS torale.provider_status LANGUAGE sql AS $$
    SELECT s FROM torale.provider_status s WHERE s.name = provider
$$;
UPDATE torale.providers SET secret_name = NULL WHERE name IN ('perplexity', 'gemini');

SELECT is((pg_temp.shown('perplexity')).state, 'closed', 'a provider that nothing is known of works');
UPDATE torale.providers SET secret_name = 'NOBODY_HAS_IT' WHERE name = 'perplexity';
SELECT is((pg_temp.shown('perplexity')).state, 'no_key', 'one whose key is missing is not used');
UPDATE torale.providers SET enabled = false WHERE name = 'perplexity';
SELECT is((pg_temp.shown('perplexity')).state, 'disabled', 'nor is one that is switched off');

SELECT lives_ok($$SELECT pg_temp.keep('[
    {"provider": "gemini", "cooling_until": "2999-01-01T00:00:00.123456Z", "failures": 5, "pauses": 1, "category": "server", "message": "first"},
    {"provider": "gemini", "cooling_until": "2999-01-01T01:00:00.123456Z", "failures": 6, "pauses": 2, "category": "overload", "message": "second"},
    {"provider": "gone meanwhile", "failures": 1, "pauses": 1}]')$$, 'a provider that is gone is no error');
SELECT is(pg_temp.shown('gemini'), ROW('gemini', 'llm', 'open', 10, '2999-01-01 01:00:00.123456+00'::timestamptz, 6, 2, 'overload: second')::torale.provider_status,
    'the last of several changes counts');
SELECT is(torale.health() -> 'cooling_providers', '["gemini"]', 'health() names it');
UPDATE torale.providers SET priority = 11 WHERE name = 'gemini';
SELECT is((pg_temp.shown('gemini')).state, 'open', 'a change that is no other chance leaves the pause');
UPDATE torale.providers SET url = 'https://mended.example' WHERE name = 'gemini';
SELECT is((pg_temp.shown('gemini')).state, 'half_open', 'another address is one: a probe goes out at once');
SELECT is((pg_temp.shown('gemini')).pauses, 2, 'and what was learned is kept until it succeeds');
SELECT lives_ok($$SELECT pg_temp.keep('[{"provider": "gemini", "failures": 0, "pauses": 0}]')$$, 'the probe succeeds');
SELECT is((pg_temp.shown('gemini')).state, 'closed', 'and the provider works');
SELECT is((pg_temp.shown('gemini')).message, 'overload: second', 'its last failure can still be read');

SELECT throws_ok($$UPDATE torale.providers SET max_concurrency = 0 WHERE name = 'gemini'$$, '23514', NULL, 'a concurrency of none is refused');
SELECT lives_ok($$UPDATE torale.providers SET max_concurrency = 4, rate_per_s = 0.5 WHERE name = 'gemini'$$, 'others are taken');

CREATE ROLE plain_reader;
GRANT torale_user TO plain_reader;
CREATE FUNCTION pg_temp.seen_by_reader() RETURNS torale.provider_status LANGUAGE plpgsql AS $$
DECLARE
    seen torale.provider_status;
BEGIN
    SET LOCAL SESSION AUTHORIZATION plain_reader;
    SELECT * INTO seen FROM torale.provider_status s WHERE s.name = 'gemini';
    RESET SESSION AUTHORIZATION;
    RETURN seen;
END
$$;
SELECT is((pg_temp.seen_by_reader()).state, 'closed', 'users see what works');
SELECT is((pg_temp.seen_by_reader()).message, NULL, 'and not why something does not');
SELECT * FROM finish();
ROLLBACK;
