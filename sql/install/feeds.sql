-- Feeds and pages that the scheduler polls into torale.documents. A new document wakes no task:
-- the next run of its owner's tasks finds it, or of everybody's when the feed is shared.

CREATE OR REPLACE FUNCTION torale_internal.feeds_before_write() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER -- for the internal functions, and for the memory of a page
SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    least_interval interval := coalesce(current_setting('torale.feed_poll_min', true), '5min')::interval;
BEGIN
    IF TG_OP = 'INSERT' OR NEW.url <> OLD.url THEN
        IF NEW.url IS NULL OR NEW.url ~ '[\x00-\x20\x7f]' OR NEW.url !~* '^https?://' OR length(NEW.url) > 2048 THEN
            PERFORM torale_internal.refuse('a feed needs the address of a feed or page', format('url: %L', left(NEW.url, 200)),
                'For example https://example.com/feed.xml.');
        END IF;
        PERFORM torale_internal.check_url('feed', NEW.url);
    END IF;
    IF NEW.kind IS NULL OR NEW.kind NOT IN ('auto', 'feed', 'page') THEN
        PERFORM torale_internal.refuse(format('unknown kind of feed %L', NEW.kind), 'A feed is read as RSS, Atom or JSON Feed; a page by its changed sentences.',
            'Use feed, page, or auto, which looks at what comes.');
    END IF;
    IF (TG_OP = 'INSERT' OR NEW.poll_interval <> OLD.poll_interval) AND NEW.poll_interval < least_interval THEN
        PERFORM torale_internal.refuse(format('poll_interval must be at least %s', least_interval), format('It is %s.', NEW.poll_interval),
            'Choose a longer one, or lower torale.feed_poll_min.');
    END IF;
    IF TG_OP = 'INSERT' THEN
        RETURN NEW;
    END IF;
    IF NEW.url <> OLD.url OR NEW.kind <> OLD.kind THEN
        NEW.etag := NULL;
        NEW.last_modified := NULL;
        DELETE FROM torale_internal.feed_pages p WHERE p.feed_id = NEW.id AND NEW.url <> OLD.url;
    END IF;
    IF NEW.url <> OLD.url OR NEW.kind <> OLD.kind OR NEW.enabled AND NOT OLD.enabled THEN
        NEW.consecutive_failures := 0;
        NEW.failing_since := NULL;
        NEW.last_error := NULL;
        NEW.disabled_reason := NULL;
        NEW.next_poll_at := now();
        NEW.lease_until := NULL;
        NEW.lease_token := nextval('torale_internal.lease_tokens'); -- what is under way is not written
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION torale_internal.feeds_before_write() IS 'Refuses addresses that may not be called and too short intervals; begins anew when the address changes.';

CREATE OR REPLACE TRIGGER feeds_ensure_user BEFORE INSERT ON torale.feeds
    FOR EACH STATEMENT WHEN (pg_catalog.current_setting('row_security') = 'on')
    EXECUTE FUNCTION torale_internal.ensure_user();
CREATE OR REPLACE TRIGGER feeds_before_write BEFORE INSERT OR UPDATE OF url, kind, poll_interval, enabled ON torale.feeds
    FOR EACH ROW WHEN (pg_catalog.current_setting('row_security') = 'on')
    EXECUTE FUNCTION torale_internal.feeds_before_write();
CREATE OR REPLACE TRIGGER feeds_wake AFTER INSERT OR UPDATE OF url, kind, poll_interval, enabled, next_poll_at ON torale.feeds
    FOR EACH STATEMENT EXECUTE FUNCTION torale_internal.wake_on_write();

CREATE OR REPLACE FUNCTION torale.add_feed(
    url text, kind text DEFAULT 'auto', poll_interval interval DEFAULT '30 minutes', shared boolean DEFAULT false, title text DEFAULT NULL)
RETURNS torale.feeds
LANGUAGE plpgsql SECURITY DEFINER -- looks whether a worker is there
SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    me text := torale.current_owner();
    made torale.feeds;
BEGIN
    PERFORM torale_internal.require_active_owner(me);
    IF shared AND NOT torale_internal.session_is_superuser()
       AND NOT pg_has_role(coalesce(nullif(current_setting('role'), 'none'), session_user), 'torale_admin', 'USAGE') THEN
        PERFORM torale_internal.refuse('only an administrator shares a feed with everybody', format('owner: %s', me),
            'Leave out shared to have it for yourself.', '42501');
    END IF;
    BEGIN
        INSERT INTO torale.feeds (url, kind, poll_interval, title, owner)
        VALUES (url, kind, coalesce(poll_interval, '30 minutes'), title, CASE WHEN NOT coalesce(shared, false) THEN me END)
        RETURNING * INTO made;
    EXCEPTION WHEN unique_violation THEN
        PERFORM torale_internal.refuse('this feed is there already', format('url: %s', url),
            'SELECT * FROM torale.feeds;', 'PT409');
    END;
    IF NOT torale_internal.is_served() OR NOT torale_internal.is_active() THEN
        RAISE NOTICE 'no worker polls this feed' USING HINT = 'SELECT * FROM torale.doctor();';
    END IF;
    RETURN made;
END
$$;
COMMENT ON FUNCTION torale.add_feed(text, text, interval, boolean, text) IS
'Has a feed or page polled: its items, or its changed sentences, become documents that the owner''s tasks find. Returns the row.';

-- ---- for workers ----

-- Addresses that are due, most overdue first, each with all rows that name it, due or not: one
-- fetch serves them all. The validators are sent only when every row has what they stand for.
CREATE OR REPLACE FUNCTION torale_internal.claim_feeds(p_now timestamptz, p_limit integer, p_lease interval)
RETURNS TABLE (url text, etag text, last_modified text, feeds text)
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH busy AS MATERIALIZED (
        SELECT coalesce(b.owner, '') AS owner, count(*) AS n FROM torale.feeds b WHERE b.lease_until >= p_now GROUP BY 1
    ), due AS MATERIALIZED (
        SELECT d.url, min(d.next_poll_at) AS since, min(d.place) AS owner_place,
            row_number() OVER (PARTITION BY torale_internal.domain_of(d.url) ORDER BY min(d.next_poll_at)) AS place
        FROM (SELECT f.url, f.next_poll_at, coalesce(b.n, 0) + row_number() OVER (PARTITION BY f.owner ORDER BY f.next_poll_at) AS place
              FROM torale.feeds f LEFT JOIN busy b ON b.owner = coalesce(f.owner, '')
              WHERE f.enabled AND f.next_poll_at <= p_now AND (f.lease_until IS NULL OR f.lease_until < p_now)
                AND NOT EXISTS (SELECT 1 FROM torale.users u WHERE u.id = f.owner AND NOT u.is_active)) d
        GROUP BY d.url
    ), fair AS MATERIALIZED (
        -- A host is visited one page after the other, and an owner may have thousands of them:
        -- neither must take all places.
        SELECT x.url FROM due x ORDER BY greatest(x.place - 1, x.owner_place - 1) / 4, x.since LIMIT p_limit
    ), free AS MATERIALIZED (
        SELECT f.id
        FROM torale.feeds f JOIN fair ON fair.url = f.url
        WHERE f.enabled AND (f.lease_until IS NULL OR f.lease_until < p_now)
          AND NOT EXISTS (SELECT 1 FROM torale.users u WHERE u.id = f.owner AND NOT u.is_active)
        FOR UPDATE OF f SKIP LOCKED
    ), leased AS (
        UPDATE torale.feeds f SET lease_until = p_now + p_lease, lease_token = nextval('torale_internal.lease_tokens')
        FROM free WHERE f.id = free.id
        RETURNING f.*
    )
    SELECT l.url,
        CASE WHEN count(DISTINCT coalesce(l.etag, '')) = 1 THEN min(l.etag) END,
        CASE WHEN count(DISTINCT coalesce(l.last_modified, '')) = 1 AND count(DISTINCT coalesce(l.etag, '')) = 1 THEN min(l.last_modified) END,
        jsonb_agg(jsonb_build_object('feed_id', l.id, 'token', l.lease_token, 'kind', l.kind, 'failures', l.consecutive_failures,
            'failing_since', l.failing_since, 'poll_interval_s', extract(epoch FROM l.poll_interval)::bigint))::text
    FROM leased l
    GROUP BY l.url;
END
$$;
COMMENT ON FUNCTION torale_internal.claim_feeds(timestamptz, integer, interval) IS 'Addresses to poll now, under a lease.';

-- The sentences that this page has not shown before; remembers them with the others.
CREATE OR REPLACE FUNCTION torale_internal.unseen_sentences(p_feed uuid, p_sentences jsonb, p_now timestamptz) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    known text[];
    unseen text;
    hashes_max constant integer := 5000;
BEGIN
    SELECT p.hashes INTO known FROM torale_internal.feed_pages p WHERE p.feed_id = p_feed FOR UPDATE;
    SELECT string_agg(s.sentence ->> 'text', E'\n\n' ORDER BY s.place) INTO unseen
    FROM jsonb_array_elements(p_sentences) WITH ORDINALITY AS s (sentence, place)
    WHERE s.sentence ->> 'hash' NOT IN (SELECT k FROM unnest(known) k);
    INSERT INTO torale_internal.feed_pages AS p (feed_id, hashes, changed_at)
    SELECT p_feed, (SELECT array_agg(h.hash ORDER BY h.place) FROM (
        SELECT x.hash, min(x.place) AS place
        FROM (SELECT s.sentence ->> 'hash' AS hash, s.place FROM jsonb_array_elements(p_sentences) WITH ORDINALITY AS s (sentence, place)
              UNION ALL SELECT k.hash, 1000000 + k.place FROM unnest(known) WITH ORDINALITY AS k (hash, place)) x
        GROUP BY x.hash ORDER BY 2 LIMIT hashes_max) h), p_now
    ON CONFLICT (feed_id) DO UPDATE SET hashes = EXCLUDED.hashes, changed_at = p_now
    WHERE p.hashes IS DISTINCT FROM EXCLUDED.hashes;
    RETURN unseen;
END
$$;
COMMENT ON FUNCTION torale_internal.unseen_sentences(uuid, jsonb, timestamptz) IS 'What is new on a page, as one text; null when nothing is.';

-- The owner of a feed that was given up is told, wherever he is told things.
CREATE OR REPLACE FUNCTION torale_internal.tell_disabled_feeds(p_feeds uuid[]) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, torale, pg_temp AS $$
    WITH notice AS (
        INSERT INTO torale.notifications (kind, title, body, owner)
        SELECT 'system', 'Feed disabled',
            format('%s is not polled any more: %s. To try again: UPDATE torale.feeds SET enabled = true WHERE id = %L;', f.url, f.disabled_reason, f.id),
            f.owner
        FROM torale.feeds f WHERE f.id = ANY (p_feeds) AND f.owner IS NOT NULL
        RETURNING id, owner
    )
    INSERT INTO torale.deliveries (notification_id, channel_id, owner)
    SELECT n.id, c.id, n.owner FROM notice n JOIN torale.channels c ON c.owner = n.owner AND c.enabled
$$;
COMMENT ON FUNCTION torale_internal.tell_disabled_feeds(uuid[]) IS 'Tells the owners of feeds that were disabled.';

-- One address that was polled: {rows: [{feed_id, token, next_poll_at, failures, failing_since, error, disabled_reason}],
-- is_read, title, etag, last_modified, documents: [{url, title, body, published_at}], page: {url, title, published_at,
-- sentences: [{hash, text}]}}. A row whose token is not its own any more changes nothing.
CREATE OR REPLACE FUNCTION torale_internal.finish_feed(p_done jsonb, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    r record;
    f torale.feeds;
    polled uuid[];
    given_up uuid[];
    unseen text;
    is_first boolean;
BEGIN
    WITH done AS (
        UPDATE torale.feeds x
        SET lease_until = NULL, last_polled_at = p_now, next_poll_at = o.next_poll_at, consecutive_failures = o.failures,
            failing_since = o.failing_since, last_error = o.error, enabled = x.enabled AND o.disabled_reason IS NULL,
            disabled_reason = coalesce(o.disabled_reason, x.disabled_reason),
            title = coalesce(x.title, left(nullif(p_done ->> 'title', ''), 1000)),
            etag = CASE WHEN (p_done ->> 'is_read')::boolean THEN p_done ->> 'etag' ELSE x.etag END,
            last_modified = CASE WHEN (p_done ->> 'is_read')::boolean THEN p_done ->> 'last_modified' ELSE x.last_modified END
        FROM jsonb_to_recordset(p_done -> 'rows') o (feed_id uuid, token bigint, next_poll_at timestamptz, failures integer,
            failing_since timestamptz, error text, disabled_reason text)
        WHERE x.id = o.feed_id AND x.lease_token = o.token
        RETURNING x.id, o.disabled_reason
    )
    SELECT array_agg(d.id), array_agg(d.id) FILTER (WHERE d.disabled_reason IS NOT NULL) INTO polled, given_up FROM done d;
    IF given_up IS NOT NULL THEN
        PERFORM torale_internal.tell_disabled_feeds(given_up);
    END IF;
    FOR f IN SELECT x.* FROM torale.feeds x WHERE x.id = ANY (polled) LOOP
        INSERT INTO torale.documents (url, title, body, published_at, owner, feed_id)
        SELECT o.url, o.title, o.body, o.published_at, f.owner, f.id
        FROM jsonb_to_recordset(p_done -> 'documents') o (url text, title text, body text, published_at timestamptz)
        ON CONFLICT (owner, content_hash) DO NOTHING;
        CONTINUE WHEN p_done -> 'page' IS NULL;
        SELECT o.* INTO r FROM jsonb_to_record(p_done -> 'page') o (url text, title text, published_at timestamptz, sentences jsonb);
        is_first := NOT EXISTS (SELECT 1 FROM torale_internal.feed_pages p WHERE p.feed_id = f.id);
        unseen := torale_internal.unseen_sentences(f.id, r.sentences, p_now);
        CONTINUE WHEN unseen IS NULL;
        -- What the page said before we knew it has the page's own date; what changed is new now.
        INSERT INTO torale.documents (url, title, body, published_at, owner, feed_id)
        VALUES (r.url, r.title, left(unseen, 900000), CASE WHEN is_first THEN r.published_at ELSE p_now END, f.owner, f.id)
        ON CONFLICT (owner, content_hash) DO NOTHING;
    END LOOP;
END
$$;
COMMENT ON FUNCTION torale_internal.finish_feed(jsonb, timestamptz) IS 'Writes what polling one address brought: documents, validators, the next poll.';

CREATE OR REPLACE FUNCTION torale_internal.finish_feeds(p_done jsonb, p_now timestamptz) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, torale, pg_temp
AS $$ SELECT torale_internal.finish_feed(d.done, p_now) FROM jsonb_array_elements(p_done) AS d (done) $$;
COMMENT ON FUNCTION torale_internal.finish_feeds(jsonb, timestamptz) IS 'finish_feed() for many addresses in one transaction.';

-- When the next feed wants to be polled, or comes free from a scheduler that vanished.
CREATE OR REPLACE FUNCTION torale_internal.next_feed() RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp
RETURN (SELECT min(greatest(f.next_poll_at, f.lease_until)) FROM torale.feeds f
        WHERE f.enabled AND NOT EXISTS (SELECT 1 FROM torale.users u WHERE u.id = f.owner AND NOT u.is_active));
COMMENT ON FUNCTION torale_internal.next_feed() IS 'When the next feed is due; null when there is none.';

-- A scheduler begins: nobody else polls in this database.
CREATE OR REPLACE FUNCTION torale_internal.release_feed_leases() RETURNS void
LANGUAGE sql SET search_path = pg_catalog, torale, pg_temp AS $$
    UPDATE torale.feeds SET lease_until = NULL
    WHERE id IN (SELECT f.id FROM torale.feeds f WHERE f.lease_until IS NOT NULL FOR UPDATE SKIP LOCKED)
$$;
COMMENT ON FUNCTION torale_internal.release_feed_leases() IS 'Takes back the leases of a scheduler that is gone.';

-- For doctor(): an owner sees his own feeds and the shared ones.
CREATE OR REPLACE FUNCTION torale_internal.doctor_feeds(p_everybody boolean) RETURNS TABLE ("check" text, state text, detail text, fix text)
LANGUAGE sql STABLE SET search_path = pg_catalog, torale, pg_temp AS $$
    SELECT 'feed'::text, CASE WHEN f.enabled THEN 'failing' ELSE 'disabled' END,
        format('%s: %s', f.url, coalesce(f.disabled_reason, format('%s polls in a row failed, the last: %s', f.consecutive_failures, f.last_error))),
        CASE WHEN f.enabled THEN format('it is tried again at %s; to try now: UPDATE torale.feeds SET next_poll_at = now() WHERE id = %L;', f.next_poll_at, f.id)
             ELSE format('UPDATE torale.feeds SET enabled = true WHERE id = %L;', f.id) END
    FROM torale.feeds f
    WHERE (f.consecutive_failures > 2 AND f.enabled OR f.disabled_reason IS NOT NULL)
      AND (p_everybody OR f.owner IS NULL OR f.owner = torale.current_owner())
    ORDER BY f.consecutive_failures DESC, f.id LIMIT 20
$$;
COMMENT ON FUNCTION torale_internal.doctor_feeds(boolean) IS 'The rows of doctor() about feeds.';

-- ---- who may do what, as with documents ----
DROP POLICY IF EXISTS own_and_shared ON torale.feeds;
CREATE POLICY own_and_shared ON torale.feeds FOR SELECT USING (owner = (SELECT torale.current_owner()) OR owner IS NULL);
DROP POLICY IF EXISTS own_rows ON torale.feeds;
CREATE POLICY own_rows ON torale.feeds USING (owner = (SELECT torale.current_owner()))
    WITH CHECK (owner = (SELECT torale.current_owner()));
DROP POLICY IF EXISTS shared_by_admin ON torale.feeds;
CREATE POLICY shared_by_admin ON torale.feeds TO torale_admin USING (owner IS NULL) WITH CHECK (owner IS NULL);
GRANT SELECT, INSERT (url, kind, title, poll_interval, enabled), UPDATE (url, kind, title, poll_interval, enabled, next_poll_at), DELETE
    ON torale.feeds TO torale_user;
GRANT INSERT (owner) ON torale.feeds TO torale_admin;
SELECT pg_catalog.pg_extension_config_dump('torale.feeds', '');
SELECT pg_catalog.pg_extension_config_dump('torale_internal.feed_pages', '');

-- ---- what the columns hold ----
COMMENT ON TABLE torale.feeds IS 'Feeds and pages that the scheduler polls; what they bring becomes documents.';
COMMENT ON COLUMN torale.feeds.id IS 'Key.';
COMMENT ON COLUMN torale.feeds.url IS 'Address of the feed or page; one fetch serves all rows that name it.';
COMMENT ON COLUMN torale.feeds.kind IS 'feed: RSS, Atom or JSON Feed. page: its changed sentences. auto: whichever comes.';
COMMENT ON COLUMN torale.feeds.title IS 'As the owner wrote it, else as the feed names itself.';
COMMENT ON COLUMN torale.feeds.enabled IS 'Whether it is polled; switching it on again begins anew.';
COMMENT ON COLUMN torale.feeds.disabled_reason IS 'Why torale gave it up; null when it did not.';
COMMENT ON COLUMN torale.feeds.poll_interval IS 'Time between two polls, at least torale.feed_poll_min; longer when the feed asks for it or fails.';
COMMENT ON COLUMN torale.feeds.next_poll_at IS 'When it is polled next; setting it to now() polls at once.';
COMMENT ON COLUMN torale.feeds.last_polled_at IS 'When it was polled last, with or without success.';
COMMENT ON COLUMN torale.feeds.consecutive_failures IS 'Polls that failed in a row.';
COMMENT ON COLUMN torale.feeds.failing_since IS 'When the first of them was; null when the last poll succeeded.';
COMMENT ON COLUMN torale.feeds.last_error IS 'Why the last poll failed; null when it did not.';
COMMENT ON COLUMN torale.feeds.etag IS 'The feed''s ETag, byte for byte.';
COMMENT ON COLUMN torale.feeds.last_modified IS 'The feed''s Last-Modified header, as it came.';
COMMENT ON COLUMN torale.feeds.lease_until IS 'While a scheduler polls it: when another may.';
COMMENT ON COLUMN torale.feeds.lease_token IS 'Fencing token of the lease.';
COMMENT ON COLUMN torale.feeds.owner IS 'Whose tasks find its documents; null: everybody''s.';
COMMENT ON COLUMN torale.feeds.created_at IS 'When it was added.';
COMMENT ON COLUMN torale.documents.feed_id IS 'The feed that brought it; null when somebody wrote it.';
COMMENT ON TABLE torale_internal.feed_pages IS 'What a polled page has shown before.';
COMMENT ON COLUMN torale_internal.feed_pages.feed_id IS 'The feed whose page it is.';
COMMENT ON COLUMN torale_internal.feed_pages.hashes IS 'Short hashes of its sentences, those of the last version first; at most 5000.';
COMMENT ON COLUMN torale_internal.feed_pages.changed_at IS 'When the page showed something new or differently ordered.';

-- What feeds brought, when it is old: a page that counts something writes a document each time.
CREATE OR REPLACE FUNCTION torale_internal.housekeep_documents(p_limit integer) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
DECLARE
    keep interval := current_setting('torale.retention_documents')::interval;
    n bigint;
BEGIN
    IF keep = '0' THEN
        RETURN 0;
    END IF;
    DELETE FROM torale.documents d WHERE d.id IN (
        SELECT x.id FROM torale.documents x
        WHERE x.id < torale_internal.uuid_at(now() - keep) AND x.feed_id IS NOT NULL
        ORDER BY x.id LIMIT p_limit FOR UPDATE OF x SKIP LOCKED);
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END
$$;
COMMENT ON FUNCTION torale_internal.housekeep_documents(integer) IS 'Removes documents of feeds older than torale.retention_documents; how many.';
