-- What world.mjs puts into the database: one row of every kind for an owner, also of those that only
-- workers write; a statement tried as somebody; all that there is of an owner.
CREATE SCHEMA tests;
CREATE TYPE tests.fault AS (code text, message text, detail text, hint text);
CREATE FUNCTION tests.furnish(who text, mark text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one uuid := rpad(mark, 32, '0')::uuid;
BEGIN
    INSERT INTO torale.users (id, display_name, email) VALUES (who, 'name ' || mark, mark || '@example.com') ON CONFLICT (id) DO UPDATE SET display_name = 'name ' || mark;
    INSERT INTO torale.tasks (id, owner, name, search_query, condition_description, schedule, context)
    VALUES (one, who, 'watch ' || mark, 'What is new of ' || mark || '?', 'a date for ' || mark, '0 9 1 1 *', jsonb_build_object('mark', mark));
    UPDATE torale_internal.task_schedule SET lease_owner = mark WHERE task_id = one;
    INSERT INTO torale.executions (id, owner, task_id, trigger, status, scheduled_for, started_at, finished_at, verdict, evidence, error_message, steps)
    VALUES (one, who, one, 'schedule', 'success', '2026-01-01', now(), now(), 'met', 'because ' || mark, 'fault ' || mark,
        jsonb_build_array(jsonb_build_object('kind', 'search', 'status', 'ok', 'started_at', now(), 'provider', mark),
            jsonb_build_object('kind', 'verify', 'started_at', now(), 'detail', jsonb_build_object('sources', jsonb_build_array(left(encode(sha256(mark::bytea), 'hex'), 16) || '+')))));
    INSERT INTO torale.executions (id, owner, trigger, status, started_at, finished_at, input, evidence)
    VALUES ((rpad(mark, 31, '0') || '1')::uuid, who, 'replay', 'failed', now(), now(), jsonb_build_object('replay', one, 'execution_id', one, 'told_verdict', 'met', 'at', now()), mark);
    INSERT INTO torale.sources (id, owner, task_id, url, title, snippet, provider, content_hash)
    VALUES (one, who, one, 'https://example.com/' || mark, 'title ' || mark, 'It is out ' || mark || '.', 'builtin', encode(sha256(mark::bytea), 'hex'));
    INSERT INTO torale.citations (id, owner, task_id, execution_id, source_id, quote, quote_offset) VALUES (one, who, one, one, one, 'It is out ' || mark, 0);
    INSERT INTO torale.notifications (id, owner, kind, task_id, execution_id, title, body) VALUES (one, who, 'finding', one, one, 'news ' || mark, 'It is out ' || mark || '.');
    INSERT INTO torale.channels (id, owner, kind, label, target) VALUES (one, who, 'webhook', 'hook ' || mark, 'https://example.com/…');
    INSERT INTO torale_internal.channel_secrets (channel_id, target, secrets) VALUES (one, 'https://example.com/' || mark, ARRAY['whsec_' || mark]);
    INSERT INTO torale.task_channels (owner, task_id, channel_id) VALUES (who, one, one);
    INSERT INTO torale.deliveries (id, owner, notification_id, channel_id, error) VALUES (one, who, one, one, 'fault ' || mark);
    INSERT INTO torale.delivery_attempts (id, owner, delivery_id, attempt, error) VALUES (one, who, one, 1, 'fault ' || mark);
    INSERT INTO torale.memories (id, owner, task_id, content) VALUES (one, who, one, 'a memory ' || mark);
    INSERT INTO torale.feeds (id, owner, url, title) VALUES (one, who, 'https://example.com/feed/' || mark, 'feed ' || mark);
    INSERT INTO torale.documents (id, owner, url, title, body, feed_id) VALUES (one, who, 'note:' || mark, 'note ' || mark, 'a document ' || mark, one);
    INSERT INTO torale.usage (owner, day, provider, calls) VALUES (who, '2026-01-01', 'of ' || mark, 1);
    INSERT INTO torale.budgets (id, owner, scope, task_id, period, max_calls) VALUES (one, who, 'task', one, 'day', 100);
    INSERT INTO torale_internal.budget_state (budget_id, window_start) VALUES (one, '2026-01-01');
    INSERT INTO torale.api_keys (id, owner, name, prefix) VALUES (one, who, 'old ' || mark, 'sk_' || mark);
    INSERT INTO torale_internal.api_key_hashes (key_id, key_hash) VALUES (one, rpad(mark, 64, '0'));
    INSERT INTO torale.feed_tokens (id, owner, task_id, prefix) VALUES (one, who, one, 'ft_' || mark);
    INSERT INTO torale_internal.feed_token_hashes (token_id, token_hash) VALUES (one, rpad(mark, 64, '0'));
END
$$;
-- What one statement gives to somebody, and nothing of it stays. An error is its parts.
CREATE FUNCTION tests.try(a jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    got jsonb;
    e tests.fault;
BEGIN
    PERFORM set_config('request.jwt.claims', coalesce(a ->> 'claims', ''), true), set_config('torale.request_owner', coalesce(a ->> 'owner', ''), true);
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', a ->> 'session');
    EXECUTE format('SET LOCAL ROLE %s', coalesce(a ->> 'role', 'none'));
    EXECUTE format('WITH x AS (%s) SELECT coalesce(jsonb_agg(to_jsonb(x)), ''[]'') FROM x', a ->> 'statement') INTO got;
    SET CONSTRAINTS ALL IMMEDIATE;
    RAISE EXCEPTION USING ERRCODE = 'ZZ000';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS e.code = RETURNED_SQLSTATE, e.message = MESSAGE_TEXT, e.detail = PG_EXCEPTION_DETAIL, e.hint = PG_EXCEPTION_HINT;
    RETURN CASE e.code WHEN 'ZZ000' THEN jsonb_build_object('rows', got) ELSE to_jsonb(e) END;
END
$$;
-- All that there is of an owner, but for when they were seen. What ann and carol name after others is theirs.
CREATE FUNCTION tests.rows_of(mark text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    name regclass;
    part jsonb;
    whole jsonb := '{}';
BEGIN
    FOR name IN SELECT c.oid FROM pg_class c
        WHERE c.relnamespace IN ('torale'::regnamespace, 'torale_internal'::regnamespace) AND c.relkind = 'r' ORDER BY c.oid LOOP
        EXECUTE format('SELECT jsonb_agg(to_jsonb(x) - ''{last_seen_at,last_used_at}''::text[] ORDER BY x::text) FROM %s x WHERE x::text LIKE $1 AND x::text !~ ''ann-0a0a0a0a|carol-0c0c0c0c''', name)
        INTO part USING '%' || mark || '%';
        whole := whole || jsonb_build_object(name, part);
    END LOOP;
    RETURN whole;
END
$$;
-- What is there when everybody is furnished; what callers add to it is taken away again, so that each
-- test finds the same.
CREATE TABLE tests.kept (id uuid);
CREATE FUNCTION tests.keep() RETURNS void LANGUAGE sql AS $$
    INSERT INTO tests.kept SELECT id FROM torale.tasks UNION SELECT id FROM torale.executions UNION SELECT id FROM torale.feeds UNION SELECT id FROM torale.documents
        UNION SELECT id FROM torale.channels UNION SELECT id FROM torale.api_keys UNION SELECT id FROM torale.feed_tokens UNION SELECT id FROM torale.budgets
        UNION SELECT id FROM torale.memories UNION SELECT id FROM torale.notifications;
$$;
CREATE FUNCTION tests.tidy() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY '{tasks,executions,feeds,documents,channels,api_keys,feed_tokens,budgets,memories,notifications}'::text[] LOOP
        EXECUTE format('DELETE FROM torale.%I x WHERE NOT EXISTS (SELECT 1 FROM tests.kept k WHERE k.id = x.id)', name);
    END LOOP;
    UPDATE torale.tasks t SET name = 'watch ' || left(t.id::text, 8) WHERE t.name <> 'watch ' || left(t.id::text, 8);
END
$$;
