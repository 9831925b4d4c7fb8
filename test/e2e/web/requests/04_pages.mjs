// Order, limits, ranges and counts (5.4, 5.5, 9, 11.2, 11.3).
import { any, failure, ids, refuses } from './table.mjs'

const ordered = (order, ...found) => [`GET /films?select=id&order=${order}`, 200, ids(...found)]
const films = '/films?select=id&order=id'
const page = (query, found, range, more = {}) => [
    `GET ${films}${query}`, more.status ?? 200, ids(...found), { ...more, has: { 'Content-Range': range, ...more.has } }]
const noRange = (details) => failure('PGRST103', 'Requested range not satisfiable', details)
const exact = { prefer: 'count=exact', has: { 'Preference-Applied': 'count=exact' } }

export default {
    title: 'pages',
    server: 'plain',
    rows: [
        ordered('year.desc,id', 5, 6, 2, 3, 1, 4),
        ordered('year.asc,id.desc', 4, 1, 3, 2, 6, 5),
        ordered('rating', 2, 1, 5, 3, 4, 6),
        ordered('rating.desc', 6, 4, 3, 5, 1, 2),
        ordered('rating.desc.nullslast', 4, 3, 5, 1, 2, 6),
        ordered('rating.asc.nullsfirst', 6, 2, 1, 5, 3, 4),
        ordered('rating.nullsfirst', 6, 2, 1, 5, 3, 4),
        ordered('data->>length.desc.nullslast,id', 1, 3, 5, 2, 4, 6),
        ordered('data->length.desc.nullslast,id', 3, 5, 2, 1, 4, 6),
        ordered('title_length.desc', 6, 5, 1, 4, 2, 3),
        ordered('mood,id', 1, 5, 6, 3, 4, 2),
        ordered('id.desc&order=id.asc', 6, 5, 4, 3, 2, 1),
        ['GET /films?order=nope', 400, failure('42703', /nope does not exist$/, any, any)],
        refuses('order=id.sideways', /^"failed to parse order \(id\.sideways\)"/),
        refuses('order=id.desc.nullsmiddle', /^"failed to parse order/),
        refuses('order=id,', /^"failed to parse order/),

        page('', [1, 2, 3, 4, 5, 6], '0-5/*'),
        page('&limit=2', [1, 2], '0-1/*'),
        page('&limit=2&offset=4', [5, 6], '4-5/*'),
        page('&offset=4', [5, 6], '4-5/*'),
        page('&limit=0', [], '*/*'),
        page('&offset=100', [], '*/*'),
        page('&offset=-5&limit=1', [1], '0-0/*'),
        page('&limit=abc', [1, 2, 3, 4, 5, 6], '0-5/*'),
        page('&limit=1&limit=3', [1, 2, 3], '0-2/*'),
        page('&id=eq.99', [], '*/*'),
        [`GET ${films}&limit=-1`, 416, noRange('Limit should be greater than or equal to zero.')],
        page('', [1, 2], '0-1/*', { headers: { Range: '0-1' } }),
        page('', [2, 3], '1-2/*', { headers: { Range: '1-2', 'Range-Unit': 'items' } }),
        page('', [5, 6], '4-5/*', { headers: { Range: '4-' } }),
        page('', [1, 2, 3, 4, 5, 6], '0-5/*', { headers: { Range: 'bytes=0-1' } }),
        page('&limit=2', [2], '1-1/*', { headers: { Range: '1-3' } }),
        [`GET ${films}`, 416, noRange('The lower boundary must be lower than or equal to the upper boundary in the Range header.'), { headers: { Range: '3-1' } }],
        [`HEAD ${films}`, 200, '', { headers: { Range: '0-1' }, has: { 'Content-Range': '0-5/*' } }],

        page('', [1, 2, 3, 4, 5, 6], '0-5/6', exact),
        page('&limit=2', [1, 2], '0-1/6', { ...exact, status: 206 }),
        page('&offset=4', [5, 6], '4-5/6', { ...exact, status: 206 }),
        page('&limit=0', [], '*/6', { ...exact, status: 206 }),
        page('&offset=6', [], '*/6', { ...exact, status: 206 }),
        page('&id=eq.99', [], '*/0', exact),
        page('&year=eq.1985&limit=1', [2], '0-0/2', { ...exact, status: 206 }),
        page('&or=(id.eq.1,id.eq.2)', [1, 2], '0-1/2', exact),
        page('', [1, 2], '0-1/6', { prefer: 'count=exact', headers: { Range: '0-1' }, status: 206 }),
        [`GET ${films}&offset=7`, 416, noRange('An offset of 7 was requested, but there are only 6 rows.'), { prefer: 'count=exact', has: { 'Content-Range': '*/6' } }],
        [`GET ${films}`, 416, noRange('An offset of 10 was requested, but there are only 6 rows.'), { prefer: 'count=exact', headers: { Range: '10-20' } }],
        [`HEAD ${films}`, 200, '', { prefer: 'count=exact', has: { 'Content-Range': '0-5/6', 'Content-Length': null } }],
        [`HEAD ${films}&limit=2`, 206, '', { prefer: 'count=exact', has: { 'Content-Range': '0-1/6' } }],
        [`HEAD ${films}&offset=7`, 416, '', { prefer: 'count=exact' }],
        page('', [1, 2, 3, 4, 5, 6], '0-5/6', { prefer: 'count=planned', has: { 'Preference-Applied': 'count=planned' } }),
        page('&limit=2', [1, 2], '0-1/6', { prefer: 'count=planned', status: 206 }),
        page('&limit=2', [1, 2], '0-1/6', { prefer: 'count=estimated', status: 206, has: { 'Preference-Applied': 'count=estimated' } }),
        page('', [1, 2, 3, 4, 5, 6], '0-5/*', { prefer: 'count=none', has: { 'Preference-Applied': null } }),
        ['GET /directors?select=id,films!inner(id)&films.year=eq.1985&order=id&films.order=id', 200, [{ id: 1, films: ids(2) }, { id: 2, films: ids(3) }],
            { prefer: 'count=exact', has: { 'Content-Range': '0-1/2' } }],
        ['GET /directors?select=id,films()&films=is.null', 200, ids(4), { prefer: 'count=exact', has: { 'Content-Range': '0-0/1' } }],
        ['GET /directors?select=id,films(id)&films.limit=1&films.order=id&order=id&limit=2', 206, [{ id: 1, films: ids(1) }, { id: 2, films: ids(3) }],
            { prefer: 'count=exact', has: { 'Content-Range': '0-1/4' } }],
    ],
}
