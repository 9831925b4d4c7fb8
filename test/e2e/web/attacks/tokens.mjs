// Tokens that only look like tokens.
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { exchange, literal, psql } from '../probe.mjs'
import { askUntil, is, none } from '../tap.mjs'
import { bearer, encode, sign, signByKey } from '../token.mjs'
import { send } from './wire.mjs'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const strange = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwk = ({ publicKey }, more) => ({ ...publicKey.export({ format: 'jwk' }), use: 'sig', ...more })

const now = () => Math.floor(Date.now() / 1000)
const who = { sub: 'ann' }
const rs = { alg: 'RS256', typ: 'JWT', kid: 'r' }
const es = { alg: 'ES256', typ: 'JWT', kid: 'e' }

function forged() {
    const good = signByKey(rs, who, rsa.privateKey)
    const [head, body, seal] = good.split('.')
    const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' })
    const hs = (key, header = { alg: 'HS256', typ: 'JWT' }) => sign({ sub: 'root' }, { key, header })
    const algorithms = ['none', 'None', 'NONE', 'nOnE', '', null, 'HS512', 'HS384', 'PS256', 'RS512', 'EdDSA', 'hs256', 'HS256 ', 256, ['HS256']]
    const kids = ['../../../../dev/null', '/dev/null', '/proc/self/environ', "' OR 1=1 --", "x' UNION SELECT 'secret", 'r\u0000', 'x'.repeat(3000), '', '$(id)', '|id', 'http://127.0.0.1/keys', 7, null, {}, ['r']]
    return [
        ...algorithms.flatMap((alg) => [[`alg ${JSON.stringify(alg)} without a signature`, `${encode({ alg, typ: 'JWT' })}.${encode(who)}.`], [`alg ${JSON.stringify(alg)} with one`, sign(who, { header: { alg, typ: 'JWT' }, key: 'x' })]]),
        ['no alg', sign(who, { header: { typ: 'JWT' } })],
        ...[pem, pem.trim(), pem.replaceAll('\n', ''), rsa.publicKey.export({ type: 'spki', format: 'der' }), rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }), jwk(rsa).n, Buffer.from(jwk(rsa).n, 'base64url'), JSON.stringify(jwk(rsa))]
            .flatMap((key, i) => [[`RS key ${i} as HS secret`, hs(key)], [`RS key ${i} as HS secret with its kid`, hs(key, { ...rs, alg: 'HS256' })]]),
        ['another secret', hs('another-secret-of-more-than-thirty-two-bytes')], ['an empty secret', hs(Buffer.alloc(0))], ['zeros', hs(Buffer.alloc(32))],
        ['another RSA key', signByKey(rs, who, strange.privateKey)], ['with it in the header', signByKey({ ...rs, jwk: jwk(strange) }, who, strange.privateKey)], ['with its address', signByKey({ ...rs, jku: 'http://127.0.0.1:1/', x5u: 'http://127.0.0.1:1/' }, who, strange.privateKey)],
        ['an RS token that says ES', `${encode(es)}.${body}.${seal}`], ['an ES signature of zeros', `${encode(es)}.${encode(who)}.${Buffer.alloc(64).toString('base64url')}`], ['an ES signature of ones', `${encode(es)}.${encode(who)}.${Buffer.alloc(64, 255).toString('base64url')}`],
        ['an ES signature in DER', signByKey(es, who, ec.privateKey, 'der')],
        ['other claims under the signature', `${head}.${encode({ sub: 'root' })}.${seal}`], ['no signature', `${head}.${body}.`], ['half of it', `${head}.${body}.${seal.slice(0, 100)}`], ['twice', `${good}.${seal}`], ['a part less', `${head}.${body}`],
        ['padding', `${good}=`], ['standard base64', good.replaceAll('-', '+').replaceAll('_', '/') + '+'], ['a line break', `${head}.${body}\t.${seal}`], ['dots', '...'], ['one dot', '.'], ['letters', 'a.b.c'], ['JSON', '{"alg":"HS256"}'], ['JWE', `${good}.x.y`],
        ['crit', sign(who, { header: { alg: 'HS256', crit: ['exp'] } })], ['b64', sign(who, { header: { alg: 'HS256', b64: false, crit: ['b64'] } })], ['another type', sign(who, { header: { alg: 'HS256', typ: 'logout+jwt' } })],
        ['alg twice', `${encode('{"alg":"HS256","alg":"none"}')}.${encode(who)}.`],
        ...kids.flatMap((kid) => [[`kid ${JSON.stringify(kid)?.slice(0, 40)} of an RS token`, signByKey({ ...rs, kid }, who, strange.privateKey)], [`kid ${JSON.stringify(kid)?.slice(0, 40)} of an HS token`, sign({ sub: 'root' }, { header: { alg: 'HS256', kid }, key: 'x' })]]),
        ['expired', sign({ ...who, exp: now() - 3600 })], ['not yet', sign({ ...who, nbf: now() + 3600 })], ['issued tomorrow', sign({ ...who, iat: now() + 86400 })], ['exp as text', sign({ ...who, exp: 'tomorrow' })], ['exp of -1', sign({ ...who, exp: -1 })],
        ['a database user', sign({ sub: 'pg:postgres' })], ['claims that are a list', sign([])], ['claims that are null', sign('null')], ['claims that are no JSON', sign('x')], ['deep claims', sign(`${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`)], ['sub twice', sign('{"sub":"ann","sub":"root"}')],
        ['a NUL in sub', sign('{"sub":"ann\\u0000"}')], ['a long sub', sign({ sub: 'a'.repeat(300) })], ['9000 bytes', sign({ ...who, pad: 'x'.repeat(9000) })]
    ]
}

async function withKeys(act) {
    const folder = mkdtempSync(join(tmpdir(), 'torale-jwks.'))
    chmodSync(folder, 0o755)
    try {
        writeFileSync(join(folder, 'keys'), JSON.stringify({ keys: [jwk(rsa, { kid: 'r', alg: 'RS256' }), jwk(ec, { kid: 'e', alg: 'ES256' })] }), { mode: 0o644 })
        psql(`ALTER SYSTEM SET torale.jwt_jwks_file = ${literal(join(folder, 'keys'))};\nSELECT pg_reload_conf() \\g /dev/null`)
        await act()
    } finally {
        psql('ALTER SYSTEM RESET torale.jwt_jwks_file;\nSELECT pg_reload_conf() \\g /dev/null')
        rmSync(folder, { recursive: true })
    }
}

export const forge = () => withKeys(async () => {
    const read = (token) => exchange({ path: '/tasks', headers: bearer(token) })
    is((await askUntil(() => read(signByKey(rs, who, rsa.privateKey)), ({ status }) => status === 200)).status, 200, 'an RS256 token of ours is good')
    is((await read(signByKey(es, who, ec.privateKey))).status, 200, 'an ES256 token too')
    is((await read(sign(who))).status, 200, 'and an HS256 one')
    for (const [name, token] of forged()) {
        const faults = []
        for (const headers of [bearer(token), { apikey: token }, { Cookie: `__session=${token}` }]) {
            const answer = await exchange({ path: '/tasks', headers }).catch((error) => ({ status: 0, text: String(error) }))
            if (answer.status !== 401) faults.push(`${Object.keys(headers)[0]}: ${answer.status} ${answer.text}`)
            if (answer.text.includes(token)) faults.push(`the answer repeats the token: ${answer.text}`)
        }
        none(faults, `refused: ${name}`)
    }
    for (const role of ['postgres', 'torale_worker', 'torale_authenticator', 'pg_read_all_data', 'nobody', 'torale_user"; --', '', 7, ['torale_admin'], { a: 1 }]) {
        const answer = await exchange({ path: '/rpc/admin_stats', headers: bearer(sign({ ...who, role })) })
        none(answer.status === 401 || answer.status === 403 ? [] : [`${answer.status} ${answer.text}`], `the role ${JSON.stringify(role)} is not to be had by a claim`)
    }
    const [good, bad] = [sign(who), sign(who, { key: 'x' })]
    for (const [first, second] of [[good, bad], [bad, good]]) {
        const got = await send(`GET /tasks HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer ${first}\r\nAuthorization: Bearer ${second}\r\nConnection: close\r\n\r\n`)
        none(/^HTTP\/1\.1 400/.test(got.text) ? [] : [got.text], 'two Authorization headers are refused, whichever is good')
    }
})
// RSA signs the same bytes the same way each time.
export const secretsOf = () => [signByKey(rs, who, rsa.privateKey)]
