-- Grants, ownership and policies, read from the catalogs: an object that is added later is held
-- to the same rules. What follows from them for two people: tenancy.sql.
BEGIN;
SELECT plan(48);

\ir parts/as_user.psql
-- Names of this transaction's making are no part of the extension.
CREATE TEMP VIEW ours AS
SELECT d.classid, d.objid FROM pg_depend d
JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'torale'
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e';
CREATE TEMP VIEW our_relations AS
SELECT c.* FROM pg_class c JOIN ours o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid;
CREATE TEMP VIEW our_functions AS
SELECT p.* FROM pg_proc p JOIN ours o ON o.classid = 'pg_proc'::regclass AND o.objid = p.oid;
CREATE TEMP VIEW our_composites AS
SELECT t.* FROM pg_type t JOIN ours o ON o.classid = 'pg_type'::regclass AND o.objid = t.oid JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c';

-- ---- a plain role before and after the grant ----
CREATE ROLE alice LOGIN;
SELECT is(pg_temp.as_user('alice', 'SELECT id FROM torale.tasks'),
    '42501 permission denied for schema torale', 'before the grant nothing can be read');
SELECT is(pg_temp.as_user('alice', $$SELECT torale.create_task('What is new?')$$),
    '42501 permission denied for schema torale', 'nor called');
SELECT is(pg_temp.as_user('alice', 'SELECT * FROM torale_internal.task_schedule'),
    '42501 permission denied for schema torale_internal', 'nor found in the queue');
GRANT torale_user TO alice;
SELECT is(pg_temp.as_user('alice', 'SELECT count(*) FROM torale.tasks'), '0', 'after the grant it can be read');
SELECT matches(pg_temp.as_user('alice', $$SELECT (torale.create_task('What is new?', name => 'news', state => 'paused')).owner$$),
    '^pg:alice$', 'and called');
SELECT is(pg_temp.as_user('alice', 'SELECT * FROM torale_internal.task_schedule'),
    '42501 permission denied for schema torale_internal', 'what is internal stays closed');
SELECT is(pg_temp.as_user('alice', $$SELECT torale_internal.claim_due(now(), 1, '1 min', 'me', false)$$),
    '42501 permission denied for schema torale_internal', 'workers'' functions too');

-- ---- what she may not do although she is a user ----
SELECT matches(pg_temp.as_user('alice', 'SELECT torale.activate()'), '^42501 ', 'a user cannot activate a database');
SELECT matches(pg_temp.as_user('alice', 'SELECT torale.install_housekeeping()'), '^42501 ', 'nor install housekeeping');
SELECT matches(pg_temp.as_user('alice', 'SELECT torale.stop_workers(current_database())'), '^42501 ', 'nor stop workers');
SELECT matches(pg_temp.as_user('alice', 'SELECT torale.start_workers(current_database())'), '^42501 ', 'nor start them');
SELECT is(pg_temp.as_user('alice', 'SET torale.acting_owner = ''pg:bob'''),
    '42501 permission denied to set parameter "torale.acting_owner"', 'nor act for another');
SELECT is(pg_temp.as_user('alice', 'INSERT INTO torale.users (id) VALUES (''pg:eve'')'),
    '42501 permission denied for table users', 'nor make users');
SELECT is(pg_temp.as_user('alice', 'UPDATE torale.users SET role = ''admin'''),
    '42501 permission denied for table users', 'nor become an administrator');
SELECT is(pg_temp.as_user('alice', 'INSERT INTO torale.task_templates DEFAULT VALUES'),
    '42501 permission denied for table task_templates', 'nor write templates');
SELECT matches(pg_temp.as_user('alice', 'INSERT INTO torale.notifications (kind, title, body) VALUES (''finding'', ''x'', ''y'')'),
    '^42501 permission denied', 'nor tell herself something');
SELECT is(pg_temp.as_user('alice', 'INSERT INTO torale.documents (owner, url, body) VALUES (NULL, ''x'', ''y'')'),
    '42501 permission denied for table documents', 'nor write shared documents');
CREATE ROLE carol LOGIN;
GRANT torale_admin TO carol;
SELECT is(pg_temp.as_user('carol', 'INSERT INTO torale.documents (owner, url, body) VALUES (NULL, ''note:x'', ''y'') RETURNING owner'),
    NULL, 'an administrator writes shared documents');
SELECT matches(pg_temp.as_user('carol', 'INSERT INTO torale.documents (owner, url, body) VALUES (''pg:alice'', ''note:x'', ''y'')'),
    '^42501 new row violates row-level security policy', 'but none in another''s name');
SELECT matches(pg_temp.as_user('carol', 'SELECT torale.activate()'), '^42501 ', 'and activates nothing');
CREATE ROLE visitor LOGIN;
GRANT torale_anon TO visitor;
SELECT is(pg_temp.as_user('visitor', 'SELECT count(*) > 0 FROM torale.task_templates'), 'true', 'a visitor reads templates');
SELECT is(pg_temp.as_user('visitor', 'SELECT torale.describe_schedule(''0 9 * * *'') IS NOT NULL'), 'true', 'and has schedules described');
SELECT is((SELECT array_agg(c.relname) FROM our_relations c
           WHERE c.relkind IN ('r', 'v') AND c.relname <> 'task_templates' AND has_any_column_privilege('torale_anon', c.oid, 'SELECT, INSERT, UPDATE')),
    NULL, 'and nothing else');

-- ---- keys, addresses and secrets ----
SELECT is_empty($$
    SELECT role, name, privilege FROM unnest('{url,secret_name,adapter}'::text[]) name,
        unnest('{torale_anon,torale_user,torale_admin,torale_authenticator}'::text[]) role, unnest('{SELECT,INSERT,UPDATE}'::text[]) privilege
    WHERE has_column_privilege(role, 'torale.providers', name, privilege)$$,
    'where a provider is and which key it gets is for superusers alone');
SELECT ok(has_column_privilege('torale_admin', 'torale.providers', 'enabled', 'UPDATE'), 'an administrator switches providers');
SELECT ok(NOT has_column_privilege('torale_user', 'torale.providers', 'enabled', 'UPDATE'), 'a user does not');
SELECT is_empty($$
    SELECT role FROM unnest('{torale_anon,torale_user,torale_admin,torale_authenticator}'::text[]) role
    WHERE has_any_column_privilege(role, 'torale_internal.channel_secrets', 'SELECT')$$,
    'nobody reads the targets and secrets of channels');
SELECT is((SELECT array_agg(c.relname::text ORDER BY c.relname) FROM our_relations c
           WHERE c.relnamespace = 'torale_internal'::regnamespace AND c.relkind IN ('r', 'S')
             AND (has_table_privilege('torale_admin', c.oid, 'SELECT') OR c.relkind = 'r' AND has_any_column_privilege('torale_admin', c.oid, 'SELECT, INSERT, UPDATE'))),
    '{budget_state,task_schedule}', 'of the internal tables the views need the queue and the state of budgets only');
SELECT ok(NOT has_table_privilege('torale_admin', 'torale_internal.task_schedule', 'INSERT, UPDATE, DELETE, TRUNCATE'), 'and nobody writes it');
SELECT is_empty($$SELECT role FROM unnest('{torale_anon,torale_user,torale_admin}'::text[]) role
    WHERE has_schema_privilege(role, 'torale_internal', 'USAGE, CREATE') OR has_schema_privilege(role, 'torale', 'CREATE')$$,
    'no role of a user reaches into torale_internal or adds to torale');
SELECT is((SELECT array_agg(p.proname::text ORDER BY p.proname) FROM our_functions p WHERE has_function_privilege('torale_authenticator', p.oid, 'EXECUTE')),
    '{admit_key,admit_user,feed_items,jwks_document,want_jwks}', 'the authenticator calls what a request needs before it has a role');
SELECT is_empty($$SELECT c.oid::regclass::text FROM our_relations c WHERE c.relkind IN ('r', 'v') AND has_any_column_privilege('torale_authenticator', c.oid, 'SELECT, INSERT, UPDATE')$$,
    'and reads no table');

-- ---- every object, from the catalogs ----
SELECT is_empty($$
    SELECT c.oid::regclass::text FROM our_relations c,
        aclexplode(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) a
    WHERE c.relkind IN ('r', 'v', 'S') AND a.grantee = 0
    UNION ALL SELECT a.attrelid::regclass || '.' || a.attname FROM our_relations c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) x
    WHERE x.grantee = 0
    UNION ALL SELECT p.oid::regprocedure::text FROM our_functions p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0
    UNION ALL SELECT n.nspname FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.nspname IN ('torale', 'torale_internal') AND a.grantee = 0$$,
    'nothing is granted to PUBLIC');
SELECT is_empty($$
    SELECT p.oid::regprocedure::text FROM our_functions p WHERE p.proowner <> 'torale_worker'::regrole
    UNION ALL SELECT c.oid::regclass::text FROM our_relations c WHERE c.relkind IN ('r', 'v', 'S') AND c.relowner <> 'torale_worker'::regrole$$,
    'every table, view, sequence and function belongs to the worker role');
SELECT is_empty($$
    SELECT t.oid::regtype::text FROM our_composites t
    WHERE t.typowner <> 'torale_worker'::regrole OR has_type_privilege('public', t.oid, 'USAGE')$$,
    'so does every composite type, which is not for PUBLIC');
SELECT isnt((SELECT count(*) FROM our_composites), 0::bigint, 'of which there are some');
SELECT is_empty($$
    SELECT p.oid::regprocedure::text FROM our_functions p JOIN pg_language l ON l.oid = p.prolang
    WHERE l.lanname <> 'c' AND NOT (p.prokind = 'p' AND p.prosrc ~ '\mCOMMIT\M')
      AND NOT coalesce('search_path=pg_catalog, torale, pg_temp' = ANY (p.proconfig), false)$$,
    'every function pins its search_path, but procedures that commit');
SELECT is_empty($$SELECT p.oid::regprocedure::text FROM our_functions p WHERE p.prosecdef AND (p.prokind = 'p' OR p.proconfig IS NULL)$$,
    'every definer function pins it');
SELECT is_empty($$SELECT c.oid::regclass::text FROM our_relations c WHERE c.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)$$,
    'every view reads as its reader');
SELECT is_empty($$SELECT c.oid::regclass::text FROM our_relations c WHERE c.relkind IN ('r', 'p') AND NOT c.relrowsecurity$$,
    'every table has row-level security');
SELECT is_empty($$
    SELECT c.oid::regclass::text FROM our_relations c WHERE c.relkind IN ('r', 'p', 'S') AND c.relname <> 'activation'
      AND NOT c.oid = ANY (SELECT unnest(e.extconfig) FROM pg_extension e WHERE e.extname = 'torale')$$,
    'every table and sequence is dumped, but the activation');
SELECT is_empty($$
    SELECT c.oid::regclass::text FROM our_relations c
    WHERE c.relnamespace = 'torale'::regnamespace AND c.relkind = 'r' AND c.relname NOT IN ('task_templates', 'providers', 'audit_log')
      AND NOT EXISTS (SELECT 1 FROM pg_policy y WHERE y.polrelid = c.oid AND pg_get_expr(y.polqual, y.polrelid) ~ 'current_owner')$$,
    'every table of the API shows rows by owner');
SELECT is_empty($$
    SELECT conrelid::regclass || ': ' || conname FROM pg_constraint k JOIN our_relations c ON c.oid = k.conrelid
    WHERE k.contype = 'f' AND c.relname IN ('task_channels', 'memories')
      AND NOT (SELECT bool_or(a.attname = 'owner') FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey))$$,
    'references that users write name the owner');

-- ---- every object says what it is ----
SELECT is_empty($$
    SELECT c.oid::regclass::text FROM our_relations c WHERE c.relkind IN ('r', 'v', 'S') AND obj_description(c.oid, 'pg_class') IS NULL$$,
    'every table, view and sequence has a comment');
SELECT is_empty($$
    SELECT c.oid::regclass || '.' || a.attname FROM our_relations c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'v') AND col_description(c.oid, a.attnum) IS NULL$$,
    'every column has a comment');
SELECT is_empty($$SELECT p.oid::regprocedure::text FROM our_functions p WHERE obj_description(p.oid, 'pg_proc') IS NULL$$,
    'every function has a comment');

-- ---- roles ----
SELECT results_eq($$
    SELECT rolname::text COLLATE "C", rolcanlogin, rolinherit FROM pg_roles
    WHERE rolname LIKE 'torale\_%' AND NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls) ORDER BY 1$$,
    $$VALUES ('torale_admin' COLLATE "C", false, true), ('torale_anon', false, true), ('torale_authenticator', true, false),
             ('torale_user', false, true), ('torale_worker', true, false)$$,
    'five roles, none of which may more than log in');
SELECT is_empty($$SELECT m.member::regrole::text FROM pg_auth_members m WHERE m.roleid = 'torale_worker'::regrole$$,
    'nobody is a member of the worker role');

SELECT * FROM finish();
ROLLBACK;
