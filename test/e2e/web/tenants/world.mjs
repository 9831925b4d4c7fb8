// Owners side by side. Whatever belongs to one bears a mark, as text and in its ids, so that any row
// of theirs is known in whatever answer it turns up. Nobody has the last mark: what is asked of it
// is what is asked of things that do not exist.
import { readFileSync } from 'node:fs'

import { literal, psql, rows } from '../probe.mjs'
import { bearer, sign } from '../token.mjs'

export const marks = { ann: '0a0a0a0a', bob: '0b0b0b0b', carol: '0c0c0c0c', root: '0d0d0d0d', nobody: '0e0e0e0e' }
export const idOf = (mark) => `${mark}-0000-0000-0000-000000000000`
const ownerOf = (name) => (name === 'carol' ? 'pg:' : '') + `${name}-${marks[name]}`

// Two ways in by SQL and two by HTTP for users of the API, one each for a user of the database.
const web = (name) => ({ session: 'torale_authenticator', role: name === 'root' ? 'torale_admin' : 'torale_user' })
const byClaim = (name) => ({ ...web(name), claims: JSON.stringify({ sub: ownerOf(name) }) })
const byOwner = (name) => ({ ...web(name), owner: ownerOf(name) })

function keyOf(name, role) {
    const start = name === 'carol' ? 'SET SESSION AUTHORIZATION "carol-0c0c0c0c";'
        : `SET SESSION AUTHORIZATION torale_authenticator; SET ROLE ${web(name).role};
           SELECT set_config('request.jwt.claims', ${literal(byClaim(name).claims)}, false) \\g /dev/null`
    const script = `${start}
        SELECT torale.create_api_key('web ' || ${literal(marks[name])}, role => ${role ? literal(role) : 'NULL'}), torale.create_feed_token(), torale.create_feed_token(${literal(idOf(marks[name]))});`
    const [key, feed, taskFeed] = psql(script).split('|')
    return { key, feed, taskFeed }
}

export function furnish() {
    psql(`${readFileSync(new URL('furniture.sql', import.meta.url), 'utf8')}
        CREATE ROLE "carol-0c0c0c0c" LOGIN;
        GRANT torale_user TO "carol-0c0c0c0c";
        ${Object.keys(marks).filter((name) => name !== 'nobody').map((name) => `SELECT tests.furnish(${literal(ownerOf(name))}, ${literal(marks[name])}) \\g /dev/null`).join('\n')}
        UPDATE torale.users SET role = 'admin' WHERE id = ${literal(ownerOf('root'))};
        INSERT INTO torale.documents (owner, url, body) VALUES (NULL, 'note:shared', 'for everybody');`)
    const people = {}
    for (const name of ['ann', 'bob', 'carol', 'root']) {
        const tokens = keyOf(name, name === 'root' ? 'admin' : undefined)
        people[name] = { name, mark: marks[name], owner: ownerOf(name), ...tokens, jwt: sign({ sub: ownerOf(name) }) }
    }
    psql('SELECT tests.keep()')
    return people
}
export const tidy = () => psql('SELECT tests.tidy()')

// Whoever asks: by which way, with which headers, as which session.
export const callers = ({ ann, carol }) => [
    { way: 'ann by token', who: ann, headers: bearer(ann.jwt), sql: byClaim('ann') },
    { way: 'ann by key', who: ann, headers: bearer(ann.key), sql: byOwner('ann') },
    { way: 'carol by key', who: carol, headers: { apikey: carol.key }, sql: { session: 'carol-0c0c0c0c' } }
]
export const admins = ({ root }) => [
    { way: 'root by token', who: root, headers: bearer(root.jwt), sql: byClaim('root') },
    { way: 'root by key', who: root, headers: bearer(root.key), sql: byOwner('root') }
]
export const anon = { way: 'anonymous', who: { mark: marks.nobody }, headers: {}, sql: { session: 'torale_authenticator', role: 'torale_anon' } }

// Many statements of one caller at once.
export function attempt(caller, statements) {
    const asked = statements.map((statement) => ({ ...caller.sql, statement }))
    return JSON.parse(psql(`SELECT coalesce(jsonb_agg(tests.try(a) ORDER BY n), '[]') FROM jsonb_array_elements(${literal(JSON.stringify(asked))}) WITH ORDINALITY x (a, n);`))
}
export const rowsOf = (mark) => rows(`SELECT tests.rows_of(${literal(mark)}) AS all`)[0].all
export const others = (mark) => new RegExp(Object.values(marks).filter((other) => other !== mark && other !== marks.nobody).join('|'))
