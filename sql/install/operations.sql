-- For the person who runs the server: activate, doctor, health, housekeeping.

-- Whether this database may run tasks. A restored dump, a template's copy or a clone has no
-- activation of its own and stays silent.
CREATE OR REPLACE FUNCTION torale_internal.is_active() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp
RETURN EXISTS (SELECT 1 FROM torale_internal.activation a JOIN pg_database d ON d.oid = a.database_oid
               WHERE d.datname = current_database() AND a.system_identifier = torale_internal.system_identifier());

CREATE OR REPLACE FUNCTION torale.activate() RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    IF NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) THEN
        RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'only a superuser can activate torale in a database',
            DETAIL = format('You are %s.', current_user), HINT = 'Connect as a superuser and call torale.activate().';
    END IF;
    -- Leases and pending deliveries of the original server are not ours to keep waiting for.
    UPDATE torale_internal.task_schedule SET lease_until = NULL, lease_owner = NULL WHERE lease_until IS NOT NULL;
    UPDATE torale_internal.requests SET lease_until = NULL, lease_owner = NULL WHERE lease_until IS NOT NULL;
    UPDATE torale.deliveries SET lease_until = NULL WHERE lease_until IS NOT NULL;
    INSERT INTO torale_internal.activation (system_identifier, database_oid)
    SELECT torale_internal.system_identifier(), d.oid FROM pg_database d WHERE d.datname = current_database()
    ON CONFLICT (only_row) DO UPDATE
    SET system_identifier = EXCLUDED.system_identifier, database_oid = EXCLUDED.database_oid, activated_at = now();
    PERFORM torale_internal.wake();
    RETURN format('torale is active in database %s: %s active tasks, %s pending deliveries', current_database(),
        (SELECT count(*) FROM torale.tasks WHERE state = 'active'), (SELECT count(*) FROM torale.deliveries WHERE status = 'pending'));
END
$$;

-- Null after DROP EXTENSION pg_cron, and in a restored database that has none.
CREATE OR REPLACE FUNCTION torale_internal.housekeeping_job() RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp
RETURN (SELECT h.cron_job_id FROM torale_internal.housekeeping h WHERE EXISTS (SELECT 1 FROM pg_extension x WHERE x.extname = 'pg_cron'));

-- Attributes and members of the five roles: made anew by each installation, changed by anybody since.
CREATE OR REPLACE FUNCTION torale_internal.doctor_roles() RETURNS TABLE ("check" text, state text, detail text, fix text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    who record;
BEGIN
    FOR who IN SELECT m.member::regrole::text AS member, m.roleid::regrole::text AS role FROM pg_auth_members m JOIN pg_roles x ON x.oid = m.member
        WHERE m.roleid IN ('torale_worker'::regrole, 'torale_authenticator'::regrole) AND NOT x.rolsuper LOOP
        RETURN QUERY SELECT 'roles'::text, CASE who.role WHEN 'torale_worker' THEN 'problem' ELSE 'warning' END,
            format(CASE who.role WHEN 'torale_worker' THEN '%s is a member of %s and can read every owner''s rows'
                ELSE '%s is a member of %s and may act for any owner that it claims' END, who.member, who.role),
            format('REVOKE %s FROM %s;', who.role, who.member);
    END LOOP;
    RETURN QUERY SELECT 'roles'::text, 'problem'::text, format('role %s has attributes it must not have', x.rolname),
        format('ALTER ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;', x.rolname)
    FROM pg_roles x WHERE x.rolname LIKE 'torale\_%' AND x.rolname IN ('torale_anon', 'torale_user', 'torale_admin', 'torale_authenticator', 'torale_worker')
      AND (x.rolsuper OR x.rolcreatedb OR x.rolcreaterole OR x.rolreplication OR x.rolbypassrls);
END
$$;
COMMENT ON FUNCTION torale_internal.doctor_roles() IS 'The rows of doctor() about roles that have what they must not have.';

CREATE OR REPLACE FUNCTION torale.doctor() RETURNS TABLE ("check" text, state text, detail text, fix text)
LANGUAGE plpgsql STABLE SECURITY DEFINER -- reads what only the worker may
SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    -- USAGE, and of the role taken on: the authenticator is a member of torale_admin for the sake
    -- of SET ROLE, which makes none of its users an administrator.
    is_operator boolean := torale_internal.session_is_superuser()
        OR pg_has_role(coalesce(nullif(current_setting('role'), 'none'), session_user), 'torale_admin', 'USAGE');
    secrets text[] := torale_internal.secret_names();
    r record;
    worker record;
    me oid := (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
BEGIN
    RETURN QUERY SELECT 'preload'::text, CASE WHEN torale_internal.is_preloaded() THEN 'ok' ELSE 'missing' END,
        CASE WHEN torale_internal.is_preloaded() THEN 'the library is in shared_preload_libraries' ELSE 'background workers need the library in shared_preload_libraries' END,
        CASE WHEN NOT torale_internal.is_preloaded() THEN 'ALTER SYSTEM SET shared_preload_libraries = torale; -- after what the list has already, with commas; then restart the server' END;
    RETURN QUERY SELECT 'enabled'::text, CASE WHEN current_setting('torale.enabled')::boolean THEN 'ok' ELSE 'off' END,
        CASE WHEN current_setting('torale.enabled')::boolean THEN 'torale.enabled is on' ELSE 'torale.enabled is off: nothing runs' END, CASE WHEN NOT current_setting('torale.enabled')::boolean
            THEN 'ALTER SYSTEM SET torale.enabled = on; SELECT pg_reload_conf();' END;
    RETURN QUERY SELECT 'activation'::text, CASE WHEN torale_internal.is_active() THEN 'ok' ELSE 'held' END,
        CASE WHEN torale_internal.is_active() THEN 'this database may run tasks' ELSE 'a restored or copied database runs nothing until it is activated' END,
        CASE WHEN NOT torale_internal.is_active() THEN 'SELECT torale.activate();' END;
    SELECT w.* INTO worker FROM torale_internal.worker_rows() w
    WHERE w.kind = 'scheduler' AND w.database = me ORDER BY w.pid IS NULL LIMIT 1;
    RETURN QUERY SELECT 'scheduler'::text, CASE WHEN worker.pid IS NOT NULL THEN 'ok' ELSE 'missing' END,
        CASE WHEN worker.pid IS NOT NULL THEN format('pid %s, %s in flight, %s due', worker.pid, worker.in_flight, worker.due)
             WHEN pg_is_in_recovery() THEN 'a standby runs nothing until it is promoted'
             WHEN worker.last_error <> '' THEN worker.last_error
             WHEN worker.state = 'blocked' THEN 'stopped by stop_workers(), or by a command on this database'
             WHEN worker.state = 'off' THEN 'switched off by torale.enabled, torale.schedulers or torale.databases'
             ELSE 'no scheduler serves this database' END,
        CASE WHEN worker.pid IS NOT NULL OR pg_is_in_recovery() OR NOT torale_internal.is_preloaded() THEN NULL
             WHEN worker.state = 'off' THEN 'SELECT name, setting FROM pg_settings WHERE name IN (''torale.enabled'', ''torale.schedulers'', ''torale.databases'');'
             WHEN worker.state = 'no slot' THEN format('ALTER SYSTEM SET max_worker_processes = %s; -- then restart the server',
                 current_setting('max_worker_processes')::integer + 8)
             ELSE 'SELECT torale.start_workers(current_database()); -- if it does not help, the server''s log says why' END;
    FOR r IN SELECT p.* FROM torale.providers p WHERE p.enabled ORDER BY p.kind DESC, p.priority LOOP
        RETURN QUERY SELECT 'provider ' || r.name,
            CASE WHEN r.secret_name IS NOT NULL AND NOT r.secret_name = ANY (secrets) THEN 'no key'
                 WHEN EXISTS (SELECT 1 FROM torale_internal.provider_state s WHERE s.provider = r.name AND s.cooling_until > now()) THEN 'cooling'
                 ELSE 'ok' END,
            coalesce((SELECT format('until %s: %s', s.cooling_until, s.message) FROM torale_internal.provider_state s
                      WHERE s.provider = r.name AND s.cooling_until > now()), format('%s, priority %s', r.kind, r.priority)),
            CASE WHEN r.secret_name IS NOT NULL AND NOT r.secret_name = ANY (secrets)
                    THEN format('add %s=… to the file named by torale.secrets_file', r.secret_name)
                 ELSE (SELECT CASE s.category WHEN 'auth' THEN format('mend %s in the file named by torale.secrets_file: that ends the pause', r.secret_name)
                              ELSE format('it goes on by itself; to try now: DELETE FROM torale_internal.provider_state WHERE provider = %L;', r.name) END
                       FROM torale_internal.provider_state s WHERE s.provider = r.name AND s.cooling_until > now()) END;
    END LOOP;
    RETURN QUERY SELECT 'secrets file'::text, 'problem'::text, p, 'chmod 0600 it, owned by the server''s user; then SELECT pg_reload_conf();'::text
    FROM unnest(torale_internal.secret_problems()) p WHERE is_operator;
    RETURN QUERY SELECT 'egress'::text, 'warning'::text, format('torale.egress_allow entry %L opens every purpose, users'' webhooks too', trim(e)),
        format('ALTER SYSTEM SET torale.egress_allow = ''provider:%s''; SELECT pg_reload_conf();', trim(e))
    FROM unnest(string_to_array(CASE WHEN is_operator THEN torale_internal.egress_allow() END, ',')) e
    WHERE trim(e) <> '' AND trim(e) !~ '^(provider|channel|feed):';
    RETURN QUERY SELECT * FROM torale_internal.doctor_budgets(is_operator);
    RETURN QUERY SELECT * FROM torale_internal.doctor_feeds(is_operator);
    RETURN QUERY SELECT * FROM torale_internal.doctor_roles();
    RETURN QUERY SELECT * FROM torale_internal.doctor_http(is_operator);
    RETURN QUERY SELECT * FROM torale_internal.doctor_jwks(is_operator);
    RETURN QUERY SELECT 'housekeeping'::text, 'ok'::text, coalesce('pg_cron job ' || torale_internal.housekeeping_job(), 'done by the scheduler'), NULL::text;
END
$$;

CREATE OR REPLACE FUNCTION torale.health() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER -- counts rows of all owners for operators, one's own for others
SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT jsonb_build_object(
        'ok', torale_internal.is_served() AND torale_internal.is_active(),
        'preloaded', torale_internal.is_preloaded(), 'served', torale_internal.is_served(), 'active', torale_internal.is_active(),
        'lag_seconds', (SELECT greatest(round(extract(epoch FROM now() - min(s.next_run_at))::numeric, 3), 0) FROM torale_internal.task_schedule s
                        WHERE s.next_run_at <= now()),
        'pending_deliveries', (SELECT count(*) FROM (SELECT 1 FROM torale.deliveries d
            WHERE d.status = 'pending' AND (o.is_operator OR d.owner = torale.current_owner()) LIMIT 10001) c),
        'oldest_pending_seconds', (SELECT greatest(round(extract(epoch FROM now() - min(d.next_attempt_at))::numeric, 3), 0)
                                   FROM torale.deliveries d
                                   WHERE d.status = 'pending' AND (o.is_operator OR d.owner = torale.current_owner())),
        'budgets_used_up', (SELECT count(*) FROM torale_internal.doctor_budgets(o.is_operator)),
        'cooling_providers', (SELECT coalesce(jsonb_agg(s.provider), '[]') FROM torale_internal.provider_state s WHERE s.cooling_until > now()))
    FROM (SELECT torale_internal.is_operator() AS is_operator) o
$$;

-- Previews, suggestions, replays and channel tests that are over, with the test's notification.
CREATE OR REPLACE FUNCTION torale_internal.housekeep_requests(p_limit integer) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    keep interval := current_setting('torale.retention_requests')::interval;
    n bigint;
BEGIN
    IF keep = '0' THEN
        RETURN 0;
    END IF;
    DELETE FROM torale.executions e WHERE e.id IN (
        SELECT x.id FROM torale.executions x
        WHERE x.id < torale_internal.uuid_at(now() - keep) AND x.trigger IN ('preview', 'suggest', 'replay', 'test')
          AND x.status NOT IN ('pending', 'running', 'retrying')
        ORDER BY x.id LIMIT p_limit FOR UPDATE OF x SKIP LOCKED);
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END
$$;
COMMENT ON FUNCTION torale_internal.housekeep_requests(integer) IS 'Removes previews, suggestions, replays and channel tests older than torale.retention_requests; how many.';

-- Old rows, in small bites; returns what was removed. Rows that a notification shows stay.
CREATE OR REPLACE FUNCTION torale_internal.housekeep(p_limit integer DEFAULT 5000) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER -- run by pg_cron as its job's owner
SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    report jsonb := '{}';
    n bigint;
    keep interval;
BEGIN
    keep := current_setting('torale.retention_executions')::interval;
    IF keep > '0' THEN
        DELETE FROM torale.executions e WHERE e.id IN (
            SELECT x.id FROM torale.executions x
            WHERE x.id < torale_internal.uuid_at(now() - keep) AND x.status NOT IN ('pending', 'running', 'retrying')
              AND NOT EXISTS (SELECT 1 FROM torale.notifications o WHERE o.execution_id = x.id)
            ORDER BY x.id LIMIT p_limit FOR UPDATE OF x SKIP LOCKED);
        GET DIAGNOSTICS n = ROW_COUNT;
        report := report || jsonb_build_object('executions', n);
    END IF;
    keep := current_setting('torale.retention_sources')::interval;
    IF keep > '0' THEN
        DELETE FROM torale.sources s WHERE s.id IN (
            SELECT x.id FROM torale.sources x
            WHERE x.id < torale_internal.uuid_at(now() - keep) AND x.last_seen_at < now() - keep
              AND NOT EXISTS (SELECT 1 FROM torale.citations c WHERE c.source_id = x.id AND c.owner = x.owner)
              AND NOT torale_internal.is_remembered(x.id, x.task_id)
            ORDER BY x.id LIMIT p_limit FOR UPDATE OF x SKIP LOCKED);
        GET DIAGNOSTICS n = ROW_COUNT;
        report := report || jsonb_build_object('sources', n);
    END IF;
    keep := current_setting('torale.retention_deliveries')::interval;
    IF keep > '0' THEN
        DELETE FROM torale.deliveries d WHERE d.id IN (
            SELECT x.id FROM torale.deliveries x
            WHERE x.id < torale_internal.uuid_at(now() - keep) AND x.status <> 'pending' ORDER BY x.id LIMIT p_limit FOR UPDATE OF x SKIP LOCKED);
        GET DIAGNOSTICS n = ROW_COUNT;
        report := report || jsonb_build_object('deliveries', n);
    END IF;
    report := report || jsonb_build_object('previews', torale_internal.housekeep_requests(p_limit),
        'documents', torale_internal.housekeep_documents(p_limit),
        'audit', torale_internal.housekeep_audit(p_limit));
    DELETE FROM torale.memories m WHERE m.id IN (SELECT x.id FROM torale.memories x WHERE x.expires_at < now() LIMIT p_limit FOR UPDATE OF x SKIP LOCKED);
    GET DIAGNOSTICS n = ROW_COUNT;
    report := report || jsonb_build_object('memories', n);
    -- Left by hand-made changes: replies of runs that are over, requests whose run is over.
    DELETE FROM torale_internal.step_replies r WHERE (r.execution_id, r.key) IN (
        SELECT x.execution_id, x.key FROM torale_internal.step_replies x JOIN torale.executions e ON e.id = x.execution_id
        WHERE e.status NOT IN ('pending', 'running', 'retrying') LIMIT p_limit FOR UPDATE OF x SKIP LOCKED);
    DELETE FROM torale_internal.requests q WHERE q.execution_id IN (
        SELECT x.execution_id FROM torale_internal.requests x JOIN torale.executions e ON e.id = x.execution_id
        WHERE e.status NOT IN ('pending', 'running', 'retrying') LIMIT p_limit FOR UPDATE OF x SKIP LOCKED);
    GET DIAGNOSTICS n = ROW_COUNT;
    report := report || jsonb_build_object('requests', n);
    UPDATE torale_internal.task_schedule s SET lease_until = NULL, lease_owner = NULL WHERE s.task_id IN (
        SELECT x.task_id FROM torale_internal.task_schedule x WHERE x.lease_until < now() - interval '1 hour' LIMIT p_limit FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS n = ROW_COUNT;
    report := report || jsonb_build_object('leases', n);
    INSERT INTO torale_internal.housekeeping AS h (last_run_at, last_report) VALUES (now(), report)
    ON CONFLICT (only_row) DO UPDATE SET last_run_at = EXCLUDED.last_run_at, last_report = EXCLUDED.last_report;
    RETURN report;
END
$$;

-- The smallest UUIDv7 of an instant: ids are in time order, so retention is a range of the key.
CREATE OR REPLACE FUNCTION torale_internal.uuid_at(at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, torale, pg_temp
RETURN (lpad(to_hex(greatest(floor(extract(epoch FROM at) * 1000), 0)::bigint), 12, '0') || '70008000000000000000')::uuid;

-- Hands housekeeping to pg_cron where that extension is installed in this database.
CREATE OR REPLACE FUNCTION torale.install_housekeeping(schedule text DEFAULT '*/10 * * * *') RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    job bigint;
BEGIN
    IF NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) THEN
        RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'only a superuser can install housekeeping',
            DETAIL = format('You are %s.', current_user), HINT = 'Without it the scheduler does the same work.';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_cron') THEN
        UPDATE torale_internal.housekeeping SET cron_job_id = NULL;
        RETURN 'pg_cron is not installed in this database: the scheduler does the housekeeping';
    END IF;
    EXECUTE 'SELECT cron.schedule($1, $2, $3)' INTO job USING 'torale housekeeping', schedule, 'SELECT torale_internal.housekeep()';
    INSERT INTO torale_internal.housekeeping AS h (cron_job_id) VALUES (job)
    ON CONFLICT (only_row) DO UPDATE SET cron_job_id = EXCLUDED.cron_job_id;
    RETURN format('pg_cron job %s does the housekeeping: %s', job, schedule);
END
$$;
