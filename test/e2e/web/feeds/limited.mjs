// A server that allows ten requests a minute, and five refused credentials.
import assert from 'node:assert/strict'

import { run } from '../database.mjs'
import { test } from '../tap.mjs'
import { bearer } from '../token.mjs'

const base = process.env.TORALE_URL
const ask = (headers, path = '/task_templates?limit=1', options = {}) => fetch(base + path, { headers, ...options })
const limits = (response) => ['limit', 'remaining', 'reset'].map((name) => Number(response.headers.get(`x-ratelimit-${name}`)))

// So that no minute ends between the first request of a test and its last.
async function inOneMinute(act) {
    for (;;) {
        const resets = new Set()
        const failure = await act((response) => { resets.add(limits(response)[2]); return response }).catch((error) => error)
        resets.delete(0)
        if (resets.size <= 1) { if (failure) throw failure; return }
    }
}

await test('what is left is counted down, then refused until the minute is over', () => inOneMinute(async (seen) => {
    const sub = `ann${performance.now()}`
    for (let left = 9; left >= 0; --left) {
        const response = seen(await ask(bearer({ sub })))
        assert.equal(response.status, 200)
        assert.deepEqual(limits(response).slice(0, 2), [10, left])
    }
    const refused = seen(await ask(bearer({ sub })))
    const body = await refused.json()
    assert.deepEqual([refused.status, body.code, body.message], [429, 'PT429', 'too many requests'])
    const [limit, left, reset] = limits(refused)
    assert.deepEqual([limit, left], [10, 0])
    const wait = Number(refused.headers.get('retry-after'))
    assert.ok(wait >= 1 && wait <= 60, String(wait))
    const difference = reset - Math.floor(Date.parse(refused.headers.get('date')) / 1000) - wait
    assert.ok(Math.abs(difference) <= 1, `reset, now and wait differ by ${difference} s`)
    const head = seen(await ask(bearer({ sub }), undefined, { method: 'HEAD' }))
    assert.deepEqual([head.status, head.headers.get('retry-after') !== null], [429, true])
    assert.equal(seen(await ask(bearer({ sub: `${sub} too` }))).status, 200)
    assert.equal((await fetch(`${base}/live`)).status, 200)
}))

await test('a key has the limit that an administrator gave it', () => inOneMinute(async (seen) => {
    const name = `k${performance.now()}`
    const [{ key }] = await run('SELECT torale.create_api_key($1) AS key', [name])
    await run('UPDATE torale.api_keys SET requests_per_minute = 3 WHERE name = $1', [name])
    const answers = []
    for (let i = 0; i < 5; ++i) answers.push(seen(await ask({ apikey: key })))
    assert.deepEqual(answers.map((response) => response.status), [200, 200, 200, 429, 429])
    assert.deepEqual(limits(answers[0]).slice(0, 2), [3, 2])
}))

// Last: afterwards this address has to wait.
await test('who guesses credentials is locked out, whatever comes next', async () => {
    const wrong = { Authorization: `Bearer sk_${'x'.repeat(43)}` }
    let refusals = 0
    for (let tries = 0; tries < 100; ++tries) {
        const response = await ask(wrong)
        if (response.status === 429) {
            assert.equal((await response.json()).message, 'too many refused credentials')
            assert.ok(Number(response.headers.get('retry-after')) >= 1)
            break
        }
        assert.equal(response.status, 401)
        ++refusals
    }
    // A minute may end in between.
    assert.ok(refusals >= 5 && refusals <= 10, `${refusals} refusals`)
    const metrics = await (await fetch(`${base}/metrics`)).text()
    assert.ok(Number(metrics.match(/^torale_auth_refused_total (\d+)$/m)[1]) >= 5, metrics)
    assert.ok(Number(metrics.match(/^torale_rate_limited_total (\d+)$/m)[1]) >= 2, metrics)
})
