// Rows that may exist: POST with a resolution, PUT (7.2, 7.4).
import { any, failure, representation } from './table.mjs'

const as = 'web_user'
const merge = 'resolution=merge-duplicates'
const ignore = 'resolution=ignore-duplicates'
const merges = { as, prefer: `${merge}, ${representation}`, has: { 'Preference-Applied': `${merge}, ${representation}` } }
const ignores = { as, prefer: `${ignore}, ${representation}`, has: { 'Preference-Applied': `${ignore}, ${representation}` } }
const shown = { as, prefer: representation }
const wrongFilters = failure('PGRST105', "Filters must include all and only primary key columns with 'eq' operators")
const zed = { id: 20, name: 'Zed' }
const rocket = { company: 'acme', number: 1, title: 'better', budget: 1000.5 }

export default {
    title: 'upserts',
    server: 'plain',
    rows: [
        ['POST /actors', 201, [{ id: 1, name: 'New' }, zed], { ...merges, send: [{ id: 1, name: 'New' }, zed] }],
        ['POST /actors', 200, [{ id: 1, name: 'New' }], { ...merges, send: { id: 1, name: 'New' } }],
        ['POST /actors', 200, '', { as, prefer: merge, send: { id: 1, name: 'New' }, has: { 'Preference-Applied': merge }, then: ['GET /actors?id=eq.1', 200, [{ id: 1, name: 'New' }]] }],
        ['POST /actors', 201, '', { as, prefer: merge, send: zed }],
        ['POST /actors', 201, [zed], { ...ignores, send: [{ id: 1, name: 'New' }, zed], then: ['GET /actors?id=eq.1', 200, [{ id: 1, name: 'Corinne Marchand' }]] }],
        ['POST /actors', 201, [], { ...ignores, send: { id: 1, name: 'New' } }],
        ['POST /actors?on_conflict=name', 201, [], { ...ignores, send: { id: 40, name: 'Corinne Marchand' } }],
        ['POST /actors?on_conflict=name', 409, failure('23505', 'duplicate key value violates unique constraint "actors_pkey"', 'Key (id)=(1) already exists.'), {
            as, prefer: ignore, send: { id: 1, name: 'Else' } }],
        ['POST /projects', 200, [rocket], { ...merges, send: { company: 'acme', number: 1, title: 'better' } }],
        ['POST /projects?on_conflict=company,number', 200, [rocket], { ...merges, send: { company: 'acme', number: 1, title: 'better' } }],
        ['POST /projects?on_conflict="number","company"', 200, [rocket], { ...merges, send: { company: 'acme', number: 1, title: 'better' } }],
        ['POST /projects?on_conflict=title', 400, failure('42P10', 'there is no unique or exclusion constraint matching the ON CONFLICT specification'), {
            as, prefer: merge, send: { company: 'acme', number: 1, title: 'better' } }],
        ['POST /projects?on_conflict=nope', 400, failure('42703', /nope.* does not exist$/, any, any), { as, prefer: merge, send: { company: 'acme', number: 1 } }],
        ['POST /no_key', 201, [{ a: 1, b: 'again' }], { as, prefer: `${merge}, ${representation}`, send: { a: 1, b: 'again' }, has: { 'Preference-Applied': representation } }],
        ['POST /films?columns=id,title&select=id,title,year', 200, [{ id: 1, title: 'Cleo', year: 1962 }], { ...merges, send: [{ id: 1, title: 'Cleo', year: 5 }] }],
        ['POST /actors', 200, [], { ...merges, send: [], name: 'nothing to merge' }],
        ['POST /actors?select=name', 200, [{ name: 'New' }], { ...merges, send: { id: 1, name: 'New' } }],
        ['POST /actors', 409, failure('23505', 'duplicate key value violates unique constraint "actors_name_key"', 'Key (name)=(Corinne Marchand) already exists.'), {
            as, prefer: merge, send: { id: 2, name: 'Corinne Marchand' } }],
        ['POST /actors', 500, failure('21000', any, any, any), { as, prefer: merge, send: [zed, zed], name: 'one row twice in a body' }],

        ['PUT /actors?id=eq.20', 204, '', { as, send: zed, has: { 'Content-Range': null, 'Content-Type': null }, then: ['GET /actors?id=eq.20', 200, [zed]] }],
        ['PUT /actors?id=eq.20', 201, [zed], { ...shown, send: zed, has: { 'Content-Range': null, 'Preference-Applied': representation, 'Content-Type': 'application/json; charset=utf-8' } }],
        ['PUT /actors?id=eq.1', 200, [{ id: 1, name: 'New' }], { ...shown, send: { id: 1, name: 'New' } }],
        ['PUT /actors?id=eq.1', 204, '', { as, send: { id: 1, name: 'New' } }],
        ['PUT /actors?id=eq.20', 201, [zed], { ...shown, send: [zed] }],
        ['PUT /projects?company=eq.acme&number=eq.1', 200, [{ company: 'acme', number: 1, title: 'put', budget: 1 }], { ...shown, send: { company: 'acme', number: 1, title: 'put', budget: 1 } }],
        ['PUT /projects?number=eq.9&company=eq.best, co', 201, [{ company: 'best, co', number: 9, title: 'put', budget: null }], { ...shown, send: { company: 'best, co', number: 9, title: 'put', budget: null } }],
        ['PUT /films?id=eq.1&select=id,title', 200, [{ id: 1, title: 'put' }], { ...shown, send: { id: 1, title: 'put' } }],
        ['PUT /actors', 405, wrongFilters, { as, send: zed }],
        ['PUT /actors?id=gt.1', 405, wrongFilters, { as, send: zed }],
        ['PUT /actors?id=not.eq.1', 405, wrongFilters, { as, send: zed }],
        ['PUT /actors?id=eq.20&name=eq.Zed', 405, wrongFilters, { as, send: zed }],
        ['PUT /actors?id=eq.20&id=eq.20', 405, wrongFilters, { as, send: zed }],
        ['PUT /actors?name=eq.Zed', 405, wrongFilters, { as, send: zed }],
        ['PUT /actors?id=eq.20&or=(id.eq.20,id.eq.21)', 405, wrongFilters, { as, send: zed }],
        ['PUT /projects?company=eq.acme', 405, wrongFilters, { as, send: rocket }],
        ['PUT /no_key?a=eq.1', 405, wrongFilters, { as, send: { a: 1, b: 'x' } }],
        ['PUT /actors?id=eq.20&limit=1', 400, failure('PGRST114', 'limit/offset querystring parameters are not allowed for PUT'), { as, send: zed }],
        ['PUT /actors?id=eq.20&offset=1', 400, failure('PGRST114', 'limit/offset querystring parameters are not allowed for PUT'), { as, send: zed }],
        ['PUT /actors?id=eq.21', 400, failure('PGRST115', 'Payload values do not match URL in primary key column(s)'), { as, send: zed, then: ['GET /actors?id=gte.20', 200, []] }],
        ['PUT /actors?id=eq.20', 400, failure('PGRST204', "Could not find the 'nope' column of 'actors' in the schema cache"), { as, send: { ...zed, nope: 1 } }],
        ['PUT /actors?id=eq.20', 401, failure('42501', 'permission denied for table actors', null, any), { send: zed }],
    ],
}
