// Asks a running server the rows of requests/*.mjs meant for it and says in TAP what came back.
//
//   run_requests.mjs SERVER [PATTERN]     the tables for SERVER (plain, profiles or limited)
//
// Each table starts with the data of neutral.sql; a row that may have written is undone. PATTERN
// runs only the rows whose request it matches.
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import http from 'node:http'
import { fileURLToPath } from 'node:url'
import { inspect, isDeepStrictEqual } from 'node:util'

import { base, url } from './probe.mjs'
import { Part, any } from './requests/table.mjs'
import { ok } from './tap.mjs'
import { sign } from './token.mjs'

const [server, pattern] = process.argv.slice(2)
const here = fileURLToPath(new URL('.', import.meta.url))
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })

// --- the request ---

function tokenFor(as) {
    if (as === undefined) return {}
    const claims = typeof as === 'string' ? { role: as, sub: 'ann' } : as
    return { Authorization: `Bearer ${sign(claims)}` }
}

function headersOf(more) {
    const { headers, accept, prefer, send } = more
    const sent = { ...tokenFor(more.as), ...(typeof headers === 'function' ? headers(sign) : headers) }
    if (accept) sent.Accept = accept
    if (prefer) sent.Prefer = prefer
    if (send !== undefined && typeof send !== 'string' && !Buffer.isBuffer(send)) sent['Content-Type'] ??= 'application/json'
    return sent
}

function bytesOf(send) {
    if (send === undefined) return undefined
    return Buffer.from(typeof send === 'string' || Buffer.isBuffer(send) ? send : JSON.stringify(send))
}

function exchange(ask, more) {
    const space = ask.indexOf(' ')
    const body = bytesOf(more.send)
    const headers = headersOf(more)
    if (body) headers['Content-Length'] = body.length
    return new Promise((resolve, reject) => {
        const request = http.request({
            host: base.hostname, port: base.port, agent, headers, timeout: 30000,
            method: ask.slice(0, space), path: url(ask.slice(space + 1)) })
        request.on('timeout', () => request.destroy(new Error('no answer within 30 s')))
        request.on('error', reject)
        request.on('response', (response) => {
            const chunks = []
            response.on('data', (chunk) => chunks.push(chunk))
            response.on('error', reject)
            response.on('end', () => resolve({
                status: response.statusCode, reason: response.statusMessage, headers: response.headersDistinct,
                bytes: Buffer.concat(chunks) }))
        })
        request.end(body)
    })
}

// --- what is wrong with the answer ---

function matches(got, expected) {
    if (expected === any) return true
    if (expected instanceof RegExp) return typeof got === 'string' && expected.test(got)
    if (expected instanceof Part) {
        return typeof got === 'object' && got !== null &&
            Object.entries(expected.members).every(([name, value]) => matches(got[name], value))
    }
    if (Array.isArray(expected)) {
        return Array.isArray(got) && got.length === expected.length && expected.every((value, i) => matches(got[i], value))
    }
    if (typeof expected === 'object' && expected !== null) {
        return typeof got === 'object' && got !== null && !Array.isArray(got) &&
            isDeepStrictEqual(Object.keys(got).sort(), Object.keys(expected).sort()) &&
            Object.entries(expected).every(([name, value]) => matches(got[name], value))
    }
    return got === expected
}

const show = (value) => inspect(value instanceof Part ? value.members : value, { depth: 12, breakLength: 110, maxStringLength: 3000 })
const parse = (text) => { try { return JSON.parse(text) } catch { return undefined } }

function wrongBody(text, expected) {
    if (expected === undefined) return []
    const got = typeof expected === 'string' ? text : parse(text)
    if (got !== undefined && matches(got, expected)) return []
    return [`body: expected ${show(expected)}`, `           got ${got === undefined || typeof expected === 'string' ? show(text) : show(got)}`]
}

function wrongHeaders(headers, expected) {
    return Object.entries(expected).flatMap(([name, value]) => {
        const list = headers[name.toLowerCase()]
        const got = list && list.length === 1 ? list[0] : list
        if (value === null ? got === undefined : matches(got, value)) return []
        return [`${name}: expected ${value === null ? 'none' : show(value)}, got ${show(got)}`]
    })
}

// What holds of every answer, whatever the row says.
function wrongAnyway(method, { status, headers, bytes }) {
    const found = []
    const one = (name) => (headers[name] ?? []).join(', ')
    if (method === 'HEAD' || status === 204) {
        if (bytes.length > 0) found.push('a body where none may be')
        if (status === 204 && headers['content-length']) found.push('Content-Length on 204')
    } else if (one('content-length') !== String(bytes.length)) {
        found.push(`Content-Length ${one('content-length')}, but ${bytes.length} bytes`)
    }
    if (!headers.date) found.push('no Date')
    const error = parse(bytes.toString())
    if ((status >= 400 || status === 300) && method !== 'HEAD' && error?.code !== undefined) {
        if (!isDeepStrictEqual(Object.keys(error), ['code', 'details', 'hint', 'message'])) found.push(`members ${Object.keys(error)}`)
        if (one('content-type') !== 'application/json; charset=utf-8') found.push(`Content-Type ${one('content-type')} of an error`)
        // What is no request at all is refused before there is a dialect.
        if (!error.code.startsWith('HTTP') && one('proxy-status') !== `PostgREST; error=${error.code}`) found.push(`Proxy-Status ${one('proxy-status')}`)
        if (headers['preference-applied']) found.push('Preference-Applied on an error')
    }
    return found
}

async function wrongs([ask, status, body, more = {}]) {
    const answer = await exchange(ask, more)
    const found = []
    if (answer.status !== status) found.push(`status: expected ${status}, got ${answer.status}`)
    if (more.reason !== undefined && answer.reason !== more.reason) found.push(`reason: expected ${show(more.reason)}, got ${show(answer.reason)}`)
    found.push(...wrongBody(answer.bytes.toString(), body), ...wrongHeaders(answer.headers, more.has ?? {}), ...wrongAnyway(ask.split(' ')[0], answer))
    if (found.length > 0 && answer.status !== status) found.push(`the answer: ${show(answer.bytes.toString())}`)
    if (more.then) found.push(...(await wrongs(more.then)).map((line) => `then ${more.then[0]}: ${line}`))
    return found
}

// --- the state ---

// The rows of neutral.sql, written again as they stand there.
const dataOf = (sql) => sql.slice(sql.indexOf('INSERT INTO directors'), sql.indexOf('REFRESH MATERIALIZED VIEW'))
const sequencesOf = (sql) => sql.slice(sql.indexOf('SELECT setval('), sql.indexOf('ANALYZE;'))

// Deleted, not truncated: that would be a change of the schema to whoever watches.
function restore() {
    const sql = readFileSync(`${here}neutral.sql`, 'utf8')
    const tables = [...sql.matchAll(/^CREATE TABLE ((?:"(?:[^"]|"")*"|[\w.])+) \(/gm)].map((found) => found[1])
    const script = `BEGIN; SET LOCAL session_replication_role = replica; SET LOCAL search_path = neutral;
        ${tables.map((table) => `DELETE FROM ${table};`).join('\n')}
        ${dataOf(sql)} ${sequencesOf(sql)} COMMIT;`
    const { status, stderr } = spawnSync('psql', ['-Xqo', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-f', '-'], { input: script })
    if (status !== 0) throw new Error(`the data could not be restored: ${stderr}`)
}

const mayWrite = (ask) => !/^(GET|HEAD|OPTIONS) /.test(ask)

// --- the run ---

function report(title, row, found) {
    const [ask, , , more = {}] = row
    const who = more.as === undefined ? '' : ` as ${typeof more.as === 'string' ? more.as : JSON.stringify(more.as)}`
    const extra = ['prefer', 'accept'].filter((name) => more[name]).map((name) => ` ${name} ${more[name]}`).join('')
    ok(found.length === 0, `${title}: ${more.name ?? ask}${who}${extra}${more.why ? ` (${more.why})` : ''}`, ...found)
}

const servers = ['plain', 'profiles', 'limited']
const files = readdirSync(`${here}requests`).filter((name) => /^\d.*\.mjs$/.test(name)).sort()
let isClean = true
let asked = 0
for (const file of files) {
    const { default: table } = await import(`./requests/${file}`)
    if (!servers.includes(table.server)) throw new Error(`${file} is meant for no server`)
    if (table.server !== server) continue
    for (const row of table.rows) {
        if (pattern && !new RegExp(pattern).test(row[0])) continue
        if (!isClean) restore()
        isClean = !mayWrite(row[0])
        const found = await wrongs(row).catch((error) => [String(error)])
        ++asked
        report(table.title, row, found)
    }
}
agent.destroy()
if (asked === 0) process.exitCode = 1
