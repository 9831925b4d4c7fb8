// API keys: ended at once, also on a connection that stays; guessing them is slow.
import http from 'node:http'

import { exchange, literal, psql } from '../probe.mjs'
import { askUntil, is, ok } from '../tap.mjs'
import { bearer, sign } from '../token.mjs'

const owner = 'keeper'
const makeKey = (name) => psql(`SET SESSION AUTHORIZATION torale_authenticator; SET ROLE torale_user;
    SELECT set_config('request.jwt.claims', ${literal(JSON.stringify({ sub: owner }))}, false) \\g /dev/null
    SELECT torale.create_api_key(${literal(name)});`)

export async function end() {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const ask = (headers) => exchange({ path: '/tasks', headers, agent })
    const status = async (headers) => (await ask(headers)).status
    const [revoked, expired, kept] = ['revoked', 'expired', 'kept'].map((name) => makeKey(name))
    const jwt = sign({ sub: owner })
    for (const key of [revoked, expired, kept]) is(await status(bearer(key)), 200, 'a new key works')
    psql(`UPDATE torale.api_keys SET revoked_at = now() WHERE name = 'revoked';`)
    is(await status(bearer(revoked)), 401, 'a revoked key is refused by the next request of the same connection')
    psql(`UPDATE torale.api_keys SET expires_at = now() WHERE name = 'expired';`)
    is(await status(bearer(expired)), 401, 'an expired one too')
    const [one, other, unknown] = [await ask(bearer(revoked)), await ask(bearer(expired)), await ask(bearer(`sk_${'x'.repeat(43)}`))]
    is([one.text, other.text], [unknown.text, unknown.text], 'which of unknown, revoked and expired it is, nobody is told')
    is(await status(bearer(jwt)), 200, 'the owner\'s token works')
    psql(`UPDATE torale.users SET is_active = false WHERE id = ${literal(owner)};`)
    is([await status(bearer(jwt)), await status(bearer(kept)), await status({ apikey: kept })], [401, 401, 401], 'a deactivated owner\'s token and keys are refused at once')
    psql(`UPDATE torale.users SET is_active = true WHERE id = ${literal(owner)};`)
    is([await status(bearer(jwt)), await status(bearer(kept))], [200, 200], 'and work again when they are back')
    for (const near of [kept.slice(0, -1), `${kept}x`, kept.toUpperCase(), ` ${kept.slice(3)}`, `sk_${kept.slice(3).split('').reverse().join('')}`, `${kept}%00`]) {
        is(await status({ Authorization: `Bearer ${near}` }), 401, 'a key that is nearly one is none')
    }
    agent.destroy()
    return [revoked, expired, kept]
}

// From addresses of their own on the loopback network.
const from = (localAddress) => new http.Agent({ keepAlive: true, maxSockets: 1, localAddress })

export async function guess(key, most) {
    const [thief, owner_] = [from('127.0.0.2'), from('127.0.0.3')]
    const ask = (agent, headers) => exchange({ path: '/tasks', agent, headers })
    const guesses = []
    let locked
    // Twice the number and one more: a minute may end meanwhile.
    for (let i = 0; i <= 2 * most && !locked; ++i) {
        const answer = await ask(thief, { ...bearer(`sk_${String(i).padStart(43, 'x')}`), 'X-Forwarded-For': `10.0.0.${i}`, Forwarded: `for=10.0.0.${i}` })
        guesses.push(answer.status)
        if (answer.status === 429) locked = answer
    }
    ok(locked !== undefined, `after ${most} guesses an address is locked out, whatever it says of itself`, guesses)
    ok(/^[1-9]\d?$/.test(locked?.headers['retry-after'] ?? ''), 'with Retry-After in seconds of a minute', locked?.headers)
    is([...new Set(guesses.slice(0, -1))], [401], 'until then each guess was refused')
    const pair = async () => {
        for (let i = 0; i < most; ++i) await ask(thief, bearer(`sk_${String(i).padStart(43, 'y')}`))
        return [(await ask(thief, bearer(key))).status, (await ask(owner_, bearer(key))).status]
    }
    is(await askUntil(pair, ([mine]) => mine === 429, 20), [429, 200], 'a good key is of no use there, and works elsewhere')
    const { status } = await exchange({ path: '/live', agent: thief })
    is(status, 200, 'probes are answered')
    thief.destroy()
    owner_.destroy()
}
