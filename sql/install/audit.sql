-- Who did what to accounts, keys, providers and budgets: written by triggers, so that a change by
-- hand is written too, and never changed. A restore brings its own log, hence row_security.

CREATE OR REPLACE FUNCTION torale_internal.audit(p_action text, p_target text, p_detail jsonb) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, torale, pg_temp AS $$
    INSERT INTO torale.audit_log (actor, role, action, target, detail)
    VALUES (coalesce(torale.current_owner(), session_user::text), torale_internal.role_in_effect(), p_action, p_target, jsonb_strip_nulls(p_detail))
$$;
COMMENT ON FUNCTION torale_internal.audit(text, text, jsonb) IS 'Writes one row of the audit log, for the session as it is.';

-- What administrators may not read is named, not shown.
CREATE OR REPLACE FUNCTION torale_internal.audit_fields(p_table text, p_row jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, torale, pg_temp
RETURN CASE p_table
    WHEN 'users' THEN jsonb_build_object('role', p_row -> 'role', 'is_active', p_row -> 'is_active')
    WHEN 'api_keys' THEN p_row - '{id,last_used_at,created_at}'::text[]
    WHEN 'providers' THEN p_row - '{name,url,secret_name,adapter,created_at}'::text[]
    ELSE p_row - '{id,created_at,updated_at}'::text[] END;
COMMENT ON FUNCTION torale_internal.audit_fields(text, jsonb) IS 'What of a row the audit log shows.';

-- TG_ARGV: the noun of the action, the column that names the target.
CREATE OR REPLACE FUNCTION torale_internal.audit_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER -- nobody writes the log by hand
SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    changed jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_agg(n.key ORDER BY n.key) INTO changed FROM jsonb_each(new_row) n WHERE n.value IS DISTINCT FROM old_row -> n.key;
    END IF;
    PERFORM torale_internal.audit(
        TG_ARGV[0] || '.' || CASE TG_OP WHEN 'INSERT' THEN 'create' WHEN 'DELETE' THEN 'delete'
            ELSE CASE WHEN old_row ->> 'revoked_at' IS NULL AND new_row ->> 'revoked_at' IS NOT NULL THEN 'revoke' ELSE 'change' END END,
        coalesce(new_row, old_row) ->> TG_ARGV[1],
        jsonb_build_object('changed', changed, 'before', torale_internal.audit_fields(TG_TABLE_NAME, old_row),
            'after', torale_internal.audit_fields(TG_TABLE_NAME, new_row)));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION torale_internal.audit_change() IS 'Writes a change of a row to the audit log.';

CREATE OR REPLACE TRIGGER users_audit AFTER UPDATE ON torale.users
    FOR EACH ROW WHEN (pg_catalog.current_setting('row_security') = 'on' AND (OLD.role, OLD.is_active) IS DISTINCT FROM (NEW.role, NEW.is_active))
    EXECUTE FUNCTION torale_internal.audit_change('user', 'id');
CREATE OR REPLACE TRIGGER api_keys_audit_new AFTER INSERT OR DELETE ON torale.api_keys
    FOR EACH ROW WHEN (pg_catalog.current_setting('row_security') = 'on')
    EXECUTE FUNCTION torale_internal.audit_change('api_key', 'id');
CREATE OR REPLACE TRIGGER api_keys_audit AFTER UPDATE ON torale.api_keys
    FOR EACH ROW WHEN (pg_catalog.current_setting('row_security') = 'on'
        AND (OLD.revoked_at, OLD.role, OLD.expires_at, OLD.requests_per_minute, OLD.owner)
            IS DISTINCT FROM (NEW.revoked_at, NEW.role, NEW.expires_at, NEW.requests_per_minute, NEW.owner))
    EXECUTE FUNCTION torale_internal.audit_change('api_key', 'id');
CREATE OR REPLACE TRIGGER providers_audit AFTER INSERT OR UPDATE OR DELETE ON torale.providers
    FOR EACH ROW WHEN (pg_catalog.current_setting('row_security') = 'on')
    EXECUTE FUNCTION torale_internal.audit_change('provider', 'name');
CREATE OR REPLACE TRIGGER budgets_audit AFTER INSERT OR UPDATE OR DELETE ON torale.budgets
    FOR EACH ROW WHEN (pg_catalog.current_setting('row_security') = 'on')
    EXECUTE FUNCTION torale_internal.audit_change('budget', 'id');

-- Append-only, for superusers too: only housekeeping removes what is older than the setting says.
CREATE OR REPLACE FUNCTION torale_internal.audit_log_keeps() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    keep interval := current_setting('torale.retention_audit')::interval;
BEGIN
    IF TG_OP = 'DELETE' AND keep > '0' AND OLD.created_at < now() - keep THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'the audit log is append-only', DETAIL = format('command: %s', TG_OP),
        HINT = 'torale.retention_audit says after how long its rows are removed.';
END
$$;
COMMENT ON FUNCTION torale_internal.audit_log_keeps() IS 'Refuses to change the audit log, but for rows past torale.retention_audit.';
CREATE OR REPLACE TRIGGER audit_log_keeps BEFORE UPDATE OR DELETE ON torale.audit_log
    FOR EACH ROW EXECUTE FUNCTION torale_internal.audit_log_keeps();
CREATE OR REPLACE TRIGGER audit_log_keeps_all BEFORE TRUNCATE ON torale.audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION torale_internal.audit_log_keeps();

CREATE OR REPLACE FUNCTION torale_internal.housekeep_audit(p_limit integer) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    keep interval := current_setting('torale.retention_audit')::interval;
    n bigint;
BEGIN
    IF keep = '0' THEN
        RETURN 0;
    END IF;
    DELETE FROM torale.audit_log a WHERE a.id IN (
        SELECT x.id FROM torale.audit_log x
        WHERE x.id < torale_internal.uuid_at(now() - keep) AND x.created_at < now() - keep ORDER BY x.id LIMIT p_limit FOR UPDATE OF x SKIP LOCKED);
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END
$$;
COMMENT ON FUNCTION torale_internal.housekeep_audit(integer) IS 'Removes rows of the audit log that are older than torale.retention_audit; how many.';

COMMENT ON TABLE torale.audit_log IS 'Who did what to users, API keys, providers, budgets and tasks of others. Written by triggers, append-only, for administrators.';
COMMENT ON COLUMN torale.audit_log.actor IS 'Who did it: users.id, else the database user.';
COMMENT ON COLUMN torale.audit_log.role IS 'The database role it was done as.';
COMMENT ON COLUMN torale.audit_log.action IS 'What was done: user.change, api_key.create, api_key.revoke, provider.change, budget.delete, task.reset and their like.';
COMMENT ON COLUMN torale.audit_log.target IS 'What it was done to: an id or a name.';
COMMENT ON COLUMN torale.audit_log.detail IS 'The columns that changed, and the row before and after, as far as administrators may read it.';
