-- The ranking and the reach of the built-in search.
BEGIN;
SELECT plan(15);

CREATE FUNCTION pg_temp.found(words text[], phrases text[] DEFAULT '{}', excluded text[] DEFAULT '{}',
                              after timestamptz DEFAULT NULL, include text[] DEFAULT '{}',
                              exclude text[] DEFAULT '{}', results integer DEFAULT 10)
RETURNS text[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(url), '{}')
    FROM torale_internal.search_documents('pg:ann', words, phrases, excluded, after, include,
                                          exclude, results)
$$;

INSERT INTO torale.users (id) VALUES ('pg:ann'), ('pg:bob') ON CONFLICT DO NOTHING;
INSERT INTO torale.documents (owner, url, title, body, published_at) VALUES
    (NULL, 'https://news.example/a', 'Acme phone', 'The release date was announced.', '2026-03-01'),
    (NULL, 'https://news.example/b', 'Acme phone', 'A colour was shown.', '2026-04-01'),
    (NULL, 'https://blog.example/c', 'Weather', 'The Acme phone got wet.', '2026-05-01'),
    (NULL, 'https://old.news.example/d', 'Weather', 'Rain all day long.', NULL),
    ('pg:ann', 'note:one/1', 'Garden', 'Tulips bloom.', '2026-01-01'),
    ('pg:bob', 'note:two/1', 'Garden', 'Tulips wither.', '2026-02-01');

SELECT is(pg_temp.found('{acme,phone,release,date}'),
    '{https://news.example/a,https://news.example/b,https://blog.example/c}',
    'the share of matching words decides, and the title weighs more than the body');
SELECT is(pg_temp.found('{acme,phone}'),
    '{https://news.example/b,https://news.example/a,https://blog.example/c}',
    'equal matches come newest first');
SELECT is(pg_temp.found('{latest,acme,phone}'),
    '{https://news.example/b,https://news.example/a,https://blog.example/c}',
    'a word that asks for the newest is no content');
SELECT is(pg_temp.found('{tulip}'), '{note:one/1}',
    'an owner finds their own documents, by stem, and never those of another');
SELECT is(pg_temp.found('{weather,rain}'),
    '{https://old.news.example/d,https://blog.example/c}',
    'a document without a date is found too');
SELECT is(pg_temp.found('{}', '{"acme phone"}', '{wet}'),
    '{https://news.example/b,https://news.example/a}',
    'phrases must stand, excluded words must not');
SELECT is(pg_temp.found('{weather}', '{"phone acme"}'), '{}', 'a phrase keeps its order');
SELECT is(pg_temp.found('{acme}', after => '2026-04-01'),
    '{https://news.example/b,https://blog.example/c}', 'published_after is inclusive');
SELECT is(pg_temp.found('{weather}', after => '2020-01-01'), '{https://blog.example/c}',
    'published_after leaves out what has no date');
SELECT is(pg_temp.found('{weather,acme}', include => '{news.example}'),
    '{https://news.example/b,https://news.example/a,https://old.news.example/d}',
    'a domain includes its subdomains');
SELECT is(pg_temp.found('{weather,acme}', exclude => '{News.Example}'), '{https://blog.example/c}',
    'excluded domains are left out, whatever their case');
SELECT is(pg_temp.found('{tulip}', include => '{note:one}'), '{note:one/1}',
    'a URL that is not http has the part before its first slash as domain');
SELECT is(pg_temp.found('{acme,phone}', results => 1), '{https://news.example/b}',
    'no more than asked for');
SELECT is(pg_temp.found(NULL, NULL, NULL, NULL, NULL, NULL), '{}',
    'nothing asked, nothing found');

-- A changelog: many entries speak of updates and security, few are about openssl.
INSERT INTO torale.documents (owner, url, title, body, published_at)
SELECT NULL, 'debian-changelog:p' || i || '/1', 'p' || i || ' 1.' || i,
       'New upstream version. Security update for the last release' ||
       CASE WHEN i % 50 = 0 THEN ', built with openssl.' ELSE '.' END,
       timestamptz '2026-06-01' + i * interval '1 minute'
FROM generate_series(1, 3000) AS i;
INSERT INTO torale.documents (owner, url, title, body, published_at)
SELECT NULL, 'debian-changelog:openssl/' || i, 'openssl 3.0.' || i,
       CASE WHEN i = 20 THEN 'CVE-2026-1234: buffer overflow.' ELSE 'Security update.' END,
       timestamptz '2025-01-01' + i * interval '1 day'
FROM generate_series(1, 20) AS i;

SELECT is((pg_temp.found('{last,security,update,openssl}'))[1:2],
    '{debian-changelog:openssl/20,debian-changelog:openssl/19}',
    'a question is answered by the newest entry of its rare word, not by the common ones');

SELECT * FROM finish();
ROLLBACK;
