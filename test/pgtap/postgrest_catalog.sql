-- What a real PostgREST needs of the catalogs: its schema cache, its role switch, its statements, and
-- what docker/postgrest.conf names. The binary is not run here.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(51);

CREATE TEMP VIEW ours AS
SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'torale'
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e';
CREATE TEMP VIEW relations AS
SELECT c.oid, c.relname, c.relkind FROM pg_class c JOIN ours o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid
WHERE c.relnamespace = 'torale'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'f', 'p');
CREATE TEMP VIEW functions AS
SELECT p.*, p.oid::regprocedure::text AS signature, coalesce(p.proargnames[1:p.pronargs], '{}') AS parameters
FROM pg_proc p JOIN ours o ON o.classid = 'pg_proc'::regclass AND o.objid = p.oid
WHERE p.pronamespace = 'torale'::regnamespace AND p.prokind = 'f';

-- ---- the role switch ----
SELECT row_eq($$SELECT rolcanlogin, rolinherit, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = 'torale_authenticator'$$,
    ROW (true, false, false, false, false, false, false), 'the authenticator logs in, inherits nothing and has no power of its own');
SELECT is((SELECT array_agg(m.roleid::regrole::text ORDER BY m.roleid::regrole::text) FROM pg_auth_members m WHERE m.member = 'torale_authenticator'::regrole),
    '{torale_admin,torale_anon,torale_user}', 'it takes on three roles');
SELECT is((SELECT array_agg(m.roleid::regrole::text ORDER BY m.roleid::regrole::text) FROM pg_auth_members m WHERE m.member = 'torale_admin'::regrole), '{torale_user}', 'an administrator is a user');
SELECT is_empty($$SELECT m.roleid::regrole FROM pg_auth_members m WHERE m.member IN ('torale_anon'::regrole, 'torale_user'::regrole)$$, 'an anonymous visitor is not');
SELECT ok(has_schema_privilege(role, 'torale', 'USAGE'), role || ' finds the schema') FROM unnest('{torale_anon,torale_user,torale_admin}'::text[]) role;
SELECT ok(NOT has_schema_privilege(role, 'torale_internal', 'USAGE'), role || ' does not find the internal one') FROM unnest('{torale_anon,torale_user,torale_admin}'::text[]) role;
SELECT ok(NOT has_schema_privilege('torale_authenticator', 'torale', 'USAGE'), 'without a role there is no schema');

-- ---- db-pre-request ----
SELECT row_eq($$SELECT signature, prosecdef, prorettype::regtype::text, provolatile::text FROM functions WHERE proname = 'pre_request'$$,
    ROW ('torale.pre_request()'::text, false, 'void'::text, 'v'::text), 'the pre-request function takes nothing, runs as its caller and may set the role');
SELECT ok(has_function_privilege(role, 'torale.pre_request()', 'EXECUTE'), role || ' calls it') FROM unnest('{torale_anon,torale_user,torale_admin}'::text[]) role;
\getenv tree TORALE_TREE
\set conf `cat "$TORALE_TREE/docker/postgrest.conf"`
CREATE TEMP TABLE conf AS
SELECT m[1] AS name, trim(m[2], '"') AS value FROM regexp_matches(:'conf', '^([a-z-]+) = (\S.*)$', 'gn') m;
SELECT is((SELECT array_agg(name ORDER BY name) FROM conf WHERE name ~ '^(db-(schemas|uri|anon-role|pre-request)|jwt-secret)$'),
    '{db-anon-role,db-pre-request,db-schemas,db-uri,jwt-secret}', 'the configuration says what has to be said');
SELECT is((SELECT value FROM conf WHERE name = 'db-schemas'), 'torale', 'its schema is there');
SELECT is((SELECT to_regrole(value)::text FROM conf WHERE name = 'db-anon-role'), 'torale_anon', 'its anonymous role too');
SELECT is((SELECT to_regproc(value)::text FROM conf WHERE name = 'db-pre-request'), 'torale.pre_request', 'and its function');
SELECT matches((SELECT value FROM conf WHERE name = 'db-uri'), '^postgres://torale_authenticator@', 'it connects as the authenticator, and has no password');
SELECT matches((SELECT value FROM conf WHERE name = 'jwt-secret'), '^@/', 'its secret is in a file');

-- ---- relations ----
SELECT is_empty($$
    SELECT r.oid::regclass, a.attname FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE NOT has_column_privilege('torale_user', r.oid, a.attnum, 'SELECT') AND r.relname NOT IN ('providers', 'audit_log')$$,
    'a user reads every column of every table and view, as select=* does');
SELECT is((SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a
           WHERE a.attrelid = 'torale.providers'::regclass AND a.attnum > 0 AND has_column_privilege('torale_user', a.attrelid, a.attnum, 'SELECT')),
    '{enabled,kind,model,name,price_in_per_mtok,price_out_per_mtok,price_per_call,priority}', 'but of providers, where select has to name them');
SELECT ok(NOT has_any_column_privilege('torale_user', 'torale.audit_log', 'SELECT') AND has_table_privilege('torale_admin', 'torale.audit_log', 'SELECT'), 'and the audit log, which is for administrators');
SELECT is((SELECT array_agg(r.relname::text) FROM relations r WHERE has_any_column_privilege('torale_anon', r.oid, 'SELECT, INSERT, UPDATE')), '{task_templates}', 'a visitor reads templates');
SELECT is_empty($$SELECT r.oid::regclass FROM relations r WHERE r.relkind = 'r' AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = r.oid AND k.contype = 'p')$$,
    'every table has a primary key');
SELECT is_empty($$SELECT r.oid::regclass FROM relations r JOIN pg_class c ON c.oid = r.oid WHERE r.relkind = 'r' AND NOT c.relrowsecurity$$, 'and row-level security');
SELECT is_empty($$SELECT r.oid::regclass FROM relations r JOIN pg_class c ON c.oid = r.oid WHERE r.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)$$,
    'every view shows what its reader may see');
SELECT is_empty($$
    SELECT k.conrelid::regclass, k.conname FROM pg_constraint k JOIN relations r ON r.oid = k.conrelid
    WHERE k.contype = 'f' AND NOT EXISTS (SELECT 1 FROM relations x WHERE x.oid = k.confrelid)$$, 'what can be embedded is in the schema');
-- Two references between the same tables would make an embedding ambiguous (PGRST201).
SELECT is((SELECT array_agg(DISTINCT k.conrelid::regclass::text) FROM (SELECT conrelid, confrelid FROM pg_constraint WHERE contype = 'f' GROUP BY 1, 2 HAVING count(*) > 1) k
    JOIN relations r ON r.oid = k.conrelid), NULL, 'no table refers to another in two ways');

-- ---- functions ----
SELECT is_empty($$SELECT signature FROM functions WHERE '' = ANY (parameters) OR cardinality(parameters) <> pronargs$$, 'every parameter has a name');
SELECT is_empty($$SELECT signature FROM functions WHERE provariadic <> 0$$, 'none is variadic');
SELECT is((SELECT array_agg(DISTINCT n) FROM functions, unnest(parameters) n WHERE n IN ('select', 'order', 'limit', 'offset', 'and', 'or', 'not', 'columns', 'on_conflict')),
    '{limit}', 'no parameter is taken for a part of the query by GET, but limit, which means the same');
SELECT is_empty($$SELECT f.signature, n FROM functions f, unnest(f.parameters) n WHERE n LIKE 'limit' AND NOT f.proretset$$, 'it stands where rows are returned');
-- Functions are chosen by the names given: there must be no set of names that fits two.
SELECT is_empty($$
    SELECT a.signature, b.signature FROM functions a JOIN functions b ON b.proname = a.proname AND b.oid > a.oid
    WHERE (a.parameters[1:a.pronargs - a.pronargdefaults] || b.parameters[1:b.pronargs - b.pronargdefaults]) <@ ARRAY(SELECT unnest(a.parameters) INTERSECT SELECT unnest(b.parameters))$$,
    'no two overloads can be meant by the same names');
SELECT is_empty($$
    SELECT f.signature, f.prorettype::regtype FROM functions f JOIN pg_type t ON t.oid = f.prorettype
    WHERE t.typtype = 'p' AND NOT (t.typname = 'void' OR t.typname = 'record' AND f.proargmodes && '{o,t}')$$, 'every result has columns that are known');
SELECT is_empty($$
    SELECT f.signature, u.t::regtype FROM functions f, unnest(f.proargtypes) u (t) JOIN pg_type t ON t.oid = u.t
    WHERE t.typtype = 'p' OR t.typnamespace NOT IN ('pg_catalog'::regnamespace, 'torale'::regnamespace)$$, 'and every argument a type that can be written');
SELECT is((SELECT array_agg(proname::text ORDER BY proname) FROM functions f WHERE NOT has_function_privilege('torale_user', f.oid, 'EXECUTE')),
    '{activate,admin_errors,admin_executions,admin_reset_task,admin_set_user,admin_stats,admin_tasks,admin_users,install_housekeeping}',
    'a user calls all that is not for administrators');
SELECT is((SELECT array_agg(proname::text ORDER BY proname) FROM functions f WHERE NOT has_function_privilege('torale_admin', f.oid, 'EXECUTE')), '{activate,install_housekeeping}',
    'an administrator all that is not for superusers');
SELECT is((SELECT array_agg(proname::text ORDER BY proname) FROM functions f WHERE has_function_privilege('torale_anon', f.oid, 'EXECUTE')),
    '{current_owner,describe_schedule,next_runs,pre_request,uuid_v7}', 'a visitor what reads nobody''s rows');
-- GET and HEAD run read-only and are allowed for stable functions alone.
SELECT is((SELECT array_agg(proname::text ORDER BY proname) FROM functions WHERE provolatile = 'v' AND proname IN ('events', 'doctor', 'health', 'explain', 'estimate', 'next_runs')
    OR provolatile <> 'v' AND proname ~ '^(create|update|delete|run|cancel|request|pause|resume|complete|revoke|mark|admin_set|admin_reset|set|drop|enable|add)_'), NULL,
    'what reads is stable, what writes is volatile');

-- ---- every object says what it is ----
SELECT is_empty($$SELECT r.oid::regclass FROM relations r WHERE obj_description(r.oid, 'pg_class') IS NULL$$, 'every table and view has a comment');
SELECT is_empty($$SELECT r.oid::regclass, a.attname FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE col_description(r.oid, a.attnum) IS NULL$$, 'every column');
SELECT is_empty($$SELECT signature FROM functions WHERE obj_description(oid, 'pg_proc') IS NULL$$, 'every function');

-- ---- statements as PostgREST writes them, in the session that it has ----
CREATE FUNCTION pg_temp.request(sub text, role text, statement text, payload json DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    SET LOCAL SESSION AUTHORIZATION torale_authenticator;
    PERFORM set_config('search_path', '"torale", "public"', true), set_config('role', role, true),
        set_config('request.jwt.claims', json_strip_nulls(json_build_object('sub', sub, 'role', role))::text, true),
        set_config('request.method', 'GET', true), set_config('request.path', '/', true), set_config('request.headers', '{"accept":"*/*"}', true), set_config('request.cookies', '{}', true);
    PERFORM "torale"."pre_request"();
    EXECUTE statement INTO result USING payload;
    RESET SESSION AUTHORIZATION;
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
SELECT is(pg_temp.request('webber', 'torale_anon', $$
    WITH pgrst_source AS (
        INSERT INTO "torale"."tasks"("search_query", "state") SELECT "pgrst_body"."search_query", "pgrst_body"."state" FROM (SELECT $1 AS json_data) pgrst_payload,
            LATERAL (SELECT CASE WHEN json_typeof(pgrst_payload.json_data) = 'array' THEN pgrst_payload.json_data ELSE json_build_array(pgrst_payload.json_data) END AS val) pgrst_uniform_json,
            LATERAL (SELECT "search_query", "state" FROM json_to_recordset(pgrst_uniform_json.val) AS _("search_query" text, "state" text)) pgrst_body
        RETURNING "torale"."tasks".*)
    SELECT coalesce(json_agg(_postgrest_t) -> 0 ->> 'owner', '-') FROM (SELECT "tasks".* FROM "pgrst_source" AS "tasks") _postgrest_t$$,
    '{"search_query": "What is new?", "state": "paused"}'), 'webber', 'an insert with its representation');
SELECT is(pg_temp.request('webber', 'torale_anon', $$
    WITH pgrst_source AS (SELECT "torale"."tasks"."id", "torale"."tasks"."search_query", coalesce("tasks_executions_1"."tasks_executions_1", '[]') AS "executions"
        FROM "torale"."tasks" LEFT JOIN LATERAL (SELECT json_agg("tasks_executions_1")::jsonb AS "tasks_executions_1" FROM (
            SELECT "executions_1"."status" FROM "torale"."executions" AS "executions_1" WHERE "executions_1"."owner" = "torale"."tasks"."owner" AND "executions_1"."task_id" = "torale"."tasks"."id"
        ) AS "tasks_executions_1") AS "tasks_executions_1" ON TRUE WHERE "torale"."tasks"."state" = 'paused' LIMIT 1000 OFFSET 0)
    SELECT coalesce(json_agg(_postgrest_t), '[]') -> 0 ->> 'executions' FROM (SELECT * FROM pgrst_source) _postgrest_t$$), '[]', 'a read with an embedding by the composite key');
SELECT is(pg_temp.request('webber', 'torale_anon', $$
    WITH pgrst_source AS (SELECT pgrst_call.* FROM (SELECT $1 AS json_data) pgrst_payload,
        LATERAL (SELECT "search_query", "schedule", "state" FROM json_to_record(pgrst_payload.json_data) AS _("search_query" text, "schedule" text, "state" text) LIMIT 1) pgrst_body,
        LATERAL "torale"."create_task"("search_query" := pgrst_body."search_query", "schedule" := pgrst_body."schedule", "state" := pgrst_body."state") pgrst_call)
    SELECT coalesce((json_agg(_postgrest_t) -> 0) ->> 'owner', '-') FROM (SELECT "create_task".* FROM "pgrst_source" AS "create_task") _postgrest_t$$,
    '{"search_query": "What is newer?", "schedule": "@daily", "state": "paused"}'), 'webber', 'a call with named arguments');
SELECT matches(pg_temp.request('webber', 'torale_anon', $$
    WITH pgrst_source AS (SELECT pgrst_call.pgrst_scalar FROM (SELECT $1 AS json_data) pgrst_payload,
        LATERAL (SELECT "name" FROM json_to_record(pgrst_payload.json_data) AS _("name" text) LIMIT 1) pgrst_body,
        LATERAL (SELECT "torale"."create_api_key"("name" := pgrst_body."name") pgrst_scalar) pgrst_call)
    SELECT (json_agg(_postgrest_t.pgrst_scalar) -> 0)::text FROM (SELECT "create_api_key".* FROM "pgrst_source" AS "create_api_key") _postgrest_t$$, '{"name": "web"}'), '^"sk_', 'a call that returns a text');
SELECT is(pg_temp.request(NULL, 'torale_anon', 'SELECT json_agg(t) FROM "torale"."tasks" t'), '42501 permission denied for table tasks', 'a visitor is refused');
SELECT is(pg_temp.request(NULL, 'torale_worker', 'SELECT 1'), '42501 permission denied to set role "torale_worker"', 'a token that names the worker too');
SELECT is(pg_temp.request('x', 'torale_authenticator', 'SELECT 1'), '42501 permission denied for schema torale', 'and one that names the authenticator');

SELECT * FROM finish();
ROLLBACK;
