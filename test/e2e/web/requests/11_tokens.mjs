// Tokens, roles and what a request finds in its settings (13).
import { any, failure, part } from './table.mjs'

const seconds = () => Math.floor(Date.now() / 1000)
const role = 'web_user'
const bearer = (make) => ({ headers: (sign) => ({ Authorization: `Bearer ${make(sign)}` }) })
// Times are told when the token is made, not when the table is read.
const claims = (more) => bearer((sign) => sign({ role, ...(typeof more === 'function' ? more() : more) }))
const invalid = (message) => ({
    'WWW-Authenticate': message === any ? /^Bearer error="invalid_token", error_description="/ : `Bearer error="invalid_token", error_description="${message}"` })
const who = 'GET /rpc/whoami'

const refused = (name, code, message, more, details = any) => [who, 401, failure(code, message, details, any), { ...more, name, has: invalid(message) }]
const taken = (name, seen, more) => [who, 200, part(seen), { ...more, name }]
const unsigned = (part) => Buffer.from(JSON.stringify(part)).toString('base64url')

const noKey = 'No suitable key or wrong key type'
const noAlgorithm = 'Wrong or unsupported encoding algorithm'

export default {
    title: 'tokens',
    server: 'plain',
    rows: [
        taken('nobody', { role: 'web_anon', session: 'torale_authenticator', claims: { role: 'web_anon' } }, {}),
        taken('a role', { role, session: 'torale_authenticator', claims: part({ role }) }, claims({})),
        taken('a subject', { role, claims: part({ role, sub: 'ann', extra: { deep: [1] } }) }, claims({ sub: 'ann', extra: { deep: [1] } })),
        taken('the anonymous role', { role: 'web_anon' }, claims({ role: 'web_anon' })),
        taken('no role', { role: 'web_anon', claims: part({ extra: 1, role: 'web_anon' }) }, bearer((sign) => sign({ extra: 1 }))),
        taken('lower case', { role }, { headers: (sign) => ({ Authorization: `bearer ${sign({ role })}` }) }),
        taken('another scheme', { role: 'web_anon' }, { headers: { Authorization: 'Basic YTpi' } }),
        taken('in apikey', { role }, { headers: (sign) => ({ apikey: sign({ role }) }), why: 'apikey stands in for Authorization' }),
        taken('not yet expired', { role }, claims(() => ({ exp: seconds() + 3600, nbf: seconds() - 60, iat: seconds() - 60 }))),
        taken('expired within the leeway', { role }, claims(() => ({ exp: seconds() - 5 }))),
        taken('valid within the leeway', { role }, claims(() => ({ nbf: seconds() + 15, iat: seconds() + 15 }))),
        taken('null is absent', { role }, claims({ exp: null, nbf: null, aud: null })),
        taken('an audience nobody asks for', { role }, claims({ aud: ['a', 'b'] })),
        [who, 403, failure('42501', 'permission denied for schema neutral'), {
            ...claims({ role: 'nobody', sub: 'zed' }), name: 'an unknown role with a subject', why: "falls back to the user's own role, torale_user, which has no rights here" }],

        refused('expired', 'PGRST303', 'JWT expired', claims(() => ({ exp: seconds() - 3600 }))),
        refused('not yet valid', 'PGRST303', 'JWT not yet valid', claims(() => ({ nbf: seconds() + 3600 }))),
        refused('from the future', 'PGRST303', 'JWT issued at future', claims(() => ({ iat: seconds() + 3600 }))),
        refused('exp is a text', 'PGRST303', "The JWT 'exp' claim must be a number", claims({ exp: '1' })),
        refused('nbf is a text', 'PGRST303', "The JWT 'nbf' claim must be a number", claims({ nbf: '1' })),
        refused('iat is a text', 'PGRST303', "The JWT 'iat' claim must be a number", claims({ iat: '1' })),
        refused('aud is a number', 'PGRST303', "The JWT 'aud' claim must be a string or an array of strings", claims({ aud: 1 })),
        refused('aud holds a number', 'PGRST303', "The JWT 'aud' claim must be a string or an array of strings", claims({ aud: ['a', 1] })),
        refused('another key', 'PGRST301', noKey, bearer((sign) => sign({ role }, { key: 'another secret of more than thirty-two bytes' })), 'None of the keys was able to decode the JWT'),
        refused('claims swapped', 'PGRST301', noKey, bearer((sign) => {
            const [header, , signature] = sign({ role: 'web_anon' }).split('.')
            return `${header}.${unsigned({ role })}.${signature}`
        }), 'None of the keys was able to decode the JWT'),
        refused('alg none', 'PGRST301', noAlgorithm, bearer(() => `${unsigned({ alg: 'none' })}.${unsigned({ role })}.`), "JWT is unsecured but expected 'alg' was not 'none'"),
        refused('HS512', 'PGRST301', any, bearer((sign) => sign({ role }, { header: { alg: 'HS512' }, hash: 'sha512' }))),
        refused('two parts', 'PGRST301', 'Expected 3 parts in JWT; got 2', bearer(() => 'a.b')),
        refused('one part', 'PGRST301', 'Expected 3 parts in JWT; got 1', bearer(() => 'abc')),
        refused('no JSON', 'PGRST301', 'JWT cryptographic operation failed', bearer(() => 'a.b.c')),
        refused('empty', 'PGRST301', 'Empty JWT is sent in Authorization header', { headers: { Authorization: 'Bearer ' } }),
        ['GET /no/such/path', 401, failure('PGRST301', 'Expected 3 parts in JWT; got 2', any, any), { ...bearer(() => 'a.b'), name: 'a bad token on a bad path is a bad token' }],
        ['OPTIONS /films', 401, failure('PGRST301', any, any, any), { ...bearer(() => 'a.b'), name: 'a bad token of OPTIONS' }],
        [who, 401, failure('22023', 'role "nobody" does not exist', any, any), { ...claims({ role: 'nobody' }), name: 'a role that does not exist' }],
        [who, 403, failure('42501', 'permission denied to set role "postgres"', any, any), { ...claims({ role: 'postgres' }), name: 'a role that may not be taken' }],
        [who, 403, failure('42501', 'permission denied to set role "none"', any, any), { ...claims({ role: 'none' }), name: 'no role of its own is not the authenticator' }],
        [who, 403, failure('42501', 'permission denied to set role "torale_authenticator"', any, any), { ...claims({ role: 'torale_authenticator' }), name: 'the authenticator itself' }],
        ['POST /no_key', 401, failure('42501', 'permission denied for table no_key', any, any), { ...claims({ role: 'web_anon' }), send: { a: 1 }, name: 'a token of the anonymous role is anonymous', has: { 'WWW-Authenticate': 'Bearer' } }],
        ['GET /owned?select=id', 200, [{ id: 1 }], { as: role }],
        ['GET /owned?select=id', 200, [{ id: 2 }], claims({ sub: 'bob' })],
        ['GET /owned?select=id', 200, []],

        [who, 200, part({ method: 'GET', path: '/rpc/whoami', read_only: 'on', search_path: /^"?neutral"?/ })],
        ['GET /rpc/who%61mi', 200, part({ path: '/rpc/who%61mi' }), { name: 'the path as it was sent' }],
        ['POST /rpc/whoami', 200, part({ method: 'POST', read_only: 'on' }), { send: {}, name: 'a stable function reads only' }],
        [who, 200, part({ headers: part({ 'x-custom': 'One', accept: 'application/json' }) }), { headers: { 'X-Custom': 'One' }, accept: 'application/json', name: 'headers in lower case' }],
        [who, 200, part({ headers: part({ 'x-custom': 'two' }) }), { headers: { 'X-Custom': ['one', 'two'] }, name: 'the last of a name' }],
        [who, 200, part({ headers: part({ authorization: undefined, apikey: undefined, cookie: undefined }), cookies: { a: 'b', c: 'd e' } }), {
            headers: (sign) => ({ Authorization: `Bearer ${sign({ role })}`, Cookie: 'a=b; c=d e' }), name: 'cookies apart', why: 'credentials are not shown to functions' }],
        [who, 200, part({ zone: 'Asia/Tokyo' }), { prefer: 'timezone=Asia/Tokyo', name: 'a time zone' }],
        ['POST /rpc/leave_traces', 204, '', { as: role, send: {}, name: 'a request that leaves traces',
            then: ['POST /rpc/find_traces', 200, part({ setting: null, work_mem: false, table: false, currval: null, lock: false, prepared: false, cursor: false }), { as: role, send: {} }] }],
    ],
}
