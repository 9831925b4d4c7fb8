// A server with limits: few rows a page, nobody without a token, tokens of an issuer with an
// audience, a function before each request.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

import { run } from '../database.mjs'
import { bearer, inSeconds, token } from '../token.mjs'
import { connect, data, header, ids, refused } from './client.mjs'
import { shows } from './tiers.mjs'

const keys = process.env.TORALE_TEST_KEYS
const claims = { app: { roles: ['web_user'] }, sub: 'ann', aud: 'web' }
const as = (more, how) => connect(bearer({ ...claims, ...more }, how))
const me = () => as({})
const privateKey = (name) => readFileSync(`${keys}/${name}.pem`)
const films = (client) => client.from('films').select('id').order('id')

// The description of an error stands in WWW-Authenticate too.
async function isNobody(client, message) {
    await refused(films(client), 401, { code: /^PGRST30[13]$/, message })
    assert.equal(header('www-authenticate'), `Bearer error="invalid_token", error_description="${message}"`)
}

await shows('T1.claims', 'nobody is anonymous here', async () => {
    await refused(films(connect()), 401, { code: 'PGRST302', message: 'Anonymous access is disabled' })
    assert.equal(header('www-authenticate'), 'Bearer')
    await refused(films(connect({ Authorization: 'Basic YTpi' })), 401, { code: 'PGRST302' })
})

await shows('T1.claims', 'a role from a path into the claims', async () => {
    const who = await data(me().rpc('whoami'))
    assert.equal(who.role, 'web_user')
    assert.deepEqual(who.claims, { ...claims, role: 'web_user' })
})

await shows('T1.claims', 'times, with half a minute of leeway', async () => {
    for (const good of [{ exp: inSeconds(60) }, { exp: inSeconds(-10) }, { nbf: inSeconds(10) }, { iat: inSeconds(-60) }, { exp: null }])
        assert.equal((await data(films(as(good)))).length, 2, JSON.stringify(good))
    await isNobody(as({ exp: inSeconds(-60) }), 'JWT expired')
    await isNobody(as({ nbf: inSeconds(90) }), 'JWT not yet valid')
    await isNobody(as({ iat: inSeconds(90) }), 'JWT issued at future')
    await isNobody(as({ exp: 'soon' }), "The JWT 'exp' claim must be a number")
})

await shows('T1.claims', 'the audience', async () => {
    assert.deepEqual(await ids(films(as({ aud: ['other', 'web'] }))), [1, 2])
    await isNobody(as({ aud: 'other' }), 'JWT not in audience')
    await isNobody(as({ aud: 5 }), "The JWT 'aud' claim must be a string or an array of strings")
})

await shows('T1.claims', 'RS256 and ES256 of the key set; what was not signed by it', async () => {
    assert.deepEqual(await ids(films(as({}, { header: { alg: 'RS256', kid: 'rsa' }, key: privateKey('rsa') }))), [1, 2])
    assert.deepEqual(await ids(films(as({}, { header: { alg: 'ES256', kid: 'ec' }, key: privateKey('ec') }))), [1, 2])
    assert.deepEqual(await ids(films(as({}, { header: { alg: 'RS256' }, key: privateKey('rsa') }))), [1, 2])
    const unsuited = 'No suitable key or wrong key type'
    await isNobody(as({}, { header: { alg: 'RS256', kid: 'unknown' }, key: privateKey('rsa') }), unsuited)
    await isNobody(as({}, { header: { alg: 'RS256', kid: 'rsa' }, key: privateKey('stranger') }), unsuited)
    await isNobody(as({}, { header: { alg: 'HS256', kid: 'rsa' }, key: readFileSync(`${keys}/rsa.pub`) }), unsuited)
    await isNobody(as({}, { key: 'another secret that is long enough for the algorithm' }), unsuited)
    await isNobody(as({}, { header: { alg: 'none' } }), 'Wrong or unsupported encoding algorithm')
    await isNobody(connect({ Authorization: 'Bearer a.b' }), 'Expected 3 parts in JWT; got 2')
    await isNobody(connect({ Authorization: `Bearer ${token(claims)}x` }), unsuited)
})

await shows('T1.claims', 'rights: 403 for who is somebody', async () => {
    await refused(me().from('secrets').select(), 403, { code: '42501' })
    // A role that no request may take on is not taken on: what is left may not even enter.
    await refused(films(as({ app: { roles: ['postgres'] } })), 403, { code: '42501', message: 'permission denied for schema neutral' })
})

await shows('T1.pages', 'no more than two rows, embedded ones too', async () => {
    const page = await me().from('films').select('id', { count: 'exact' }).order('id').limit(5)
    assert.deepEqual([page.status, page.count, page.data], [206, 6, [{ id: 1 }, { id: 2 }]])
    assert.deepEqual(await ids(films(me()).range(2, 5)), [3, 4])
    assert.deepEqual(await ids(me().rpc('films_of', { director: 1 }).select('id')), [1, 2])
    assert.deepEqual(await data(me().rpc('numbers', { n: 5 })), [1, 2])
    const all = await me().from('films').update({ label: 'x' }).lt('id', 0).select()
    assert.deepEqual(all.data, [])
    const estimated = await me().from('films').select('id', { count: 'estimated' })
    assert.ok(estimated.count >= 3, `estimated ${estimated.count}`)
})

await shows('T1.hooks', 'a function before each request refuses, and adds headers', async () => {
    await run(`
        CREATE FUNCTION neutral.gate() RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            IF current_setting('request.headers', true)::json ->> 'x-blocked' IS NOT NULL THEN
                RAISE SQLSTATE 'PT403' USING MESSAGE = 'blocked', DETAIL = current_setting('request.path', true) || ' ' || current_user;
            END IF;
            PERFORM set_config('response.headers', '[{"X-Gate": "passed"}]', true);
        END $$`)
    await run("ALTER SYSTEM SET torale.http_pre_request = 'neutral.gate'")
    await run('SELECT pg_reload_conf()')
    const passed = async () => { await data(films(me())); return header('x-gate') }
    // Two workers, each of which may answer: both know it when many answers in a row say so.
    for (let inRow = 0, tries = 0; inRow < 20; ++tries) {
        inRow = (await passed()) === 'passed' ? inRow + 1 : 0
        assert.ok(tries < 2000, 'the function is never called')
    }
    await refused(films(connect({ ...bearer(claims), 'X-Blocked': '1' })), 403, { code: 'PT403', message: 'blocked', details: '/films web_user' })
})
