-- Every refusal as its user reads it, with its SQLSTATE, and the proof that nothing changed.
\set VERBOSITY default
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE ROLE regress_alice;
CREATE ROLE regress_bob;
-- Users have no say in ids; here they make the output the same each time.
GRANT INSERT (id) ON torale.tasks TO regress_alice;
GRANT torale_user TO regress_alice, regress_bob;
INSERT INTO torale.users (id) VALUES ('pg:regress_bob');
INSERT INTO torale.channels (id, owner, kind, label, target) VALUES ('01900000-0000-7000-8000-00000000000b', 'pg:regress_bob', 'webhook', 'bob', 'https://example.com/…');
SET SESSION AUTHORIZATION regress_alice;
INSERT INTO torale.tasks (id, name, search_query, schedule, state) VALUES
    ('01900000-0000-7000-8000-000000000001', 'paused', 'What is new?', '@yearly', 'paused'),
    ('01900000-0000-7000-8000-000000000002', 'done', 'What is new?', '@yearly', 'completed'),
    ('01900000-0000-7000-8000-000000000003', 'busy', 'What is new?', '@yearly', 'paused'),
    ('01900000-0000-7000-8000-000000000004', 'active', 'What is new?', '@yearly', 'active'),
    ('01900000-0000-7000-8000-000000000005', 'deleted', 'What is new?', '@yearly', 'paused');
SELECT name FROM torale.delete_task('01900000-0000-7000-8000-000000000005');
RESET SESSION AUTHORIZATION;
INSERT INTO torale.executions (id, owner, task_id, trigger, status) VALUES
    ('01900000-0000-7000-8000-0000000000e1', 'pg:regress_alice', '01900000-0000-7000-8000-000000000003', 'manual', 'running'),
    ('01900000-0000-7000-8000-0000000000e2', 'pg:regress_alice', '01900000-0000-7000-8000-000000000003', 'manual', 'success');
UPDATE torale.users SET active_task_limit = 1 WHERE id = 'pg:regress_alice';
CREATE TEMP VIEW everything AS
SELECT md5(concat((SELECT string_agg(x::text, '|' ORDER BY x::text) FROM torale.tasks x), (SELECT string_agg(x::text, '|' ORDER BY x::text) FROM torale.executions x),
    (SELECT string_agg(x::text, '|' ORDER BY x::text) FROM torale.channels x), (SELECT string_agg(x::text, '|' ORDER BY x::text) FROM torale.task_channels x),
    (SELECT string_agg(x::text, '|' ORDER BY x::text) FROM torale.providers x), (SELECT string_agg(x::text, '|' ORDER BY x::text) FROM torale_internal.task_schedule x),
    (SELECT string_agg(x::text, '|' ORDER BY x::text) FROM torale_internal.requests x), (SELECT string_agg(x::text, '|' ORDER BY x::text) FROM torale_internal.channel_secrets x))) AS digest;
SELECT digest FROM everything \gset
SET SESSION AUTHORIZATION regress_alice;

-- The question and the condition.
SELECT torale.create_task();
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task(repeat('why ', 501));
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('   ');
\echo SQLSTATE :SQLSTATE
INSERT INTO torale.tasks (search_query) VALUES ('?');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', repeat('x', 2001));
\echo SQLSTATE :SQLSTATE

-- The schedule: the position of the fault is named.
SELECT torale.create_task('What is new?', schedule => '0 25 * * *');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', schedule => '* * *');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', schedule => '@reboot');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', schedule => 'every now and then');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', schedule => 'at noon');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', schedule => 'at 2001-01-01T00:00:00Z');
\echo SQLSTATE :SQLSTATE
UPDATE torale.tasks SET schedule = '0 9 * * 5-1' WHERE name = 'paused';
\echo SQLSTATE :SQLSTATE
SELECT torale.next_runs('0 9 * * *', count => 0);
\echo SQLSTATE :SQLSTATE

-- Time zone, intervals, behaviour, state, template, options.
SELECT torale.create_task('What is new?', timezone => 'Mars/Olympus');
\echo SQLSTATE :SQLSTATE
SELECT torale.next_runs('0 9 * * *', 'Mars/Olympus');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', min_interval => '2 days', max_interval => '1 day');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', max_interval => '11 years');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', notify_behavior => 'daily');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', state => 'asleep');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task(template => 'gta-vii');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', search_options => '{"max_results": 1000}');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', search_options => '{"colour": "red"}');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', search_options => '{"published_after": "2026-99-99"}');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', search_options => '{"domains": {"deny": [5]}}');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', dedupe_horizon => '-1 day');
\echo SQLSTATE :SQLSTATE

-- Channels.
SELECT torale.create_channel('webhook', 'x', 'http://example.com/hook');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_channel('webhook', 'x', 'https://ann:secret@example.com/hook');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_channel('webhook', 'x', 'https://192.168.1.10/hook');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_channel('webhook', 'x', 'https://[::1]/hook');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_channel('webhook', 'x', 'https://example.com:8443/hook');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_channel('webhook', 'x', 'not a url');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_channel('pigeon', 'x', 'https://example.com/hook');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_channel('webhook', 'x', 'https://example.com/hook', '{"Host": "evil.example"}');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', state => 'paused', channels => '{01900000-0000-7000-8000-00000000000b}');
\echo SQLSTATE :SQLSTATE
INSERT INTO torale.task_channels (task_id, channel_id) VALUES ('01900000-0000-7000-8000-000000000001', '01900000-0000-7000-8000-00000000000b');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', state => 'paused', notifications => '[{"type": "webhook", "url": "https://10.0.0.1/"}]');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', state => 'paused', notifications => '[1]');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?', state => 'paused', notifications => '[{"type": "webhook"}]');
\echo SQLSTATE :SQLSTATE
SELECT torale.request_channel_test('01900000-0000-7000-8000-00000000000b');
\echo SQLSTATE :SQLSTATE

-- Names are an owner's own.
INSERT INTO torale.tasks (name, search_query, state) VALUES ('paused', 'What is new?', 'paused');
\echo SQLSTATE :SQLSTATE

-- States, what is gone, what runs, limits.
SELECT torale.pause_task('01900000-0000-7000-8000-000000000002');
\echo SQLSTATE :SQLSTATE
UPDATE torale.tasks SET state = 'paused' WHERE name = 'done';
\echo SQLSTATE :SQLSTATE
SELECT torale.run_task('01900000-0000-7000-8000-000000000005');
\echo SQLSTATE :SQLSTATE
SELECT torale.update_task('01900000-0000-7000-8000-000000000005', name => 'back');
\echo SQLSTATE :SQLSTATE
SELECT torale.run_task('01900000-0000-7000-8000-000000000003');
\echo SQLSTATE :SQLSTATE
SELECT torale.cancel_execution('01900000-0000-7000-8000-0000000000e2');
\echo SQLSTATE :SQLSTATE
SELECT torale.explain('01900000-0000-7000-8000-0000000000ee');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task('What is new?');
\echo SQLSTATE :SQLSTATE
SELECT torale.resume_task('01900000-0000-7000-8000-000000000001');
\echo SQLSTATE :SQLSTATE

-- Looking back, and asking for a task.
SELECT torale.explain('01900000-0000-7000-8000-0000000000e2', 'xml');
\echo SQLSTATE :SQLSTATE
SELECT torale.replay('01900000-0000-7000-8000-000000000003', '2026-02-01Z', '2026-01-01Z');
\echo SQLSTATE :SQLSTATE
SELECT torale.replay('01900000-0000-7000-8000-000000000005', '2026-01-01Z');
\echo SQLSTATE :SQLSTATE
SELECT torale.replay('01900000-0000-7000-8000-000000000003', '2026-01-01Z');
\echo SQLSTATE :SQLSTATE
SELECT torale.replay('01900000-0000-7000-8000-000000000003', '2026-01-01Z', judge => 'oracle');
\echo SQLSTATE :SQLSTATE
SELECT torale.request_replay('01900000-0000-7000-8000-000000000003', '2026-01-01Z');
\echo SQLSTATE :SQLSTATE
SELECT torale.replay_results('01900000-0000-7000-8000-0000000000ee');
\echo SQLSTATE :SQLSTATE
SELECT torale.request_suggestion('  ');
\echo SQLSTATE :SQLSTATE
SELECT torale.request_suggestion('what is new', '["a list"]');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task_from('{"search_query": "What is new?", "colour": "red"}');
\echo SQLSTATE :SQLSTATE
SELECT torale.create_task_from('{"search_query": 7}');
\echo SQLSTATE :SQLSTATE

-- Previews, and procedures inside a transaction block.
SELECT torale.request_preview('?');
\echo SQLSTATE :SQLSTATE
BEGIN;
CALL torale.preview('What is new?');
\echo SQLSTATE :SQLSTATE
ROLLBACK;
BEGIN;
CALL torale.test_channel('01900000-0000-7000-8000-00000000000b');
\echo SQLSTATE :SQLSTATE
ROLLBACK;

-- Rights.
UPDATE torale.tasks SET owner = 'pg:regress_bob';
\echo SQLSTATE :SQLSTATE
SELECT torale.activate();
\echo SQLSTATE :SQLSTATE
SELECT torale.install_housekeeping();
\echo SQLSTATE :SQLSTATE
SELECT * FROM torale_internal.channel_secrets;
\echo SQLSTATE :SQLSTATE

-- Money in another unit, and memories that are none.
SELECT torale.set_budget('owner', max_cost_usd => '5 EUR');
\echo SQLSTATE :SQLSTATE
SELECT torale.set_budget('owner', max_cost_usd => 2500000);
\echo SQLSTATE :SQLSTATE
SELECT torale.set_budget('owner', max_cost_usd => 'NaN');
\echo SQLSTATE :SQLSTATE
SELECT torale.set_budget('owner', period => 'week', max_calls => 5);
\echo SQLSTATE :SQLSTATE
SELECT torale.set_budget('server', max_calls => 5);
\echo SQLSTATE :SQLSTATE
INSERT INTO torale.memories (task_id, content) SELECT id, repeat('long ', 500) FROM torale.tasks WHERE name = 'paused';
\echo SQLSTATE :SQLSTATE

-- Accepted, with a word of warning: the built-in judge cannot decide this.
SELECT a.message, a.fix FROM torale.tasks t,
    torale.advice_for(jsonb_populate_record(t, '{"condition_description": "people will love it because it is prettier than the old one"}')) a
WHERE t.name = 'paused' AND a.message LIKE 'the built-in judge%';

-- Providers are for superusers.
RESET SESSION AUTHORIZATION;
INSERT INTO torale.providers (name, kind, adapter) VALUES ('mine', 'search', 'altavista');
\echo SQLSTATE :SQLSTATE
UPDATE torale.providers SET adapter = 'rules' WHERE name = 'perplexity';
\echo SQLSTATE :SQLSTATE

-- Nothing of all this changed anything.
SELECT digest = :'digest' AS unchanged FROM everything;

DELETE FROM torale.tasks WHERE owner = 'pg:regress_alice';
DELETE FROM torale.channels WHERE owner = 'pg:regress_bob';
DELETE FROM torale.users WHERE id IN ('pg:regress_alice', 'pg:regress_bob');
REVOKE INSERT (id) ON torale.tasks FROM regress_alice;
DROP ROLE regress_alice, regress_bob;
