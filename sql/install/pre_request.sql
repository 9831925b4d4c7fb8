-- Who a request over HTTP is, found out in its own transaction: torale's web workers call admit_key
-- and admit_user as torale_authenticator, a real PostgREST calls torale.pre_request(). Both are on
-- the path of every request: index lookups, and a write at most once a minute.

-- False in a read-only transaction and on a standby. Under REPEATABLE READ a row that another
-- request touched would be an error, for nothing.
CREATE OR REPLACE FUNCTION torale_internal.may_note_use() RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    RETURN current_setting('transaction_read_only') = 'off' AND current_setting('transaction_isolation') = 'read committed';
END
$$;
COMMENT ON FUNCTION torale_internal.may_note_use() IS 'Whether this transaction may write when somebody was seen last.';

CREATE OR REPLACE FUNCTION torale_internal.admit_key(
    key_hash text, OUT key_id uuid, OUT owner text, OUT role name, OUT requests_per_minute integer, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER -- the authenticator reads no table
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_column
DECLARE
    k record;
BEGIN
    SELECT a.id, a.owner, a.role, a.requests_per_minute, a.expires_at, a.revoked_at, a.last_used_at, u.is_active, u.role AS user_role, u.last_seen_at INTO k
    FROM torale_internal.api_key_hashes h
    JOIN torale.api_keys a ON a.id = h.key_id
    JOIN torale.users u ON u.id = a.owner
    WHERE h.key_hash = admit_key.key_hash;
    refusal := CASE WHEN NOT FOUND THEN 'unknown' WHEN k.revoked_at IS NOT NULL THEN 'revoked' WHEN k.expires_at <= now() THEN 'expired'
        WHEN NOT k.is_active THEN 'inactive'
        -- Everybody here may be a user; only database users can lose that.
        WHEN k.role = 'torale_user' AND NOT starts_with(k.owner, 'pg:') THEN NULL
        WHEN NOT torale_internal.may_hold_key(k.owner, k.user_role, k.role) THEN 'not entitled'
        WHEN k.role NOT IN ('torale_user', 'torale_admin') AND NOT torale_internal.is_request_role(k.role) THEN 'not entitled' END;
    IF refusal IS NOT NULL THEN
        RETURN;
    END IF;
    key_id := k.id;
    owner := k.owner;
    role := k.role;
    requests_per_minute := k.requests_per_minute;
    -- Whoever holds the row writes the same: nobody waits for that.
    IF (k.last_used_at < now() - interval '1 minute') IS NOT FALSE AND torale_internal.may_note_use() THEN
        UPDATE torale.api_keys a SET last_used_at = now()
        WHERE a.id IN (SELECT x.id FROM torale.api_keys x WHERE x.id = k.id FOR NO KEY UPDATE SKIP LOCKED);
    END IF;
    IF (k.last_seen_at < now() - interval '1 minute') IS NOT FALSE AND torale_internal.may_note_use() THEN
        PERFORM torale_internal.note_seen(k.owner);
    END IF;
END
$$;
COMMENT ON FUNCTION torale_internal.admit_key(text) IS 'Who an API key is, by its hash: owner and role, or why it is refused: unknown, revoked, expired, inactive (its owner), not entitled (its owner lost the role).';

CREATE OR REPLACE FUNCTION torale_internal.note_seen(p_user text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, torale, pg_temp AS $$
    UPDATE torale.users u SET last_seen_at = now()
    WHERE u.id IN (SELECT x.id FROM torale.users x WHERE x.id = p_user FOR NO KEY UPDATE SKIP LOCKED)
$$;
COMMENT ON FUNCTION torale_internal.note_seen(text) IS 'Writes that a user was seen, unless another request is about to.';

-- A user seen for the first time; what is no text in the claims is left out.
CREATE OR REPLACE FUNCTION torale_internal.provision_user(p_sub text, p_claims jsonb) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, torale, pg_temp AS $$
    INSERT INTO torale.users (id, email, display_name, active_task_limit, last_seen_at)
    SELECT p_sub, CASE WHEN jsonb_typeof(p_claims -> 'email') = 'string' THEN left(nullif(p_claims ->> 'email', ''), 320) END,
        CASE WHEN jsonb_typeof(p_claims -> 'name') = 'string' THEN left(nullif(p_claims ->> 'name', ''), 200) END, 50, now()
    ON CONFLICT DO NOTHING
$$;
COMMENT ON FUNCTION torale_internal.provision_user(text, jsonb) IS 'Writes the row of a user who comes with a token for the first time.';

-- claims: those of a token whose signature was verified; claimed_role: what it names, if anything.
CREATE OR REPLACE FUNCTION torale_internal.admit_user(sub text, claims jsonb, claimed_role text, OUT role name, OUT refusal text)
LANGUAGE plpgsql SECURITY DEFINER -- the authenticator reads no table
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    u record;
BEGIN
    IF coalesce(sub, '') = '' OR length(sub) > 255 THEN
        refusal := 'the claim "sub" must have 1 to 255 characters';
        RETURN;
    ELSIF sub LIKE 'pg:%' THEN
        refusal := 'the claim "sub" must not begin with "pg:"';
        RETURN;
    END IF;
    SELECT x.is_active, x.role, x.last_seen_at INTO u FROM torale.users x WHERE x.id = sub;
    IF NOT FOUND THEN
        IF current_setting('transaction_read_only') = 'off' THEN
            PERFORM torale_internal.provision_user(sub, claims);
        END IF;
    ELSIF NOT u.is_active THEN
        refusal := 'inactive';
        RETURN;
    ELSIF (u.last_seen_at < now() - interval '1 minute') IS NOT FALSE AND torale_internal.may_note_use() THEN
        PERFORM torale_internal.note_seen(sub);
    END IF;
    role := CASE WHEN claimed_role = 'torale_user' OR claimed_role <> '' AND torale_internal.is_request_role(claimed_role) THEN claimed_role
        WHEN u.role = 'admin' THEN 'torale_admin' ELSE 'torale_user' END;
END
$$;
COMMENT ON FUNCTION torale_internal.admit_user(text, jsonb, text) IS 'The role of a token''s user, or why it is refused: inactive, or a sentence; writes the row of one seen for the first time.';

-- ---- for a real PostgREST: db-pre-request = torale.pre_request ----

-- It has to set the role, which definer functions cannot. So it goes back to the authenticator
-- first: that may call the two functions above, and nothing a request can call may do so.
-- A token without a role runs as the anonymous role in PostgREST, so this one counts as no claim.
CREATE OR REPLACE FUNCTION torale.pre_request() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    claimed text := nullif(nullif(current_setting('role'), 'none'), 'torale_anon');
    claims jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
    key text := nullif(current_setting('request.headers', true), '')::jsonb ->> 'apikey';
    admitted record;
BEGIN
    PERFORM set_config('torale.request_owner', '', true);
    IF jsonb_typeof(claims -> 'sub') = 'string' AND claims ->> 'sub' <> '' THEN
        PERFORM set_config('role', 'none', true);
        SELECT a.role, a.refusal, NULL::text AS owner INTO admitted FROM torale_internal.admit_user(claims ->> 'sub', claims, claimed) a;
    ELSIF starts_with(key, 'sk_') THEN
        PERFORM set_config('role', 'none', true);
        -- Which of unknown, expired and revoked it was is nobody's business but the owner's.
        SELECT a.role, CASE WHEN a.refusal <> 'inactive' THEN 'API key is not valid' ELSE a.refusal END AS refusal, a.owner INTO admitted
        FROM torale_internal.admit_key(encode(sha256(convert_to(key, 'UTF8')), 'hex')) a;
    ELSE
        RETURN;
    END IF;
    IF admitted.refusal IS NOT NULL THEN
        admitted.refusal := CASE admitted.refusal WHEN 'inactive' THEN 'the user is deactivated' ELSE admitted.refusal END;
        RAISE SQLSTATE 'PGRST' USING
            MESSAGE = json_build_object('code', 'PGRST301', 'message', admitted.refusal, 'details', NULL, 'hint', NULL)::text,
            DETAIL = json_build_object('status', 401, 'headers', json_build_object('WWW-Authenticate',
                format('Bearer error="invalid_token", error_description="%s"', translate(admitted.refusal, '"', ' '))))::text;
    END IF;
    PERFORM set_config('torale.request_owner', coalesce(admitted.owner, ''), true), set_config('role', admitted.role, true);
END
$$;
COMMENT ON FUNCTION torale.pre_request() IS
    'For a real PostgREST, as db-pre-request: takes on the role of the token''s user or of the API key in the header apikey, and refuses who is deactivated.';
