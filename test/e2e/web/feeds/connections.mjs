// Connections that serve many requests, HEAD, and the numbers for operators.
import assert from 'node:assert/strict'
import http from 'node:http'
import net from 'node:net'

import { run } from '../database.mjs'
import { test, until } from '../tap.mjs'
import { bearer } from '../token.mjs'

const base = new URL(process.env.TORALE_URL)
const auth = bearer({ sub: 'ann' })

function ask(method, path, { agent, headers, body } = {}) {
    return new Promise((resolve, reject) => {
        const request = http.request({ host: base.hostname, port: base.port, method, path, agent, headers: { ...auth, ...headers } })
        request.on('error', reject)
        request.on('response', (response) => {
            const chunks = []
            response.on('data', (chunk) => chunks.push(chunk))
            response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString(), wasReused: request.reusedSocket }))
        })
        request.end(body)
    })
}

const json = { 'Content-Type': 'application/json' }

await test('one connection serves rows, refusals, empty answers and probes', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const asked = [
        ['GET', '/tasks', {}, 200], ['POST', '/tasks', { headers: json, body: '{"search_query":"Is it kept?","name":"kept"}' }, 201], ['GET', '/nope', {}, 404],
        ['PATCH', '/tasks?name=eq.kept', { headers: json, body: '{"state":"paused"}' }, 204], ['OPTIONS', '/tasks', {}, 200],
        ['POST', '/rpc/next_runs', { headers: json, body: '{' }, 400], ['GET', '/live', {}, 200], ['DELETE', '/tasks?name=eq.kept', {}, 204],
        ['GET', '/tasks', { headers: { Authorization: 'Bearer a.b.c' } }, 401], ['GET', '/', {}, 200],
    ]
    for (const [i, [method, path, more, status]] of asked.entries()) {
        const answer = await ask(method, path, { agent, ...more })
        assert.deepEqual([method, path, answer.status, answer.wasReused], [method, path, status, i > 0], answer.body)
    }
    agent.destroy()
})

// Node itself closes after the answer to a HEAD, which has no length here as in PostgREST: so these
// bytes are sent and read by hand.
await test('requests sent at once are answered in their order, HEAD without a body among them', async () => {
    const asked = [['GET', 1], ['HEAD', 2], ['GET', 3], ['GET', 4], ['HEAD', 5], ['GET', 6]]
    const sent = asked.map(([method, n]) => `${method} /rpc/next_runs?schedule=@daily&count=${n} HTTP/1.1\r\nHost: x\r\n${n === 6 ? 'Connection: close\r\n' : ''}\r\n`).join('')
    const text = await new Promise((resolve, reject) => {
        const socket = net.connect(base.port, base.hostname, () => socket.write(sent))
        let got = ''
        socket.on('data', (chunk) => { got += chunk })
        socket.on('end', () => resolve(got))
        socket.on('error', reject)
    })
    const bodies = text.split('HTTP/1.1 200 OK\r\n').slice(1).map((part) => part.slice(part.indexOf('\r\n\r\n') + 4))
    assert.deepEqual(bodies.map((body) => body === '' ? '' : JSON.parse(body).length), [1, '', 3, 4, '', 6])
})

await test('HEAD has the headers of GET and no body', async () => {
    await run("INSERT INTO torale.users (id) VALUES ('ann') ON CONFLICT DO NOTHING")
    for (const path of ['/tasks', '/tasks?select=name', '/task_templates?select=id&limit=3', '/rpc/next_runs?schedule=@daily', '/nope', '/', '/live', '/ready']) {
        const [head, get] = [await ask('HEAD', path), await ask('GET', path)]
        assert.deepEqual([path, head.status, head.body], [path, get.status, ''])
        for (const name of ['content-type', 'content-range', 'content-location', 'vary', 'proxy-status', 'x-content-type-options'])
            assert.equal(head.headers[name], get.headers[name], `${name} of ${path}`)
    }
})

// The text format: HELP and TYPE before the samples of each family, no sample twice.
function parseMetrics(text) {
    const samples = new Map()
    const types = new Map()
    for (const line of text.split('\n').filter((one) => one !== '')) {
        const [, comment, name, rest] = line.match(/^# (HELP|TYPE) ([a-z_]+) (.+)$/) ?? []
        if (comment === 'TYPE') types.set(name, rest)
        if (comment) continue
        const found = line.match(/^([a-z_]+)(\{([a-z]+="[^"]*"(,[a-z]+="[^"]*")*)\})? (-?[0-9.e+-]+|\+Inf|NaN)$/)
        assert.ok(found, line)
        assert.ok(types.has(found[1]) || types.has(found[1].replace(/_(bucket|sum|count)$/, '')), `no type before ${line}`)
        assert.ok(!samples.has(found[1] + (found[2] ?? '')), `twice: ${line}`)
        samples.set(found[1] + (found[2] ?? ''), Number(found[5]))
    }
    assert.ok(text.endsWith('\n'))
    return { samples, types }
}

await test('metrics: the text format, and numbers that add up', async () => {
    const look = async () => parseMetrics((await ask('GET', '/metrics')).body)
    assert.match((await ask('GET', '/metrics')).headers['content-type'], /^text\/plain; version=0\.0\.4/)
    // What nobody else asks here: looking is a GET.
    const counted = { 'torale_http_requests_total{method="HEAD",status="200"}': 7, 'torale_http_requests_total{method="DELETE",status="404"}': 3 }
    const before = (await look()).samples
    for (let i = 0; i < 7; ++i) await ask('HEAD', '/task_templates?limit=1')
    for (let i = 0; i < 3; ++i) await ask('DELETE', '/nope')
    // A request is counted once it is answered, so the answer may be here first.
    const grown = (samples) => (name) => (samples.get(name) ?? 0) - (before.get(name) ?? 0)
    const { samples: after, types } = await until(look, ({ samples }) => Object.entries(counted).every(([name, by]) => grown(samples)(name) === by), { what: 'the count' })
    assert.ok(grown(after)('torale_http_request_duration_seconds_count') >= 10)
    assert.ok(grown(after)('torale_http_request_duration_seconds_sum') > 0)
    const buckets = [...after].filter(([name]) => name.startsWith('torale_http_request_duration_seconds_bucket')).map(([, value]) => value)
    assert.deepEqual(buckets, [...buckets].sort((a, b) => a - b))
    assert.equal(buckets.at(-1), after.get('torale_http_request_duration_seconds_count'))
    assert.deepEqual([types.get('torale_http_requests_total'), types.get('torale_http_request_duration_seconds'), types.get('torale_http_connections')], ['counter', 'histogram', 'gauge'])
    assert.deepEqual([after.get('torale_up'), after.get('torale_http_workers')], [1, 2])
})
