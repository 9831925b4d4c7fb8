-- API keys: made, shown once, revoked. What they let in: pre_request.sql. A key never does more
-- than its owner may: that is checked when it is made and again at every use.

CREATE OR REPLACE FUNCTION torale_internal.token_hash(p_token text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, torale, pg_temp
RETURN encode(sha256(convert_to(p_token, 'UTF8')), 'hex');
COMMENT ON FUNCTION torale_internal.token_hash(text) IS 'SHA-256 of a key or token in hex: what is stored of it.';

CREATE OR REPLACE FUNCTION torale_internal.role_in_effect() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp
RETURN coalesce(nullif(current_setting('role'), 'none'), session_user::text);
COMMENT ON FUNCTION torale_internal.role_in_effect() IS 'The role of the caller, also inside a definer function: the one taken on, else the session''s.';

-- Whether a request may run as this role. From 16 on a membership says whether it allows SET ROLE.
CREATE OR REPLACE FUNCTION torale_internal.is_request_role(p_role text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    role oid := to_regrole(quote_ident(p_role));
BEGIN
    IF role IS NULL OR p_role IN ('torale_worker', 'torale_authenticator')
        OR NOT pg_has_role('torale_authenticator', role, CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
        RETURN false;
    END IF;
    RETURN p_role IN ('torale_user', 'torale_admin', 'torale_anon')
        OR NOT EXISTS (SELECT 1 FROM pg_roles r WHERE r.oid = role AND (r.rolsuper OR r.rolbypassrls OR r.rolreplication OR r.rolcreaterole));
END
$$;
COMMENT ON FUNCTION torale_internal.is_request_role(text) IS 'Whether a request over HTTP may run as a role: one that torale_authenticator may take on and that has no power over the server.';

-- Whether an owner may still use a key of this role. A database user must be a member of it, others
-- are administrators by users.role; a claim of somebody's token is gone with the token.
CREATE OR REPLACE FUNCTION torale_internal.may_hold_key(p_owner text, p_user_role text, p_role text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    IF p_owner LIKE 'pg:%' THEN
        RETURN coalesce(pg_has_role(to_regrole(quote_ident(substr(p_owner, 4)))::oid, to_regrole(quote_ident(p_role))::oid, 'MEMBER'), false);
    END IF;
    RETURN p_role <> 'torale_admin' OR p_user_role = 'admin';
END
$$;
COMMENT ON FUNCTION torale_internal.may_hold_key(text, text, text) IS 'Whether an owner is entitled to a role: checked when a key is made and whenever it is used.';

-- The name of the role that a key gets, or an error that says why not.
CREATE OR REPLACE FUNCTION torale_internal.role_for_key(p_owner text, p_role text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    wanted text := CASE WHEN p_role IS NULL OR p_role = 'user' THEN 'torale_user' WHEN p_role = 'admin' THEN 'torale_admin' ELSE p_role END;
BEGIN
    IF NOT torale_internal.is_request_role(wanted) THEN
        PERFORM torale_internal.refuse(format('unknown role %L for an API key', p_role),
            'It must be a role that torale_authenticator may take on.', 'Use user or admin.');
    ELSIF NOT pg_has_role(torale_internal.role_in_effect(), wanted, 'USAGE')
        OR NOT torale_internal.may_hold_key(p_owner, (SELECT u.role FROM torale.users u WHERE u.id = p_owner), wanted) THEN
        PERFORM torale_internal.refuse(format('only who has the role %s may give it to a key', wanted), format('owner: %s, role: %s', p_owner, torale_internal.role_in_effect()),
            'Leave out role: the key then acts as torale_user.', '42501');
    END IF;
    RETURN wanted;
END
$$;
COMMENT ON FUNCTION torale_internal.role_for_key(text, text) IS 'The database role of a new key: nobody grants one above their own.';

CREATE OR REPLACE FUNCTION torale_internal.check_new_key(p_owner text, p_name text, p_expires_in interval) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    most integer := current_setting('torale.api_keys_max');
BEGIN
    IF p_name IS NULL OR btrim(p_name) = '' OR length(p_name) > 200 THEN
        PERFORM torale_internal.refuse('name must have 1 to 200 characters', format('It has %s.', coalesce(length(btrim(p_name)), 0)),
            'Name the key after what will use it, for example web.');
    ELSIF p_expires_in <= '0' OR p_expires_in > '10 years' THEN
        PERFORM torale_internal.refuse('expires_in must be positive and at most 10 years', format('It is %s.', p_expires_in),
            'For example 90 days; without it the key works until it is revoked.');
    END IF;
    -- Locks the owner, so that two sessions cannot both take the last free place.
    PERFORM 1 FROM torale.users u WHERE u.id = p_owner FOR NO KEY UPDATE;
    -- An expired key gives its name back.
    UPDATE torale.api_keys k SET revoked_at = k.expires_at
    WHERE k.owner = p_owner AND k.name = p_name AND k.revoked_at IS NULL AND k.expires_at <= now();
    IF EXISTS (SELECT 1 FROM torale.api_keys k WHERE k.owner = p_owner AND k.name = p_name AND k.revoked_at IS NULL) THEN
        PERFORM torale_internal.refuse(format('a key with the name %L exists', p_name), format('owner: %s', p_owner),
            format('SELECT torale.revoke_api_key(%L); or choose another name.', p_name), 'PT409');
    ELSIF (SELECT count(*) FROM torale.api_keys k
           WHERE k.owner = p_owner AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())) >= most THEN
        PERFORM torale_internal.refuse(format('the limit of %s API keys is reached', most), format('owner: %s', p_owner),
            'Revoke one: SELECT id, name, last_used_at FROM torale.api_keys WHERE revoked_at IS NULL;', 'PT429');
    END IF;
END
$$;
COMMENT ON FUNCTION torale_internal.check_new_key(text, text, interval) IS 'Raises when a key cannot have this name or end, or when its owner has too many.';

CREATE OR REPLACE FUNCTION torale.create_api_key(name text, expires_in interval DEFAULT NULL, role text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER -- writes the hash where users cannot read it
SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    me text := torale.current_owner();
    wanted text;
    made uuid;
    key text;
BEGIN
    PERFORM torale_internal.require_active_owner(me);
    PERFORM torale_internal.ensure_owner(me);
    wanted := torale_internal.role_for_key(me, create_api_key.role);
    PERFORM torale_internal.check_new_key(me, btrim(create_api_key.name), create_api_key.expires_in);
    key := 'sk_' || torale_internal.random_token(32);
    INSERT INTO torale.api_keys (name, prefix, role, expires_at, owner)
    VALUES (btrim(create_api_key.name), left(key, 11), wanted, now() + create_api_key.expires_in, me) RETURNING id INTO made;
    INSERT INTO torale_internal.api_key_hashes (key_id, key_hash) VALUES (made, torale_internal.token_hash(key));
    RETURN key;
END
$$;
COMMENT ON FUNCTION torale.create_api_key(text, interval, text) IS
    'A new API key, shown this once: send it as Authorization: Bearer. It acts for its owner, as torale_user unless role says admin and the owner is one.';

CREATE OR REPLACE FUNCTION torale_internal.revoke_key(p_key uuid, p_named text) RETURNS torale.api_keys
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    key torale.api_keys;
BEGIN
    UPDATE torale.api_keys k SET revoked_at = coalesce(k.revoked_at, now())
    WHERE k.id = p_key AND (k.owner = torale.current_owner() OR torale_internal.is_operator()) RETURNING k.* INTO key;
    IF NOT FOUND THEN
        PERFORM torale_internal.refuse(format('key %s does not exist', coalesce(p_named, 'null')), format('owner: %s', torale.current_owner()),
            'SELECT id, name FROM torale.api_keys WHERE revoked_at IS NULL;', 'PT404');
    END IF;
    RETURN key;
END
$$;
COMMENT ON FUNCTION torale_internal.revoke_key(uuid, text) IS 'Ends a key of the caller''s, or of anybody''s for an administrator; PT404 names it as the caller did.';

CREATE OR REPLACE FUNCTION torale.revoke_api_key(id uuid) RETURNS torale.api_keys
LANGUAGE sql SECURITY DEFINER -- keys are not writable by users
SET search_path = pg_catalog, torale, pg_temp
RETURN torale_internal.revoke_key(id, id::text);
COMMENT ON FUNCTION torale.revoke_api_key(uuid) IS 'Ends an API key by its id: the next request with it is refused. Administrators end anybody''s.';

CREATE OR REPLACE FUNCTION torale.revoke_api_key(name text) RETURNS torale.api_keys
LANGUAGE sql SECURITY DEFINER -- keys are not writable by users
SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT torale_internal.revoke_key((
        SELECT k.id FROM torale.api_keys k
        WHERE k.owner = torale.current_owner() AND k.revoked_at IS NULL AND revoke_api_key.name IN (k.name, k.id::text)
        ORDER BY k.name <> revoke_api_key.name LIMIT 1), revoke_api_key.name)
$$;
COMMENT ON FUNCTION torale.revoke_api_key(text) IS 'Ends an API key of yours by its name or id: the next request with it is refused.';

COMMENT ON TABLE torale.api_keys IS 'Keys for programs that call over HTTP: made by create_api_key(), ended by revoke_api_key().';
COMMENT ON COLUMN torale.api_keys.name IS 'What uses it; unique among the owner''s keys that are not revoked.';
COMMENT ON COLUMN torale.api_keys.prefix IS 'Its first 11 characters, to recognise it by.';
COMMENT ON COLUMN torale.api_keys.role IS 'Database role that its requests run as.';
COMMENT ON COLUMN torale.api_keys.expires_at IS 'Refused from then on; null means never.';
COMMENT ON COLUMN torale.api_keys.last_used_at IS 'Last use, to the minute.';
COMMENT ON COLUMN torale.api_keys.revoked_at IS 'When it was revoked; null while it works.';
COMMENT ON COLUMN torale.api_keys.requests_per_minute IS 'Requests a minute that it may make, set by administrators; null means the server''s usual limit.';
COMMENT ON TABLE torale_internal.api_key_hashes IS 'Hashes of API keys.';
COMMENT ON COLUMN torale_internal.api_key_hashes.key_id IS 'The key: api_keys.id.';
COMMENT ON COLUMN torale_internal.api_key_hashes.key_hash IS 'SHA-256 of the whole key, in hex.';
