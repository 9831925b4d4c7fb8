// Owners beside each other over SQL and HTTP: nobody reads, changes or infers another's rows.
import { close, exchange, psql, rows } from './probe.mjs'
import { is, none } from './tap.mjs'
import { administer, call, callProcedures, refuse } from './tenants/calls.mjs'
import { functions } from './tenants/functions.mjs'
import { relations } from './tenants/relations.mjs'
import { follow, subscribe } from './tenants/streams.mjs'
import { admins, anon, attempt, callers, furnish, rowsOf, tidy } from './tenants/world.mjs'

const people = furnish()
// They read the database's columns as they load.
const { read, readAsAdmin } = await import('./tenants/reads.mjs')
const { isRefusedView, write, writeViews } = await import('./tenants/writes.mjs')
const { ann, bob, carol, root } = people
const users = callers(people)
const victims = ({ who }) => (who === ann ? [bob, carol] : [bob])
const before = [bob.mark, root.mark].map(rowsOf)

async function complete() {
    const existing = rows(`SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'torale'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p', 'f')`)
    is(existing.map(({ name }) => name).sort(), Object.keys(relations).sort(), 'every table and view has its row here')
    const routines = rows(`SELECT replace(p.oid::regprocedure::text, 'torale.' || p.proname || '(', p.proname || '(') AS name FROM pg_proc p WHERE p.pronamespace = 'torale'::regnamespace`)
    is(routines.map(({ name }) => name).sort(), Object.keys(functions).sort(), 'every function has its row here')
    const { json } = await exchange({ path: '/', headers: { ...admins(people)[0].headers, Accept: 'application/openapi+json' } })
    const names = new Set(Object.keys(functions).map((signature) => `/rpc/${signature.slice(0, signature.indexOf('('))}`))
    const strange = Object.keys(json.paths).filter((path) => path !== '/' && !names.has(path) && !(path.slice(1) in relations))
    is(strange, [], 'the description at / names nothing else')
    is(Object.keys(relations).filter((name) => !json.paths[`/${name}`]), [], 'and every table and view')
}

async function anonymous() {
    for (const [relation] of Object.entries(relations)) {
        const answer = await exchange({ path: `/${relation}`, headers: { Prefer: 'count=exact' } })
        const isOpen = relation === 'task_templates'
        const [tried] = attempt(anon, [`SELECT 1 FROM torale.${relation}`])
        is([answer.status, tried.code], isOpen ? [200, undefined] : [401, '42501'], `anonymous: ${relation} is ${isOpen ? 'open' : 'closed'}`)
        const written = await exchange({ method: 'POST', path: `/${relation}`, body: {} })
        none(isRefusedView(written) ? [] : [`${written.status} ${written.text}`], `anonymous: nothing is written to ${relation}`)
    }
    for (const signature of Object.keys(functions).filter((name) => functions[name].who === 'anon')) {
        const answer = await exchange({ method: 'POST', path: `/rpc/${signature.slice(0, signature.indexOf('('))}`, body: functions[signature].tries?.[0] ?? {} })
        none(answer.status < 300 ? [] : [`${answer.status} ${answer.text}`], `anonymous: ${signature} works`)
    }
    const { json } = await exchange({ path: '/', headers: { Accept: 'application/openapi+json' } })
    is(Object.keys(json.paths).filter((path) => !path.startsWith('/rpc/')).sort(), ['/', '/task_templates'], 'anonymous: the description names what is open')
    await refuse({ ...anon, victim: bob }, ['user', 'admin', 'nobody'], 401)
}

await complete()
await anonymous()
for (const caller of users) await refuse({ ...caller, victim: bob }, ['admin', 'nobody'], 403)
for (const caller of admins(people)) {
    await refuse({ ...caller, victim: bob }, ['nobody'], 403)
    await administer(caller, bob)
    await readAsAdmin(caller)
}
await read(users, victims)
await write(users, victims)
await writeViews(users, victims)
await call(users, victims)
for (const caller of users) await callProcedures(caller, bob)
tidy()
is([bob.mark, root.mark].map(rowsOf), before, 'after all this no row of others has changed')
await follow(users, [ann, bob, carol])
await subscribe([ann, bob, carol])
is(psql(`SELECT count(*) FROM torale.users WHERE id LIKE '%0e0e0e0e%';`), '0', 'and nobody was made up')
close()
