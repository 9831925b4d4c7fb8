// Pages of two origins in headless Chromium: one that torale.http_cors_origins names, one that it
// does not. Both are other origins than the server under test.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { chromium } from 'playwright-core'

import { run } from './database.mjs'
import { test, until } from './tap.mjs'

const url = process.env.TORALE_URL
const here = fileURLToPath(new URL('.', import.meta.url))
const served = {
    '/': ['text/html', `${here}pages/index.html`],
    '/postgrest-js/index.mjs': ['text/javascript', `${here}node_modules/@supabase/postgrest-js/dist/index.mjs`],
}

function serve(port) {
    const server = http.createServer((request, response) => {
        const [type, file] = served[request.url] ?? []
        response.writeHead(file ? 200 : 404, file ? { 'Content-Type': type } : {}).end(file ? readFileSync(file) : '')
    })
    return new Promise((resolve, reject) => {
        server.on('error', reject)
        server.listen(port, '127.0.0.1', () => resolve(server))
    })
}

const [{ key }] = await run("SELECT torale.create_api_key('page') AS key")
await run("SELECT torale.create_task('When is the next eclipse?', 'a date has been announced', name => 'eclipse')")
const at = { url, key }

// Those that the server answered: Chromium asks only for what it does not know yet.
async function preflights() {
    const text = await (await fetch(`${url}/metrics`)).text()
    return Number(text.match(/^torale_http_requests_total\{method="OPTIONS",status="200"\} (\d+)$/m)?.[1] ?? 0)
}

const servers = await Promise.all([serve(process.env.LISTED_PORT), serve(process.env.STRANGE_PORT)])
const profile = await mkdtemp(join(tmpdir(), 'torale-chromium.'))
const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.TORALE_CHROMIUM, headless: true, chromiumSandbox: false,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})

async function open(port) {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${port}/`)
    await page.waitForFunction(() => document.title === 'ready')
    return page
}

try {
    const page = await open(process.env.LISTED_PORT)

    await test('a page of a listed origin shows the tasks it fetched', async () => {
        const found = await page.evaluate(async ({ url, key }) => {
            const response = await fetch(`${url}/tasks?select=name,state`, { headers: { Authorization: `Bearer ${key}` } })
            const tasks = await response.json()
            for (const { name } of tasks) document.querySelector('#tasks').append(Object.assign(document.createElement('li'), { textContent: name }))
            return [response.status, response.type, tasks]
        }, at)
        assert.deepEqual(found, [200, 'cors', [{ name: 'eclipse', state: 'active' }]])
        assert.equal(await page.textContent('#tasks li'), 'eclipse')
    })

    await test('it reads the headers that pages and limits are counted by, and no others', async () => {
        const headers = await page.evaluate(async ({ url, key }) => {
            const response = await fetch(`${url}/tasks?limit=1`, { headers: { apikey: key, Prefer: 'count=exact' } })
            return Object.fromEntries(response.headers)
        }, at)
        assert.equal(headers['content-range'], '0-0/1')
        assert.equal(headers['preference-applied'], 'count=exact')
        assert.equal(headers['x-ratelimit-limit'], '600')
        assert.ok(Number(headers['x-ratelimit-remaining']) < 600)
        assert.ok(Number(headers['x-ratelimit-reset']) > Date.now() / 1000 - 5)
        assert.equal(headers['content-security-policy'], undefined)
    })

    await test('postgrest-js in the page makes, changes, counts and deletes', async () => {
        const answers = await page.evaluate(async ({ url, key }) => {
            const client = window.connect(url, { Authorization: `Bearer ${key}`, 'X-Client-Info': 'a page' })
            const made = await client.from('tasks').insert({ name: 'comet', search_query: 'Which comet comes?' }).select('name').single()
            const changed = await client.from('tasks').update({ state: 'paused' }).eq('name', 'comet').select('state')
            const counted = await client.from('tasks').select('*', { count: 'exact', head: true })
            const called = await client.rpc('next_runs', { schedule: '@daily', count: 2 })
            const gone = await client.from('tasks').delete({ count: 'exact' }).eq('name', 'comet')
            const missing = await client.from('task').select()
            return { made: made.data, changed: [changed.status, changed.data], counted: counted.count, called: called.data.length, gone: [gone.status, gone.count], missing: [missing.status, missing.error.code] }
        }, at)
        assert.deepEqual(answers, { made: { name: 'comet' }, changed: [200, [{ state: 'paused' }]], counted: 2, called: 2, gone: [204, 1], missing: [404, 'PGRST205'] })
    })

    await test('a PATCH with headers of its own passes the preflight', async () => {
        const before = await preflights()
        const status = await page.evaluate(async ({ url, key }) => (await fetch(`${url}/tasks?name=eq.eclipse`, {
            method: 'PATCH', body: '{"context":{"from":"a page"}}',
            headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', Prefer: 'return=minimal', 'X-Trace-Id': '7', 'Content-Profile': 'torale' },
        })).status, at)
        assert.equal(status, 204)
        assert.deepEqual(await run("SELECT context FROM torale.tasks WHERE name = 'eclipse'"), [{ context: { from: 'a page' } }])
        await until(preflights, (count) => count === before + 1, { what: 'one more preflight' })
    })

    await test('refusals can be read as well', async () => {
        const refused = await page.evaluate(async ({ url }) => {
            const response = await fetch(`${url}/tasks`, { headers: { Authorization: 'Bearer sk_nobody' } })
            return [response.status, (await response.json()).code, response.headers.get('www-authenticate')?.slice(0, 6)]
        }, at)
        assert.deepEqual(refused, [401, 'PGRST301', 'Bearer'])
    })

    await test('the page follows the events of a run', async () => {
        const kinds = await page.evaluate(async ({ url, key }) => {
            const client = window.connect(url, { Authorization: `Bearer ${key}` })
            const stop = new AbortController()
            const response = await fetch(`${url}/events`, { headers: { Authorization: `Bearer ${key}` }, signal: stop.signal })
            const { data: task } = await client.from('tasks').select('id').eq('name', 'eclipse').single()
            await client.rpc('run_task', { id: task.id })
            const text = response.body.pipeThrough(new TextDecoderStream()).getReader()
            for (let seen = ''; ;) {
                const { value, done } = await text.read()
                if (done) return `ended after ${seen}`
                seen += value
                const status = seen.match(/"status": ?"(success|failed)"/)
                if (!status) continue
                stop.abort()
                return [response.headers.get('content-type'), status[1]]
            }
        }, at)
        assert.deepEqual(kinds, ['text/event-stream', 'success'])
    })

    await test('a page of another origin gets nothing: not by fetch, not by postgrest-js, and its writes are not made', async () => {
        const strange = await open(process.env.STRANGE_PORT)
        const answers = await strange.evaluate(async ({ url, key }) => {
            const attempt = (options) => fetch(`${url}/tasks?name=eq.eclipse`, options).then((response) => `read ${response.status}`, (error) => error.name)
            const client = window.connect(url, { Authorization: `Bearer ${key}` })
            return [
                await attempt({}), await attempt({ headers: { apikey: key } }),
                await attempt({ method: 'PATCH', body: '{"state":"paused"}', headers: { apikey: key, 'Content-Type': 'application/json' } }),
                (await client.from('tasks').select().retry(false)).error.message.split(':')[0],
                await fetch(`${url}/live`).then(() => 'read', (error) => error.name),
            ]
        }, at)
        assert.deepEqual(answers, ['TypeError', 'TypeError', 'TypeError', 'TypeError', 'TypeError'])
        assert.deepEqual(await run("SELECT state FROM torale.tasks WHERE name = 'eclipse'"), [{ state: 'active' }])
        await strange.close()
    })
} finally {
    await browser.close()
    for (const server of servers) server.close()
    await rm(profile, { recursive: true, force: true })
}
