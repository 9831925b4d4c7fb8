-- How providers fare: the scheduler's circuit breaker, kept so that a restart or a failover goes
-- on where it was, and shown to users and administrators.

-- Written when a breaker opens, stays open for longer, or closes; read with the providers.
-- cooling_until stays set until a probe has succeeded.
CREATE OR REPLACE FUNCTION torale_internal.keep_providers(p_changes jsonb, p_now timestamptz) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, torale, pg_temp AS $$
    INSERT INTO torale_internal.provider_state AS s (provider, cooling_until, failures, pauses, category, message, changed_at)
    SELECT DISTINCT ON (c.provider) c.provider, c.cooling_until, c.failures, c.pauses, c.category, c.message, p_now
    FROM ROWS FROM (jsonb_to_recordset(p_changes)
        AS (provider text, cooling_until timestamptz, failures integer, pauses integer, category text, message text)) WITH ORDINALITY
        AS c (provider, cooling_until, failures, pauses, category, message, place)
    JOIN torale.providers p ON p.name = c.provider
    ORDER BY c.provider, c.place DESC
    ON CONFLICT (provider) DO UPDATE
    SET cooling_until = EXCLUDED.cooling_until, failures = EXCLUDED.failures, pauses = EXCLUDED.pauses, changed_at = EXCLUDED.changed_at,
        category = coalesce(EXCLUDED.category, s.category), message = coalesce(EXCLUDED.message, s.message)
$$;
COMMENT ON FUNCTION torale_internal.keep_providers IS 'Keeps what the scheduler learned about providers.';

-- Another address, model or key is another chance: one probe goes out at once.
CREATE OR REPLACE FUNCTION torale_internal.providers_after_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER -- the state is internal
SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    UPDATE torale_internal.provider_state s SET cooling_until = now()
    WHERE s.provider = NEW.name AND s.cooling_until > now();
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION torale_internal.providers_after_change IS 'Ends the pause of a provider that was changed.';
CREATE OR REPLACE TRIGGER providers_after_change AFTER UPDATE OF adapter, url, model, secret_name, options ON torale.providers
    FOR EACH ROW WHEN (pg_catalog.current_setting('row_security') = 'on'
    AND (OLD.adapter, OLD.url, OLD.model, OLD.secret_name, OLD.options) IS DISTINCT FROM (NEW.adapter, NEW.url, NEW.model, NEW.secret_name, NEW.options))
    EXECUTE FUNCTION torale_internal.providers_after_change();

-- Users see which provider works; why one does not is the administrator's.
CREATE OR REPLACE FUNCTION torale.provider_states() RETURNS TABLE (name text, kind text, state text, priority integer,
    cooling_until timestamptz, failures integer, pauses integer, message text)
LANGUAGE sql STABLE SECURITY DEFINER -- the state is internal
SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT p.name, p.kind,
        CASE WHEN NOT p.enabled THEN 'disabled'
             WHEN p.secret_name IS NOT NULL AND NOT p.secret_name = ANY (k.names) THEN 'no_key'
             WHEN s.cooling_until > now() THEN 'open'
             WHEN s.cooling_until IS NOT NULL THEN 'half_open'
             ELSE 'closed' END,
        p.priority, s.cooling_until,
        CASE WHEN a.is_admin THEN coalesce(s.failures, 0) END, CASE WHEN a.is_admin THEN coalesce(s.pauses, 0) END,
        CASE WHEN a.is_admin THEN s.category || ': ' || s.message END
    FROM torale.providers p
    LEFT JOIN torale_internal.provider_state s ON s.provider = p.name
    CROSS JOIN (SELECT torale_internal.secret_names()) k (names)
    CROSS JOIN (SELECT torale_internal.session_is_superuser()
        OR pg_has_role(coalesce(nullif(current_setting('role'), 'none'), session_user), 'torale_admin', 'USAGE')) a (is_admin)
    ORDER BY p.kind, p.priority, p.name
$$;
COMMENT ON FUNCTION torale.provider_states IS 'The rows of provider_status.';

CREATE OR REPLACE VIEW torale.provider_status WITH (security_invoker = true) AS
SELECT * FROM torale.provider_states();
COMMENT ON VIEW torale.provider_status IS 'Which provider works, by kind and priority.';
COMMENT ON COLUMN torale.provider_status.name IS 'providers.name, as in steps and sources.';
COMMENT ON COLUMN torale.provider_status.kind IS 'search, llm or memory.';
COMMENT ON COLUMN torale.provider_status.state IS 'closed: it works. open: left alone until cooling_until. half_open: the next call is a probe. no_key, disabled: not used.';
COMMENT ON COLUMN torale.provider_status.priority IS 'Lowest first.';
COMMENT ON COLUMN torale.provider_status.cooling_until IS 'End of its pause; null: none.';
COMMENT ON COLUMN torale.provider_status.failures IS 'Failures in a row when its state changed last; administrators only.';
COMMENT ON COLUMN torale.provider_status.pauses IS 'Pauses in a row; administrators only.';
COMMENT ON COLUMN torale.provider_status.message IS 'Kind and words of its last failure; administrators only.';
GRANT SELECT ON torale.provider_status TO torale_user;
