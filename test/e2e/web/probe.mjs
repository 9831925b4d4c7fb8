// The server's two doors, as the tests of requests, tenants and attacks use them: SQL as the superuser
// by psql, HTTP by a client that hides nothing. No packages.
import { spawnSync } from 'node:child_process'
import http from 'node:http'

export const base = new URL(process.env.TORALE_URL)

// --- SQL as the superuser ---

export function psql(script, { database } = {}) {
    const more = database ? ['-d', database] : []
    const { status, stdout, stderr } = spawnSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', ...more, '-f', '-'], { input: script, maxBuffer: 1 << 28 })
    if (status !== 0) throw new Error(`psql: ${stderr}`)
    return stdout.toString().trimEnd()
}
export const literal = (text) => `'${String(text).replaceAll("'", "''")}'`
export const rows = (query) => JSON.parse(psql(`SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (${query}) x;`))

// --- requests ---

const everybody = new http.Agent({ keepAlive: true, maxSockets: 4 })
export const close = () => everybody.destroy()
// Only what a URL cannot hold: asks stay readable, and "%" and "+" mean what they mean.
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
