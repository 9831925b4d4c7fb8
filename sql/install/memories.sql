-- What a task remembers between its runs. Owners write memories by DML; workers by remember(). The
-- same thing is remembered once: equal texts are one row, a near-equal one replaces what a run wrote
-- before. What the owner wrote or edited is never replaced or removed by a run.

CREATE OR REPLACE FUNCTION torale_internal.memory_key(p_content text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, torale, pg_temp
RETURN encode(sha256(convert_to(torale_internal.fold(p_content), 'UTF8')), 'hex');
COMMENT ON FUNCTION torale_internal.memory_key(text) IS 'Equal for texts that differ in case, white space or quotes alone.';

CREATE OR REPLACE FUNCTION torale_internal.check_memory(p_memory torale.memories) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    chars_max integer := current_setting('torale.memory_chars_max')::integer;
    unknown uuid;
BEGIN
    IF coalesce(btrim(p_memory.content), '') = '' THEN
        PERFORM torale_internal.refuse('a memory needs a content', 'It is empty.', 'State in a sentence what is to be remembered.');
    ELSIF length(p_memory.content) > chars_max THEN
        PERFORM torale_internal.refuse(format('a memory must have at most %s characters', chars_max), format('It has %s.', length(p_memory.content)),
            'Keep what a later run needs; torale.memory_chars_max is the limit.');
    ELSIF p_memory.kind IS NULL OR p_memory.kind NOT IN ('note', 'source', 'search', 'fact') THEN
        PERFORM torale_internal.refuse(format('unknown kind of memory %L', p_memory.kind), 'A memory is a note, or is about a source, a search or a fact.',
            'Use note, source, search or fact.');
    END IF;
    SELECT e.id INTO unknown FROM unnest(p_memory.evidence) e (id)
    WHERE NOT EXISTS (SELECT 1 FROM torale.sources s WHERE s.id = e.id AND s.task_id = p_memory.task_id AND s.owner = p_memory.owner) LIMIT 1;
    IF FOUND THEN
        PERFORM torale_internal.refuse(format('source %s is not one of this task', unknown), 'Evidence of a memory are sources that its task has stored.',
            format('SELECT id, title FROM torale.sources WHERE task_id = %L;', p_memory.task_id));
    END IF;
END
$$;
COMMENT ON FUNCTION torale_internal.check_memory(torale.memories) IS 'Raises 22023 for a memory that is not accepted, and says why.';

-- Rows that a user writes; a worker's have passed remember().
CREATE OR REPLACE FUNCTION torale_internal.memories_before_write() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER -- counts and refreshes other rows of the same owner
SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    rows_max integer := current_setting('torale.memories_max')::integer;
    twin uuid;
BEGIN
    NEW.content_key := torale_internal.memory_key(NEW.content);
    IF TG_OP = 'INSERT' AND NEW.created_by_execution IS NOT NULL THEN
        RETURN NEW;
    END IF;
    PERFORM torale_internal.check_memory(NEW);
    SELECT m.id INTO twin FROM torale.memories m
    WHERE m.task_id = NEW.task_id AND m.owner = NEW.owner AND m.content_key = NEW.content_key AND m.id <> NEW.id;
    IF TG_OP = 'UPDATE' THEN
        IF twin IS NOT NULL THEN
            PERFORM torale_internal.refuse('the task remembers this already', format('memory: %s', twin), 'Delete one of the two.', 'PT409');
        END IF;
        IF (NEW.content, NEW.kind, NEW.expires_at) IS DISTINCT FROM (OLD.content, OLD.kind, OLD.expires_at) AND NEW.updated_at = OLD.updated_at THEN
            -- Edited by its owner: from now on it is the owner's word.
            NEW.updated_at := clock_timestamp();
            NEW.created_by_execution := NULL;
        END IF;
        RETURN NEW;
    END IF;
    IF twin IS NOT NULL THEN
        UPDATE torale.memories m
        SET kind = NEW.kind, expires_at = NEW.expires_at, evidence = CASE WHEN NEW.evidence <> '{}' THEN NEW.evidence ELSE m.evidence END,
            created_by_execution = NULL, updated_at = clock_timestamp()
        WHERE m.id = twin;
        RETURN NULL;
    END IF;
    IF (SELECT count(*) FROM torale.memories m WHERE m.task_id = NEW.task_id AND m.owner = NEW.owner) >= rows_max
        AND torale_internal.forget_one(NEW.task_id) IS NULL THEN
        PERFORM torale_internal.refuse(format('the task remembers %s things already', rows_max), format('task: %s', NEW.task_id),
            format('SELECT id, content FROM torale.memories WHERE task_id = %L; and delete one.', NEW.task_id), 'PT429');
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION torale_internal.memories_before_write() IS 'Checks a memory and keeps one row for one thing.';
CREATE OR REPLACE TRIGGER memories_before_write BEFORE INSERT OR UPDATE ON torale.memories
    FOR EACH ROW WHEN (pg_catalog.current_setting('row_security') = 'on')
    EXECUTE FUNCTION torale_internal.memories_before_write();

-- Removes the least useful memory that a run wrote: an expired one, else the one that was confirmed
-- longest ago; facts last, since they carry evidence, notes on searching first. Null when there is none.
CREATE OR REPLACE FUNCTION torale_internal.forget_one(p_task uuid) RETURNS uuid
LANGUAGE sql SET search_path = pg_catalog, torale, pg_temp AS $$
    DELETE FROM torale.memories m WHERE m.id = (
        SELECT x.id FROM torale.memories x
        WHERE x.task_id = p_task AND (x.created_by_execution IS NOT NULL OR x.expires_at < now())
        ORDER BY x.expires_at < now() DESC NULLS LAST, array_position(ARRAY['search', 'source', 'note', 'fact'], x.kind), x.updated_at, x.id
        LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING m.id
$$;
COMMENT ON FUNCTION torale_internal.forget_one(uuid) IS 'Removes the least useful memory of a task that a run wrote; which.';

-- A memory of the task that says nearly the same in nearly the same words. Numbers, dates and
-- versions must be the same: where they differ, two things are said. What is locked is not looked at.
CREATE OR REPLACE FUNCTION torale_internal.near_memory(p_task uuid, p_content text) RETURNS torale.memories
LANGUAGE sql SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT m.*
    FROM torale.memories m
    CROSS JOIN LATERAL (SELECT tsvector_to_array(m.search) AS theirs, tsvector_to_array(to_tsvector('english', p_content)) AS ours) w
    CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE t.word = ANY (w.ours)) AS both, count(*) AS of_theirs FROM unnest(w.theirs) t (word)) c
    WHERE m.task_id = p_task AND cardinality(w.ours) >= 3
      AND c.both >= 0.8 * (c.of_theirs + cardinality(w.ours) - c.both)
      AND NOT EXISTS ((SELECT t FROM unnest(w.theirs) t WHERE t ~ '\d' AND t <> ALL (w.ours)) UNION ALL (SELECT o FROM unnest(w.ours) o WHERE o ~ '\d' AND o <> ALL (w.theirs)))
      -- "not" is no lexeme, and turns a sentence round.
      AND (m.content ~* '\m(not?|never|no longer)\M|n.t\M') = (p_content ~* '\m(not?|never|no longer)\M|n.t\M')
    ORDER BY c.both DESC, m.updated_at DESC
    LIMIT 1
    FOR UPDATE OF m SKIP LOCKED
$$;
COMMENT ON FUNCTION torale_internal.near_memory(uuid, text) IS 'A memory of the task that says nearly the same; locked.';

-- What a run wants to keep. The owner's word stands; one that a run wrote before gives way to the
-- newer words. Nothing here waits for somebody's open transaction but an equal row being inserted.
CREATE OR REPLACE FUNCTION torale_internal.remember(p_new torale.memories) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    known torale.memories;
BEGIN
    p_new.content := left(btrim(p_new.content), current_setting('torale.memory_chars_max')::integer);
    IF p_new.content = '' OR p_new.expires_at <= now() THEN
        RETURN;
    END IF;
    p_new.content_key := torale_internal.memory_key(p_new.content);
    IF EXISTS (SELECT 1 FROM torale.memories m WHERE m.task_id = p_new.task_id AND m.content_key = p_new.content_key) THEN
        SELECT m.* INTO known FROM torale.memories m
        WHERE m.task_id = p_new.task_id AND m.content_key = p_new.content_key FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            RETURN;
        END IF;
    ELSE
        known := torale_internal.near_memory(p_new.task_id, p_new.content);
    END IF;
    IF known.id IS NULL THEN
        INSERT INTO torale.memories (task_id, owner, content, content_key, kind, evidence, created_by_execution, expires_at)
        VALUES (p_new.task_id, p_new.owner, p_new.content, p_new.content_key, p_new.kind, p_new.evidence, p_new.created_by_execution, p_new.expires_at)
        ON CONFLICT DO NOTHING;
    ELSIF known.created_by_execution IS NULL THEN
        UPDATE torale.memories m SET updated_at = clock_timestamp() WHERE m.id = known.id;
    ELSE
        UPDATE torale.memories m
        SET content = p_new.content, kind = p_new.kind, expires_at = p_new.expires_at, created_by_execution = p_new.created_by_execution,
            evidence = CASE WHEN p_new.evidence <> '{}' THEN p_new.evidence ELSE m.evidence END, updated_at = clock_timestamp()
        WHERE m.id = known.id;
    END IF;
    WHILE (SELECT count(*) FROM torale.memories m WHERE m.task_id = p_new.task_id) > current_setting('torale.memories_max')::integer LOOP
        EXIT WHEN torale_internal.forget_one(p_new.task_id) IS NULL;
    END LOOP;
END
$$;
COMMENT ON FUNCTION torale_internal.remember(torale.memories) IS 'Keeps what a run learned: once, within the limits of the task.';

-- The memories of finished runs. p_memories: [{execution_id, content, kind, evidence: [content hash], expires_at}].
CREATE OR REPLACE FUNCTION torale_internal.finish_memories(p_memories jsonb, p_written uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    said record;
    memory torale.memories;
BEGIN
    FOR said IN
        SELECT e.id AS execution_id, e.task_id, e.owner, m.content, coalesce(m.kind, 'note') AS kind, m.expires_at,
            ARRAY(SELECT s.id FROM torale.sources s WHERE s.task_id = e.task_id AND s.content_hash = ANY (m.evidence) ORDER BY s.id) AS evidence
        FROM ROWS FROM (jsonb_to_recordset(p_memories) AS (execution_id uuid, content text, kind text, evidence text[], expires_at timestamptz))
            WITH ORDINALITY m (execution_id, content, kind, evidence, expires_at, place)
        JOIN torale.executions e ON e.id = m.execution_id AND e.task_id IS NOT NULL
        WHERE m.execution_id = ANY (p_written)
        ORDER BY m.place
    LOOP
        memory.task_id := said.task_id;
        memory.owner := said.owner;
        memory.content := said.content;
        memory.kind := said.kind;
        memory.evidence := said.evidence;
        memory.expires_at := said.expires_at;
        memory.created_by_execution := said.execution_id;
        PERFORM torale_internal.remember(memory);
    END LOOP;
END
$$;
COMMENT ON FUNCTION torale_internal.finish_memories(jsonb, uuid[]) IS 'Keeps what finished runs learned.';

-- The ids of a memory's sources stay good: retention leaves them.
CREATE OR REPLACE FUNCTION torale_internal.is_remembered(p_source uuid, p_task uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM torale.memories m WHERE m.task_id = p_task AND p_source = ANY (m.evidence))
$$;
COMMENT ON FUNCTION torale_internal.is_remembered(uuid, uuid) IS 'Whether a memory of the task rests on the source.';

COMMENT ON COLUMN torale.memories.evidence IS 'Sources it rests on: sources.id. They are kept as long as it is.';
COMMENT ON COLUMN torale.memories.content_key IS 'SHA-256 of the folded content, in hex: unique in a task.';
COMMENT ON COLUMN torale.memories.updated_at IS 'When it was written, edited, or found to be so again.';
