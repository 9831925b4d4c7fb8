// Reading: every table and view, by every way, with whatever a query can ask.
import { exchange, literal, rows } from '../probe.mjs'
import { none, ok } from '../tap.mjs'
import { relations } from './relations.mjs'
import { fill, untwin } from './twins.mjs'
import { attempt, others } from './world.mjs'

const get = (caller, path, headers) => exchange({ path, headers: { ...caller.headers, ...headers } })
const counted = { Prefer: 'count=exact' }
const totalOf = (answer) => Number(/\/(\d+)$/.exec(answer.headers['content-range'] ?? '')?.[1] ?? NaN)

// The columns that users may read; those of which a filter makes sense as text.
export const columns = {}
for (const column of rows(`SELECT c.relname AS relation, a.attname AS name, format_type(a.atttypid, NULL) AS type,
        has_column_privilege(CASE c.relname WHEN 'audit_log' THEN 'torale_admin' ELSE 'torale_user' END, c.oid, a.attnum, 'SELECT') AS readable
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'torale'::regnamespace AND c.relkind IN ('r', 'v') ORDER BY c.relname, a.attnum`)) {
    (columns[column.relation] ??= []).push(column)
}
const readable = (relation) => columns[relation].filter((column) => column.readable).map((column) => column.name)
const filterable = (relation) => columns[relation].filter(({ readable: can, type }) => can && !/json|tsvector|\[\]/.test(type)).map(({ name }) => name)

const quoted = (value) => encodeURIComponent(`"${String(value).replace(/(["\\])/g, '\\$1')}"`)

function wrongRows(answer, caller, path) {
    if (answer.status !== 200) return [`${path}: ${answer.status} ${answer.text}`]
    const total = totalOf(answer)
    const found = others(caller.who.mark).exec(answer.text)
    if (found) return [`${path}: shows ${found[0]}: ${answer.text}`]
    return Number.isNaN(total) || total === answer.json.length ? [] : [`${path}: counts ${total}, shows ${answer.json.length}`]
}

// By each column with each value of the victim's row, alone, negated, in a list and in a tree.
async function filters(relation, caller, victim) {
    const select = `select=${readable(relation).join(',')}`
    const [theirs] = rows(`SELECT * FROM torale.${relation} x WHERE x::text LIKE ${literal(`%${victim.mark}%`)} LIMIT 1`)
    const faults = []
    for (const column of filterable(relation)) {
        const value = theirs?.[column]
        const asked = [`order=${column}.desc.nullslast`, `${column}=not.is.null`]
        if (value !== null && value !== undefined) {
            asked.push(`${column}=eq.${encodeURIComponent(value)}`, `${column}=in.(${quoted(value)})`, `or=(${column}.eq.${quoted(value)},${column}.not.is.null)`,
                `not.and=(${column}.neq.${quoted(value)})`, `${column}=not.in.(${quoted(value)})`)
        }
        for (const query of asked) {
            const path = `/${relation}?${select}&${query}`
            faults.push(...wrongRows(await get(caller, path, counted), caller, path))
        }
    }
    return faults
}

async function plain(relation, { of, also }, caller) {
    const path = `/${relation}?select=${readable(relation).join(',')}`
    const answer = await get(caller, path, counted)
    const faults = wrongRows(answer, caller, path)
    if (of === 'owners' && !answer.text.includes(caller.who.mark)) faults.push(`${path}: nothing of ${caller.way}`)
    const head = await exchange({ method: 'HEAD', path, headers: { ...caller.headers, ...counted } })
    if (totalOf(head) !== totalOf(answer)) faults.push(`HEAD ${path}: ${head.headers['content-range']}`)
    for (const count of ['planned', 'estimated']) {
        faults.push(...wrongRows(await get(caller, path, {}), caller, path))
        const page = await get(caller, `${path}&limit=1`, { Prefer: `count=${count}` })
        if (others(caller.who.mark).test(page.text)) faults.push(`count=${count}: ${page.text}`)
    }
    const csv = await get(caller, path, { Accept: 'text/csv' })
    if (csv.status !== 200 || others(caller.who.mark).test(csv.text)) faults.push(`CSV of ${path}: ${csv.status} ${csv.text}`)
    if (also === undefined && of !== 'all' && totalOf(answer) === 0) faults.push(`${path} is empty`)
    return faults
}

async function named(relation, { key }, caller, victim) {
    const select = `select=${readable(relation).join(',')}`
    const faults = []
    for (const headers of [counted, { Accept: 'application/vnd.pgrst.object+json' }, { Accept: 'text/csv' }, { Range: '0-0', Prefer: 'count=exact' }]) {
        faults.push(...await untwin({ path: `/${relation}?${select}&${key}`, headers }, caller, victim))
    }
    faults.push(...await untwin({ method: 'HEAD', path: `/${relation}?${select}&${key}`, headers: counted }, caller, victim))
    const [tried] = attempt(caller, [`SELECT ${readable(relation).join(', ')} FROM torale.${relation} x WHERE ${bySql(key, victim)}`])
    if (JSON.stringify(tried) !== '{"rows":[]}') faults.push(`by SQL: ${JSON.stringify(tried)}`)
    return faults
}

export const bySql = (key, person) => {
    const [, column, value] = /^(\w+)=eq\.(.*)$/.exec(decodeURIComponent(fill(key, person, person)))
    return `x.${column} = ${literal(value)}`
}

// Through every reference, from both ends; and through computed fields.
async function embeds(caller) {
    const references = rows(`SELECT k.conname AS name, r.relname AS child, p.relname AS parent FROM pg_constraint k JOIN pg_class r ON r.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
        WHERE k.contype = 'f' AND r.relnamespace = 'torale'::regnamespace AND p.relnamespace = 'torale'::regnamespace ORDER BY 1`)
    const faults = []
    for (const { name, child, parent } of references) {
        const paths = [[child, parent], [parent, child]].flatMap(([from, to]) => [`/${from}?select=${readable(from).join(',')},${to}!${name}(${readable(to).join(',')})`,
            `/${from}?select=${readable(from).join(',')},${to}!${name}!inner(${readable(to).join(',')})&${to}.order=${readable(to)[0]}.desc`])
        for (const path of paths) faults.push(...wrongRows(await get(caller, path, counted), caller, path))
    }
    for (const path of ['/tasks?select=id,next_run', '/executions?select=id,why_told', '/tasks?select=*,executions(*,citations(*,sources(*)),notifications(*,deliveries(*,channels(*),delivery_attempts(*))))']) {
        faults.push(...wrongRows(await get(caller, path, counted), caller, path))
    }
    return faults
}

export async function read(callers, victims) {
    for (const caller of callers) {
        for (const [relation, row] of Object.entries(relations)) {
            if (row.of === 'admins') {
                const answer = await get(caller, `/${relation}`)
                none(answer.status === 403 ? [] : [`${answer.status} ${answer.text}`], `${caller.way}: ${relation} is for administrators`)
                continue
            }
            none(await plain(relation, row, caller), `${caller.way}: ${relation} shows what is theirs, and no more`)
            if (row.of !== 'owners') continue
            for (const victim of victims(caller)) {
                none(await filters(relation, caller, victim), `${caller.way}: no filter of ${relation} finds rows of ${victim.name}`)
                none(await named(relation, row, caller, victim), `${caller.way}: a row of ${relation} of ${victim.name} is as if it were not`)
            }
        }
        none(await embeds(caller), `${caller.way}: no embedded rows of others`)
    }
}

// Administrators read of others what the row says, and nothing else.
export async function readAsAdmin(caller) {
    for (const [relation, { of, also }] of Object.entries(relations)) {
        const path = `/${relation}?select=${readable(relation).join(',')}`
        const answer = await get(caller, path, counted)
        if (also === 'admins' || of === 'admins') ok(others(caller.who.mark).test(answer.text), `${caller.way}: ${relation} shows everybody's rows`, answer.text)
        else none(wrongRows(answer, caller, path), `${caller.way}: ${relation} shows no rows of others`)
    }
}
