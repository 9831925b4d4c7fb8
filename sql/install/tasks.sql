-- Tasks as users handle them. Everything here runs as the caller: row-level security and the
-- triggers of task_rules.sql decide, so that a function can do no more than DML could.

CREATE OR REPLACE FUNCTION torale.my_task(p_id uuid) RETURNS torale.tasks
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    task torale.tasks;
BEGIN
    SELECT * INTO task FROM torale.tasks t WHERE t.id = p_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404', MESSAGE = format('task %s does not exist', coalesce(p_id::text, 'null')),
            DETAIL = format('owner: %s', torale.current_owner()), HINT = 'SELECT id, name, state FROM torale.tasks;';
    END IF;
    RETURN task;
END
$$;

-- Links a task to channels: those named, and those made from the original's notification list
-- [{"type": "webhook", "url": …}, {"type": "email", "address": …}]. New secrets go to a NOTICE,
-- once.
CREATE OR REPLACE FUNCTION torale.link_channels(p_task uuid, p_channels uuid[], p_notifications jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    item jsonb;
    target text;
    made record;
    linked uuid[] := p_channels;
    missing uuid;
BEGIN
    SELECT c.id INTO missing FROM unnest(p_channels) AS c (id)
    WHERE NOT EXISTS (SELECT 1 FROM torale.channels x WHERE x.id = c.id AND x.owner = torale.current_owner());
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404', MESSAGE = format('channel %s does not exist', missing),
            DETAIL = format('owner: %s', torale.current_owner()), HINT = 'SELECT id, kind, label FROM torale.channels;';
    END IF;
    IF p_notifications IS NOT NULL AND jsonb_typeof(p_notifications) <> 'array' THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'notifications must be a JSON array',
            DETAIL = format('It is %s.', jsonb_typeof(p_notifications)), HINT = 'For example [{"type": "webhook", "url": "https://example.com/hook"}].';
    END IF;
    FOR item IN SELECT * FROM jsonb_array_elements(coalesce(p_notifications, '[]')) LOOP
        IF jsonb_typeof(item) <> 'object' OR item ->> 'type' IS NULL OR coalesce(item ->> 'url', item ->> 'address', item ->> 'target') IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'a notification must be an object with type and url',
                DETAIL = format('It is %s.', item), HINT = 'For example {"type": "webhook", "url": "https://example.com/hook"}.';
        END IF;
        target := coalesce(item ->> 'url', item ->> 'address', item ->> 'target');
        SELECT * INTO made FROM torale.create_channel(item ->> 'type', NULL, target, coalesce(item -> 'headers', '{}'), false);
        linked := linked || made.id;
        IF made.secret IS NOT NULL THEN
            -- INFO reaches the client always and the server's log never, unless it is asked for.
            RAISE INFO 'channel % signs with secret %', made.id, made.secret
                USING HINT = 'It is shown this once. Give it to the receiver.';
        END IF;
    END LOOP;
    IF linked IS NOT NULL THEN
        DELETE FROM torale.task_channels tc WHERE tc.task_id = p_task AND NOT tc.channel_id = ANY (linked);
        INSERT INTO torale.task_channels (task_id, channel_id) SELECT p_task, c FROM unnest(linked) c ON CONFLICT DO NOTHING;
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION torale.create_task(
    search_query text DEFAULT NULL, condition_description text DEFAULT NULL, name text DEFAULT NULL, schedule text DEFAULT NULL,
    timezone text DEFAULT NULL, notify_behavior text DEFAULT NULL, notifications jsonb DEFAULT NULL, channels uuid[] DEFAULT NULL,
    search_options jsonb DEFAULT NULL, context jsonb DEFAULT NULL, state text DEFAULT NULL, run_immediately boolean DEFAULT false,
    template text DEFAULT NULL, min_interval interval DEFAULT NULL, max_interval interval DEFAULT NULL,
    dedupe_horizon interval DEFAULT NULL, mode text DEFAULT NULL)
RETURNS torale.tasks
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    t torale.task_templates;
    task torale.tasks;
BEGIN
    IF template IS NOT NULL THEN
        SELECT * INTO t FROM torale.task_templates x WHERE x.is_active AND (x.id = template OR x.name = template);
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('unknown template %L', template),
                DETAIL = 'Templates are named by id or by name.', HINT = 'SELECT id, name FROM torale.task_templates;';
        END IF;
    END IF;
    INSERT INTO torale.tasks (name, search_query, condition_description, schedule, timezone, notify_behavior, search_options,
        context, state, min_interval, max_interval, dedupe_horizon, mode)
    VALUES (coalesce(name, CASE WHEN t.name IS NOT NULL AND NOT EXISTS (SELECT 1 FROM torale.tasks x WHERE x.name = t.name AND x.owner = torale.current_owner()) THEN t.name END),
        coalesce(search_query, t.search_query), coalesce(condition_description, t.condition_description),
        coalesce(schedule, t.schedule), coalesce(timezone, 'UTC'), coalesce(notify_behavior, t.notify_behavior, 'once'),
        coalesce(search_options, '{}'), context, coalesce(state, 'active'), coalesce(min_interval, '5 minutes'),
        coalesce(max_interval, '7 days'), coalesce(dedupe_horizon, '180 days'), mode)
    RETURNING * INTO task;
    PERFORM torale.link_channels(task.id, channels, notifications);
    IF run_immediately AND task.state = 'active' THEN
        PERFORM torale.run_soon(task.id);
    END IF;
    PERFORM torale.advise(task);
    RETURN task;
END
$$;

-- Null leaves a value as it is; '' clears schedule, condition_description and mode.
CREATE OR REPLACE FUNCTION torale.update_task(
    id uuid, search_query text DEFAULT NULL, condition_description text DEFAULT NULL, name text DEFAULT NULL,
    schedule text DEFAULT NULL, timezone text DEFAULT NULL, notify_behavior text DEFAULT NULL, notifications jsonb DEFAULT NULL,
    channels uuid[] DEFAULT NULL, search_options jsonb DEFAULT NULL, context jsonb DEFAULT NULL, state text DEFAULT NULL,
    min_interval interval DEFAULT NULL, max_interval interval DEFAULT NULL, dedupe_horizon interval DEFAULT NULL,
    mode text DEFAULT NULL)
RETURNS torale.tasks
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    task torale.tasks := torale.my_task(id);
BEGIN
    UPDATE torale.tasks AS t
    SET search_query = coalesce(search_query, t.search_query),
        condition_description = coalesce(condition_description, t.condition_description),
        name = coalesce(name, t.name), schedule = coalesce(schedule, t.schedule), timezone = coalesce(timezone, t.timezone),
        notify_behavior = coalesce(notify_behavior, t.notify_behavior), search_options = coalesce(search_options, t.search_options),
        context = coalesce(context, t.context), state = coalesce(state, t.state),
        min_interval = coalesce(min_interval, t.min_interval), max_interval = coalesce(max_interval, t.max_interval),
        dedupe_horizon = coalesce(dedupe_horizon, t.dedupe_horizon), mode = CASE WHEN mode IS NULL THEN t.mode ELSE nullif(mode, '') END
    WHERE t.id = task.id
    RETURNING t.* INTO task;
    PERFORM torale.link_channels(task.id, channels, notifications);
    RETURN task;
END
$$;

CREATE OR REPLACE FUNCTION torale.set_task_state(p_id uuid, p_state text) RETURNS torale.tasks
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    task torale.tasks;
BEGIN
    PERFORM torale.my_task(p_id);
    UPDATE torale.tasks t SET state = p_state WHERE t.id = p_id AND t.state <> p_state RETURNING t.* INTO task;
    RETURN CASE WHEN FOUND THEN task ELSE torale.my_task(p_id) END;
END
$$;

CREATE OR REPLACE FUNCTION torale.pause_task(id uuid) RETURNS torale.tasks
LANGUAGE sql SET search_path = pg_catalog, torale, pg_temp RETURN torale.set_task_state(id, 'paused');
CREATE OR REPLACE FUNCTION torale.resume_task(id uuid) RETURNS torale.tasks
LANGUAGE sql SET search_path = pg_catalog, torale, pg_temp RETURN torale.set_task_state(id, 'active');
CREATE OR REPLACE FUNCTION torale.complete_task(id uuid) RETURNS torale.tasks
LANGUAGE sql SET search_path = pg_catalog, torale, pg_temp RETURN torale.set_task_state(id, 'completed');

CREATE OR REPLACE FUNCTION torale.delete_task(id uuid) RETURNS torale.tasks
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    task torale.tasks := torale.my_task(id);
BEGIN
    DELETE FROM torale.tasks t WHERE t.id = task.id;
    RETURN task;
END
$$;

-- What will not happen, said when the task is made, each with the statement that mends it.
CREATE OR REPLACE FUNCTION torale.advise(task torale.tasks) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    advice record;
BEGIN
    FOR advice IN SELECT * FROM torale.advice_for(task) LOOP
        RAISE NOTICE '%', advice.message USING HINT = advice.fix;
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION torale.advice_for(task torale.tasks) RETURNS TABLE (message text, fix text)
LANGUAGE plpgsql STABLE SECURITY DEFINER -- reads whether workers, keys and shared documents are there
SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    me text := torale.current_owner();
    reason text;
    secrets text[] := torale_internal.secret_names();
    keyed_search boolean;
    keyed_judge boolean;
BEGIN
    SELECT coalesce(bool_or(p.kind = 'search'), false), coalesce(bool_or(p.kind = 'llm'), false) INTO keyed_search, keyed_judge
    FROM torale.providers p
    WHERE p.enabled AND p.adapter NOT IN ('builtin', 'rules') AND (p.secret_name IS NULL OR p.secret_name = ANY (secrets));
    IF NOT torale_internal.is_served() THEN
        RETURN QUERY SELECT 'no torale worker serves this database: the task will not run'::text, 'SELECT * FROM torale.doctor();'::text;
    END IF;
    IF NOT keyed_search AND NOT EXISTS (SELECT 1 FROM torale.documents d WHERE d.owner = me OR d.owner IS NULL) THEN
        RETURN QUERY SELECT 'nothing can be searched: there are no documents and no search provider has a key'::text,
            'INSERT INTO torale.documents (url, title, body) VALUES (...); or set torale.secrets_file'::text;
    END IF;
    IF NOT keyed_judge THEN
        reason := torale_internal.why_undecidable(coalesce(task.condition_description, task.search_query));
        IF reason IS NOT NULL THEN
            RETURN QUERY SELECT 'the built-in judge cannot decide this condition: ' || reason,
                'Name a fact with a value (a date, a price, a version), or add a key for an LLM provider to torale.secrets_file.'::text;
        END IF;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM torale.task_channels tc JOIN torale.channels c ON c.id = tc.channel_id
                   WHERE tc.task_id = task.id AND tc.owner = me AND c.enabled)
        AND NOT EXISTS (SELECT 1 FROM torale.channels c WHERE c.owner = me AND c.enabled AND c.is_default) THEN
        RETURN QUERY SELECT 'no channel is set: findings are stored in torale.findings only'::text,
            'SELECT * FROM torale.create_channel(''webhook'', ''my hook'', ''https://example.com/hook'', is_default => true);'::text;
    END IF;
END
$$;
