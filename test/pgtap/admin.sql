-- What administrators see and do over all owners, that nobody else does, and the log of it.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(89);

\ir parts/as_user.psql
CREATE ROLE alice LOGIN;
CREATE ROLE carol LOGIN;
CREATE ROLE visitor LOGIN;
GRANT torale_user TO alice;
GRANT torale_admin TO carol;
GRANT torale_anon TO visitor;
INSERT INTO torale.users (id, email, role, last_seen_at) VALUES ('webber', 'w@example.com', 'user', now()), ('chief', 'c@example.com', 'admin', now() - interval '2 days');
CREATE FUNCTION pg_temp.as_chief(statement text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.as_web('chief', statement, 'torale_admin') $$;
INSERT INTO torale.tasks (id, owner, name, search_query, schedule, state) VALUES
    ('0a000000-0000-7000-8000-000000000001', 'webber', 'one', 'What is new?', '0 9 * * *', 'active'),
    ('0a000000-0000-7000-8000-000000000002', 'webber', 'two', 'What is new?', NULL, 'paused'),
    ('0a000000-0000-7000-8000-000000000003', 'chief', 'three', 'What is old?', NULL, 'active');
INSERT INTO torale.executions (task_id, owner, trigger, status, scheduled_for, started_at, finished_at, verdict, error_category, error_message, steps, created_at)
SELECT '0a000000-0000-7000-8000-000000000001', 'webber', 'schedule', x.status, now() - x.ago, now() - x.ago, now() - x.ago, x.verdict, x.category, x.category,
    '[{"kind": "search", "status": "ok"}, {"kind": "judge", "status": "failed"}]', now() - x.ago
FROM (VALUES ('success', interval '3 hours', 'met', NULL), ('success', interval '2 hours', 'not_met', NULL), ('failed', interval '1 hour', NULL, 'upstream'),
    ('success', interval '40 days', 'not_met', NULL)) x (status, ago, verdict, category) ORDER BY x.ago DESC;
INSERT INTO torale.notifications (kind, task_id, execution_id, owner, title, body)
SELECT 'finding', e.task_id, e.id, e.owner, 'News', 'It is out.' FROM torale.executions e WHERE e.verdict = 'met';
INSERT INTO torale.sources (task_id, owner, url, snippet, provider, content_hash) VALUES
    ('0a000000-0000-7000-8000-000000000001', 'webber', 'https://example.com/', 'It is out.', 'builtin', 'x');
INSERT INTO torale.citations (task_id, owner, execution_id, source_id, quote, quote_offset)
SELECT e.task_id, e.owner, e.id, s.id, 'It is out', 0 FROM torale.executions e, torale.sources s WHERE e.verdict = 'met';
INSERT INTO torale.channels (id, owner, kind, label, target) VALUES ('0c000000-0000-7000-8000-000000000001', 'webber', 'webhook', 'hook', 'https://example.com/…');
INSERT INTO torale.deliveries (owner, notification_id, channel_id) SELECT n.owner, n.id, '0c000000-0000-7000-8000-000000000001' FROM torale.notifications n;
INSERT INTO torale.memories (task_id, owner, content) VALUES ('0a000000-0000-7000-8000-000000000001', 'webber', 'It was out before.');

-- ---- for administrators alone ----
CREATE TEMP TABLE functions AS
SELECT p.oid::regprocedure AS function, p.proname AS name, format('SELECT count(*) FROM torale.%I(%s)', p.proname,
    (SELECT string_agg('NULL::' || format_type(t, NULL), ', ' ORDER BY n) FROM unnest(p.proargtypes) WITH ORDINALITY u (t, n))) AS call
FROM pg_proc p WHERE p.pronamespace = 'torale'::regnamespace AND starts_with(p.proname, 'admin_');
SELECT is((SELECT array_agg(name::text ORDER BY name) FROM functions),
    '{admin_errors,admin_executions,admin_reset_task,admin_set_user,admin_stats,admin_tasks,admin_users}', 'seven functions');
SELECT is(pg_temp.as_user('alice', call), '42501 permission denied for function ' || name, name || ' is not for a database user') FROM functions;
SELECT is(pg_temp.as_web('webber', call), '42501 permission denied for function ' || name, name || ' is not for a user of the API') FROM functions;
SELECT is(pg_temp.as_web('chief', call), '42501 permission denied for function ' || name, name || ' is not for an administrator who acts as a user') FROM functions;
SELECT is(pg_temp.as_user('visitor', call), '42501 permission denied for function ' || name, name || ' is not for a visitor') FROM functions;
SELECT is(pg_temp.as_user('torale_authenticator', 'SELECT torale.admin_stats()'), '42501 permission denied for schema torale', 'nor for the authenticator');

-- ---- what they see ----
CREATE TEMP TABLE stats AS SELECT pg_temp.as_chief('SELECT torale.admin_stats()')::jsonb AS s;
SELECT is(s -> 'users', '{"total": 3, "active": 3, "admins": 1, "seen_24h": 1}', 'users') FROM stats;
SELECT is(s -> 'tasks', '{"total": 3, "active": 2, "paused": 1, "completed": 0, "triggered": 1, "trigger_rate": 33.3}', 'tasks') FROM stats;
SELECT is(s -> 'executions_24h', '{"total": 4, "success": 3, "failed": 1, "success_rate": 75.0}', 'executions of a day by their ids') FROM stats;
SELECT is(s -> 'popular_queries', '[{"count": 2, "search_query": "What is new?", "triggered_count": 1}, {"count": 1, "search_query": "What is old?", "triggered_count": 0}]',
    'the most frequent questions') FROM stats;
SELECT is(pg_temp.as_user('carol', 'SELECT torale.admin_stats() -> ''tasks'' ->> ''total'''), '3', 'a database administrator sees the same');
SELECT is(pg_temp.as_chief('SELECT string_agg(name || '' '' || execution_count || '' '' || finding_count || '' '' || coalesce(last_status, ''-'') || '' '' || coalesce(owner_email, ''-''), '', '') FROM torale.admin_tasks()'),
    'three 0 0 - c@example.com, two 0 0 - w@example.com, one 4 1 failed w@example.com', 'tasks of all owners, newest first');
SELECT is(pg_temp.as_chief('SELECT string_agg(name, '', '') FROM torale.admin_tasks(active_only => true)'), 'three, one', 'active ones');
SELECT is(pg_temp.as_chief('SELECT string_agg(name, '', '') FROM torale.admin_tasks(1)'), 'three', 'a few');
SELECT is(pg_temp.as_chief('SELECT next_run > now() FROM torale.admin_tasks() WHERE name = ''one'''), 'true', 'with their next run');
SELECT is(pg_temp.as_chief('SELECT string_agg(status || '' '' || coalesce(verdict, ''-'') || '' '' || task_name || '' '' || owner_email, '', '' ORDER BY id DESC) FROM torale.admin_executions(3)'),
    'failed - one w@example.com, success not_met one w@example.com, success met one w@example.com', 'executions, newest first');
SELECT is(pg_temp.as_chief('SELECT count(*) FROM torale.admin_executions(status => ''success'')'), '3', 'of a status');
SELECT is(pg_temp.as_chief('SELECT count(*) FROM torale.admin_executions(task_id => ''0a000000-0000-7000-8000-000000000002'')'), '0', 'of a task');
SELECT is(pg_temp.as_chief('SELECT task_name || '' '' || error_category || '' '' || (last_step ->> ''kind'') || '' '' || search_query FROM torale.admin_errors()'),
    'one upstream judge What is new?', 'what failed, where');
SELECT matches(torale.create_api_key('x'), '^sk_', 'with a key of somebody''s');
SELECT is(pg_temp.as_chief('SELECT string_agg(concat_ws('' '', id, email, role, is_active, tasks, active_tasks, findings, api_keys), '', '' ORDER BY id) FROM torale.admin_users()'),
    'chief c@example.com admin t 1 1 0 0, pg:postgres user t 0 0 0 1, webber w@example.com user t 2 1 1 0', 'users with what they have');

-- ---- users ----
SELECT is(pg_temp.as_chief('SELECT torale.admin_set_user(''chief'', is_active => false)'), '42501 nobody changes their own role or deactivates themselves', 'nobody deactivates themselves');
SELECT is(pg_temp.as_chief('SELECT torale.admin_set_user(''chief'', ''user'')'), '42501 nobody changes their own role or deactivates themselves', 'nor steps down');
SELECT is(pg_temp.as_chief('SELECT torale.admin_set_user(''nobody'', ''user'')'), 'PT404 user ''nobody'' does not exist', 'an unknown user');
SELECT is(pg_temp.as_chief('SELECT torale.admin_set_user(''webber'', ''owner'')'), '22023 unknown role ''owner''', 'an unknown role');
SELECT is(pg_temp.as_chief('SELECT torale.admin_set_user(''pg:postgres'', ''admin'')'), '22023 a database user becomes an administrator by a grant', 'a database user');
SELECT is(pg_temp.as_chief('SELECT (torale.admin_set_user(''webber'', ''admin'')).role'), 'admin', 'a user is made an administrator');
SELECT is(pg_temp.as_user('torale_authenticator', 'SELECT role FROM torale_internal.admit_user(''webber'', ''{}'', NULL)'), 'torale_admin', 'who is one from the next request on');
SELECT is(pg_temp.as_chief('SELECT (torale.admin_set_user(''webber'', ''user'')).role'), 'user', 'and no longer');
SELECT torale.run_task('0a000000-0000-7000-8000-000000000002');
SELECT pg_temp.as_web('webber', $$SELECT torale.create_api_key('web')$$) AS key \gset
SELECT is(pg_temp.as_chief('SELECT (torale.admin_set_user(''webber'', is_active => false)).is_active'), 'false', 'a user is deactivated');
SELECT is((SELECT array_agg(state ORDER BY id) FROM torale.tasks WHERE owner = 'webber'), '{paused,paused}', 'all their tasks are paused');
SELECT is((SELECT array_agg(s.next_run_at) FROM torale_internal.task_schedule s JOIN torale.tasks t ON t.id = s.task_id WHERE t.owner = 'webber'), '{NULL,NULL}', 'none is planned');
SELECT is((SELECT status || ' ' || skip_reason FROM torale.executions WHERE trigger = 'manual'), 'cancelled deactivated', 'a run by hand is cancelled');
SELECT is(pg_temp.as_user('torale_authenticator', format('SELECT refusal FROM torale_internal.admit_key(%L)', encode(sha256(:'key'), 'hex'))), 'inactive', 'their key is refused');
SELECT is(pg_temp.as_user('torale_authenticator', 'SELECT refusal FROM torale_internal.admit_user(''webber'', ''{}'', ''torale_admin'')'), 'inactive', 'their token too');
SELECT is(pg_temp.as_chief('SELECT (torale.admin_set_user(''webber'', is_active => true)).is_active'), 'true', 'a user is reactivated');
SELECT is((SELECT array_agg(DISTINCT state) FROM torale.tasks WHERE owner = 'webber'), '{paused}', 'their tasks wait for them');

-- ---- a task from the start ----
UPDATE torale.tasks SET state = 'active' WHERE name = 'one';
UPDATE torale_internal.task_schedule SET last_judged_at = now(), consecutive_failures = 3 WHERE task_id = '0a000000-0000-7000-8000-000000000001';
SELECT is(pg_temp.as_chief(format('SELECT torale.admin_reset_task(%L, %s)', '0a000000-0000-7000-8000-000000000001', bad)), '22023 days must be from 1 to 30', bad || ' days')
FROM unnest('{0,31,-1,NULL}'::text[]) x, LATERAL (SELECT coalesce(x, 'NULL')) v (bad);
SELECT is(pg_temp.as_chief('SELECT torale.admin_reset_task(''0a000000-0000-7000-8000-00000000000f'')'),
    'PT404 task 0a000000-0000-7000-8000-00000000000f does not exist', 'an unknown task');
SELECT is(pg_temp.as_chief('SELECT torale.admin_reset_task(''0a000000-0000-7000-8000-000000000001'', 30)'), '(0a000000-0000-7000-8000-000000000001,3,1)', 'the executions of 30 days go');
SELECT results_eq('SELECT created_at FROM torale.executions WHERE task_id = ''0a000000-0000-7000-8000-000000000001''', $$VALUES (now() - interval '40 days')$$, 'older ones stay');
SELECT is((SELECT count(*) FROM torale.notifications) + (SELECT count(*) FROM torale.citations) + (SELECT count(*) FROM torale.deliveries), 0::bigint, 'what hung on them is gone');
SELECT is((SELECT count(*) FROM torale.memories) + (SELECT count(*) FROM torale.sources), 2::bigint, 'memories and sources stay');
SELECT row_eq('SELECT last_judged_at, consecutive_failures, next_run_at > now() FROM torale_internal.task_schedule WHERE task_id = ''0a000000-0000-7000-8000-000000000001''',
    ROW (NULL::timestamptz, 0, true), 'it is judged anew at its next slot');

-- ---- the log ----
SELECT is((SELECT string_agg(concat_ws(' ', actor, role, action, detail -> 'changed'), E'\n' ORDER BY id) FROM torale.audit_log WHERE target = 'webber'),
    E'chief torale_admin user.change ["role"]\nchief torale_admin user.change ["role"]\nchief torale_admin user.change ["is_active"]\nchief torale_admin user.change ["is_active"]',
    'who changed a user, and what');
SELECT is((SELECT detail FROM torale.audit_log WHERE target = 'webber' ORDER BY id LIMIT 1),
    '{"after": {"role": "admin", "is_active": true}, "before": {"role": "user", "is_active": true}, "changed": ["role"]}', 'before and after');
SELECT is((SELECT concat_ws(' ', actor, role, target, detail) FROM torale.audit_log WHERE action = 'task.reset'),
    'chief torale_admin 0a000000-0000-7000-8000-000000000001 {"days": 30, "owner": "webber", "executions": 3, "notifications": 1}', 'who reset a task');
SELECT is((SELECT concat_ws(' ', actor, role, detail -> 'after' ->> 'name') FROM torale.audit_log WHERE action = 'api_key.create' AND actor = 'webber'), 'webber torale_user web', 'who made a key');
SELECT pg_temp.as_web('webber', $$SELECT torale.revoke_api_key('web')$$);
SELECT is((SELECT concat_ws(' ', actor, detail -> 'changed') FROM torale.audit_log WHERE action = 'api_key.revoke'), 'webber ["revoked_at"]', 'who revoked one');
SELECT pg_temp.as_chief('UPDATE torale.providers SET enabled = false WHERE name = ''openai'' RETURNING 1');
SELECT is((SELECT concat_ws(' ', actor, target, detail -> 'changed', detail -> 'before' -> 'enabled', detail -> 'after' -> 'enabled') FROM torale.audit_log WHERE action = 'provider.change'),
    'chief openai ["enabled"] true false', 'who changed a provider');
UPDATE torale.providers SET url = 'https://other.example.com', secret_name = 'OTHER_KEY' WHERE name = 'openai';
SELECT is((SELECT concat_ws(' ', actor, role, detail -> 'changed') FROM torale.audit_log WHERE action = 'provider.change' ORDER BY id DESC LIMIT 1),
    'pg:postgres postgres ["secret_name", "url"]', 'that its address was changed is told');
SELECT is((SELECT count(*) FROM torale.audit_log a WHERE a::text ~ 'other\.example|OTHER_KEY|sk_[A-Za-z0-9_-]{20}'), 0::bigint, 'but not to what: administrators may not read it');
SELECT pg_temp.as_web('webber', $$SELECT torale.set_budget('owner', max_calls => 5)$$);
SELECT is((SELECT concat_ws(' ', actor, detail -> 'after' ->> 'max_calls') FROM torale.audit_log WHERE action = 'budget.create'), 'webber 5', 'who set a budget');
CREATE TEMP TABLE lines AS SELECT count(*) AS n FROM torale.audit_log;
UPDATE torale.users SET last_seen_at = now(), display_name = 'x';
UPDATE torale.api_keys SET last_used_at = now();
SELECT is((SELECT count(*) FROM torale.audit_log), (SELECT n FROM lines), 'what is no news is not written');
SET LOCAL row_security = off;
UPDATE torale.users SET role = 'admin' WHERE id = 'webber';
SET LOCAL row_security = on;
SELECT is((SELECT count(*) FROM torale.audit_log), (SELECT n FROM lines), 'nor what a restore does');

SELECT is(pg_temp.as_chief('SELECT count(*) > 0 FROM torale.audit_log'), 'true', 'administrators read it');
SELECT matches(pg_temp.as_web('webber', 'SELECT count(*) FROM torale.audit_log'), '^42501 permission denied', 'users do not');
SELECT matches(pg_temp.as_chief('DELETE FROM torale.audit_log RETURNING 1'), '^42501 permission denied', 'nobody deletes from it');
SELECT throws_ok('UPDATE torale.audit_log SET actor = ''x''', '42501', 'the audit log is append-only', 'a superuser changes no row');
SELECT throws_ok('DELETE FROM torale.audit_log', '42501', 'the audit log is append-only', 'nor deletes one');
SELECT throws_ok('TRUNCATE torale.audit_log', '42501', 'the audit log is append-only', 'nor all');
INSERT INTO torale.audit_log (id, actor, role, action, target, created_at)
SELECT torale_internal.uuid_at(now() - ago), 'x', 'x', 'x', 'x', now() - ago FROM unnest('{366 days,364 days}'::interval[]) ago;
SELECT is(torale_internal.housekeep() ->> 'audit', '1', 'what is older than torale.retention_audit is removed');

SELECT * FROM finish();
ROLLBACK;
