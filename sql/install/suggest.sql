-- A task from a sentence: queued for the scheduler, which asks a model, or takes the words
-- literally where there is none. Nothing is made of it until the user says so.

-- What create_task() takes, and the JSON type of each.
CREATE OR REPLACE FUNCTION torale.task_arguments() RETURNS TABLE (name text, type text)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    VALUES ('name', 'string'), ('search_query', 'string'), ('condition_description', 'string'), ('schedule', 'string'), ('timezone', 'string'),
        ('notify_behavior', 'string'), ('search_options', 'object'), ('context', NULL), ('state', 'string'), ('template', 'string'), ('mode', 'string'),
        ('min_interval', 'string'), ('max_interval', 'string'), ('dedupe_horizon', 'string'), ('run_immediately', 'boolean'),
        ('notifications', 'array'), ('channels', 'array')
$$;
COMMENT ON FUNCTION torale.task_arguments() IS 'What create_task() and create_task_from() take; the JSON type where it is fixed.';

CREATE OR REPLACE FUNCTION torale.request_suggestion(prompt text, current_task jsonb DEFAULT NULL, timezone text DEFAULT 'UTC') RETURNS torale.executions
LANGUAGE plpgsql SECURITY DEFINER -- writes the queue
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    made torale.executions;
    me text := torale.current_owner();
    asked text := btrim(prompt, E' \t\r\n');
BEGIN
    IF coalesce(asked, '') = '' THEN
        PERFORM torale_internal.refuse('the prompt is empty', 'A suggestion needs a sentence that says what to watch.',
            'For example torale.request_suggestion(''Tell me when the next LTS kernel is out'').');
    ELSIF length(asked) > 8000 THEN
        PERFORM torale_internal.refuse('the prompt is longer than 8000 characters', format('It has %s.', length(asked)), 'Say in a few sentences what to watch.');
    ELSIF jsonb_typeof(current_task) NOT IN ('object', 'null') THEN
        PERFORM torale_internal.refuse('current_task must be a JSON object', format('It is %s.', jsonb_typeof(current_task)),
            'For example SELECT torale.request_suggestion(''once a week'', to_jsonb(t)) FROM torale.tasks t WHERE name = ''kernel'';');
    ELSIF length(current_task::text) > 20000 THEN
        PERFORM torale_internal.refuse('current_task is longer than 20000 characters', format('It has %s.', length(current_task::text)), 'Leave out context.');
    ELSIF NOT coalesce(torale_internal.is_known_zone(timezone), false) THEN
        PERFORM torale_internal.refuse(format('unknown time zone %L', timezone), 'The suggested schedule is meant in an IANA time zone.', 'SELECT name FROM pg_timezone_names;');
    END IF;
    PERFORM torale_internal.require_active_owner(me);
    -- A row of torale.tasks may be given as it is: what create_task() does not take is left out.
    INSERT INTO torale.executions (owner, trigger, input)
    VALUES (me, 'suggest', jsonb_build_object('prompt', asked, 'timezone', timezone, 'current_task',
        (SELECT jsonb_object_agg(k.key, k.value) FROM jsonb_each(CASE jsonb_typeof(current_task) WHEN 'object' THEN current_task END) k
         JOIN torale.task_arguments() a ON a.name = k.key
         WHERE k.value <> 'null' AND k.key NOT IN ('context', 'notifications', 'channels', 'state', 'template', 'run_immediately'))))
    RETURNING * INTO made;
    INSERT INTO torale_internal.requests (execution_id, kind) VALUES (made.id, 'suggest');
    RETURN made;
END
$$;
COMMENT ON FUNCTION torale.request_suggestion(text, jsonb, text) IS
    'Queues a suggestion: what to watch in plain words, and the task to change, if any. executions.result is the task; make it with create_task_from().';

-- Qualified throughout: see wait_for_execution().
CREATE OR REPLACE PROCEDURE torale.suggest(
    prompt text, current_task jsonb DEFAULT NULL, timezone text DEFAULT 'UTC', INOUT task jsonb DEFAULT NULL, INOUT execution_id uuid DEFAULT NULL,
    INOUT status text DEFAULT NULL, INOUT model text DEFAULT NULL, INOUT cost_usd numeric DEFAULT NULL, INOUT error text DEFAULT NULL)
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    made torale.executions;
BEGIN
    PERFORM torale.require_no_transaction_block('torale.request_suggestion(…)');
    made := torale.request_suggestion(prompt, current_task, timezone);
    COMMIT;
    CALL torale.wait_for_execution(made.id);
    SELECT e.result, e.id, e.status, e.model, e.cost_usd, coalesce(e.error_message, CASE WHEN e.status <> 'success' THEN e.evidence END)
    INTO task, execution_id, status, model, cost_usd, error
    FROM torale.executions e WHERE e.id OPERATOR(pg_catalog.=) made.id;
END
$$;
COMMENT ON PROCEDURE torale.suggest IS 'Turns plain words into a task, waits and returns it; makes nothing. Not inside a transaction block.';

CREATE OR REPLACE FUNCTION torale.create_task_from(task jsonb) RETURNS torale.tasks
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    given jsonb;
    fault record;
BEGIN
    IF jsonb_typeof(task) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'a task must be a JSON object', DETAIL = format('It is %s.', coalesce(jsonb_typeof(task), 'null')),
            HINT = 'For example {"search_query": "What is new?", "schedule": "@daily"}.';
    END IF;
    given := jsonb_strip_nulls(task - 'context') || jsonb_build_object('context', task -> 'context');
    SELECT k.key, jsonb_typeof(k.value) AS type, a.name, a.type AS wanted INTO fault
    FROM jsonb_each(given) k LEFT JOIN torale.task_arguments() a ON a.name = k.key
    WHERE a.name IS NULL OR a.type <> jsonb_typeof(k.value) ORDER BY k.key LIMIT 1;
    IF FOUND AND fault.name IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('a task has no %I', fault.key),
            DETAIL = format('It has %s.', (SELECT string_agg(a.name, ', ' ORDER BY a.name) FROM torale.task_arguments() a)),
            HINT = format('Leave it out: task - %L.', fault.key);
    ELSIF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s must be of the JSON type %s', fault.key, fault.wanted), DETAIL = format('It is %s.', fault.type),
            HINT = format('It reads %s.', task -> fault.key);
    END IF;
    RETURN torale.create_task(name => given ->> 'name', search_query => given ->> 'search_query', condition_description => given ->> 'condition_description',
        schedule => given ->> 'schedule', timezone => given ->> 'timezone', notify_behavior => given ->> 'notify_behavior',
        search_options => given -> 'search_options', context => nullif(given -> 'context', 'null'), state => given ->> 'state',
        template => given ->> 'template', mode => given ->> 'mode', min_interval => (given ->> 'min_interval')::interval,
        max_interval => (given ->> 'max_interval')::interval, dedupe_horizon => (given ->> 'dedupe_horizon')::interval,
        run_immediately => coalesce((given ->> 'run_immediately')::boolean, false), notifications => given -> 'notifications',
        channels => CASE WHEN given ? 'channels' THEN ARRAY(SELECT c::uuid FROM jsonb_array_elements_text(given -> 'channels') c) END);
END
$$;
COMMENT ON FUNCTION torale.create_task_from(jsonb) IS 'Makes the task that a suggestion describes: an object of create_task()''s arguments; any other key is refused.';
