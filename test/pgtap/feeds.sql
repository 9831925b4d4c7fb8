-- Feeds: what may be added, who sees what, what polling writes, and whose documents they become.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(53);

\ir parts/as_user.psql
CREATE ROLE feeds_ann LOGIN IN ROLE torale_user;
CREATE ROLE feeds_bob LOGIN IN ROLE torale_user;
CREATE ROLE feeds_root LOGIN IN ROLE torale_user, torale_admin;

-- ---- adding ----
SELECT is(pg_temp.as_user('feeds_ann', $$SELECT url || ' ' || kind || ' ' || poll_interval || ' ' || owner FROM torale.add_feed('https://news.example/feed.xml')$$),
    'https://news.example/feed.xml auto 00:30:00 pg:feeds_ann', 'a feed is the caller''s own');
SELECT is(pg_temp.as_user('feeds_ann', $$SELECT id::text FROM torale.add_feed('https://news.example/feed.xml')$$),
    'PT409 this feed is there already', 'an owner has an address once');
SELECT is(pg_temp.as_user('feeds_bob', $$SELECT owner FROM torale.add_feed('https://news.example/feed.xml', poll_interval => '1 hour')$$),
    'pg:feeds_bob', 'another owner may have it too');
SELECT is(pg_temp.as_user('feeds_bob', $$SELECT id::text FROM torale.add_feed('https://news.example/all', shared => true)$$),
    '42501 only an administrator shares a feed with everybody', 'not everybody shares');
SELECT is(pg_temp.as_user('feeds_root', $$SELECT coalesce(owner, 'everybody') FROM torale.add_feed('https://news.example/all', 'page', shared => true)$$),
    'everybody', 'an administrator does');
SELECT is(pg_temp.as_user('feeds_ann', $$INSERT INTO torale.feeds (url, kind, poll_interval) VALUES ('https://shop.example/price', 'page', '10 minutes') RETURNING owner$$),
    'pg:feeds_ann', 'plain INSERT is as good');
SELECT is(pg_temp.as_user('feeds_ann', $$INSERT INTO torale.feeds (url, owner) VALUES ('https://x.example/', 'pg:feeds_bob') RETURNING owner$$),
    '42501 permission denied for table feeds', 'nobody adds a feed to somebody else');
SELECT is(pg_temp.as_user('feeds_ann', $$INSERT INTO torale.feeds (url, etag) VALUES ('https://x.example/', 'x') RETURNING owner$$),
    '42501 permission denied for table feeds', 'what polling writes is not the user''s');

-- ---- bad input ----
SELECT is(pg_temp.as_user('feeds_ann', format('SELECT id::text FROM torale.add_feed(%L)', u)), '22023 a feed needs the address of a feed or page',
    format('refused: %s', u))
FROM unnest(ARRAY['ftp://a.example/x', 'file:///etc/passwd', '', 'https://a.example/x y', 'debian-changelog:openssl/1']) u;
SELECT matches(pg_temp.as_user('feeds_ann', format('SELECT id::text FROM torale.add_feed(%L)', u)), '^(22023|42501) ', format('refused by the egress guard: %s', u))
FROM unnest(ARRAY['https://127.0.0.1/x', 'https://169.254.169.254/latest', 'http://10.0.0.1/', 'https://[::1]/', 'https://user:pw@a.example/']) u;
SELECT is(pg_temp.as_user('feeds_ann', $$SELECT id::text FROM torale.add_feed('https://a.example/1', 'rss')$$), '22023 unknown kind of feed ''rss''', 'an unknown kind');
SELECT is(pg_temp.as_user('feeds_ann', $$SELECT id::text FROM torale.add_feed('https://a.example/1', poll_interval => '10 seconds')$$),
    '22023 poll_interval must be at least 00:05:00', 'too often');
SELECT is(pg_temp.as_user('feeds_ann', $$UPDATE torale.feeds SET poll_interval = '1 second' WHERE kind = 'page' AND owner IS NOT NULL RETURNING url$$),
    '22023 poll_interval must be at least 00:05:00', 'nor by UPDATE');

-- ---- who sees what ----
SELECT is(pg_temp.as_user('feeds_bob', $$SELECT string_agg(url, ' ' ORDER BY url) FROM torale.feeds$$), 'https://news.example/all https://news.example/feed.xml',
    'an owner sees his feeds and the shared ones');
SELECT is(pg_temp.as_user('feeds_bob', $$WITH x AS (DELETE FROM torale.feeds RETURNING url) SELECT string_agg(url, ' ') FROM x$$),
    'https://news.example/feed.xml', 'and deletes only his own');
SELECT is(pg_temp.as_user('feeds_bob', $$SELECT owner FROM torale.add_feed('https://news.example/feed.xml', 'feed')$$), 'pg:feeds_bob', 'bob has it again');

-- ---- claiming ----
CREATE TEMP TABLE claimed AS SELECT * FROM torale_internal.claim_feeds(now(), 10, '5 minutes');
SELECT is((SELECT string_agg(url || ' ' || jsonb_array_length(feeds::jsonb), ', ' ORDER BY url) FROM claimed),
    'https://news.example/all 1, https://news.example/feed.xml 2, https://shop.example/price 1', 'one claim an address, with all its rows');
SELECT is((SELECT count(*) FROM torale_internal.claim_feeds(now(), 10, '5 minutes')), 0::bigint, 'what is leased is not claimed again');
SELECT is(torale_internal.next_feed(), now() + interval '5 minutes', 'it comes free when its lease is over');

CREATE FUNCTION pg_temp.finish(p_url text, done jsonb) RETURNS void LANGUAGE sql AS $$
    SELECT torale_internal.finish_feeds(jsonb_build_array(done || jsonb_build_object('rows', (
        SELECT jsonb_agg(jsonb_build_object('feed_id', f.id, 'token', f.lease_token, 'next_poll_at', now() + interval '30 minutes', 'failures', 0)
            || coalesce(done -> 'row', '{}')) FROM torale.feeds f WHERE f.url = p_url))), now())
$$;
SELECT pg_temp.finish('https://news.example/feed.xml', '{"is_read": true, "title": "News", "etag": "W/\"1\"", "last_modified": "Thu, 20 Aug 2026 10:00:00 GMT",
    "documents": [{"url": "https://news.example/1", "title": "Rocket", "body": "It lifts off on 12 October.", "published_at": "2026-08-20T10:00:00Z"},
                  {"url": "https://news.example/2", "title": "Weather", "body": "Rain."}]}');
SELECT is((SELECT string_agg(d.owner || ' ' || d.title, ', ' ORDER BY d.owner, d.title) FROM torale.documents d WHERE d.feed_id IS NOT NULL),
    'pg:feeds_ann Rocket, pg:feeds_ann Weather, pg:feeds_bob Rocket, pg:feeds_bob Weather', 'every owner of the address has its items');
SELECT is((SELECT string_agg(DISTINCT title || etag || last_modified, '') FROM torale.feeds WHERE url = 'https://news.example/feed.xml'),
    'NewsW/"1"Thu, 20 Aug 2026 10:00:00 GMT', 'validators byte for byte, and the feed''s own title');
SELECT is((SELECT count(*) FROM torale.users WHERE id = 'pg:torale_worker'), 0::bigint, 'the worker becomes nobody''s owner');
SELECT is((SELECT count(*) FROM torale_internal.requests), 0::bigint, 'new documents queue nothing');

UPDATE torale.feeds SET next_poll_at = now() WHERE url = 'https://news.example/feed.xml';
SELECT is((SELECT etag || '|' || last_modified FROM torale_internal.claim_feeds(now(), 10, '5 minutes')), 'W/"1"|Thu, 20 Aug 2026 10:00:00 GMT',
    'the next poll sends the validators');
SELECT pg_temp.finish('https://news.example/feed.xml', '{"is_read": true, "documents": [{"url": "https://news.example/1", "title": "Rocket", "body": "It  lifts off on 12 October."}]}');
SELECT is((SELECT count(*) FROM torale.documents WHERE feed_id IS NOT NULL), 4::bigint, 'an item that was there brings no second document');

-- ---- one tenant's documents never reach another's task ----
UPDATE torale.feeds SET next_poll_at = now() WHERE owner = 'pg:feeds_ann' AND kind = 'page';
SELECT * FROM torale_internal.claim_feeds(now() + interval '6 minutes', 10, '5 minutes') \g /dev/null
SELECT pg_temp.finish('https://shop.example/price', '{"is_read": true, "page": {"url": "https://shop.example/price", "title": "Shop", "published_at": "2026-08-01T00:00:00Z",
    "sentences": [{"hash": "a", "text": "The zeppelin costs $500."}, {"hash": "b", "text": "It ships today."}]}}');
SELECT is((SELECT string_agg(d.body, '|') FROM torale.documents d JOIN torale.feeds f ON f.id = d.feed_id WHERE f.kind = 'page'),
    E'The zeppelin costs $500.\n\nIt ships today.', 'a page begins as one document');
SELECT is((SELECT count(*) FROM torale_internal.search_documents('pg:feeds_ann', '{zeppelin}', '{}', '{}', NULL, '{}', '{}', 10)), 1::bigint, 'ann''s tasks find it');
SELECT is((SELECT count(*) FROM torale_internal.search_documents('pg:feeds_bob', '{zeppelin}', '{}', '{}', NULL, '{}', '{}', 10)), 0::bigint, 'bob''s do not');
SELECT is(pg_temp.as_user('feeds_bob', $$SELECT count(*)::text FROM torale.documents WHERE body LIKE '%zeppelin%'$$), '0', 'nor does bob');
SELECT pg_temp.finish('https://news.example/all', '{"is_read": true, "documents": [{"url": "https://news.example/3", "title": "Airship", "body": "For everybody."}]}');
SELECT is((SELECT count(*) FROM torale_internal.search_documents('pg:feeds_bob', '{airship}', '{}', '{}', NULL, '{}', '{}', 10)), 1::bigint, 'what a shared feed brings is everybody''s');

-- ---- a page that changes ----
SELECT pg_temp.finish('https://shop.example/price', '{"is_read": true, "page": {"url": "https://shop.example/price", "title": "Shop",
    "sentences": [{"hash": "c", "text": "The zeppelin costs $450."}, {"hash": "b", "text": "It ships today."}]}}');
SELECT is((SELECT string_agg(d.body || ' ' || (d.published_at = now()), '|' ORDER BY d.id DESC) FROM torale.documents d WHERE d.url = 'https://shop.example/price'
        AND d.body NOT LIKE '%500%'), 'The zeppelin costs $450. true', 'only what it did not say before, dated now');
SELECT pg_temp.finish('https://shop.example/price', '{"is_read": true, "page": {"url": "https://shop.example/price", "title": "Shop",
    "sentences": [{"hash": "a", "text": "The zeppelin costs $500."}, {"hash": "b", "text": "It ships today."}]}}');
SELECT is((SELECT count(*) FROM torale.documents WHERE url = 'https://shop.example/price'), 2::bigint, 'a page that flips back says nothing new');
SELECT is((SELECT hashes FROM torale_internal.feed_pages), '{a,b,c}', 'its sentences are remembered, the last version first');

-- ---- failing ----
SELECT pg_temp.finish('https://shop.example/price', jsonb_build_object('is_read', false, 'row', jsonb_build_object('failures', 3,
    'failing_since', now() - interval '1 hour', 'error', 'HTTP 503: the service is overloaded', 'next_poll_at', now() + interval '4 hours')));
SELECT is((SELECT concat_ws(' ', last_error, consecutive_failures, enabled, next_poll_at - now()) FROM torale.feeds WHERE kind = 'page' AND owner IS NOT NULL),
    'HTTP 503: the service is overloaded 3 t 04:00:00', 'the error stands on the row');
SELECT is(pg_temp.as_user('feeds_ann', $$SELECT d.state || ' ' || d.detail FROM torale.doctor() d WHERE d."check" = 'feed'$$),
    'failing https://shop.example/price: 3 polls in a row failed, the last: HTTP 503: the service is overloaded', 'doctor() tells its owner');
SELECT is(pg_temp.as_user('feeds_bob', $$SELECT count(*)::text FROM torale.doctor() d WHERE d."check" = 'feed'$$), '0', 'and nobody else');
SELECT pg_temp.finish('https://shop.example/price', jsonb_build_object('is_read', false, 'row', jsonb_build_object('failures', 4,
    'error', 'HTTP 410', 'disabled_reason', 'the address answered 410 Gone')));
SELECT is((SELECT title || ' ' || (body LIKE 'https://shop.example/price is not polled any more: the address answered 410 Gone.%') FROM torale.notifications
        WHERE owner = 'pg:feeds_ann' AND kind = 'system'), 'Feed disabled true', 'its owner is told when it is given up');
SELECT is(pg_temp.as_user('feeds_ann', $$UPDATE torale.feeds SET enabled = true WHERE kind = 'page' AND owner IS NOT NULL
    RETURNING concat_ws('|', coalesce(disabled_reason, '-'), consecutive_failures, next_poll_at = now())$$), '-|0|t', 'switching it on begins anew');
SELECT pg_temp.finish('https://shop.example/price', '{"is_read": false}') FROM (SELECT 1) x
WHERE torale_internal.finish_feeds(jsonb_build_array(jsonb_build_object('is_read', true, 'rows', (SELECT jsonb_agg(jsonb_build_object('feed_id', id, 'token', 0,
    'next_poll_at', now(), 'failures', 9)) FROM torale.feeds))), now()) IS NULL;
SELECT is((SELECT max(consecutive_failures) FROM torale.feeds), 0, 'a lease that is lost writes nothing');

-- ---- deleting ----
DELETE FROM torale.feeds WHERE owner = 'pg:feeds_ann';
SELECT is((SELECT count(*) FROM torale.documents WHERE owner = 'pg:feeds_ann' AND feed_id IS NULL), 4::bigint, 'its documents outlive it');
UPDATE torale.users SET is_active = false WHERE id = 'pg:feeds_bob';
UPDATE torale.feeds SET next_poll_at = now(), lease_until = NULL;
SELECT is((SELECT string_agg(url, ' ') FROM torale_internal.claim_feeds(now(), 10, '5 minutes')), 'https://news.example/all', 'nothing is polled for a deactivated owner');

-- ---- one tenant's feeds do not take all places ----
UPDATE torale.users SET is_active = true WHERE id = 'pg:feeds_bob';
UPDATE torale.feeds SET next_poll_at = 'infinity', lease_until = NULL;
INSERT INTO torale.feeds (url, owner, next_poll_at)
SELECT format('https://site-%s.example/', n), 'pg:feeds_ann', now() - interval '1 day' FROM generate_series(1, 30) n;
UPDATE torale.feeds SET next_poll_at = now() WHERE owner = 'pg:feeds_bob';
SELECT ok('https://news.example/feed.xml' IN (SELECT url FROM torale_internal.claim_feeds(now(), 16, '5 minutes')),
    'thirty older feeds of another owner leave a place');
UPDATE torale.feeds SET lease_until = NULL WHERE owner = 'pg:feeds_bob';
SELECT is((SELECT string_agg(url, ' ') FROM torale_internal.claim_feeds(now(), 1, '5 minutes')), 'https://news.example/feed.xml',
    'the next place that comes free is not for who has fifteen');

-- ---- what feeds brought does not stay for ever ----
CREATE FUNCTION pg_temp.old_id(days integer, n integer) RETURNS uuid LANGUAGE sql AS $$
    SELECT overlay(torale_internal.uuid_at(now() - days * interval '1 day')::text PLACING lpad(n::text, 4, '0') FROM 33)::uuid
$$;
INSERT INTO torale.documents (id, owner, url, body, feed_id)
SELECT pg_temp.old_id(days, n), 'pg:feeds_ann', 'old:' || n, 'text ' || n, CASE WHEN is_of_feed THEN (SELECT f.id FROM torale.feeds f WHERE f.owner = 'pg:feeds_ann' LIMIT 1) END
FROM (VALUES (200, 1, true), (200, 2, false), (100, 3, true)) v (days, n, is_of_feed);
SELECT is(torale_internal.housekeep_documents(10), 1::bigint, 'documents of feeds go when they are old');
SELECT set_eq($$SELECT url FROM torale.documents WHERE url LIKE 'old:%'$$, ARRAY['old:2', 'old:3'], 'what users wrote and what is young stays');

SELECT * FROM finish();
ROLLBACK;
