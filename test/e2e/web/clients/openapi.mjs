// The description at the root, judged by an independent validator, lists what its reader may use
// and nothing else.
import assert from 'node:assert/strict'

import SwaggerParser from '@apidevtools/swagger-parser'

import { run } from '../database.mjs'
import { test } from '../tap.mjs'
import { bearer } from '../token.mjs'

const readers = {
    torale: { 'nobody': [{}, 'torale_anon'], 'a user': [bearer({ sub: 'ann' }), 'torale_user'], 'an administrator': [bearer({ sub: 'eve' }), 'torale_admin'] },
    neutral: { 'nobody': [{}, 'torale_anon'], 'a user': [bearer({ sub: 'ann', role: 'web_user' }), 'web_user'] },
}

// What the catalog says the role may use.
const allowed = (schema, role) => run(`
    SELECT '/' || c.relname AS path FROM pg_class c
    WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p', 'f') AND NOT c.relispartition
      AND has_schema_privilege($2, $1::regnamespace, 'USAGE')
      AND (has_table_privilege($2, c.oid, 'SELECT, INSERT, UPDATE, DELETE') OR has_any_column_privilege($2, c.oid, 'SELECT, INSERT, UPDATE'))
    UNION
    SELECT '/rpc/' || p.proname FROM pg_proc p
    WHERE p.pronamespace = $1::regnamespace AND p.prokind = 'f' AND p.prorettype <> 'trigger'::regtype
      AND has_schema_privilege($2, $1::regnamespace, 'USAGE') AND has_function_privilege($2, p.oid, 'EXECUTE')
      -- Callable by name: arguments without one only where there is a single one that a body can be.
      AND (p.pronargs = 0 OR '' <> ALL (coalesce(p.proargnames[1:p.pronargs], array_fill(''::text, ARRAY[p.pronargs]))) 
           OR p.pronargs = 1 AND p.proargtypes[0] IN ('json'::regtype, 'jsonb'::regtype, 'text'::regtype, 'xml'::regtype, 'bytea'::regtype))
    ORDER BY 1`, [schema, role])

const describe = async (schema, headers) => {
    const response = await fetch(process.env.TORALE_URL + '/', { headers: { ...headers, 'Accept-Profile': schema } })
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'application/openapi+json; charset=utf-8')
    return response.json()
}

await run("INSERT INTO torale.users (id, role) VALUES ('eve', 'admin') ON CONFLICT (id) DO UPDATE SET role = 'admin'")
for (const [schema, roles] of Object.entries(readers)) {
    for (const [who, [headers, role]] of Object.entries(roles)) {
        await test(`OpenAPI of ${schema} for ${who}: valid, and what ${role} may use`, async () => {
            const document = await describe(schema, headers)
            const paths = Object.keys(document.paths).filter((path) => path !== '/').map(decodeURIComponent).sort()
            assert.deepEqual(paths, (await allowed(schema, role)).map((row) => row.path).sort())
            const definitions = Object.keys(document.definitions).sort()
            assert.deepEqual(definitions, paths.filter((path) => !path.startsWith('/rpc/')).map((path) => path.slice(1)).sort())
            // The validator resolves the references in place.
            const valid = await SwaggerParser.validate(document)
            assert.equal(valid.swagger, '2.0')
        })
    }
}

await test('OpenAPI: methods, types and comments of our tables', async () => {
    const { paths, definitions } = await describe('torale', bearer({ sub: 'ann' }))
    assert.deepEqual(Object.keys(paths['/tasks']).sort(), ['delete', 'get', 'patch', 'post'])
    assert.ok(paths['/rpc/create_task'].post && !paths['/rpc/create_task'].get)
    assert.ok(paths['/rpc/next_runs'].get)
    assert.deepEqual([definitions.tasks.properties.id.format, definitions.tasks.properties.search_query.type], ['uuid', 'string'])
    const [{ comment }] = await run("SELECT obj_description('torale.tasks'::regclass) AS comment")
    assert.equal(definitions.tasks.description, comment)
})
