// At most two rows, nobody without a token, one audience, two origins (2, 13.1, 14.3).
import { any, failure, ids } from './table.mjs'

const as = { role: 'web_user', sub: 'ann', aud: 'web' }
const page = (query, found, range, more = {}) => [`GET /films?select=id&order=id${query}`, more.status ?? 200, ids(...found), { as, ...more, has: { 'Content-Range': range } }]
const notInAudience = failure('PGRST303', 'JWT not in audience')
const audienceHeader = { 'WWW-Authenticate': 'Bearer error="invalid_token", error_description="JWT not in audience"' }
const origin = (name, has) => ['GET /actors?select=id&id=eq.1', 200, ids(1), { as, name: `Origin ${name}`, headers: { Origin: name }, has }]
const none = { 'Access-Control-Allow-Origin': null, 'Access-Control-Allow-Credentials': null }

export default {
    title: 'limits',
    server: 'limited',
    rows: [
        page('', [1, 2], '0-1/*'),
        page('&limit=1', [1], '0-0/*'),
        page('&limit=5', [1, 2], '0-1/*'),
        page('&offset=5', [6], '5-5/*'),
        page('', [2, 3], '1-2/*', { headers: { Range: '1-4' } }),
        page('', [1, 2], '0-1/6', { status: 206, prefer: 'count=exact' }),
        page('', [1, 2], '0-1/6', { status: 206, prefer: 'count=estimated' }),
        page('', [1, 2], '0-1/6', { status: 206, prefer: 'count=planned' }),
        page('&year=eq.1954', [4], '0-0/1', { prefer: 'count=estimated' }),
        ['GET /projects?select=number,tasks(id)&company=eq.acme&order=number&tasks.order=id', 200, [{ number: 1, tasks: ids(1, 2) }, { number: 2, tasks: [] }], { as }],
        ['GET /addresses?select=id&order=id&limit=1', 200, ids(1), { as }],
        ['GET /directors?select=id,films(id)&films.order=id&films.limit=9&id=eq.1', 200, [{ id: 1, films: ids(1, 2) }], { as }],
        ['GET /rpc/numbers?n=5', 200, [1, 2], { as, has: { 'Content-Range': '0-1/*' } }],
        ['GET /rpc/numbers?n=5', 206, [1, 2], { as, prefer: 'count=exact', has: { 'Content-Range': '0-1/5' } }],
        ['GET /rpc/pairs?n=5&select=i', 200, [{ i: 1 }, { i: 2 }], { as }],
        ['PATCH /no_key?select=b', 200, [{ b: 'z' }, { b: 'z' }, { b: 'z' }], { as, prefer: 'return=representation', send: { b: 'z' }, name: 'writes are not limited' }],

        ['GET /films', 401, failure('PGRST302', 'Anonymous access is disabled'), { has: { 'WWW-Authenticate': 'Bearer' } }],
        ['GET /nope', 401, failure('PGRST302', 'Anonymous access is disabled'), { name: 'an unknown path tells nobody anything' }],
        ['GET /films', 401, failure('PGRST302', 'Anonymous access is disabled'), { as: { aud: 'web' }, name: 'a token without a role' }],
        ['GET /actors?id=eq.1&select=id', 200, ids(1), { as: { role: 'web_user', aud: ['x', 'web'] }, name: 'one of several audiences' }],
        ['GET /actors?id=eq.1&select=id', 200, ids(1), { as: { role: 'web_user' }, name: 'no audience' }],
        ['GET /actors?id=eq.1&select=id', 200, ids(1), { as: { role: 'web_user', aud: [] }, name: 'an empty audience' }],
        ['GET /actors', 401, notInAudience, { as: { role: 'web_user', aud: 'app' }, has: audienceHeader, name: 'another audience' }],
        ['GET /actors', 401, notInAudience, { as: { role: 'web_user', aud: ['app'] }, has: audienceHeader, name: 'other audiences' }],

        origin('https://app.example', { 'Access-Control-Allow-Origin': 'https://app.example', 'Access-Control-Allow-Credentials': 'true', 'Access-Control-Expose-Headers': any }),
        origin('https://other.example', { 'Access-Control-Allow-Origin': 'https://other.example', 'Access-Control-Allow-Credentials': 'true' }),
        origin('https://evil.example', none),
        origin('https://app.example.evil.example', none),
        ['OPTIONS /films', 200, '', {
            as, name: 'preflight of a listed origin', headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'GET' }, has: {
                'Access-Control-Allow-Origin': 'https://app.example', 'Access-Control-Allow-Credentials': 'true', 'Access-Control-Allow-Methods': 'GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD' } }],
        ['OPTIONS /films', 200, '', {
            as: undefined, name: 'a preflight carries no token', headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'GET' }, has: { 'Access-Control-Max-Age': '86400' } }],
        ['OPTIONS /films', 200, '', {
            as, name: 'preflight of another origin', headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'GET' }, has: {
                'Access-Control-Allow-Origin': null, 'Access-Control-Allow-Methods': null } }],
    ],
}
