// Prefer, and what the answer may look like (9, 10).
import { any, failure, ids, representation, singular } from './table.mjs'

const as = 'web_user'
const invalid = (list) => failure('PGRST122', 'Invalid preferences given with handling=strict', `Invalid preferences: ${list}`)
const applied = (list) => ({ 'Preference-Applied': list })
const none = (list) => failure('PGRST107', `None of these media types are available: ${list}`)
const actor = 'GET /actors?id=eq.1&select=id'
const due = 'GET /tasks?id=eq.1&select=due'
const json = { 'Content-Type': 'application/json; charset=utf-8' }
const csv = { 'Content-Type': 'text/csv; charset=utf-8' }
const tooMany = (n) => failure('PGRST124', 'Query result exceeds max-affected preference constraint', `The query affects ${n} rows`)
const strictly = (more) => ({ as, prefer: `handling=strict, ${more}` })

export default {
    title: 'preferences',
    server: 'plain',
    rows: [
        [actor, 200, ids(1), { prefer: 'handling=strict', has: applied('handling=strict') }],
        [actor, 200, ids(1), { prefer: 'handling=lenient, foo=bar', has: applied('handling=lenient') }],
        [actor, 200, ids(1), { prefer: 'foo=bar', has: applied(null) }],
        [actor, 400, invalid('foo=bar'), { prefer: 'handling=strict, foo=bar' }],
        [actor, 400, invalid('foo, count=none'), { prefer: 'foo, handling=strict, count=none' }],
        [actor, 200, ids(1), { prefer: 'handling=strict, tx=rollback', has: applied('handling=strict'), name: 'tx is not invalid, and not applied' }],
        ['POST /no_key', 201, '', { as, prefer: 'tx=rollback', send: { a: 50 }, has: applied(null), then: ['GET /no_key?a=eq.50&select=a', 200, [{ a: 50 }]] }],
        [actor, 200, ids(1), { prefer: representation, has: applied(null) }],
        [actor, 200, ids(1), { prefer: 'count=exact, count=planned', has: applied('count=exact') }],
        [actor, 200, ids(1), { headers: { Prefer: ['count=exact', 'handling=strict'] }, has: applied('count=exact, handling=strict'), name: 'two headers are one list' }],
        [due, 200, [{ due: '2026-01-01T12:00:00+00:00' }]],
        [due, 200, [{ due: '2026-01-01T04:00:00-08:00' }], { prefer: 'timezone=America/Los_Angeles', has: applied('timezone=America/Los_Angeles') }],
        [due, 400, failure('22023', 'invalid value for parameter "TimeZone": "Mars/Phobos"'), { prefer: 'timezone=Mars/Phobos' }],
        [due, 200, [{ due: '2026-01-01T12:00:00+00:00' }], { name: 'a time zone does not outlive its request' }],
        ['POST /actors?columns=id,name', 201, [{ id: 30, name: 'x' }], {
            as, send: [{ id: 30, name: 'x' }],
            prefer: 'timezone=UTC, handling=strict, count=exact, return=representation, missing=default, resolution=merge-duplicates',
            has: applied('resolution=merge-duplicates, missing=default, return=representation, count=exact, handling=strict, timezone=UTC') }],
        ['POST /actors', 201, '', { as, send: { id: 30, name: 'x' }, prefer: 'return=minimal, return=representation', has: applied('return=minimal') }],
        ['PATCH /no_key?a=eq.2', 400, tooMany(2), { ...strictly('max-affected=1'), send: { b: 'x' }, then: ['GET /no_key?b=eq.x', 200, []] }],
        ['PATCH /no_key?a=eq.2', 204, '', { ...strictly('max-affected=2'), send: { b: 'x' }, has: applied('handling=strict, max-affected=2') }],
        ['PATCH /no_key?a=eq.2', 204, '', { as, prefer: 'max-affected=1', send: { b: 'x' }, has: applied(null) }],
        ['DELETE /no_key', 400, tooMany(3), { ...strictly('max-affected=2'), then: ['GET /no_key?select=a&order=a', 200, [{ a: 1 }, { a: 2 }, { a: 2 }]] }],
        ['DELETE /no_key?a=eq.1', 204, '', { ...strictly('max-affected=1') }],
        ['POST /rpc/films_of', 400, tooMany(2), { ...strictly('max-affected=1'), send: { director: 1 } }],
        ['POST /rpc/films_of?select=id', 200, ids(5), { ...strictly('max-affected=1'), send: { director: 3 }, has: applied('handling=strict, max-affected=1') }],
        ['POST /rpc/add', 400, failure('PGRST128', 'Function must return SETOF or TABLE when max-affected preference is used with handling=strict'), { ...strictly('max-affected=1'), send: { a: 1, b: 2 } }],

        [actor, 200, ids(1), { accept: 'application/json', has: json }],
        [actor, 200, ids(1), { accept: '*/*', has: json }],
        [actor, 200, ids(1), { accept: 'APPLICATION/JSON', has: json }],
        [actor, 200, ids(1), { accept: 'application/vnd.pgrst.array+json', has: json }],
        [actor, 200, ids(1), { accept: 'image/png, */*;q=0.1', has: json }],
        [actor, 200, ids(1), { accept: 'text/csv;q=0.5, application/json', has: json }],
        [actor, 200, 'id\n1', { accept: 'application/json;q=0.1, text/csv', has: csv }],
        [actor, 200, { id: 1 }, { accept: singular, has: { 'Content-Type': 'application/vnd.pgrst.object+json; charset=utf-8', 'Content-Range': '0-0/*' } }],
        [actor, 200, { id: 1 }, { accept: 'application/vnd.pgrst.object', has: { 'Content-Type': 'application/vnd.pgrst.object+json; charset=utf-8' } }],
        ['GET /directors?id=eq.1', 200, { id: 1, name: 'Agnès Varda' }, { accept: `${singular};nulls=stripped`, has: { 'Content-Type': 'application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8' } }],
        ['GET /directors?id=in.(1,3)&order=id', 200, [{ id: 1, name: 'Agnès Varda' }, { id: 3, name: 'Céline Sciamma', mentor_id: 1 }], {
            accept: 'application/vnd.pgrst.array+json;nulls=stripped', has: { 'Content-Type': 'application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8' } }],
        ['GET /actors?id=eq.99', 406, failure('PGRST116', 'Cannot coerce the result to a single JSON object', 'The result contains 0 rows'), { accept: singular }],
        ['GET /actors', 406, failure('PGRST116', 'Cannot coerce the result to a single JSON object', 'The result contains 4 rows'), { accept: singular }],
        ['HEAD /actors', 406, '', { accept: singular, has: { 'Proxy-Status': 'PostgREST; error=PGRST116' } }],
        ['GET /films?select=id,title,label,tags&id=in.(1,2,3)&order=id', 200, 'id,title,label,tags\n1,"Cléo from 5 to 7","new wave","{paris,""real time""}"\n2,Vagabond,,{road}\n3,Ran,epic,"{war,""epic, long""}"', {
            accept: 'text/csv', has: { ...csv, 'Content-Range': '0-2/*' } }],
        ['GET /films?select=id,by:directors(id)&id=eq.1', 200, 'id,by\n1,"{""id"":1}"', { accept: 'text/csv', why: 'a related row is json, not jsonb: its members keep their order, without blanks' }],
        ['HEAD /actors', 200, '', { accept: 'text/csv', has: csv }],
        [actor, 406, none('image/png'), { accept: 'image/png' }],
        [actor, 406, none('image/png, text/html'), { accept: 'image/png, text/html' }],
        [actor, 406, none('application/geo+json'), { accept: 'application/geo+json', name: 'no PostGIS' }],
        [actor, 406, failure('PGRST107', /^None of these media types are available: application\/vnd\.pgrst\.plan/), { accept: 'application/vnd.pgrst.plan', name: 'plans are off' }],
        ['GET /rpc/add?a=1&b=2', 406, none('image/png'), { accept: 'image/png' }],
        ['POST /actors', 406, none('image/png'), { as, accept: 'image/png', send: { id: 31, name: 'x' }, then: ['GET /actors?id=eq.31', 200, []] }],
        ['GET /rpc/add?a=1&b=2', 200, '3', { accept: singular, has: { 'Content-Type': 'application/vnd.pgrst.object+json; charset=utf-8' } }],
        ['GET /actors', 406, any, { accept: 'application/openapi+json' }],
    ],
}
