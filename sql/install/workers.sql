-- Workers seen from SQL: waking them at commit, stopping them for maintenance, and what they do.
CREATE OR REPLACE FUNCTION torale_internal.wake_on_write() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'torale_wake';
CREATE OR REPLACE FUNCTION torale_internal.wake() RETURNS void
LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'torale_wake_now';
CREATE OR REPLACE FUNCTION torale.stop_workers(db name) RETURNS boolean
LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'torale_stop_workers';
CREATE OR REPLACE FUNCTION torale.start_workers(db name) RETURNS boolean
LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'torale_start_workers';
CREATE OR REPLACE FUNCTION torale_internal.worker_rows(
    OUT pid integer, OUT database oid, OUT kind text, OUT state text, OUT in_flight bigint, OUT due bigint,
    OUT lag interval, OUT started_at timestamptz, OUT last_error text)
RETURNS SETOF record
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'torale_worker_rows';
CREATE OR REPLACE FUNCTION torale_internal.is_preloaded() RETURNS boolean
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'torale_is_preloaded';

-- A view cannot call an internal function for its reader; this definer function can, and it
-- shows only the reader's database (all databases to a superuser).
CREATE OR REPLACE FUNCTION torale.workers() RETURNS TABLE (pid integer, database name, kind text, state text, in_flight bigint, due bigint,
    lag interval, last_error text)
LANGUAGE sql STABLE SECURITY DEFINER -- for the internal C function
SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT w.pid, d.datname, w.kind, w.state, w.in_flight, w.due, w.lag, w.last_error
    FROM torale_internal.worker_rows() w
    LEFT JOIN pg_database d ON d.oid = w.database
    WHERE w.kind = 'launcher' OR d.datname = current_database()
       OR (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = session_user)
$$;
CREATE OR REPLACE VIEW torale.worker_status WITH (security_invoker = true) AS
SELECT * FROM torale.workers();

CREATE OR REPLACE FUNCTION torale_internal.is_served() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp
RETURN EXISTS (SELECT 1 FROM torale_internal.worker_rows() w
               WHERE w.kind = 'scheduler' AND w.pid <> 0 AND w.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()));
