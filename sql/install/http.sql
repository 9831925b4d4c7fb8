-- What doctor() says about the HTTP interface. Its settings are the server's, its workers are in one
-- database; every database shows what is wrong with them.

CREATE OR REPLACE FUNCTION torale_internal.is_loopback(p_address text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, torale, pg_temp
RETURN p_address::inet <<= '127.0.0.0/8'::inet OR p_address::inet = '::1'::inet;
COMMENT ON FUNCTION torale_internal.is_loopback(text) IS 'Whether an address is reached from this machine alone.';

CREATE OR REPLACE FUNCTION torale_internal.doctor_http(p_is_operator boolean) RETURNS TABLE ("check" text, state text, detail text, fix text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    port text := current_setting('torale.http_port');
    address text := current_setting('torale.http_address');
    served text := current_setting('torale.http_database');
    place text := format('http://%s:%s', CASE WHEN address LIKE '%:%' THEN '[' || address || ']' ELSE address END, port);
    is_local boolean := torale_internal.is_loopback(address);
    workers integer;
    idle record;
BEGIN
    IF port = '0' OR NOT p_is_operator THEN
        RETURN;
    END IF;
    IF NOT is_local AND NOT current_setting('torale.http_allow_remote')::boolean THEN
        RETURN QUERY SELECT 'http'::text, 'problem'::text, format('%s is no loopback address, and torale.http_allow_remote is off', address),
            'ALTER SYSTEM SET torale.http_address = ''127.0.0.1''; SELECT pg_reload_conf(); -- or, knowing who can reach it, SET torale.http_allow_remote = on'::text;
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM pg_database d WHERE d.datname = served) THEN
        RETURN QUERY SELECT 'http'::text, 'problem'::text, format('torale.http_database %I does not exist', served),
            format('ALTER SYSTEM SET torale.http_database = %L; SELECT pg_reload_conf();', current_database());
        RETURN;
    END IF;
    SELECT count(*) FILTER (WHERE w.pid IS NOT NULL AND w.state <> 'no extension') INTO workers
    FROM torale_internal.worker_rows() w JOIN pg_database d ON d.oid = w.database WHERE w.kind = 'web' AND d.datname = served;
    SELECT w.state, w.last_error INTO idle
    FROM torale_internal.worker_rows() w JOIN pg_database d ON d.oid = w.database
    WHERE w.kind = 'web' AND d.datname = served AND coalesce(w.last_error, '') <> '' LIMIT 1;
    RETURN QUERY SELECT 'http'::text, CASE WHEN workers > 0 THEN 'ok' ELSE 'missing' END,
        CASE WHEN workers > 0 THEN format('%s web workers of database %I at %s', workers, served, place)
             ELSE format('nobody answers at %s: %s', place, coalesce(idle.last_error, idle.state, 'no web worker has started')) END,
        CASE WHEN workers > 0 THEN NULL
             WHEN idle.state = 'no extension' THEN format('CREATE EXTENSION torale; -- in database %I', served)
             WHEN idle.state = 'no slot' THEN format('ALTER SYSTEM SET max_worker_processes = %s; -- then restart the server',
                 current_setting('max_worker_processes')::integer + current_setting('torale.http_workers')::integer)
             ELSE 'the server''s log says why' END;
    IF current_setting('torale.http_noauth')::boolean THEN
        RETURN QUERY SELECT 'http'::text, 'warning'::text,
            CASE WHEN is_local THEN 'torale.http_noauth is on: every process of this machine is the owner "local"'
                 ELSE format('torale.http_noauth is on and has no effect at %s', address) END,
            'ALTER SYSTEM RESET torale.http_noauth; SELECT pg_reload_conf();'::text;
    END IF;
END
$$;
COMMENT ON FUNCTION torale_internal.doctor_http(boolean) IS 'The rows of doctor() about the HTTP interface, for operators.';
