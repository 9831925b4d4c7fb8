// A key set in a file, replaced while the server runs: owners come in with the issuer's new keys,
// and with its old ones no more.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { run } from '../database.mjs'
import { test, until } from '../tap.mjs'
import { bearer } from '../token.mjs'

const base = process.env.TORALE_URL
const folder = process.env.TORALE_TEST_KEYS
const ask = (headers) => fetch(`${base}/tasks?select=owner`, { headers })

function signer(from, alg, name, kid) {
    const key = readFileSync(`${from}/${name}.pem`)
    return (sub) => bearer({ sub }, { header: { alg, kid }, key })
}

const old = { rsa: signer(folder, 'RS256', 'rsa', 'rsa'), ec: signer(folder, 'ES256', 'ec', 'ec') }
for (const [name, sign] of Object.entries(old)) {
    await test(`a token signed with ${name} is its owner`, async () => {
        const sub = `with ${name}`
        const made = await fetch(`${base}/tasks`, { method: 'POST', body: '{"search_query":"Whose is it?"}', headers: { ...sign(sub), 'Content-Type': 'application/json' } })
        assert.equal(made.status, 201)
        assert.deepEqual(await (await ask(sign(sub))).json(), [{ owner: sub }])
    })
}

await test('a kid that the set does not name is refused, as is the other key\'s', async () => {
    for (const [kid, alg, key] of [['unknown', 'RS256', 'rsa'], ['ec', 'RS256', 'rsa'], ['rsa', 'ES256', 'ec'], ['rsa', 'RS256', 'stranger']]) {
        const response = await ask(signer(folder, alg, key, kid)('ann'))
        assert.deepEqual([kid, alg, response.status, (await response.json()).code], [kid, alg, 401, 'PGRST301'])
    }
})

await test('a new set takes the place of the old one', async () => {
    const later = mkdtempSync(`${folder}/later.`)
    try {
        const made = spawnSync(process.execPath, [fileURLToPath(new URL('../clients/make_keys.mjs', import.meta.url)), later])
        assert.equal(made.status, 0, `${made.stderr}`)
        const set = JSON.parse(readFileSync(`${later}/jwks.json`, 'utf8'))
        for (const key of set.keys) key.kid = `new ${key.kid}`
        writeFileSync(`${folder}/jwks.next`, JSON.stringify(set), { mode: 0o644 })
        renameSync(`${folder}/jwks.next`, `${folder}/jwks.json`)
        const status = async (headers) => (await ask(headers)).status
        await until(() => status(signer(later, 'RS256', 'rsa', 'new rsa')('ann')), (got) => got === 200, { what: 'the new RSA key' })
        await until(() => status(signer(later, 'ES256', 'ec', 'new ec')('ann')), (got) => got === 200, { what: 'the new EC key' })
        // Both workers: a token that one of them knew is verified anew.
        await until(async () => { for (let i = 0; i < 10; ++i) if (await status(old.rsa('with rsa')) !== 401) return false; return true }, (gone) => gone, { what: 'the end of the old key' })
    } finally {
        rmSync(later, { recursive: true })
    }
})

await test('the secret of the server itself still works beside the set', async () => {
    assert.equal((await ask(bearer({ sub: 'ann' }))).status, 200)
    assert.deepEqual(await run("SELECT count(*)::integer AS n FROM torale.users WHERE id LIKE 'with %'"), [{ n: 2 }])
})
