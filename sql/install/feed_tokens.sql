-- Feeds of findings for feed readers, which cannot sign in: who has the token reads the findings of
-- one task or of one owner, and nothing else. The token is stored as its hash.

CREATE OR REPLACE FUNCTION torale.create_feed_token(task_id uuid DEFAULT NULL) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER -- writes the hash where users cannot read it
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me text := torale.current_owner();
    most integer := current_setting('torale.feed_tokens_max');
    made uuid;
    token text := 'ft_' || torale_internal.random_token(32);
BEGIN
    PERFORM torale_internal.require_active_owner(me);
    IF create_feed_token.task_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM torale.tasks t WHERE t.id = create_feed_token.task_id AND t.owner = me) THEN
        PERFORM torale_internal.refuse(format('task %s does not exist', create_feed_token.task_id), format('owner: %s', me),
            'SELECT id, name, state FROM torale.tasks;', 'PT404');
    END IF;
    PERFORM torale_internal.ensure_owner(me);
    -- Locks the owner, so that two sessions cannot both take the last free place.
    PERFORM 1 FROM torale.users u WHERE u.id = me FOR NO KEY UPDATE;
    IF (SELECT count(*) FROM torale.feed_tokens f WHERE f.owner = me AND f.revoked_at IS NULL) >= most THEN
        PERFORM torale_internal.refuse(format('the limit of %s feed tokens is reached', most), format('owner: %s', me),
            'Revoke one: SELECT id, task_id, prefix FROM torale.feed_tokens WHERE revoked_at IS NULL;', 'PT429');
    END IF;
    INSERT INTO torale.feed_tokens (task_id, prefix, owner) VALUES (create_feed_token.task_id, left(token, 11), me) RETURNING id INTO made;
    INSERT INTO torale_internal.feed_token_hashes (token_id, token_hash) VALUES (made, torale_internal.token_hash(token));
    RETURN token;
END
$$;
COMMENT ON FUNCTION torale.create_feed_token(uuid) IS
    'A token for /rss/{token} and /feed/{token}.json, shown this once: the findings of a task, or of all your tasks.';

CREATE OR REPLACE FUNCTION torale.revoke_feed_token(id uuid) RETURNS torale.feed_tokens
LANGUAGE plpgsql SECURITY DEFINER -- tokens are not writable by users
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_column
DECLARE
    token torale.feed_tokens;
BEGIN
    UPDATE torale.feed_tokens f SET revoked_at = coalesce(f.revoked_at, now())
    WHERE f.id = revoke_feed_token.id AND (f.owner = torale.current_owner() OR torale_internal.is_operator()) RETURNING f.* INTO token;
    IF NOT FOUND THEN
        PERFORM torale_internal.refuse(format('token %s does not exist', coalesce(revoke_feed_token.id::text, 'null')),
            format('owner: %s', torale.current_owner()), 'SELECT id, task_id, prefix FROM torale.feed_tokens WHERE revoked_at IS NULL;', 'PT404');
    END IF;
    RETURN token;
END
$$;
COMMENT ON FUNCTION torale.revoke_feed_token(uuid) IS 'Ends a feed token: the next request with it is refused.';

-- {title, items: [{id, title, body, url, published, task, condition, sources: [{url, title, quote}]}]},
-- newest first.
-- Null for a token that is unknown or revoked, and for one whose owner is deactivated: who asks
-- learns nothing more.
CREATE OR REPLACE FUNCTION torale_internal.feed_items(p_token_hash text, p_limit integer DEFAULT 50) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER -- the authenticator reads no table; the token decides whose rows these are
SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT jsonb_build_object(
        'title', coalesce('torale: ' || (SELECT t.name FROM torale.tasks t WHERE t.id = f.task_id AND t.owner = f.owner), 'torale'),
        'items', coalesce((
            SELECT jsonb_agg(jsonb_build_object('id', n.id, 'title', n.title, 'body', n.body, 'url', s.list #>> '{0,url}',
                'published', to_char(n.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                'task', t.name, 'condition', coalesce(t.condition_description, t.search_query), 'sources', s.list) ORDER BY n.id DESC)
            FROM (SELECT x.* FROM torale.notifications x
                  WHERE x.owner = f.owner AND x.kind = 'finding' AND (f.task_id IS NULL OR x.task_id = f.task_id)
                  ORDER BY x.id DESC LIMIT least(greatest(p_limit, 1), 50)) n
            LEFT JOIN torale.tasks t ON t.id = n.task_id AND t.owner = f.owner
            CROSS JOIN LATERAL (
                SELECT coalesce(jsonb_agg(jsonb_build_object('url', o.url, 'title', o.title, 'quote', c.quote) ORDER BY c.id), '[]') AS list
                FROM torale.citations c JOIN torale.sources o ON o.id = c.source_id
                WHERE c.execution_id = n.execution_id AND c.owner = f.owner) s), '[]'))
    FROM torale_internal.feed_token_hashes h
    JOIN torale.feed_tokens f ON f.id = h.token_id AND f.revoked_at IS NULL
    JOIN torale.users u ON u.id = f.owner AND u.is_active
    WHERE h.token_hash = p_token_hash
$$;
COMMENT ON FUNCTION torale_internal.feed_items(text, integer) IS 'The findings that a feed token shows, by its hash; null when it shows none any more.';

COMMENT ON TABLE torale.feed_tokens IS 'Tokens in the addresses of feeds: made by create_feed_token(), ended by revoke_feed_token().';
COMMENT ON COLUMN torale.feed_tokens.prefix IS 'Its first 11 characters, to recognise it by.';
COMMENT ON COLUMN torale.feed_tokens.revoked_at IS 'When it was revoked; null while it works.';
COMMENT ON TABLE torale_internal.feed_token_hashes IS 'Hashes of feed tokens.';
COMMENT ON COLUMN torale_internal.feed_token_hashes.token_id IS 'The token: feed_tokens.id.';
COMMENT ON COLUMN torale_internal.feed_token_hashes.token_hash IS 'SHA-256 of the whole token, in hex.';
