-- CREATE EXTENSION, and what is there after it. Runs first: the other files use what it makes.
CREATE EXTENSION torale;
CREATE EXTENSION torale;
SELECT n.nspname AS schema, e.extrelocatable FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'torale';

-- What one reads at the prompt.
\d torale.task_overview
\d torale.findings
\d torale.activity
\d torale.queue
\d torale.worker_status

-- What one calls.
SELECT p.oid::regprocedure AS function, CASE p.prokind WHEN 'p' THEN 'procedure' ELSE left(pg_get_function_result(p.oid), 165) END AS result
FROM pg_proc p WHERE p.pronamespace = 'torale'::regnamespace ORDER BY p.proname COLLATE "C", p.oid::regprocedure::text COLLATE "C";
SELECT name, kind, enabled FROM torale.providers ORDER BY kind, priority;
SELECT id, schedule, notify_behavior FROM torale.task_templates ORDER BY id COLLATE "C";

-- Where it cannot be installed.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT current_database() AS here \gset
CREATE DATABASE torale_latin1 ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0;
\c torale_latin1
CREATE EXTENSION torale;
\echo SQLSTATE :SQLSTATE
SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'torale%';
\c :here
DROP DATABASE torale_latin1;
CREATE ROLE regress_intruder;
CREATE DATABASE torale_guarded;
GRANT torale_worker TO regress_intruder;
\c torale_guarded
CREATE EXTENSION torale;
\echo SQLSTATE :SQLSTATE
\c :here
DROP DATABASE torale_guarded;
DROP ROLE regress_intruder;
