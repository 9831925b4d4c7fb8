-- A dump restores in any order. pg_restore -j loads the tables of an extension without regard to
-- their foreign keys (their data has no dependencies in the archive), and each COPY commits alone.
-- So for the length of one INSERT or COPY under row_security = off, which only dumps set, a
-- superuser's session is a replica: the rows were checked where they come from.

CREATE OR REPLACE FUNCTION torale_internal.restore_begins() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    IF (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) THEN
        PERFORM set_config('torale_restore.role', current_setting('session_replication_role'), true);
        PERFORM set_config('session_replication_role', 'replica', true);
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION torale_internal.restore_ends() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, torale, pg_temp AS $$
BEGIN
    IF current_setting('torale_restore.role', true) <> '' THEN
        PERFORM set_config('session_replication_role', current_setting('torale_restore.role'), true);
        PERFORM set_config('torale_restore.role', '', true);
    END IF;
    RETURN NULL;
END
$$;

-- ALWAYS: what must also happen in a replica. The twins of shipped rows go without their
-- references, which the dump brings along.
DO $$
DECLARE
    r record;
BEGIN
    FOR r IN
        SELECT c.oid::pg_catalog.regclass AS name
        FROM pg_catalog.pg_class c
        WHERE c.relkind = 'r'
          AND c.relnamespace IN ('torale'::pg_catalog.regnamespace, 'torale_internal'::pg_catalog.regnamespace)
    LOOP
        EXECUTE pg_catalog.format('CREATE OR REPLACE TRIGGER restore_begins BEFORE INSERT ON %s FOR EACH STATEMENT '
            'WHEN (pg_catalog.current_setting(''row_security'') = ''off'') EXECUTE FUNCTION torale_internal.restore_begins()', r.name);
        EXECUTE pg_catalog.format('CREATE OR REPLACE TRIGGER restore_ends AFTER INSERT ON %s FOR EACH STATEMENT '
            'WHEN (pg_catalog.current_setting(''row_security'') = ''off'') EXECUTE FUNCTION torale_internal.restore_ends()', r.name);
        EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER restore_begins, ENABLE ALWAYS TRIGGER restore_ends', r.name);
    END LOOP;
END
$$;
ALTER TABLE torale.providers ENABLE ALWAYS TRIGGER providers_replace_shipped;
ALTER TABLE torale.task_templates ENABLE ALWAYS TRIGGER task_templates_replace_shipped;
