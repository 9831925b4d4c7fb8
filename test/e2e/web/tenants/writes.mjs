// Writing: every table, with ids and names of another's.
import { exchange, literal } from '../probe.mjs'
import { none } from '../tap.mjs'
import { columns, bySql } from './reads.mjs'
import { relations } from './relations.mjs'
import { fill, ghostOf, unequal, untwin } from './twins.mjs'
import { attempt, tidy } from './world.mjs'

const whole = { Prefer: 'return=representation,count=exact' }

async function byHttp(relation, { key, patch, posts }, caller, victim) {
    const path = `/${relation}?${key}`
    const faults = []
    const twin = async (request) => faults.push(...await untwin({ path, ...request }, caller, victim))
    for (const headers of [{}, whole]) {
        await twin({ method: 'DELETE', headers })
        await twin({ method: 'PATCH', body: patch, headers })
        for (const column of columns[relation]) await twin({ method: 'PATCH', body: { [column.name]: null }, headers })
        if (columns[relation].some(({ name }) => name === 'owner')) await twin({ method: 'PATCH', body: { owner: '{owner}' }, headers })
        for (const body of posts ?? []) {
            await twin({ method: 'POST', path: `/${relation}`, body, headers })
            await twin({ method: 'POST', path: `/${relation}`, body: [body], headers: { Prefer: 'resolution=merge-duplicates,return=representation' } })
            await twin({ method: 'POST', path: `/${relation}`, body: [body], headers: { Prefer: 'resolution=ignore-duplicates,return=representation' } })
            await twin({ method: 'PUT', path, body: { ...body, ...(key.startsWith('id=') ? { id: key.slice(6) } : {}) }, headers })
        }
    }
    return faults
}

function literalOf(value) {
    if (value === null) return 'NULL'
    return Array.isArray(value) ? literal(`{${value.join(',')}}`) : literal(typeof value === 'object' ? JSON.stringify(value) : value)
}

function bySqlOnly(relation, { key, patch, posts }, caller, victim) {
    const ghost = ghostOf(victim)
    const statements = (person) => [
        `DELETE FROM torale.${relation} x WHERE ${bySql(key, person)} RETURNING 1`,
        `DELETE FROM torale.${relation} x WHERE x::text LIKE ${literal(`%${person.mark}%`)} RETURNING 1`,
        ...Object.entries(patch).map(([name, value]) => `UPDATE torale.${relation} x SET ${name} = ${literalOf(fill(value, person, caller.who))} WHERE ${bySql(key, person)} RETURNING 1`),
        ...(posts ?? []).map((body) => Object.entries(fill(body, person, caller.who)))
            .map((members) => `INSERT INTO torale.${relation} (${members.map(([name]) => name)}) VALUES (${members.map(([, value]) => literalOf(value))}) RETURNING 1`)]
    const [asked, theirs, nobodys] = [statements(victim), attempt(caller, statements(victim)), attempt(caller, statements(ghost))]
    return asked.flatMap((statement, i) => unequal(statement, theirs[i], nobodys[i], victim))
}

export async function write(callers, victims) {
    for (const caller of callers) {
        for (const victim of victims(caller)) {
            for (const [relation, row] of Object.entries(relations)) {
                if (!row.patch) continue
                tidy()
                none(await byHttp(relation, row, caller, victim), `${caller.way}: writing to ${relation} of ${victim.name} is like writing to nothing`)
                tidy()
                none(bySqlOnly(relation, row, caller, victim), `${caller.way}: and so it is by SQL: ${relation} of ${victim.name}`)
            }
        }
    }
}

// PostgreSQL's own refusal of views that cannot be written, which the dialect answers with 500.
export const isRefusedView = ({ status, json }) => status === 403 || status === 401 || (status === 500 && json?.code === '55000')

export async function writeViews(callers, victims) {
    for (const caller of callers) {
        const faults = []
        for (const [relation, { of, key, patch }] of Object.entries(relations)) {
            if (patch || of !== 'owners') continue
            for (const victim of victims(caller)) {
                faults.push(...await untwin({ method: 'DELETE', path: `/${relation}?${key}` }, caller, victim))
                faults.push(...await untwin({ method: 'PATCH', path: `/${relation}?${key}`, body: { [columns[relation][0].name]: null } }, caller, victim))
            }
            const answer = await exchange({ method: 'POST', path: `/${relation}`, body: {}, headers: caller.headers })
            if (!isRefusedView(answer)) faults.push(`POST /${relation}: ${answer.status}`)
        }
        none(faults, `${caller.way}: views take no writes`)
    }
}
