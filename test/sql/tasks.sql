-- A plain role at work. Its tasks are paused or far from due, so no worker has a part in this;
-- what a NOTICE says depends on the server and is left to test/pgtap.
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
CREATE ROLE regress_alice;
-- Users have no say in ids; here they make the output the same each time.
GRANT INSERT (id) ON torale.tasks TO regress_alice;
GRANT torale_user TO regress_alice;
SET SESSION AUTHORIZATION regress_alice;
SELECT torale.current_owner();

-- Creating, by function and by INSERT.
SELECT name, state, notify_behavior, schedule, timezone, owner
FROM torale.create_task('When is the next Debian release?', 'a release date has been announced', schedule => '0 9 * * 1', timezone => 'Europe/Berlin', state => 'paused');
INSERT INTO torale.tasks (id, name, search_query, condition_description, schedule, state)
VALUES ('01900000-0000-7000-8000-000000000001', 'kernel', 'Is Linux 7.0 released?', 'version at least 7.0', 'every 2 hours', 'paused')
RETURNING name, state, notify_behavior, schedule, timezone, owner;
SELECT name, search_query, condition_description, schedule, notify_behavior FROM torale.create_task(template => 'mortgage-rate-drop', state => 'paused');
SELECT name, state, next_run, last_status, consecutive_failures, is_running FROM torale.task_overview ORDER BY id;

-- Changing, pausing, resuming, completing.
SELECT name, schedule FROM torale.update_task('01900000-0000-7000-8000-000000000001', name => 'Linux', schedule => 'at 2099-12-01T09:00:00Z');
SELECT state FROM torale.resume_task('01900000-0000-7000-8000-000000000001');
SELECT torale.next_run(t) FROM torale.tasks t WHERE name = 'Linux';
SELECT task, state, attempt, is_running FROM torale.queue WHERE next_run_at IS NOT NULL;
SELECT state FROM torale.pause_task('01900000-0000-7000-8000-000000000001');
UPDATE torale.tasks SET state = 'completed' WHERE name = 'Linux' RETURNING state;
SELECT name, state FROM torale.complete_task('01900000-0000-7000-8000-000000000001');

-- Schedules.
SELECT * FROM torale.next_runs('0 9 * * 1', 'Europe/Berlin', 3, '2026-03-20') AS next_run;
SELECT * FROM torale.next_runs('30 2 * * *', 'America/New_York', 3, '2026-03-07') AS next_run;
SELECT * FROM torale.next_runs('@monthly', count => 2, after => '2026-01-31') AS next_run;
SELECT s AS schedule, torale.describe_schedule(s) FROM unnest('{0 9 * * 1,*/15 * * * *,0 0 L * *,@daily,every 2 hours,at 2026-12-01T09:00:00Z}'::text[]) s;

-- Channels: the target is masked, the secret shown once.
SELECT (channel).kind, (channel).label, (channel).target, (channel).is_default, secret ~ '^whsec_[A-Za-z0-9+/]{43}=$' AS has_secret
FROM torale.create_channel('webhook', 'my hook', 'https://example.com/hook?token=geheim', is_default => true);
SELECT kind, label, target, enabled FROM torale.channels;
SELECT count(*) FROM torale.update_task('01900000-0000-7000-8000-000000000001', channels => ARRAY[(SELECT c.id FROM torale.create_channel('webhook', NULL, 'https://example.org/other') c)]);
SELECT c.label, c.target FROM torale.task_channels tc JOIN torale.channels c ON c.id = tc.channel_id ORDER BY 1;

-- Documents and memories.
INSERT INTO torale.documents (url, title, body) VALUES ('note:one', 'Linux', 'Linux 7.0 is released.') RETURNING url, owner, length(content_hash);
INSERT INTO torale.memories (task_id, content) VALUES ('01900000-0000-7000-8000-000000000001', 'kernel.org lists releases') RETURNING kind, content;

-- A run by hand is queued; nobody has to have it run.
BEGIN;
SELECT trigger, status, task_id FROM torale.run_task('01900000-0000-7000-8000-000000000001');
SELECT task, status, verdict, reason FROM torale.activity;
SELECT line FROM torale.executions e, torale.explain(e.id) WITH ORDINALITY AS x (line, n) WHERE n > 1 ORDER BY n;
SELECT c.status, c.skip_reason FROM torale.executions e, torale.cancel_execution(e.id) c;
ROLLBACK;
SELECT torale.mark_read();

-- Deleting.
SELECT name FROM torale.delete_task('01900000-0000-7000-8000-000000000001');
DELETE FROM torale.tasks;
SELECT (SELECT count(*) FROM torale.tasks) AS tasks, (SELECT count(*) FROM torale.memories) AS memories, (SELECT count(*) FROM torale.task_channels) AS links,
    (SELECT count(*) FROM torale.channels) AS channels;

RESET SESSION AUTHORIZATION;
DELETE FROM torale.documents WHERE owner = 'pg:regress_alice';
DELETE FROM torale.channels WHERE owner = 'pg:regress_alice';
DELETE FROM torale.users WHERE id = 'pg:regress_alice';
REVOKE INSERT (id) ON torale.tasks FROM regress_alice;
DROP ROLE regress_alice;
