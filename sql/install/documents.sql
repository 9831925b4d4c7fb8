-- Search `builtin`: the full-text search over torale.documents that a worker runs for a task.
-- providers/builtin reads the words of a query; which documents they find is decided here,
-- where the index is.

-- The words of a query, rarest first. A word is strong when it is about as rare as the rarest
-- one, counted in titles when it names a subject: "openssl" in "last security update of
-- openssl". Only strong words are ranked by; weak ones fill up; common ones bring nothing by
-- themselves, or every changelog with the word "update" would be a source. Words that ask for
-- the newest decide nothing: newest first is the order anyway. A word in thousands of documents
-- has no title_term: the index does not know where in a document a word stands, and reading them
-- all would take longer than the search.
CREATE OR REPLACE FUNCTION torale_internal.document_terms(p_owner text, p_words text[])
RETURNS TABLE(term tsquery, title_term tsquery, strength text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, torale, pg_temp
SET enable_seqscan = off
SET jit = off
AS $$
    WITH words AS MATERIALIZED (
        SELECT w.query, min(w.word) AS word,
               regexp_replace(w.query::text, '(''(?:[^'']|'''')*'')', '\1:A', 'g')::tsquery AS title
        FROM (SELECT word, phraseto_tsquery('english', word) AS query
              FROM unnest(p_words[:16]) AS word) AS w
        WHERE numnode(w.query) > 0
        GROUP BY w.query
    ), counted AS MATERIALIZED (
        SELECT w.*, c.found,
               CASE WHEN c.in_titles * 10 >= c.found THEN c.in_titles ELSE c.found END AS rarity
        FROM words AS w
        CROSS JOIN LATERAL (
            SELECT count(*) AS found, count(*) FILTER (WHERE d.search @@ w.title) AS in_titles
            FROM (SELECT search FROM torale.documents
                  WHERE search @@ w.query AND (owner = p_owner OR owner IS NULL)
                  LIMIT 2000) AS d) AS c
        WHERE c.found > 0
    ), judged AS (
        SELECT *, word IN ('last', 'latest', 'newest', 'recent', 'recently') AS asks_for_newest
        FROM counted
    ), ranked AS (
        SELECT *, min(rarity) FILTER (WHERE NOT asks_for_newest) OVER () AS rarest
        FROM judged
    )
    SELECT query, CASE WHEN found < 2000 THEN title END,
           CASE WHEN rarest IS NULL OR rarity + 20 <= 2 * (rarest + 20) AND NOT asks_for_newest
                    THEN 'strong'
                WHEN found < 2000 AND NOT asks_for_newest THEN 'weak'
                ELSE 'common' END
    FROM ranked
    ORDER BY rarity, word;
$$;
COMMENT ON FUNCTION torale_internal.document_terms(text, text[]) IS
'The words of a document search, rarest first, with how much each decides.';

-- True when the URL's domain is, or lies under, one of the domains, as core/url reads them.
CREATE OR REPLACE FUNCTION torale_internal.url_in_domains(p_url text, p_domains text[])
RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, torale, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM unnest(p_domains) AS domain
        WHERE torale_internal.domain_matches(torale_internal.domain_of(p_url), domain));
$$;
COMMENT ON FUNCTION torale_internal.url_in_domains(text, text[]) IS
'Whether a URL belongs to one of the domains or to a subdomain of one.';

-- What every result must satisfy: all phrases, none of the excluded. Null when nothing is asked.
CREATE OR REPLACE FUNCTION torale_internal.document_filter(p_phrases text[], p_excluded text[])
RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, torale, pg_temp
AS $$
DECLARE
    v_part tsquery;
    v_filter tsquery;
BEGIN
    FOR v_part IN
        SELECT phraseto_tsquery('english', phrase) FROM unnest(p_phrases) AS phrase
        UNION ALL
        SELECT !! phraseto_tsquery('english', excluded) FROM unnest(p_excluded) AS excluded
    LOOP
        IF numnode(v_part) > 0 THEN
            v_filter := coalesce(v_filter && v_part, v_part);
        END IF;
    END LOOP;
    RETURN v_filter;
END
$$;
COMMENT ON FUNCTION torale_internal.document_filter(text[], text[]) IS
'The full-text condition that every result of a document search satisfies.';

-- The full-text queries whose newest matches are worth ranking: the conjunctions of the rarest
-- words, and each word that brings documents by itself, anywhere and in titles.
CREATE OR REPLACE FUNCTION torale_internal.document_probes(p_terms tsquery[], p_titles tsquery[],
                                                           p_strengths text[])
RETURNS SETOF tsquery
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, torale, pg_temp
AS $$
DECLARE
    v_all tsquery := p_terms[1];
BEGIN
    FOR i IN 1 .. coalesce(cardinality(p_terms), 0) LOOP
        IF i > 1 THEN
            v_all := v_all && p_terms[i];
            RETURN NEXT v_all;
        END IF;
        IF p_strengths[i] <> 'common' THEN
            RETURN NEXT p_terms[i];
            IF p_titles[i] IS NOT NULL THEN
                RETURN NEXT p_titles[i];
            END IF;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION torale_internal.document_probes(tsquery[], tsquery[], text[]) IS
'The index probes of a document search.';

-- Ranks by the share of strong words that match, a word in the title counting twice; then the
-- newest. Each probe reads its newest hundred only, so a search over millions of documents
-- ranks some hundreds.
CREATE OR REPLACE FUNCTION torale_internal.search_documents(
    p_owner text,
    p_words text[],
    p_phrases text[],
    p_excluded text[],
    p_published_after timestamptz,
    p_include_domains text[],
    p_exclude_domains text[],
    p_limit integer)
RETURNS TABLE(url text, title text, body text, published_at timestamptz)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, torale, pg_temp
SET enable_seqscan = off
SET jit = off
SET plan_cache_mode = auto
AS $$
#variable_conflict use_column
DECLARE
    v_terms tsquery[];
    v_titles tsquery[];
    v_strengths text[];
    v_filter tsquery := torale_internal.document_filter(p_phrases, p_excluded);
BEGIN
    SELECT array_agg(term), array_agg(title_term), array_agg(strength)
    INTO v_terms, v_titles, v_strengths
    FROM torale_internal.document_terms(p_owner,
        CASE WHEN cardinality(p_words) > 0 THEN p_words ELSE p_phrases END);

    RETURN QUERY
    WITH candidates AS MATERIALIZED (
        SELECT DISTINCT d.id
        FROM torale_internal.document_probes(v_terms, v_titles, v_strengths) AS probe
        CROSS JOIN LATERAL (
            SELECT id
            FROM torale.documents
            WHERE search @@ coalesce(probe && v_filter, probe)
              AND (owner = p_owner OR owner IS NULL)
              AND (p_published_after IS NULL OR published_at >= p_published_after)
              AND (coalesce(cardinality(p_include_domains), 0) = 0
                   OR torale_internal.url_in_domains(url, p_include_domains))
              AND (coalesce(cardinality(p_exclude_domains), 0) = 0
                   OR NOT torale_internal.url_in_domains(url, p_exclude_domains))
            ORDER BY published_at DESC NULLS LAST
            LIMIT 100) AS d
    )
    SELECT d.url, d.title, d.body, d.published_at
    FROM candidates
    JOIN torale.documents AS d USING (id)
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(points) FILTER (WHERE t.strength = 'strong'), 0) AS strong,
               coalesce(sum(points) FILTER (WHERE t.strength <> 'strong'), 0) AS weak
        FROM unnest(v_terms, v_titles, v_strengths) AS t(term, title_term, strength),
            LATERAL (SELECT (d.search @@ t.term)::integer
                            + coalesce(d.search @@ t.title_term, false)::integer AS points) AS p) AS matched
    ORDER BY matched.strong DESC,
             CASE WHEN matched.strong = 0 THEN matched.weak END DESC,
             d.published_at DESC NULLS LAST, d.url
    LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION torale_internal.search_documents(text, text[], text[], text[], timestamptz,
                                                     text[], text[], integer) IS
'The documents that an owner may see and that match a search best, best first.';

-- The hash makes a document unique per owner; a changed text is another document.
CREATE OR REPLACE FUNCTION torale_internal.documents_before_write() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER -- for the internal C function
SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    IF length(NEW.body) > 1000000 OR length(NEW.title) > 1000 THEN
        PERFORM torale_internal.refuse('the document is too long', format('title: %s characters, body: %s.', length(NEW.title), length(NEW.body)),
            'At most 1000 and 1000000 characters are stored; split it.');
    END IF;
    NEW.content_hash := torale_internal.content_hash(NEW.url, NEW.title, NEW.body);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION torale_internal.documents_before_write() IS 'Hashes a document when it is written.';
CREATE OR REPLACE TRIGGER documents_before_write BEFORE INSERT OR UPDATE ON torale.documents
    FOR EACH ROW WHEN (pg_catalog.current_setting('row_security') = 'on')
    EXECUTE FUNCTION torale_internal.documents_before_write();
