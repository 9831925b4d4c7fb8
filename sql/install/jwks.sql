-- Keys of the issuer of tokens: the scheduler fetches them, web workers read them. Only the address
-- of torale.jwt_jwks_url has a row. What was good goes on serving while a fetch fails.

-- The one row of the scheduler: taken when it is due, which keeps it from being due again until the
-- lease is over. A lowered torale.jwks_max_age counts at once. A null address takes away the row.
CREATE OR REPLACE FUNCTION torale_internal.claim_jwks(p_url text, p_now timestamptz, p_lease interval, p_max_age interval)
RETURNS TABLE (is_due boolean, failures integer, next_fetch_at timestamptz)
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_column
DECLARE
    row torale_internal.jwks;
BEGIN
    DELETE FROM torale_internal.jwks j WHERE j.url IS DISTINCT FROM p_url;
    IF p_url IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO torale_internal.jwks (url, next_fetch_at) VALUES (p_url, p_now) ON CONFLICT (url) DO NOTHING;
    SELECT * INTO row FROM torale_internal.jwks j WHERE j.url = p_url FOR UPDATE;
    is_due := row.next_fetch_at <= p_now OR (row.failures = 0 AND row.next_fetch_at > p_now + p_max_age);
    IF is_due THEN
        UPDATE torale_internal.jwks j SET claimed_at = p_now, next_fetch_at = p_now + p_lease WHERE j.url = p_url
        RETURNING j.next_fetch_at INTO row.next_fetch_at;
    END IF;
    RETURN QUERY SELECT is_due, row.failures, row.next_fetch_at;
END
$$;
COMMENT ON FUNCTION torale_internal.claim_jwks(text, timestamptz, interval, interval) IS
    'Whether the keys of an address are to be fetched now, else when; forgets other addresses.';

CREATE OR REPLACE FUNCTION torale_internal.store_jwks(p_url text, p_document text, p_error text, p_next_fetch_at timestamptz) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, torale, pg_temp AS $$
    UPDATE torale_internal.jwks j
    SET document = coalesce(p_document, j.document),
        fetched_at = CASE WHEN p_document IS NULL THEN j.fetched_at ELSE clock_timestamp() END,
        failures = CASE WHEN p_document IS NULL THEN j.failures + 1 ELSE 0 END,
        last_error = CASE WHEN p_document IS NULL THEN p_error END,
        next_fetch_at = p_next_fetch_at
    WHERE j.url = p_url
$$;
COMMENT ON FUNCTION torale_internal.store_jwks(text, text, text, timestamptz) IS
    'What fetching keys brought; a null document keeps the one before and counts a failure.';

CREATE OR REPLACE FUNCTION torale_internal.jwks_document(p_url text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER -- web workers have no rights on the table
SET search_path = pg_catalog, torale, pg_temp
RETURN (SELECT j.document FROM torale_internal.jwks j WHERE j.url = p_url);
COMMENT ON FUNCTION torale_internal.jwks_document(text) IS 'The keys of an address as they were fetched last; null when they never were.';

-- Anybody can send tokens of unknown keys: they bring a fetch forward, to 30 seconds after the one
-- before and never into the pause after a failure, and write nothing else.
CREATE OR REPLACE FUNCTION torale_internal.want_jwks(p_url text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER -- web workers have no rights on the table
SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    UPDATE torale_internal.jwks j
    SET wanted_at = now(), next_fetch_at = greatest(now(), coalesce(j.claimed_at + interval '30 seconds', now()))
    WHERE j.url = p_url AND j.failures = 0
      AND j.next_fetch_at > greatest(now(), coalesce(j.claimed_at + interval '30 seconds', now()));
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM torale_internal.wake();
    RETURN true;
END
$$;
COMMENT ON FUNCTION torale_internal.want_jwks(text) IS 'Asks for newer keys of an address; whether that brought their fetch forward.';

-- For doctor().
CREATE OR REPLACE FUNCTION torale_internal.doctor_jwks(p_is_operator boolean) RETURNS TABLE ("check" text, state text, detail text, fix text)
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT 'jwks'::text, CASE WHEN j.document IS NULL THEN 'problem' ELSE 'failing' END,
        format('%s fetches of the token issuer''s keys in a row failed, the last: %s; %s', j.failures, j.last_error,
            CASE WHEN j.document IS NULL THEN 'no token of these keys can be checked' ELSE format('those of %s go on serving', j.fetched_at) END),
        format('fetched again at %s; check torale.jwt_jwks_url, and torale.egress_allow when the address is a private one', j.next_fetch_at)
    FROM torale_internal.jwks j
    WHERE p_is_operator AND j.failures > 0
$$;
COMMENT ON FUNCTION torale_internal.doctor_jwks(boolean) IS 'The row of doctor() about keys that cannot be fetched.';

COMMENT ON TABLE torale_internal.jwks IS 'Keys of the issuer of tokens, as torale.jwt_jwks_url served them last.';
COMMENT ON COLUMN torale_internal.jwks.url IS 'Where they are published.';
COMMENT ON COLUMN torale_internal.jwks.document IS 'The JWKS document, with one usable key at least; null until it was fetched once.';
COMMENT ON COLUMN torale_internal.jwks.fetched_at IS 'When it was fetched.';
COMMENT ON COLUMN torale_internal.jwks.wanted_at IS 'When a web worker last met a token of a key that it did not know, and a fetch was brought forward for it.';
COMMENT ON COLUMN torale_internal.jwks.claimed_at IS 'When the last fetch began.';
COMMENT ON COLUMN torale_internal.jwks.next_fetch_at IS 'When it is fetched next; while a fetch is under way, when it counts as lost.';
COMMENT ON COLUMN torale_internal.jwks.failures IS 'Fetches that failed in a row.';
COMMENT ON COLUMN torale_internal.jwks.last_error IS 'Why the last fetch failed; null when it did not.';
