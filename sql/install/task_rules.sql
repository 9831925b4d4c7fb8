-- The rules of torale.tasks as triggers, so that direct INSERT, UPDATE and DELETE obey what the
-- functions obey. The trigger functions are SECURITY DEFINER since they write the queue, which
-- users must not; they take nothing from the row that the policies do not check as well.

-- What a restore must not repeat carries WHEN (current_setting('row_security') = 'on'), since
-- pg_dump's scripts switch it off.

CREATE OR REPLACE FUNCTION torale_internal.refuse(message text, detail text, hint text, code text DEFAULT '22023')
RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail, HINT = hint;
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.is_date(p_text text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    RETURN p_text ~ '^\d{4}-\d\d-\d\d([T ].*)?$' AND p_text::timestamptz IS NOT NULL;
EXCEPTION WHEN data_exception THEN
    RETURN false;
END
$$;
COMMENT ON FUNCTION torale_internal.is_date(text) IS 'Whether a text is an ISO date, with or without a time.';

CREATE OR REPLACE FUNCTION torale_internal.check_search_options(options jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    field text;
    value jsonb;
    fault text;
BEGIN
    IF options IS NULL OR jsonb_typeof(options) <> 'object' THEN
        PERFORM torale_internal.refuse('search_options must be a JSON object',
            format('It is %s.', coalesce(jsonb_typeof(options), 'null')), 'For example {"max_results": 5, "recency": "week"}.');
    END IF;
    FOR field, value IN SELECT * FROM jsonb_each(options) LOOP
        fault := CASE
            WHEN field = 'max_results' THEN
                CASE WHEN jsonb_typeof(value) = 'number' AND value::text ~ '^\d+$' AND value::numeric BETWEEN 1 AND 20
                    THEN '' ELSE 'It must be a whole number from 1 to 20.' END
            WHEN field = 'recency' THEN
                CASE WHEN value #>> '{}' IN ('hour', 'day', 'week', 'month', 'year')
                    THEN '' ELSE 'It must be hour, day, week, month or year.' END
            WHEN field = 'country' THEN
                CASE WHEN value #>> '{}' ~ '^[A-Za-z]{2}$' THEN '' ELSE 'It must be a two-letter country code.' END
            WHEN field = 'language' THEN
                CASE WHEN value #>> '{}' ~ '^[A-Za-z]{2}$' THEN '' ELSE 'It must be a two-letter language code.' END
            WHEN field = 'published_after' THEN
                CASE WHEN torale_internal.is_date(value #>> '{}') THEN '' ELSE 'It must be a date such as 2026-01-31.' END
            WHEN field = 'domains' THEN
                CASE WHEN jsonb_typeof(value) = 'object'
                    AND NOT EXISTS (SELECT 1 FROM jsonb_each(value) d
                        WHERE d.key NOT IN ('allow', 'deny') OR jsonb_typeof(d.value) <> 'array'
                            OR jsonb_path_exists(d.value, '$[*] ? (@.type() != "string")'))
                    THEN coalesce((
                        SELECT format('Everybody may have a site below %s. Name sites, or write "*.%s" for all of them.', d.name, d.name)
                        FROM jsonb_path_query(value, '$.*[*]') x, LATERAL (SELECT x #>> '{}' AS name) d
                        WHERE torale_internal.is_public_suffix(d.name) LIMIT 1), '')
                    ELSE 'It must be {"allow": [...], "deny": [...]}.' END
            ELSE 'Known are max_results, domains, recency, country, language and published_after.'
        END;
        IF fault IS DISTINCT FROM '' THEN
            PERFORM torale_internal.refuse(format('search_options: %s is not accepted', field),
                format('%s: %s', field, value), coalesce(fault, 'It must not be null.'));
        END IF;
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.unused_name(p_owner text, p_query text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    base text := coalesce(nullif(rtrim(left(regexp_replace(btrim(p_query), '\s+', ' ', 'g'), 60), ' .?!,;'), ''), 'task');
    candidate text := base;
    n integer := 1;
BEGIN
    WHILE EXISTS (SELECT 1 FROM torale.tasks t WHERE t.owner = p_owner AND t.name = candidate) LOOP
        n := n + 1;
        candidate := base || ' ' || n;
    END LOOP;
    RETURN candidate;
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.check_task(task torale.tasks) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    IF task.search_query IS NULL OR length(btrim(task.search_query)) < 3 OR length(task.search_query) > 2000 THEN
        PERFORM torale_internal.refuse('search_query must have 3 to 2000 characters',
            format('It has %s.', coalesce(length(btrim(task.search_query)), 0)), 'State the question in plain words.');
    ELSIF length(task.condition_description) > 2000 THEN
        PERFORM torale_internal.refuse('condition_description must have at most 2000 characters',
            format('It has %s.', length(task.condition_description)), 'State the condition in one sentence.');
    ELSIF task.notify_behavior IS NULL OR task.notify_behavior NOT IN ('once', 'always') THEN
        PERFORM torale_internal.refuse(format('unknown notify_behavior %L', task.notify_behavior),
            'It says how often a condition that is met is told.', 'Use once or always.');
    ELSIF task.state IS NULL OR task.state NOT IN ('active', 'paused', 'completed') THEN
        PERFORM torale_internal.refuse(format('unknown state %L', task.state),
            'A task is in one of three states.', 'Use active, paused or completed.');
    ELSIF task.timezone IS NULL OR NOT torale_internal.is_known_zone(task.timezone) THEN
        PERFORM torale_internal.refuse(format('unknown time zone %L', task.timezone),
            'Schedules are evaluated in an IANA time zone.', 'SELECT name FROM pg_timezone_names WHERE name ILIKE ''%berlin%'';');
    ELSIF task.min_interval IS NULL OR task.max_interval IS NULL OR task.min_interval <= '0' OR task.min_interval > task.max_interval THEN
        PERFORM torale_internal.refuse('min_interval must be positive and at most max_interval',
            format('min_interval is %s, max_interval is %s.', task.min_interval, task.max_interval),
            'The defaults are 5 minutes and 7 days.');
    ELSIF task.max_interval > '10 years' OR task.dedupe_horizon > '100 years' THEN
        PERFORM torale_internal.refuse('max_interval must be at most 10 years, dedupe_horizon at most 100',
            format('max_interval is %s, dedupe_horizon is %s.', task.max_interval, task.dedupe_horizon), 'The defaults are 7 days and 180 days.');
    ELSIF length(task.name) > 200 OR task.name = '' THEN
        PERFORM torale_internal.refuse('name must have 1 to 200 characters',
            format('It has %s.', length(task.name)), 'Leave it out to have one generated.');
    ELSIF task.dedupe_horizon IS NULL OR task.dedupe_horizon < '0' THEN
        PERFORM torale_internal.refuse('dedupe_horizon must not be negative',
            format('It is %s.', task.dedupe_horizon), 'Use 0 to be told literally every time.');
    ELSIF task.mode NOT IN ('pipeline', 'agent') THEN
        PERFORM torale_internal.refuse(format('unknown mode %L', task.mode),
            'It says how a run comes to its verdict.', 'Use pipeline or agent, or null for torale.default_mode.');
    END IF;
    PERFORM torale_internal.check_search_options(task.search_options);
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.tasks_before_write() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER -- reads the owner's other names
SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    NEW.schedule := CASE WHEN btrim(NEW.schedule) = '' THEN NULL ELSE torale_internal.check_schedule(NEW.schedule) END;
    NEW.search_query := btrim(NEW.search_query);
    NEW.condition_description := nullif(btrim(NEW.condition_description), '');
    IF TG_OP = 'INSERT' AND NEW.name IS NULL THEN
        NEW.name := torale_internal.unused_name(NEW.owner, NEW.search_query);
    END IF;
    PERFORM torale_internal.check_task(NEW);
    -- The constraint decides between two sessions; this says it in words.
    IF EXISTS (SELECT 1 FROM torale.tasks t WHERE t.owner = NEW.owner AND t.name = NEW.name AND t.id <> NEW.id)
        AND NEW.owner = torale.current_owner() THEN
        PERFORM torale_internal.refuse(format('a task with the name %L exists', NEW.name), format('owner: %s', NEW.owner),
            'Choose another name, or leave it out to have one generated.', 'PT409');
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state = 'completed' AND NEW.state = 'paused' THEN
            PERFORM torale_internal.refuse('a completed task cannot be paused',
                format('Task %s is completed: nothing of it runs.', OLD.id), format('SELECT torale.resume_task(%L);', OLD.id), 'PT409');
        END IF;
        NEW.updated_at := clock_timestamp();
        IF NEW.state <> OLD.state THEN
            NEW.state_changed_at := NEW.updated_at;
        END IF;
    END IF;
    -- A slot that can never come is refused when it is written, not found out by waiting.
    IF NEW.state = 'active' AND NEW.schedule IS NOT NULL
        AND (TG_OP = 'INSERT' OR (NEW.schedule, NEW.timezone, NEW.state) IS DISTINCT FROM (OLD.schedule, OLD.timezone, OLD.state))
        AND torale_internal.next_slot(NEW.schedule, NEW.timezone, now()) IS NULL THEN
        PERFORM torale_internal.refuse('schedule has no slot in the future',
            format('schedule: %s, time zone: %s', NEW.schedule, NEW.timezone),
            format('SELECT * FROM torale.next_runs(%L, %L);', NEW.schedule, NEW.timezone));
    END IF;
    RETURN NEW;
END
$$;

-- Locks the owner's row, so that two sessions cannot both take the last free place, and so that
-- no task is activated beside its owner's deactivation.
CREATE OR REPLACE FUNCTION torale_internal.check_owner_may_activate(p_owner text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    who torale.users;
    active bigint;
BEGIN
    IF (SELECT u.active_task_limit FROM torale.users u WHERE u.id = p_owner) IS NULL THEN
        SELECT * INTO who FROM torale.users u WHERE u.id = p_owner FOR SHARE;
    ELSE
        SELECT * INTO who FROM torale.users u WHERE u.id = p_owner FOR NO KEY UPDATE;
    END IF;
    IF NOT who.is_active THEN
        PERFORM torale_internal.refuse('this user is deactivated', format('owner: %s', p_owner), 'An administrator can reactivate it.', '42501');
    END IF;
    SELECT count(*) INTO active FROM torale.tasks WHERE owner = p_owner AND state = 'active' AND who.active_task_limit IS NOT NULL;
    IF active > who.active_task_limit THEN
        PERFORM torale_internal.refuse(format('the limit of %s active tasks is reached', who.active_task_limit),
            format('owner: %s', p_owner), 'Pause, complete or delete a task first.', 'PT429');
    END IF;
END
$$;

-- Due slots that nobody will run any more, since the task is paused, completed or its run is
-- cancelled: one `missed` row covers them. The slot of a run that was claimed has its own row.
CREATE OR REPLACE FUNCTION torale_internal.record_missed(p_task uuid, p_is_claimed boolean, p_reason text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    task torale.tasks;
    due timestamptz;
    missed timestamptz[] := '{}';
BEGIN
    SELECT t.* INTO task FROM torale.tasks t WHERE t.id = p_task;
    SELECT s.slot INTO due FROM torale_internal.task_schedule s WHERE s.task_id = p_task;
    IF due IS NULL OR due > now() THEN
        RETURN;
    END IF;
    IF NOT p_is_claimed THEN
        missed := ARRAY[due];
    END IF;
    IF task.schedule IS NOT NULL THEN
        missed := missed || ARRAY(SELECT x FROM unnest(torale_internal.next_slots(task.schedule, task.timezone, 1000, due)) x WHERE x <= now() ORDER BY x);
    END IF;
    IF missed <> '{}' THEN
        INSERT INTO torale.executions (task_id, owner, trigger, status, scheduled_for, finished_at, slots_from, slots_until, slots, skip_reason)
        VALUES (p_task, task.owner, 'schedule', 'missed', missed[1], clock_timestamp(), missed[1], missed[cardinality(missed)], cardinality(missed), p_reason)
        ON CONFLICT DO NOTHING;
    END IF;
END
$$;
COMMENT ON FUNCTION torale_internal.record_missed(uuid, boolean, text) IS 'One missed row for the due slots of a task that nobody will run any more.';

-- Ends whatever run of the task is under way: the token makes its result void.
CREATE OR REPLACE FUNCTION torale_internal.cancel_runs(p_task uuid, p_reason text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    run uuid;
BEGIN
    SELECT execution_id INTO run FROM torale_internal.task_schedule WHERE task_id = p_task FOR UPDATE;
    PERFORM torale_internal.record_missed(p_task, run IS NOT NULL, p_reason);
    UPDATE torale_internal.task_schedule
    SET lease_token = nextval('torale_internal.lease_tokens'), lease_until = NULL, lease_owner = NULL, execution_id = NULL, attempt = 0
    WHERE task_id = p_task;
    UPDATE torale.executions
    SET status = 'cancelled', finished_at = clock_timestamp(), skip_reason = p_reason
    WHERE (id = run OR id IN (SELECT execution_id FROM torale_internal.requests WHERE task_id = p_task))
      AND status IN ('pending', 'running', 'retrying');
    DELETE FROM torale_internal.requests WHERE task_id = p_task;
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.first_run(task torale.tasks, OUT slot timestamptz, OUT next_run_at timestamptz)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    IF task.state <> 'active' THEN
        RETURN;
    END IF;
    slot := coalesce(torale_internal.next_slot(task.schedule, task.timezone, now()), now() + interval '1 minute');
    next_run_at := slot + torale_internal.spread(task.id);
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.tasks_after_write() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER -- writes the queue
SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'active' THEN
            PERFORM torale_internal.check_owner_may_activate(NEW.owner);
        END IF;
        INSERT INTO torale_internal.task_schedule (task_id, slot, next_run_at)
        SELECT NEW.id, f.slot, f.next_run_at FROM torale_internal.first_run(NEW) f;
    ELSIF NEW.state <> OLD.state THEN
        IF NEW.state = 'active' THEN
            PERFORM torale_internal.check_owner_may_activate(NEW.owner);
        ELSE
            PERFORM torale_internal.cancel_runs(NEW.id, NEW.state);
        END IF;
        UPDATE torale_internal.task_schedule s
        SET slot = f.slot, next_run_at = f.next_run_at, consecutive_failures = 0
        FROM torale_internal.first_run(NEW) f
        WHERE s.task_id = NEW.id;
    ELSIF NEW.state = 'active' AND (NEW.schedule, NEW.timezone) IS DISTINCT FROM (OLD.schedule, OLD.timezone) THEN
        -- A run under way finishes; its finish plans the next slot by the new schedule.
        UPDATE torale_internal.task_schedule s
        SET slot = f.slot, next_run_at = f.next_run_at
        FROM torale_internal.first_run(NEW) f
        WHERE s.task_id = NEW.id AND s.execution_id IS NULL;
    END IF;
    -- Another question: what is known already is judged by it once.
    IF TG_OP = 'UPDATE' AND (NEW.search_query, NEW.condition_description, NEW.search_options)
        IS DISTINCT FROM (OLD.search_query, OLD.condition_description, OLD.search_options) THEN
        UPDATE torale_internal.task_schedule s SET last_judged_at = NULL, rejudge = s.lease_until IS NOT NULL WHERE s.task_id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.ensure_owner(p_owner text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, torale, pg_temp AS $$
    INSERT INTO torale.users (id, active_task_limit)
    SELECT p_owner, CASE WHEN p_owner LIKE 'pg:%' THEN NULL ELSE 50 END
    WHERE p_owner IS NOT NULL AND NOT EXISTS (SELECT 1 FROM torale.users u WHERE u.id = p_owner)
    ON CONFLICT DO NOTHING
$$;
COMMENT ON FUNCTION torale_internal.ensure_owner(text) IS 'Writes the row of an owner who has none yet.';

CREATE OR REPLACE FUNCTION torale_internal.ensure_user() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER -- users are not writable by users
SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    PERFORM torale_internal.ensure_owner(torale.current_owner());
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER tasks_ensure_user BEFORE INSERT ON torale.tasks
    FOR EACH STATEMENT WHEN (pg_catalog.current_setting('row_security') = 'on')
    EXECUTE FUNCTION torale_internal.ensure_user();
CREATE OR REPLACE TRIGGER channels_ensure_user BEFORE INSERT ON torale.channels
    FOR EACH STATEMENT WHEN (pg_catalog.current_setting('row_security') = 'on')
    EXECUTE FUNCTION torale_internal.ensure_user();
CREATE OR REPLACE TRIGGER documents_ensure_user BEFORE INSERT ON torale.documents
    FOR EACH STATEMENT WHEN (pg_catalog.current_setting('row_security') = 'on' AND session_user <> 'torale_worker')
    EXECUTE FUNCTION torale_internal.ensure_user();
CREATE OR REPLACE TRIGGER tasks_before_write BEFORE INSERT OR UPDATE ON torale.tasks
    FOR EACH ROW WHEN (pg_catalog.current_setting('row_security') = 'on')
    EXECUTE FUNCTION torale_internal.tasks_before_write();
CREATE OR REPLACE TRIGGER tasks_after_write AFTER INSERT OR UPDATE ON torale.tasks
    FOR EACH ROW WHEN (pg_catalog.current_setting('row_security') = 'on')
    EXECUTE FUNCTION torale_internal.tasks_after_write();
CREATE OR REPLACE TRIGGER tasks_wake AFTER INSERT OR UPDATE OR DELETE ON torale.tasks
    FOR EACH STATEMENT EXECUTE FUNCTION torale_internal.wake_on_write();
CREATE OR REPLACE TRIGGER task_schedule_wake AFTER INSERT OR UPDATE OR DELETE ON torale_internal.task_schedule
    FOR EACH STATEMENT EXECUTE FUNCTION torale_internal.wake_on_write();
CREATE OR REPLACE TRIGGER requests_wake AFTER INSERT ON torale_internal.requests
    FOR EACH STATEMENT EXECUTE FUNCTION torale_internal.wake_on_write();
CREATE OR REPLACE TRIGGER deliveries_wake AFTER INSERT OR UPDATE ON torale.deliveries
    FOR EACH STATEMENT EXECUTE FUNCTION torale_internal.wake_on_write();
CREATE OR REPLACE TRIGGER providers_wake AFTER INSERT OR UPDATE OR DELETE ON torale.providers
    FOR EACH STATEMENT EXECUTE FUNCTION torale_internal.wake_on_write();

CREATE OR REPLACE FUNCTION torale_internal.users_after_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER -- pauses the tasks of a deactivated owner
SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    UPDATE torale.tasks SET state = 'paused' WHERE owner = NEW.id AND state = 'active';
    -- Runs by hand of tasks that were not active, and what has no task.
    PERFORM torale_internal.cancel_runs(q.task_id, 'deactivated')
    FROM torale_internal.requests q JOIN torale.tasks t ON t.id = q.task_id WHERE t.owner = NEW.id;
    UPDATE torale.executions e
    SET status = 'cancelled', finished_at = clock_timestamp(), skip_reason = 'deactivated'
    WHERE e.owner = NEW.id AND e.task_id IS NULL AND e.status IN ('pending', 'running', 'retrying');
    DELETE FROM torale_internal.requests q USING torale.executions e WHERE e.id = q.execution_id AND e.owner = NEW.id;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER users_after_update AFTER UPDATE ON torale.users
    FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active)
    EXECUTE FUNCTION torale_internal.users_after_update();

-- The sources of deleted tasks. A foreign key would look up the task once more for every source
-- of every run, though finish() holds the task's row locked already.
CREATE OR REPLACE FUNCTION torale_internal.tasks_after_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER -- sources are not writable by users
SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    DELETE FROM torale.sources s WHERE s.task_id IN (SELECT d.id FROM deleted d);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION torale_internal.tasks_after_delete() IS 'Removes the sources of deleted tasks.';
CREATE OR REPLACE TRIGGER tasks_after_delete AFTER DELETE ON torale.tasks
    REFERENCING OLD TABLE AS deleted
    FOR EACH STATEMENT EXECUTE FUNCTION torale_internal.tasks_after_delete();
