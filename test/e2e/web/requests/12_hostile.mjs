// SQL in every place of the grammar: a value, an unknown name or no grammar at all, never a statement.
import { any, failure, finds, ids, part, refuses, representation } from './table.mjs'

const sql = "'; DROP TABLE neutral.films; --"
const quoted = '"\\"; DROP TABLE neutral.films; --"'
const truth = "' OR 1=1 OR '"
const name = truth.replace('=', '%3D') // left of the equals sign
const unknown = failure('42703', / does not exist$/, any, any)
const noColumn = (name, table) => failure('PGRST204', `Could not find the '${name}' column of '${table}' in the schema cache`)
const as = 'web_user'

export default {
    title: 'hostile',
    server: 'plain',
    rows: [
        finds(`title=eq.${sql}`, []),
        finds(`title=eq.${truth}`, []),
        finds(`title=like.*${truth}*`, []),
        finds(`title=in.("x'},\\"} OR 1=1",Ran)`, [3]),
        finds(`or=(title.eq."${sql}",id.eq.1)`, [1]),
        finds(`or=(title.eq.${truth},id.eq.1)`, [1]),
        finds(`tags=cs.{"${sql}"}`, []),
        finds(`title=plfts.${sql}`, []),
        finds(`data->>${name}=eq.x`, []),
        finds(`limit=${sql}`, [1, 2, 3, 4, 5, 6]),
        ['GET /films?select=id&order=id&offset=1;DELETE', 200, ids(1, 2, 3, 4, 5, 6)],
        [`GET /films?id=eq.${sql}`, 400, failure('22P02', `invalid input syntax for type integer: "${sql}"`)],
        [`GET /films?id=in.(1,"${sql}")`, 400, failure('22P02', `invalid input syntax for type integer: "${sql}"`)],
        [`GET /films?id=eq(any).{${sql}}`, 400, failure('22P02', `invalid input syntax for type integer: "${sql}"`)],
        [`GET /films?data->>${name}=is.${truth}`, 400, failure('PGRST100', any, any, any)],
        [`GET /films?title=fts(english').x`, 400, any],
        [`GET /films?title=eq(any')).x`, 400, failure('PGRST100', any, any, any)],
        refuses(`select=${sql}`),
        refuses(`select=id::${sql}`),
        refuses('select=id::text) FROM neutral.secrets; --'),
        refuses(`order=${sql}`),
        refuses('order=id.asc; DROP TABLE neutral.films'),
        refuses(`or=(${sql})`),
        [`GET /films?select=data->>${truth}&id=eq.1`, 200, [{ [truth]: null }]],
        [`GET /films?select=data->"${truth}"->0&id=eq.1`, 200, [{ [truth]: null }]],
        [`GET /films?select="${sql}"`, 400, unknown],
        [`GET /films?select=${quoted}`, 400, unknown],
        [`GET /films?${quoted}=eq.1`, 400, unknown],
        [`GET /films?order=${quoted}`, 400, unknown],
        [`GET /films?or=(${quoted}.eq.1,id.eq.1)`, 400, unknown],
        [`GET /films?select=id,"${sql}"(id)`, 400, failure('PGRST200', any, any, any)],
        [`GET /${sql}`, 404, failure('PGRST205', `Could not find the table 'neutral.${sql}' in the schema cache`)],
        ['GET /films"; DROP TABLE films; --', 404, failure('PGRST205', any, any, any)],
        [`GET /rpc/${sql}`, 404, failure('PGRST202', any, any, any)],
        [`GET /rpc/greet?name=${sql}`, 200, `"hello, ${sql}"`],
        [`GET /rpc/longest?words={"${sql}"}`, 200, JSON.stringify(sql)],
        [`GET /rpc/greet?name=x&"${sql}"=y`, 404, failure('PGRST202', any, any, any)],
        ['POST /rpc/greet', 404, failure('PGRST202', any, any, any), { send: { name: 'x', '"; DROP TABLE neutral.films; --': 1 } }],
        ['POST /no_key', 201, [{ a: null, b: sql }], { as, prefer: representation, send: { b: sql } }],
        ['POST /no_key', 400, noColumn('a"); DROP TABLE neutral.films; --', 'no_key'), { as, send: { 'a"); DROP TABLE neutral.films; --': 1 } }],
        [`POST /no_key?columns="${sql}"`, 400, noColumn(sql, 'no_key'), { as, send: { a: 1 } }],
        [`POST /actors?on_conflict="${sql}"`, 400, unknown, { as, prefer: 'resolution=merge-duplicates', send: { id: 1, name: 'x' } }],
        ['PATCH /no_key?a=eq.1', 200, [{ a: 1, b: sql }], { as, prefer: representation, send: { b: sql } }],
        [`DELETE /no_key?b=eq.${truth}`, 200, [], { as, prefer: representation }],
        ['GET /films', 400, failure('22023', `invalid value for parameter "TimeZone": "UTC${truth}"`), { prefer: `timezone=UTC${truth}` }],
        ['GET /films', 406, failure('PGRST106', `Invalid schema: neutral"; ${sql}`, null, 'Only the following schemas are exposed: neutral'), { headers: { 'Accept-Profile': `neutral"; ${sql}` } }],
        ['GET /rpc/whoami', 200, part({ headers: part({ 'x-one': sql }), cookies: { a: truth } }), { headers: { 'X-One': sql, Cookie: `a=${truth}` } }],
        ['GET /rpc/whoami', 401, failure('22023', `role "web_user"${sql}" does not exist`, any, any), { as: { role: `web_user"${sql}` } }],
        ['GET /rpc/whoami', 200, part({ claims: part({ other: sql }) }), { as: { role: 'web_user', other: sql } }],
        ['GET /films?select=id&order=id', 200, ids(1, 2, 3, 4, 5, 6), { name: 'all is still there' }],
    ],
}
