// Attacks on a running server; at the end its log says that nothing crashed and holds no secret.
//
//   run_attacks.mjs SERVER     crowd (two workers, schema neutral), alone (one worker), guarded (schema torale)
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

import { close } from './probe.mjs'
import { none, ok } from './tap.mjs'
import { bearer, sign } from './token.mjs'

const user = bearer(sign({ role: 'web_user', sub: 'ann' }))

function dump(options) {
    const { status, stdout, stderr } = spawnSync('pg_dump', ['-n', 'neutral', '-n', '"other schema"', '--no-sync', ...options], { maxBuffer: 1 << 28 })
    if (status !== 0) throw new Error(`pg_dump: ${stderr}`)
    // From 15.14 on a dump has a random word of its own, and sequences may skip.
    return stdout.toString().replace(/^\\(un)?restrict .*$/gm, '').replace(/^SELECT pg_catalog\.setval.*$/gm, '')
}

const besides = (text, other) => text.split('\n').filter((line) => !other.includes(line)).slice(0, 20)

async function unchanged(act, ...options) {
    const before = dump(options)
    await act()
    const after = dump(options)
    ok(before === after, 'the database is what it was', 'new:', besides(after, before), 'gone:', besides(before, after))
}

const servers = {
    async crowd() {
        const { abuseMethods, malform, oversize } = await import('./attacks/bodies.mjs')
        const { inject } = await import('./attacks/injection.mjs')
        const { hang, slowloris, slowReader } = await import('./attacks/slow.mjs')
        const { smuggle, split } = await import('./attacks/wire.mjs')
        await unchanged(async () => {
            await smuggle()
            await split(user)
            await malform(user)
            await oversize(user)
            await abuseMethods(user)
            await inject('anonymous', {})
            // What slept would be 504.
            await inject('a role with a short timeout', bearer(sign({ role: 'web_slow', sub: 'ann' })))
        })
        // Texts are stored as they are, in films.
        await unchanged(() => inject('a user who may write', user), '--exclude-table-data=neutral.films')
        await slowloris()
        await slowReader()
        await hang()
        return [user.Authorization.split(' ')[1]]
    },
    async alone() {
        const { escapes, suicide, timeouts } = await import('./attacks/escapes.mjs')
        await unchanged(escapes)
        await timeouts()
        await suicide()
        return [user.Authorization.split(' ')[1]]
    },
    async guarded() {
        const { forge, secretsOf } = await import('./attacks/tokens.mjs')
        const { end, guess } = await import('./attacks/keys.mjs')
        const keys = await end()
        await forge()
        await guess(keys.at(-1), Number(process.env.TORALE_GUESSES))
        return [...keys, ...secretsOf(), sign({ sub: 'ann' }), sign({ sub: 'keeper' })]
    }
}

const secrets = [process.env.TORALE_JWT_SECRET, ...(await servers[process.argv[2]]())]
const log = readFileSync(process.env.TORALE_SERVER_LOG, 'utf8')
none(log.split('\n').filter((line) => /was terminated by signal|PANIC|server process .* was terminated/.test(line)), 'no process crashed')
none(secrets.filter((secret) => log.includes(secret) || log.includes(secret.split('.').at(-1))), 'the log holds no key and no token')
close()
