// What schema_reader asks the catalog. Every statement takes the exposed schemas as $1 unless it
// says otherwise. search_path holds pg_catalog alone, so type names come qualified.
#pragma once

namespace torale::pg::schema_queries {

constexpr const char* relations = R"(
SELECT n.nspname::text, c.relname::text, coalesce(obj_description(c.oid, 'pg_class'), ''),
       c.relkind IN ('v', 'm'),
       CASE WHEN c.relkind IN ('r', 'p') THEN 28
            WHEN c.relkind = 'm' THEN 0
            ELSE pg_relation_is_updatable(c.oid, true) END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT c.relispartition)";

// Domains are followed to their base type; NOT NULL and defaults of a domain count too.
constexpr const char* columns = R"(
WITH RECURSIVE base (oid, type, typmod, not_null, default_text) AS (
    SELECT t.oid, t.oid, -1, false, NULL::text COLLATE "C" FROM pg_type t WHERE t.typtype <> 'd'
    UNION ALL
    SELECT d.oid, b.type, CASE WHEN d.typtypmod >= 0 THEN d.typtypmod ELSE b.typmod END,
           d.typnotnull OR b.not_null, coalesce(d.typdefault, b.default_text)
    FROM pg_type d JOIN base b ON d.typbasetype = b.oid WHERE d.typtype = 'd'
)
SELECT n.nspname::text, c.relname::text, a.attname::text,
       format_type(b.type, CASE WHEN a.atttypmod >= 0 THEN a.atttypmod ELSE b.typmod END),
       format_type(a.atttypid, a.atttypmod),
       NOT (a.attnotnull OR b.not_null),
       coalesce(col_description(c.oid, a.attnum), ''),
       coalesce(CASE WHEN a.attgenerated <> '' THEN ''
                     WHEN a.attidentity <> '' THEN
                         (SELECT format('pg_catalog.nextval(%L)', q.oid::regclass)
                          FROM pg_depend p JOIN pg_class q ON q.oid = p.objid AND q.relkind = 'S'
                          WHERE p.classid = 'pg_class'::regclass AND p.refobjid = c.oid
                            AND p.refobjsubid = a.attnum AND p.deptype = 'i')
                     ELSE coalesce(pg_get_expr(d.adbin, d.adrelid), b.default_text) END, ''),
       CASE WHEN b.type IN ('bpchar'::regtype, 'varchar'::regtype)
            THEN greatest(CASE WHEN a.atttypmod >= 0 THEN a.atttypmod ELSE b.typmod END - 4, 0)
            ELSE 0 END,
       ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = b.type ORDER BY e.enumsortorder)
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN base b ON b.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT c.relispartition
  AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.oid, a.attnum)";

// Tables behind exposed views may stand anywhere, so these take no schemas.
constexpr const char* keys = R"(
SELECT n.nspname::text, c.relname::text, k.contype = 'p',
       ARRAY(SELECT a.attname::text FROM pg_attribute a
             WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) ORDER BY a.attname)
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype IN ('p', 'u') AND n.nspname NOT IN ('pg_catalog', 'information_schema'))";

constexpr const char* foreign_keys = R"(
SELECT k.conname::text, n.nspname::text, c.relname::text,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, place)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum ORDER BY u.place),
       fn.nspname::text, fc.relname::text,
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u (attnum, place)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum ORDER BY u.place)
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class fc ON fc.oid = k.confrelid
JOIN pg_namespace fn ON fn.oid = fc.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0
ORDER BY n.nspname, c.relname, k.conname)";

constexpr const char* names = R"(
SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind IN ('v', 'm')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_t%')";

// Input parameters alone; for the result only whether OUT parameters or a table make it a row.
constexpr const char* routines = R"(
SELECT n.nspname::text, p.proname::text, coalesce(obj_description(p.oid, 'pg_proc'), ''),
       i.names, i.types, p.pronargdefaults::int8, p.provariadic <> 0,
       p.prorettype = 'void'::regtype, p.proretset,
       rt.typtype = 'c' OR p.prorettype = 'record'::regtype
           OR coalesce(p.proargmodes && '{t,b,o}'::"char"[], false),
       format_type(p.prorettype, NULL), coalesce(rn.nspname, '')::text, coalesce(rc.relname, '')::text,
       p.provolatile::text, coalesce(p.proconfig, '{}')
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_type rt ON rt.oid = p.prorettype
LEFT JOIN pg_class rc ON rc.oid = rt.typrelid AND rc.relkind IN ('r', 'v', 'm', 'f', 'p')
LEFT JOIN pg_namespace rn ON rn.oid = rc.relnamespace
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(coalesce(p.proargnames[a.place], '') ORDER BY a.place), '{}') AS names,
           coalesce(array_agg(format_type(a.type, NULL) ORDER BY a.place), '{}') AS types,
           count(*) FILTER (WHERE coalesce(p.proargnames[a.place], '') = '') AS unnamed,
           count(*) AS total,
           bool_and(a.type IN ('bytea'::regtype, 'json'::regtype, 'jsonb'::regtype, 'text'::regtype,
                               'xml'::regtype)) AS takes_body
    FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY AS a (type, place)
    WHERE p.proargmodes IS NULL OR p.proargmodes[a.place] IN ('i', 'b', 'v')) i
WHERE n.nspname = ANY ($1) AND p.prokind = 'f'
  AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
  AND (i.unnamed = 0 OR i.total = 1 AND i.takes_body)
ORDER BY n.nspname, p.proname, p.oid)";

// f(a relation's row) returning rows of a relation, found by $1 or by the search path's schemas.
constexpr const char* computed = R"(
SELECT n.nspname::text, p.proname::text, an.nspname::text, ac.relname::text,
       rn.nspname::text, rc.relname::text, NOT p.proretset OR p.prorows = 1
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_type argument ON argument.oid = p.proargtypes[0]
JOIN pg_class ac ON ac.oid = argument.typrelid AND ac.relkind IN ('r', 'v', 'm', 'f', 'p')
JOIN pg_namespace an ON an.oid = ac.relnamespace
JOIN pg_type rt ON rt.oid = p.prorettype
JOIN pg_class rc ON rc.oid = rt.typrelid AND rc.relkind IN ('r', 'v', 'm', 'f', 'p')
JOIN pg_namespace rn ON rn.oid = rc.relnamespace
WHERE p.pronargs = 1 AND p.prokind = 'f' AND an.nspname = ANY ($1) AND rn.nspname = ANY ($1))";

constexpr const char* version = "SELECT extversion FROM pg_extension WHERE extname = 'torale'";

constexpr const char* comments = R"(
SELECT n.nspname::text, coalesce(obj_description(n.oid, 'pg_namespace'), '')
FROM pg_namespace n WHERE n.nspname = ANY ($1))";

}  // namespace torale::pg::schema_queries
