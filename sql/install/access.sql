-- Who may do what. Runs last: ownership, row-level security, grants, dump registration, and the
-- end of every grant to PUBLIC.

-- Tables and definer functions belong to the worker role, never to the superuser: a fault in one
-- of them is then worth no more than torale's own rows.
DO $$
DECLARE
    r record;
BEGIN
    GRANT USAGE ON SCHEMA torale, torale_internal TO torale_worker;
    FOR r IN
        SELECT c.oid::pg_catalog.regclass AS name, c.relkind
        FROM pg_catalog.pg_class c
        WHERE c.relnamespace IN ('torale'::pg_catalog.regnamespace, 'torale_internal'::pg_catalog.regnamespace)
          AND c.relkind IN ('r', 'S', 'v')
    LOOP
        EXECUTE pg_catalog.format('ALTER %s %s OWNER TO torale_worker',
            CASE r.relkind WHEN 'r' THEN 'TABLE' WHEN 'S' THEN 'SEQUENCE' ELSE 'VIEW' END, r.name);
        IF r.relkind = 'r' THEN
            EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', r.name);
        END IF;
    END LOOP;
    FOR r IN
        SELECT p.oid::pg_catalog.regprocedure AS name, p.prokind
        FROM pg_catalog.pg_proc p
        WHERE p.pronamespace IN ('torale'::pg_catalog.regnamespace, 'torale_internal'::pg_catalog.regnamespace)
    LOOP
        EXECUTE pg_catalog.format('ALTER ROUTINE %s OWNER TO torale_worker', r.name);
        EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', r.name);
    END LOOP;
END
$$;

DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT t.oid::pg_catalog.regtype::text
        FROM pg_catalog.pg_type t
        JOIN pg_catalog.pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
        WHERE t.typnamespace IN ('torale'::pg_catalog.regnamespace, 'torale_internal'::pg_catalog.regnamespace)
    LOOP
        EXECUTE pg_catalog.format('ALTER TYPE %s OWNER TO torale_worker', name);
        EXECUTE pg_catalog.format('REVOKE ALL ON TYPE %s FROM PUBLIC', name);
    END LOOP;
END
$$;

-- What an owner sees: the same sentence for every table that has an owner.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['tasks', 'task_channels', 'executions', 'sources', 'citations', 'notifications', 'channels',
        'deliveries', 'delivery_attempts', 'memories', 'usage', 'budgets', 'api_keys', 'feed_tokens'] LOOP
        EXECUTE pg_catalog.format('DROP POLICY IF EXISTS own_rows ON torale.%I', name);
        EXECUTE pg_catalog.format('CREATE POLICY own_rows ON torale.%I USING (owner = (SELECT torale.current_owner()))
            WITH CHECK (owner = (SELECT torale.current_owner()))', name);
    END LOOP;
END
$$;
DROP POLICY IF EXISTS own_row ON torale.users;
CREATE POLICY own_row ON torale.users FOR SELECT USING (id = (SELECT torale.current_owner()));
DROP POLICY IF EXISTS own_and_shared ON torale.documents;
CREATE POLICY own_and_shared ON torale.documents FOR SELECT USING (owner = (SELECT torale.current_owner()) OR owner IS NULL);
DROP POLICY IF EXISTS own_rows ON torale.documents;
CREATE POLICY own_rows ON torale.documents USING (owner = (SELECT torale.current_owner()))
    WITH CHECK (owner = (SELECT torale.current_owner()));
DROP POLICY IF EXISTS shared_by_admin ON torale.documents;
CREATE POLICY shared_by_admin ON torale.documents TO torale_admin USING (owner IS NULL) WITH CHECK (owner IS NULL);
DROP POLICY IF EXISTS everybody_reads ON torale.task_templates;
CREATE POLICY everybody_reads ON torale.task_templates FOR SELECT USING (true);
DROP POLICY IF EXISTS admin_writes ON torale.task_templates;
CREATE POLICY admin_writes ON torale.task_templates TO torale_admin USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS everybody_reads ON torale.providers;
CREATE POLICY everybody_reads ON torale.providers FOR SELECT USING (true);
DROP POLICY IF EXISTS admin_writes ON torale.providers;
CREATE POLICY admin_writes ON torale.providers FOR UPDATE TO torale_admin USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS admin_reads ON torale.budgets;
CREATE POLICY admin_reads ON torale.budgets FOR SELECT TO torale_admin USING (true);
DROP POLICY IF EXISTS admin_reads ON torale.usage;
CREATE POLICY admin_reads ON torale.usage FOR SELECT TO torale_admin USING (true);
DROP POLICY IF EXISTS admin_reads ON torale.api_keys;
CREATE POLICY admin_reads ON torale.api_keys FOR SELECT TO torale_admin USING (true);
DROP POLICY IF EXISTS admin_limits ON torale.api_keys;
CREATE POLICY admin_limits ON torale.api_keys FOR UPDATE TO torale_admin USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS admin_reads ON torale.audit_log;
CREATE POLICY admin_reads ON torale.audit_log FOR SELECT TO torale_admin USING (true);
DROP POLICY IF EXISTS visible_budgets ON torale_internal.budget_state;
CREATE POLICY visible_budgets ON torale_internal.budget_state FOR SELECT
    USING (EXISTS (SELECT 1 FROM torale.budgets b WHERE b.id = budget_id));
-- Read by the views; tasks' own policy decides.
DROP POLICY IF EXISTS own_rows ON torale_internal.task_schedule;
CREATE POLICY own_rows ON torale_internal.task_schedule FOR SELECT
    USING (EXISTS (SELECT 1 FROM torale.tasks t WHERE t.id = task_id));

-- ---- grants ----
GRANT USAGE ON SCHEMA torale TO torale_anon, torale_user;
GRANT SELECT ON torale.task_templates TO torale_anon, torale_user;
GRANT SELECT ON torale.users, torale.tasks, torale.task_channels, torale.executions, torale.sources, torale.citations,
    torale.notifications, torale.channels, torale.deliveries, torale.delivery_attempts, torale.memories, torale.documents,
    torale.task_overview, torale.findings, torale.activity, torale.queue, torale.execution_steps, torale.worker_status,
    torale.usage, torale.usage_by_day, torale.budgets, torale.budget_status, torale.api_keys, torale.feed_tokens TO torale_user;
GRANT SELECT (name, kind, model, priority, enabled, price_per_call, price_in_per_mtok, price_out_per_mtok)
    ON torale.providers TO torale_user;
GRANT SELECT ON torale_internal.task_schedule, torale_internal.budget_state TO torale_user;
-- Not the id: a conflict would tell whether somebody has it.
GRANT INSERT (name, state, search_query, condition_description, notify_behavior, schedule, timezone, min_interval, max_interval,
    search_options, context, dedupe_horizon, mode), UPDATE (name, state, search_query, condition_description, notify_behavior, schedule,
    timezone, min_interval, max_interval, search_options, context, dedupe_horizon, mode), DELETE ON torale.tasks TO torale_user;
GRANT INSERT (task_id, channel_id), DELETE ON torale.task_channels TO torale_user;
GRANT INSERT (task_id, content, kind, evidence, expires_at), UPDATE (content, kind, evidence, expires_at), DELETE ON torale.memories TO torale_user;
GRANT INSERT (url, title, body, published_at), UPDATE (url, title, body, published_at), DELETE ON torale.documents TO torale_user;
GRANT INSERT (owner) ON torale.documents TO torale_admin;
GRANT INSERT, UPDATE, DELETE ON torale.task_templates TO torale_admin;
GRANT SELECT (options, rate_per_s, max_concurrency, created_at), UPDATE (model, options, priority, enabled, rate_per_s, max_concurrency, price_per_call,
    price_in_per_mtok, price_out_per_mtok) ON torale.providers TO torale_admin;
GRANT UPDATE (requests_per_minute) ON torale.api_keys TO torale_admin;
GRANT SELECT ON torale.audit_log TO torale_admin;

-- Policies call current_owner() as the reader; everything else in the API is for torale_user.
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA torale TO torale_user;
GRANT EXECUTE ON ALL PROCEDURES IN SCHEMA torale TO torale_user;
GRANT EXECUTE ON FUNCTION torale.current_owner(), torale.next_runs(text, text, integer, timestamptz), torale.describe_schedule(text),
    torale.uuid_v7() TO torale_anon;
REVOKE EXECUTE ON FUNCTION torale.activate(), torale.install_housekeeping(text) FROM torale_user;
DO $$
DECLARE
    name pg_catalog.regprocedure;
BEGIN
    FOR name IN
        SELECT p.oid FROM pg_catalog.pg_proc p
        WHERE p.pronamespace = 'torale'::pg_catalog.regnamespace AND pg_catalog.starts_with(p.proname, 'admin_')
    LOOP
        EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM torale_user', name);
        EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO torale_admin', name);
    END LOOP;
END
$$;
-- What a request needs before it has a role of its own, and nothing else of that schema.
GRANT EXECUTE ON FUNCTION torale.pre_request() TO torale_anon;
GRANT USAGE ON SCHEMA torale_internal TO torale_authenticator;
GRANT EXECUTE ON FUNCTION torale_internal.admit_key(text), torale_internal.admit_user(text, jsonb, text),
    torale_internal.feed_items(text, integer), torale_internal.jwks_document(text), torale_internal.want_jwks(text) TO torale_authenticator;

-- ---- dump: every table and sequence but torale_internal.activation ----
SELECT pg_catalog.pg_extension_config_dump('torale.users', '');
SELECT pg_catalog.pg_extension_config_dump('torale.tasks', '');
SELECT pg_catalog.pg_extension_config_dump('torale_internal.task_schedule', '');
SELECT pg_catalog.pg_extension_config_dump('torale_internal.lease_tokens', '');
SELECT pg_catalog.pg_extension_config_dump('torale.executions', '');
SELECT pg_catalog.pg_extension_config_dump('torale.sources', '');
SELECT pg_catalog.pg_extension_config_dump('torale.citations', '');
SELECT pg_catalog.pg_extension_config_dump('torale.notifications', '');
SELECT pg_catalog.pg_extension_config_dump('torale.channels', '');
SELECT pg_catalog.pg_extension_config_dump('torale_internal.channel_secrets', '');
SELECT pg_catalog.pg_extension_config_dump('torale.task_channels', '');
SELECT pg_catalog.pg_extension_config_dump('torale.deliveries', '');
SELECT pg_catalog.pg_extension_config_dump('torale.delivery_attempts', '');
SELECT pg_catalog.pg_extension_config_dump('torale.memories', '');
SELECT pg_catalog.pg_extension_config_dump('torale.documents', '');
SELECT pg_catalog.pg_extension_config_dump('torale.task_templates', '');
SELECT pg_catalog.pg_extension_config_dump('torale.providers', '');
SELECT pg_catalog.pg_extension_config_dump('torale_internal.provider_state', '');
SELECT pg_catalog.pg_extension_config_dump('torale_internal.requests', '');
SELECT pg_catalog.pg_extension_config_dump('torale_internal.step_replies', '');
SELECT pg_catalog.pg_extension_config_dump('torale_internal.housekeeping', '');
SELECT pg_catalog.pg_extension_config_dump('torale.usage', '');
SELECT pg_catalog.pg_extension_config_dump('torale.budgets', '');
SELECT pg_catalog.pg_extension_config_dump('torale_internal.budget_state', '');
SELECT pg_catalog.pg_extension_config_dump('torale_internal.reservations', '');
SELECT pg_catalog.pg_extension_config_dump('torale.api_keys', '');
SELECT pg_catalog.pg_extension_config_dump('torale_internal.api_key_hashes', '');
SELECT pg_catalog.pg_extension_config_dump('torale.feed_tokens', '');
SELECT pg_catalog.pg_extension_config_dump('torale_internal.feed_token_hashes', '');
SELECT pg_catalog.pg_extension_config_dump('torale_internal.jwks', '');
SELECT pg_catalog.pg_extension_config_dump('torale.audit_log', '');

-- A fresh installation is active at once; one made by a restore (row_security is off) is held.
INSERT INTO torale_internal.activation (system_identifier, database_oid)
SELECT torale_internal.system_identifier(), d.oid FROM pg_catalog.pg_database d
WHERE d.datname = pg_catalog.current_database() AND pg_catalog.current_setting('row_security') = 'on';
