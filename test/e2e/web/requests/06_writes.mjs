// POST, PATCH and DELETE on relations (7.2, 7.3, 7.5). Every row starts with the data of neutral.sql.
import { any, failure, ids, representation, singular } from './table.mjs'

const as = 'web_user'
const shown = { as, prefer: representation }
const minimal = { 'Content-Type': null, Location: null, 'Content-Range': '*/*', 'Content-Length': '0' }
const csv = { 'Content-Type': 'text/csv' }
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const bad = (message) => failure('PGRST102', message)
const noColumn = (column, table) => failure('PGRST204', `Could not find the '${column}' column of '${table}' in the schema cache`)
const denied = (table) => failure('42501', `permission denied for table ${table}`, null, any)
const zoe = { id: 10, name: 'Zoe' }
const ada = { id: 11, name: 'Ada' }
const unchanged = (path, row) => [`GET ${path}`, 200, row, { as }]
const count = (n) => failure('PGRST116', 'Cannot coerce the result to a single JSON object', `The result contains ${n} rows`)

const inserts = [
    ['POST /actors', 201, '', { as, send: zoe, has: minimal, then: unchanged('/actors?id=eq.10', [zoe]) }],
    ['POST /actors', 201, '', { as, send: zoe, prefer: 'return=minimal', has: { ...minimal, 'Preference-Applied': 'return=minimal' } }],
    ['POST /actors', 201, [zoe], { ...shown, send: zoe, has: {
        'Content-Type': 'application/json; charset=utf-8', 'Content-Range': '*/*', 'Preference-Applied': representation, Location: null } }],
    ['POST /actors', 201, [zoe, ada], { ...shown, send: [zoe, ada] }],
    ['POST /actors', 201, [zoe, ada], { as, prefer: 'return=representation, count=exact', send: [zoe, ada], has: {
        'Content-Range': '*/2', 'Preference-Applied': 'return=representation, count=exact' } }],
    ['POST /actors', 201, '', { as, prefer: 'count=exact', send: zoe, has: { 'Content-Range': '*/1', 'Preference-Applied': 'count=exact' } }],
    ['POST /actors', 201, '', { as, prefer: 'return=headers-only', send: zoe, has: {
        Location: '/actors?id=eq.10', 'Content-Type': null, 'Content-Length': '0', 'Preference-Applied': 'return=headers-only' } }],
    ['POST /projects', 201, '', { as, prefer: 'return=headers-only', send: { company: 'new', number: 7 }, has: { Location: '/projects?company=eq.new&number=eq.7' } }],
    ['POST /actors', 201, '', { as, prefer: 'return=headers-only', send: [zoe, ada], has: { Location: null } }],
    ['POST /no_key', 201, '', { as, prefer: 'return=headers-only', send: { a: 1 }, has: { Location: null } }],
    ['POST /recent_films', 201, '', { as, prefer: 'return=headers-only', send: { id: 60, name: 'New', year: 2020 }, has: { Location: '/recent_films?id=eq.60' } }],
    ['POST /films?select=id,title,directors(name)', 201, [{ id: 101, title: 'New', directors: { name: 'Akira Kurosawa' } }], {
        ...shown, send: { title: 'New', director_id: 2 } }],
    ['POST /films?select=title,title_length', 201, [{ title: 'Four', title_length: 4 }], { ...shown, send: { title: 'Four' } }],
    ['POST /films?select=tags,data,shown,mood,rating', 201, [{ tags: ['a', 'b,c'], data: { x: [1, null] }, shown: '[2020-01-01,2020-02-01)', mood: 'glad', rating: 5.5 }], {
        ...shown, send: { title: 'T', tags: ['a', 'b,c'], data: { x: [1, null] }, shown: '[2020-01-01,2020-02-01)', mood: 'glad', rating: '5.5' } }],
    ['POST /directors?select=id,films(id)', 201, [{ id: 101, films: [] }], { ...shown, send: { name: 'New' } }],
    ['POST /no_key?order=a.desc&select=a', 201, [{ a: 9 }, { a: 8 }, { a: 7 }], { ...shown, send: [{ a: 8 }, { a: 9 }, { a: 7 }] }],
    ['POST /no_key?limit=1&select=a', 201, [{ a: 8 }, { a: 9 }], { ...shown, send: [{ a: 8 }, { a: 9 }] }],
    ['POST /actors', 201, zoe, { ...shown, accept: singular, send: zoe, has: { 'Content-Type': 'application/vnd.pgrst.object+json; charset=utf-8' } }],
    ['POST /actors', 406, count(2), { ...shown, accept: singular, send: [zoe, ada], then: unchanged('/actors?id=gte.10', []) }],
    ['POST /actors', 406, count(2), { as, accept: singular, send: [zoe, ada], then: unchanged('/actors?id=gte.10', []) }],
    ['POST /actors', 201, 'id,name\n10,Zoe', { ...shown, accept: 'text/csv', send: zoe }],
    ['POST /recent_films', 201, [{ id: 60, name: 'New', year: 2020, director_id: null }], { ...shown, send: { id: 60, name: 'New', year: 2020 } }],
    ['POST /odd "names, (here)?columns="Id","a.b"&select=Id,"a.b",a-b', 201, [{ Id: 5, 'a.b': 'x', 'a-b': null }], {
        name: 'insert into odd names', ...shown, send: [{ Id: 5, 'a.b': 'x', 'a-b': 'left out' }], has: { 'Content-Range': '*/*' } }],

    ['POST /actors?columns=id,name', 201, [zoe], { ...shown, send: { ...zoe, extra: 1 } }],
    ['POST /actors?columns="id","name"', 201, [zoe, ada], { ...shown, send: [zoe, { ...ada, extra: 1 }] }],
    ['POST /projects?columns=company,number,budget', 201, [{ company: 'n', number: 1, title: 'untitled', budget: null }], { ...shown, send: [{ company: 'n', number: 1 }] }],
    ['POST /projects?columns=company,number,title', 400, failure(
        '23502', 'null value in column "title" of relation "projects" violates not-null constraint', 'Failing row contains (n, 1, null, null).'),
    { ...shown, send: [{ company: 'n', number: 1 }] }],
    ['POST /projects?columns=company,number,title&select=number,title', 201, [{ number: 1, title: 'untitled' }, { number: 2, title: 'named' }], {
        as, prefer: 'missing=default, return=representation', send: [{ company: 'n', number: 1 }, { company: 'n', number: 2, title: 'named' }],
        has: { 'Preference-Applied': 'missing=default, return=representation' } }],
    ['POST /projects?columns=company,number,title&select=title', 201, [{ title: 'untitled' }], {
        as, prefer: 'missing=default, return=representation', send: { company: 'n', number: 1 } }],
    ['POST /actors?columns=id,nope', 400, noColumn('nope', 'actors'), { as, send: zoe }],
    ['POST /actors', 400, noColumn('nope', 'actors'), { as, send: { ...zoe, nope: 1 } }],
    ['POST /actors', 400, bad('All object keys must match'), { as, send: [zoe, { id: 11 }] }],
    ['POST /no_key', 201, [{ a: null, b: null }], { ...shown, send: {} }],
    ['POST /no_key?select=a', 201, [{ a: null }, { a: null }], { ...shown, send: [{}, {}] }],
    ['POST /actors', 201, [], { ...shown, send: [], has: { 'Content-Range': '*/*' } }],
    ['POST /actors', 201, [], { ...shown, send: '5' }],
    ['POST /actors', 400, bad('Empty or invalid json'), { as, send: '' }],
    ['POST /actors', 400, bad('Empty or invalid json'), { as, send: '{"id":' }],
    ['POST /actors?columns=id', 400, failure('22P02', 'invalid input syntax for type json', any, any), { as, send: '{"id":' }],
    ['POST /no_key', 201, [{ a: 7, b: 'seven' }, { a: 8, b: null }, { a: 9, b: '' }, { a: 10, b: 'x,"y"' }], {
        ...shown, headers: csv, send: 'a,b\n7,seven\n8,NULL\n9,\n10,"x,""y"""\n' }],
    ['POST /no_key?select=a,b', 201, [{ a: 7, b: 'two\nlines' }], { ...shown, headers: csv, send: 'a,b\r\n7,"two\nlines"\r\n' }],
    ['POST /no_key?columns=a', 201, [{ a: 7, b: null }], { ...shown, headers: csv, send: 'a,b\n7,x\n' }],
    ['POST /no_key', 400, bad('All lines must have same number of fields'), { as, headers: csv, send: 'a,b\n7\n' }],
    ['POST /no_key', 400, noColumn('c', 'no_key'), { as, headers: csv, send: 'a,c\n7,8\n' }],
    ['POST /no_key', 201, [{ a: 5, b: 'five and' }], { ...shown, headers: form, send: 'a=5&b=five+and' }],
    ['POST /no_key', 400, bad('Content-Type not acceptable: text/plain'), { as, headers: { 'Content-Type': 'text/plain' }, send: 'a' }],
    ['POST /no_key', 400, bad('Content-Type not acceptable: application/octet-stream'), { as, headers: { 'Content-Type': 'application/octet-stream' }, send: 'a' }],
    ['POST /no_key', 400, bad('Content-Type not acceptable: application/yaml'), { as, headers: { 'Content-Type': 'application/yaml' }, send: 'a' }],
    ['POST /no_key', 201, '', { as, headers: { 'Content-Type': 'application/json; charset=utf-8' }, send: '{"a":1}' }],
    ['POST /no_key', 201, '', { as, name: 'no Content-Type is JSON', send: '{"a":1}' }],

    ['POST /guarded?select=closed', 201, '', { as, send: { id: 5, open: 'x' } }],
    ['POST /guarded?select=id,open', 201, [{ id: 5, open: 'x' }], { ...shown, send: { id: 5, open: 'x' } }],
    ['POST /guarded', 403, denied('guarded'), { ...shown, send: { id: 5, open: 'x' }, then: ['GET /guarded?select=id', 200, ids(1), { as }] }],
    ['POST /guarded', 403, denied('guarded'), { as, send: { id: 5, closed: 'x' } }],
    ['POST /actors', 401, denied('actors'), { send: zoe, has: { 'WWW-Authenticate': 'Bearer' } }],
    ['POST /secrets', 403, denied('secrets'), { as, send: { id: 2 }, has: { 'WWW-Authenticate': null } }],
    ['POST /owned?select=id,sub', 201, [{ id: 3, sub: 'ann' }], { ...shown, send: { id: 3, note: 'x' } }],
    ['POST /owned', 403, failure('42501', 'new row violates row-level security policy for table "owned"'), { as, send: { id: 3, sub: 'bob' } }],
    ['POST /nope', 404, failure('PGRST205', "Could not find the table 'neutral.nope' in the schema cache"), { as, send: {} }],

    ['POST /actors', 409, failure('23505', 'duplicate key value violates unique constraint "actors_pkey"', 'Key (id)=(1) already exists.'), { as, send: { id: 1, name: 'x' } }],
    ['POST /technical_specs', 409, failure(
        '23503', 'insert or update on table "technical_specs" violates foreign key constraint "technical_specs_film_id_fkey"',
        'Key (film_id)=(99) is not present in table "films".'), { as, send: { film_id: 99 } }],
    ['POST /checked', 409, failure(
        '23503', 'insert or update on table "checked" violates foreign key constraint "checked_film_id_fkey"',
        'Key (film_id)=(99) is not present in table "films".'), {
        name: 'a deferred key at commit', as, send: { id: 1, film_id: 99 }, then: unchanged('/checked', []) }],
    ['POST /checked', 409, any, { name: 'a deferred key at commit, after the rows were read', ...shown, send: { id: 1, film_id: 99 }, has: { 'Content-Range': null } }],
    ['POST /actors', 400, failure('23502', 'null value in column "name" of relation "actors" violates not-null constraint', 'Failing row contains (10, null).'), { as, send: { id: 10 } }],
    ['POST /checked', 400, failure('23514', 'new row for relation "checked" violates check constraint "checked_n_check"', 'Failing row contains (1, -1, null, null).'), { as, send: { id: 1, n: -1 } }],
    ['POST /films', 400, failure('23514', 'value for domain short_text violates check constraint "short_text_check"'), { as, send: { title: 'x', label: 'forbidden' } }],
    ['POST /films', 400, failure('22001', 'value too long for type character varying(20)'), { as, send: { title: 'x', label: 'more than twenty characters' } }],
    ['POST /actors', 400, failure('22P02', 'invalid input syntax for type integer: "abc"'), { as, send: { id: 'abc', name: 'x' } }],
    ['POST /films', 400, failure('22P02', 'invalid input value for enum mood: "sad"'), { as, send: { title: 'x', mood: 'sad' } }],
    ['POST /films', 400, failure('428C9', 'cannot insert a non-DEFAULT value into column "search"', 'Column "search" is a generated column.'), { as, send: { title: 'x', search: 'y' } }],
    ['POST /film_counts', 500, failure('55000', 'cannot insert into view "film_counts"', any, any), { as, send: { films: 1 } }],
]

const patched = (path, row) => ['GET ' + path, 200, row, { as }]
const patches = [
    ['PATCH /actors?id=eq.1', 204, '', { as, send: { name: 'New' }, has: { 'Content-Type': null, 'Content-Range': '0-0/*' }, then: patched('/actors?id=eq.1', [{ id: 1, name: 'New' }]) }],
    ['PATCH /actors?id=eq.1', 204, '', { as, prefer: 'return=headers-only', send: { name: 'New' }, has: { 'Preference-Applied': 'return=headers-only', Location: null } }],
    ['PATCH /actors?id=eq.1', 200, [{ id: 1, name: 'New' }], { ...shown, send: { name: 'New' }, has: { 'Content-Range': '0-0/*', 'Content-Type': 'application/json; charset=utf-8' } }],
    ['PATCH /actors?id=eq.99', 204, '', { as, send: { name: 'New' }, has: { 'Content-Range': '*/*' } }],
    ['PATCH /actors?id=eq.99', 200, [], { ...shown, send: { name: 'New' }, has: { 'Content-Range': '*/*' } }],
    ['PATCH /films?id=in.(1,2)', 204, '', { as, prefer: 'count=exact', send: { year: 1 }, has: { 'Content-Range': '0-1/2', 'Preference-Applied': 'count=exact' } }],
    ['PATCH /no_key', 204, '', { as, prefer: 'count=exact', send: { b: 'z' }, has: { 'Content-Range': '0-2/3' }, then: patched('/no_key?b=eq.z&select=a&order=a', [{ a: 1 }, { a: 2 }, { a: 2 }]) }],
    ['PATCH /films?or=(id.eq.1,id.eq.2)&select=id,year&order=id.desc', 200, [{ id: 2, year: 7 }, { id: 1, year: 7 }], { ...shown, send: { year: 7 } }],
    ['PATCH /films?data->>length=eq.90&select=id', 200, ids(1), { ...shown, send: { year: 7 } }],
    ['PATCH /films?title_length=eq.3&select=id', 200, ids(3), { ...shown, send: { year: 7 } }],
    ['PATCH /films?id=eq.1&select=id,directors(name)', 200, [{ id: 1, directors: { name: 'Céline Sciamma' } }], { ...shown, send: { director_id: 3 } }],
    ['PATCH /directors?id=eq.1&select=id,films(id)&films.year=eq.1985', 200, [{ id: 1, films: ids(2) }], { ...shown, send: { name: 'A' } }],
    ['PATCH /films?id=in.(1,2)&limit=1', 204, '', { as, prefer: 'count=exact', send: { year: 1 }, has: { 'Content-Range': '0-1/2' } }],
    ['PATCH /films?id=eq.1&columns=year&select=year,title', 200, [{ year: 3, title: 'Cléo from 5 to 7' }], { ...shown, send: { year: 3, title: 'no' } }],
    ['PATCH /films?id=eq.1&select=label', 200, [{ label: null }], { ...shown, send: { label: null } }],
    ['PATCH /actors?id=eq.1', 200, [{ id: 1, name: 'New' }], { ...shown, send: [{ name: 'New' }] }],
    ['PATCH /actors?id=eq.1', 204, '', { as, send: {}, has: { 'Content-Range': '*/*' } }],
    ['PATCH /actors?id=eq.1', 200, [], { ...shown, send: {} }],
    ['PATCH /actors?id=eq.1', 200, [], { ...shown, send: [] }],
    ['PATCH /films?id=eq.1&select=year', 200, [{ year: 1 }], { ...shown, send: [{ year: 1 }, { year: 1 }], name: 'several objects for a row' }],
    ['PATCH /films?id=in.(1,2)', 204, '', { as, prefer: 'count=exact', headers: { Range: '0-0' }, send: { year: 1 }, has: { 'Content-Range': '0-1/2' } }],
    ['PATCH /guarded?id=eq.1', 204, '', { as, send: {} }],
    ['PATCH /guarded?id=eq.1&select=id', 200, [], { ...shown, send: {} }],
    ['PATCH /guarded?id=eq.1', 204, '', { as, send: { open: 'n' } }],
    ['PATCH /guarded?id=eq.1&select=closed', 204, '', { as, send: { open: 'n' } }],
    ['PATCH /guarded?id=eq.1', 403, denied('guarded'), { as, send: { closed: 'n' } }],
    ['PATCH /guarded?id=eq.1&select=id,open', 200, [{ id: 1, open: 'n' }], { ...shown, send: { open: 'n' } }],
    ['PATCH /actors?id=eq.1', 401, denied('actors'), { send: { name: 'x' } }],
    ['PATCH /actors?id=eq.1', 400, noColumn('nope', 'actors'), { as, send: { nope: 1 } }],
    ['PATCH /actors?nope=eq.1', 400, failure('42703', /nope does not exist$/, any, any), { as, send: { name: 'x' } }],
    ['PATCH /actors?id=eq.1', 400, bad('Empty or invalid json'), { as, send: '' }],
    ['PATCH /films?id=in.(1,2)', 406, count(2), { as, accept: singular, send: { year: 1 }, then: patched('/films?year=eq.1', []) }],
    ['PATCH /films?id=in.(1,2)', 406, count(2), { ...shown, accept: singular, send: { year: 1 }, then: patched('/films?year=eq.1', []) }],
    ['PATCH /films?id=eq.99', 406, count(0), { as, accept: singular, send: { year: 1 } }],
    ['PATCH /films?id=eq.1&select=id', 200, { id: 1 }, { ...shown, accept: singular, send: { year: 1 } }],
    ['PATCH /owned', 204, '', { as, prefer: 'count=exact', send: { note: 'mine' }, has: { 'Content-Range': '0-0/1' } }],
    ['PATCH /recent_films?id=eq.5&select=id,name', 200, [{ id: 5, name: 'New' }], { ...shown, send: { name: 'New' } }],
    ['PATCH /projects?columns=title&company=eq.acme&number=eq.1&select=title,budget', 200, [{ title: 'untitled', budget: 1000.5 }], {
        as, prefer: 'missing=default, return=representation', send: { x: 1 }, has: { 'Preference-Applied': 'missing=default, return=representation' } }],
]

const deletes = [
    ['DELETE /no_key?a=eq.2', 204, '', { as, has: { 'Content-Range': '*/*', 'Content-Type': null }, then: patched('/no_key?select=a', [{ a: 1 }]) }],
    ['DELETE /no_key?a=eq.2', 204, '', { as, prefer: 'count=exact', has: { 'Content-Range': '*/2', 'Preference-Applied': 'count=exact' } }],
    ['DELETE /no_key?order=a.desc&select=a', 200, [{ a: 2 }, { a: 2 }, { a: 1 }], { ...shown, has: { 'Content-Range': '*/*', 'Preference-Applied': representation } }],
    ['DELETE /no_key?a=eq.99', 204, '', { as }],
    ['DELETE /no_key?a=eq.99', 200, [], shown],
    ['DELETE /no_key?limit=1', 204, '', { as, prefer: 'count=exact', has: { 'Content-Range': '*/3' } }],
    ['DELETE /no_key?a=eq.1', 204, '', { as, name: 'a body is not read', headers: { 'Content-Type': 'application/json' }, send: 'not json' }],
    ['DELETE /films?id=eq.1&select=id,directors(name)', 200, [{ id: 1, directors: { name: 'Agnès Varda' } }], shown],
    ['DELETE /no_key?a=eq.2', 406, count(2), { as, accept: singular, then: patched('/no_key?a=eq.2&select=a', [{ a: 2 }, { a: 2 }]) }],
    ['DELETE /no_key?a=eq.1', 200, { a: 1, b: 'one' }, { ...shown, accept: singular }],
    ['DELETE /directors?id=eq.2', 409, failure(
        '23503', 'update or delete on table "directors" violates foreign key constraint "films_director_id_fkey" on table "films"',
        'Key (id)=(2) is still referenced from table "films".'), { as }],
    ['DELETE /actors?id=eq.1', 401, denied('actors'), { has: { 'WWW-Authenticate': 'Bearer' } }],
    ['DELETE /secrets?id=eq.1', 403, denied('secrets'), { as }],
    ['DELETE /owned', 204, '', { as, prefer: 'count=exact', has: { 'Content-Range': '*/1' } }],
    ['DELETE /nope', 404, failure('PGRST205', "Could not find the table 'neutral.nope' in the schema cache"), { as }],
]

export default { title: 'writes', server: 'plain', rows: [...inserts, ...patches, ...deletes] }
