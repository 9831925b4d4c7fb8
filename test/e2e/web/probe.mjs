// What the tests of tenants and attacks share: TAP, a client, tokens, psql. No packages.
import { spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import http from 'node:http'
import { inspect, isDeepStrictEqual } from 'node:util'

export const base = new URL(process.env.TORALE_URL)

// --- TAP ---

let failures = 0
export const show = (value) => inspect(value, { depth: 8, breakLength: 110, maxStringLength: 600, maxArrayLength: 20 })

export function ok(holds, name, ...why) {
    if (!holds) ++failures
    console.log(`${holds ? 'ok' : 'not ok'} - ${name.replaceAll('#', '\\#')}`)
    if (holds) return
    for (const line of why) console.log((typeof line === 'string' ? line : show(line)).replace(/^/gm, '#   ').slice(0, 6000))
}
export const is = (got, expected, name) => ok(isDeepStrictEqual(got, expected), name, 'got:', got, 'expected:', expected)
// One test of many cases: `faults` says what was wrong with which.
export const none = (faults, name) => ok(faults.length === 0, name, `${faults.length} faults:`, ...faults.slice(0, 12))
export const finish = () => { process.exitCode = failures > 0 ? 1 : 0 }

// Asks again until `holds` is true of what `ask` returns; the last answer after the deadline.
export async function until(ask, holds, seconds = 60) {
    const give_up = Date.now() + seconds * 1000
    for (;;) {
        const got = await ask()
        if (holds(got) || Date.now() > give_up) return got
        await new Promise((resolve) => setTimeout(resolve, 20))
    }
}

// --- SQL as the superuser ---

export function psql(script, { database } = {}) {
    const more = database ? ['-d', database] : []
    const { status, stdout, stderr } = spawnSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', ...more, '-f', '-'], { input: script, maxBuffer: 1 << 28 })
    if (status !== 0) throw new Error(`psql: ${stderr}`)
    return stdout.toString().trimEnd()
}
export const literal = (text) => `'${String(text).replaceAll("'", "''")}'`
export const rows = (query) => JSON.parse(psql(`SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (${query}) x;`))

// --- tokens ---

const encode = (part) => Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
export function sign(claims, { header = { alg: 'HS256', typ: 'JWT' }, key = process.env.TORALE_JWT_SECRET, hash = 'sha256' } = {}) {
    const content = `${encode(header)}.${encode(claims)}`
    return `${content}.${createHmac(hash, key).update(content).digest('base64url')}`
}
export const bearer = (token) => ({ Authorization: `Bearer ${token}` })

// --- requests ---

const everybody = new http.Agent({ keepAlive: true, maxSockets: 4 })
export const close = () => everybody.destroy()
export const url = (text) => text.replace(/[^\x21-\x7e]|["\\<>^`{|}]/gu, encodeURIComponent)

export function exchange({ method = 'GET', path, headers = {}, body, agent = everybody, timeout = 60000 }) {
    const bytes = body === undefined ? undefined : Buffer.from(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
    const sent = { ...headers }
    if (bytes) {
        sent['Content-Length'] ??= bytes.length
        if (typeof body !== 'string' && !Buffer.isBuffer(body)) sent['Content-Type'] ??= 'application/json'
    }
    return new Promise((resolve, reject) => {
        const request = http.request({ host: base.hostname, port: base.port, agent, method, path: url(path), headers: sent, timeout })
        request.on('timeout', () => request.destroy(new Error(`no answer to ${method} ${path} within ${timeout} ms`)))
        request.on('error', reject)
        request.on('response', (response) => {
            const chunks = []
            response.on('data', (chunk) => chunks.push(chunk))
            response.on('error', reject)
            response.on('end', () => {
                const text = Buffer.concat(chunks).toString()
                resolve({ status: response.statusCode, headers: response.headers, text, get json() { return parse(text) } })
            })
        })
        request.end(bytes)
    })
}

function parse(text) {
    try {
        return JSON.parse(text)
    } catch {
        return undefined
    }
}
