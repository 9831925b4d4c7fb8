-- What happened to an owner, in the order of time: what a client that follows is told, and that it
-- is told each thing once and nothing of others.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(31);

\ir parts/as_user.psql
-- Every event as "kind what minutes": minutes since noon.
CREATE FUNCTION pg_temp.told(who text, arguments text DEFAULT '''2026-11-24 12:00Z''') RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.as_web(who, format('SELECT string_agg(x.kind || '' '' || coalesce(x.payload ->> ''status'', x.payload ->> ''title'') || '' '' || (extract(epoch FROM x.at - ''2026-11-24 12:00Z'') / 60)::integer, '', '')
        FROM (SELECT kind, payload, date_trunc(''minute'', at) AS at FROM torale.events(%s)) x', arguments))
$$;
CREATE FUNCTION pg_temp.at(minutes numeric) RETURNS timestamptz LANGUAGE sql AS $$ SELECT '2026-11-24 12:00Z'::timestamptz + minutes * interval '1 minute' $$;
CREATE FUNCTION pg_temp.id(minutes numeric, n integer DEFAULT 0) RETURNS uuid LANGUAGE sql AS $$
    SELECT overlay(torale_internal.uuid_at(pg_temp.at(minutes))::text PLACING lpad(n::text, 4, '0') FROM 33)::uuid
$$;
CREATE ROLE visitor LOGIN;
CREATE ROLE alice LOGIN;
GRANT torale_anon TO visitor;
GRANT torale_user TO alice;
INSERT INTO torale.users (id) VALUES ('webber'), ('bob');
INSERT INTO torale.tasks (id, owner, name, search_query, state) VALUES
    ('0a000000-0000-7000-8000-000000000001', 'webber', 'one', 'What is new?', 'paused'), ('0b000000-0000-7000-8000-000000000001', 'bob', 'two', 'What is new?', 'paused');

SELECT is(pg_temp.told('webber'), NULL, 'nothing happened yet');

-- ---- an execution through its states ----
INSERT INTO torale.executions (id, task_id, owner, trigger, status, scheduled_for, started_at, attempts, created_at)
VALUES (pg_temp.id(1), '0a000000-0000-7000-8000-000000000001', 'webber', 'schedule', 'running', pg_temp.at(1), pg_temp.at(1), 1, pg_temp.at(1));
SELECT is(pg_temp.told('webber'), 'execution running 1', 'a run begins');
UPDATE torale.executions SET status = 'retrying', steps = jsonb_build_array(jsonb_build_object('kind', 'judge', 'started_at', pg_temp.at(2), 'duration_ms', 60000));
SELECT is(pg_temp.told('webber'), 'execution running 1, execution retrying 3', 'an attempt fails when its last step ends');
CREATE TEMP TABLE seen AS SELECT pg_temp.as_web('webber', 'SELECT array_agg(id) FROM torale.events(''2026-11-24 12:00Z'')')::text[] AS ids;
UPDATE torale.executions SET status = 'running', attempts = 2;
SELECT is(pg_temp.told('webber'), 'execution running 1', 'the next one goes on with it');
UPDATE torale.executions SET status = 'success', finished_at = pg_temp.at(5), verdict = 'met', confidence = 90;
INSERT INTO torale.notifications (id, kind, task_id, execution_id, owner, title, body, relation, created_at)
VALUES (pg_temp.id(5), 'finding', '0a000000-0000-7000-8000-000000000001', pg_temp.id(1), 'webber', 'News', 'It is out.', 'new', pg_temp.at(5));
SELECT is(pg_temp.told('webber'), 'execution running 1, execution success 5, finding News 5', 'a run ends with a finding');
SELECT is(pg_temp.as_web('webber', 'SELECT id FROM torale.events(''2026-11-24 12:00Z'') LIMIT 1'), (SELECT ids[1] FROM seen), 'an event has the same id in every call');
SELECT is(pg_temp.as_web('webber', 'SELECT count(DISTINCT id) FROM torale.events(''2026-11-24 12:00Z'')'), '3', 'no two have the same');
SELECT is(pg_temp.as_web('webber', 'SELECT array_agg(id ORDER BY id COLLATE "C") = array_agg(id ORDER BY at) FROM torale.events(''2026-11-24 12:00Z'') WHERE kind = ''execution'''), 'true', 'ids are in the order of time');
SELECT is(pg_temp.as_web('webber', 'SELECT payload FROM torale.events(''2026-11-24 12:00Z'') WHERE kind = ''execution'' ORDER BY at DESC LIMIT 1')::jsonb,
    jsonb_build_object('execution_id', pg_temp.id(1), 'task_id', '0a000000-0000-7000-8000-000000000001', 'trigger', 'schedule', 'status', 'success', 'verdict', 'met', 'confidence', 90,
        'skip_reason', NULL, 'error_category', NULL), 'its end says what came out');
SELECT is(pg_temp.as_web('webber', 'SELECT payload FROM torale.events(''2026-11-24 12:00Z'') LIMIT 1')::jsonb,
    jsonb_build_object('execution_id', pg_temp.id(1), 'task_id', '0a000000-0000-7000-8000-000000000001', 'trigger', 'schedule', 'status', 'running'), 'its beginning does not');
SELECT is(pg_temp.as_web('webber', 'SELECT payload FROM torale.events(''2026-11-24 12:00Z'') WHERE kind = ''finding''')::jsonb,
    jsonb_build_object('notification_id', pg_temp.id(5), 'execution_id', pg_temp.id(1), 'task_id', '0a000000-0000-7000-8000-000000000001', 'title', 'News', 'relation', 'new'), 'a finding says where to read it');

-- ---- runs by hand wait first, some rows never run ----
INSERT INTO torale.executions (id, owner, trigger, status, created_at) VALUES (pg_temp.id(6), 'webber', 'preview', 'pending', pg_temp.at(6));
SELECT is(pg_temp.told('webber', '''2026-11-24 12:05:30Z'''), 'execution pending 6', 'a preview waits');
UPDATE torale.executions SET status = 'cancelled', finished_at = pg_temp.at(7) WHERE trigger = 'preview';
SELECT is(pg_temp.told('webber', '''2026-11-24 12:05:30Z'''), 'execution pending 6, execution cancelled 7', 'and is cancelled without having run');
INSERT INTO torale.executions (id, task_id, owner, trigger, status, scheduled_for, finished_at, created_at)
VALUES (pg_temp.id(8), '0a000000-0000-7000-8000-000000000001', 'webber', 'schedule', 'missed', pg_temp.at(7), pg_temp.at(8), pg_temp.at(8));
SELECT is(pg_temp.told('webber', '''2026-11-24 12:07:30Z'''), 'execution missed 8', 'a slot was missed');
INSERT INTO torale.executions (id, owner, trigger, status, started_at, created_at) VALUES (pg_temp.id(9), 'webber', 'test', 'running', pg_temp.at(9), pg_temp.at(9));
SELECT is(pg_temp.told('webber', '''2026-11-24 12:08:30Z'''), 'execution running 9', 'a test begins at once');
INSERT INTO torale.notifications (id, kind, owner, title, body, created_at) VALUES (pg_temp.id(10), 'system', 'webber', 'Channel disabled', 'x', pg_temp.at(10));
SELECT is(pg_temp.told('webber', '''2026-11-24 12:09:30Z'''), 'system Channel disabled 10', 'other notifications come under their kind');

-- ---- going on ----
CREATE TEMP TABLE everything AS
SELECT * FROM jsonb_to_recordset(pg_temp.as_web('webber', 'SELECT jsonb_agg(to_jsonb(e)) FROM torale.events(''2026-11-24 12:00Z'') e')::jsonb) x (id text, at timestamptz);
SELECT is((SELECT count(*) FROM everything), 8::bigint, 'eight events');
SELECT is_empty($$SELECT e.id FROM everything e WHERE pg_temp.as_web('webber', format('SELECT coalesce(array_agg(id), ''{}'') FROM torale.events(after => %L)', e.id))::text[]
    <> ARRAY(SELECT x.id FROM everything x WHERE x.id COLLATE "C" > e.id ORDER BY x.id COLLATE "C")$$, 'after any of them the rest follows, without gap and without repetition');
CREATE TEMP TABLE walked AS
WITH RECURSIVE w (id) AS (
    SELECT pg_temp.as_web('webber', 'SELECT id FROM torale.events(''2026-11-24 12:00Z'', "limit" => 1)')
    UNION ALL SELECT pg_temp.as_web('webber', format('SELECT id FROM torale.events(after => %L, "limit" => 1)', w.id)) FROM w WHERE w.id IS NOT NULL)
SELECT id FROM w WHERE id IS NOT NULL;
SELECT set_eq('SELECT id FROM walked', 'SELECT id FROM everything', 'so it does one by one');
SELECT is(pg_temp.told('webber', '''2026-11-24 12:05Z'''), pg_temp.told('webber', '''2026-11-24 12:05:00.000001Z'''), 'a time is told until then, not at it');
SELECT is(pg_temp.told('webber', '''2026-11-24 13:00Z'''), NULL, 'nothing since');
SELECT is(pg_temp.as_web('webber', 'SELECT count(*) FROM torale.events(''-infinity'')'), '8', 'from the beginning');
SELECT is(pg_temp.as_web('webber', 'SELECT count(*) FROM torale.events(''infinity'')'), '0', 'and from the end');
INSERT INTO torale.executions (id, owner, trigger, status, finished_at, created_at)
SELECT pg_temp.id(20, n), 'webber', 'replay', 'success', pg_temp.at(21), pg_temp.at(20) FROM generate_series(1, 1200) n;
SELECT is(pg_temp.as_web('webber', 'SELECT count(*) FROM torale.events(''2026-11-24 12:20:30Z'', "limit" => 100000)'), '1000', 'at most a thousand at a time');
SELECT is(pg_temp.as_web('webber', $$SELECT count(*) FROM torale.events(after => (SELECT max(id COLLATE "C") FROM torale.events('2026-11-24 12:20:30Z')))$$), '200',
    'the rest follows although all have one time');

-- ---- what takes long ----
INSERT INTO torale.executions (id, task_id, owner, trigger, status, scheduled_for, started_at, finished_at, attempts, created_at)
SELECT pg_temp.id(-60 * hours), x.task_id, x.owner, x.trigger, 'failed', pg_temp.at(-60 * hours), pg_temp.at(-60 * hours), pg_temp.at(30 + hours), x.attempts, pg_temp.at(-60 * hours)
FROM (VALUES (40, '0a000000-0000-7000-8000-000000000001'::uuid, 'webber', 'schedule', 3), (41, NULL, 'webber', 'preview', 1)) x (hours, task_id, owner, trigger, attempts);
SELECT is(pg_temp.told('webber', '''2026-11-24 12:29:30Z'''), 'execution failed 70, execution failed 71', 'what was tried again or waited for days is told when it ends');

-- ---- nobody else's ----
SELECT is(pg_temp.told('bob'), NULL, 'bob is told nothing of it');
SELECT is(pg_temp.as_user('alice', 'SELECT count(*) FROM torale.events(''-infinity'')'), '0', 'nor a database user');
SELECT is(pg_temp.as_user('torale_authenticator', 'SELECT count(*) FROM torale.events(''-infinity'')', '', 'torale_user'), '0', 'nor nobody');
SELECT is(pg_temp.as_web('bob', 'SELECT count(*) FROM torale.events(''-infinity'')', 'torale_admin'), '0', 'nor an administrator');
SELECT is(pg_temp.as_user('visitor', 'SELECT count(*) FROM torale.events()'), '42501 permission denied for function events', 'a visitor is refused');

SELECT * FROM finish();
ROLLBACK;
