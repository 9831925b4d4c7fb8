-- The five roles. Their attributes are reset, since a role of that name may have been made by
-- somebody else; members that could act as the worker or as the authenticator are refused.
DO $$
DECLARE
    r record;
BEGIN
    IF pg_catalog.getdatabaseencoding() <> 'UTF8' THEN
        RAISE EXCEPTION 'torale needs a UTF8 database'
            USING ERRCODE = '0A000', DETAIL = 'This database is encoded in ' || pg_catalog.getdatabaseencoding() || '.',
                  HINT = 'CREATE DATABASE … ENCODING ''UTF8'' TEMPLATE template0;';
    END IF;
    FOR r IN
        SELECT *
        FROM (VALUES
            ('torale_anon', 'NOLOGIN INHERIT'),
            ('torale_user', 'NOLOGIN INHERIT'),
            ('torale_admin', 'NOLOGIN INHERIT'),
            ('torale_authenticator', 'LOGIN NOINHERIT'),
            ('torale_worker', 'LOGIN NOINHERIT')) AS v (name, attributes)
    LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = r.name) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I', r.name);
        END IF;
        EXECUTE pg_catalog.format(
            'ALTER ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS %s PASSWORD NULL',
            r.name, r.attributes);
    END LOOP;
    SELECT m.member::pg_catalog.regrole::text AS member, m.roleid::pg_catalog.regrole::text AS role INTO r
    FROM pg_catalog.pg_auth_members m
    JOIN pg_catalog.pg_roles who ON who.oid = m.member
    WHERE m.roleid IN ('torale_worker'::pg_catalog.regrole, 'torale_authenticator'::pg_catalog.regrole)
      AND NOT who.rolsuper
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'role % is a member of %', r.member, r.role
            USING ERRCODE = '42501', DETAIL = 'It could read every owner''s rows.',
                  HINT = pg_catalog.format('REVOKE %s FROM %s;', r.role, r.member);
    END IF;
END
$$;
GRANT torale_user TO torale_admin;
GRANT torale_anon, torale_user, torale_admin TO torale_authenticator;

CREATE SCHEMA torale;
CREATE SCHEMA torale_internal;
COMMENT ON SCHEMA torale IS 'torale: what users see over SQL and HTTP.';
COMMENT ON SCHEMA torale_internal IS 'torale: what users must not see.';
