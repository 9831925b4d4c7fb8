// Two schemas on one server (1.2), and a function called before every statement (13.3, 13.5).
import { failure, ids, part, representation } from './table.mjs'

const as = 'web_user'
const other = 'other schema'
const reading = { as, headers: { 'Accept-Profile': other }, has: { 'Content-Profile': other } }
const writing = { as, headers: { 'Content-Profile': other }, prefer: representation, has: { 'Content-Profile': other } }
const unknown = failure('PGRST106', 'Invalid schema: nope', null, 'Only the following schemas are exposed: neutral, other schema')
const noThings = failure('PGRST205', "Could not find the table 'neutral.things' in the schema cache")
const thing = { id: 1, name: 'elsewhere' }

export default {
    title: 'profiles',
    server: 'profiles',
    rows: [
        ['GET /films?select=id&id=eq.1', 200, ids(1), { has: { 'Content-Profile': 'neutral' } }],
        ['GET /films?select=id&id=eq.1', 200, ids(1), { headers: { 'Accept-Profile': 'neutral' }, has: { 'Content-Profile': 'neutral' }, name: 'the first, by name' }],
        ['GET /things', 200, [thing], reading],
        ['HEAD /things', 200, '', reading],
        ['GET /things', 404, noThings, { as }],
        ['GET /films', 404, failure('PGRST205', "Could not find the table 'other schema.films' in the schema cache"), { ...reading, has: {} }],
        ['GET /things', 406, unknown, { as, headers: { 'Accept-Profile': 'nope' } }],
        ['GET /films', 406, failure('PGRST106', 'Invalid schema: pg_catalog', null, 'Only the following schemas are exposed: neutral, other schema'), { headers: { 'Accept-Profile': 'pg_catalog' } }],
        ['POST /things', 201, [{ id: 2, name: 'x' }], { ...writing, send: { id: 2, name: 'x' } }],
        ['POST /things', 404, noThings, { as, headers: { 'Accept-Profile': other }, send: { id: 2 }, name: 'Accept-Profile does not choose where to write' }],
        ['POST /things', 406, unknown, { as, headers: { 'Content-Profile': 'nope' }, send: {} }],
        ['PATCH /things?id=eq.1', 200, [{ id: 1, name: 'y' }], { ...writing, send: { name: 'y' } }],
        ['PUT /things?id=eq.1', 200, [{ id: 1, name: 'z' }], { ...writing, send: { id: 1, name: 'z' } }],
        ['DELETE /things?id=eq.1', 200, [thing], writing],
        ['DELETE /things?id=eq.1', 406, unknown, { as, headers: { 'Content-Profile': 'nope' } }],
        ['GET /films?select=id&id=eq.1', 200, ids(1), { headers: { 'Content-Profile': other }, has: { 'Content-Profile': 'neutral' }, name: 'Content-Profile does not choose where to read' }],
        ['GET /rpc/add?a=1&b=2', 200, '3', { has: { 'Content-Profile': 'neutral' } }],
        ['GET /rpc/add?a=1&b=2', 404, failure(
            'PGRST202', 'Could not find the function other schema.add(a, b) in the schema cache',
            'Searched for the function other schema.add with parameters a, b, but no matches were found in the schema cache.'), { as, headers: { 'Accept-Profile': other } }],
        ['POST /rpc/whoami', 404, failure(
            'PGRST202', 'Could not find the function other schema.whoami without parameters in the schema cache',
            'Searched for the function other schema.whoami without parameters or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache.'), { as, headers: { 'Content-Profile': other }, send: {} }],
        ['GET /', 200, part({ paths: part({ '/things': part({}), '/films': undefined }) }), { as, headers: { 'Accept-Profile': other } }],
        ['GET /', 200, part({ paths: part({ '/films': part({}), '/things': undefined }) }), { as }],
        ['OPTIONS /things', 200, '', { headers: { 'Accept-Profile': other }, has: { Allow: 'OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE' } }],
        ['OPTIONS /things', 404, noThings],
        ['GET /films?select=id&id=eq.1', 200, ids(1), { name: 'the function before sets headers', has: { 'X-Before': 'web_anon' } }],
        ['POST /things', 201, [{ id: 2, name: 'x' }], { ...writing, send: { id: 2, name: 'x' }, name: 'the function before a write', has: { 'X-Before': as } }],
        ['GET /rpc/add?a=1&b=2', 200, '3', { as, name: 'the function before a call', has: { 'X-Before': as } }],
        ['GET /films', 403, failure('PT403', 'not you'), { headers: { 'X-Refuse': 'not you' }, reason: 'not you', has: { 'X-Before': null } }],
        ['POST /things', 403, failure('PT403', 'not you'), { as, headers: { 'X-Refuse': 'not you', 'Content-Profile': other }, send: { id: 2 },
            then: ['GET /things?select=id', 200, ids(1), reading] }],
        ['GET /rpc/whoami', 200, part({ search_path: /^"?neutral"?/ }), { name: 'only the chosen schema is searched', has: { 'Content-Profile': 'neutral' } }],
    ],
}
