// Paths, methods, OPTIONS, cross-origin requests and the root (1.1, 14).
import { any, failure, part } from './table.mjs'

const noMethod = (method) => failure('PGRST117', `Unsupported HTTP method: ${method}`)
const notOnRpc = (method) => failure('PGRST101', `Cannot use the ${method} method on RPC`)
const noPath = failure('PGRST125', 'Invalid path specified in request URL')
const noTable = (name, hint = null) => failure('PGRST205', `Could not find the table 'neutral.${name}' in the schema cache`, null, hint)
const allow = (list) => ({ has: { Allow: list, 'Access-Control-Allow-Origin': '*', 'Content-Length': '0' } })
const exposed = ['Content-Encoding', 'Content-Location', 'Content-Range', 'Content-Type', 'Date', 'Location', 'Server', 'Transfer-Encoding', 'Range-Unit']
const exposesAll = new RegExp(exposed.map((name) => `(?=.*\\b${name}\\b)`).join(''))

export default {
    title: 'paths',
    server: 'plain',
    rows: [
        ['GET /actors?id=eq.1', 200, [{ id: 1, name: 'Corinne Marchand' }], { has: {
            'Content-Type': 'application/json; charset=utf-8', 'Content-Range': '0-0/*', 'Content-Location': '/actors?id=eq.1',
            Vary: 'Accept, Prefer, Range', Server: any, 'Content-Profile': null, 'Preference-Applied': null } }],
        ['GET /actors', 200, any, { has: { 'Content-Location': '/actors' } }],
        ['GET /actors?select=id&id=eq.1&order=id', 200, [{ id: 1 }], { has: { 'Content-Location': '/actors?id=eq.1&order=id&select=id' } }],
        ['GET /%61ctors?select=id&id=eq.1', 200, [{ id: 1 }]],
        ['HEAD /actors', 200, '', { has: { 'Content-Type': 'application/json; charset=utf-8', 'Content-Range': '0-3/*', 'Content-Length': null } }],
        ['GET /nope', 404, noTable('nope')],
        ['HEAD /nope', 404, '', { has: { 'Proxy-Status': 'PostgREST; error=PGRST205' } }],
        ['GET /film', 404, noTable('film', "Perhaps you meant the table 'neutral.films'")],
        ['GET /directorss', 404, noTable('directorss', "Perhaps you meant the table 'neutral.directors'")],
        ['GET /neutral.films', 404, failure('PGRST205', "Could not find the table 'neutral.neutral.films' in the schema cache", null, any)],
        ['GET /a+b', 404, noTable('a+b')],
        ['GET /pg_class', 404, noTable('pg_class')],
        ['GET /Actors', 404, failure('PGRST205', "Could not find the table 'neutral.Actors' in the schema cache", null, any)],
        ['GET /rpc', 404, noTable('rpc')],
        ['GET /films/1', 404, noPath],
        ['GET /films/', 404, noPath],
        ['GET /rpc/add/more', 404, noPath],
        ['POST /films/1', 404, noPath, { as: 'web_user', send: {} }],
        ['POST /', 405, noMethod('POST'), { send: {} }],
        ['PATCH /', 405, noMethod('PATCH'), { send: {} }],
        ['PUT /', 405, noMethod('PUT'), { send: {} }],
        ['DELETE /', 405, noMethod('DELETE')],
        ['PROPFIND /films', 405, noMethod('PROPFIND')],
        ['PROPFIND /', 405, noMethod('PROPFIND')],
        ['PATCH /rpc/add', 405, notOnRpc('PATCH'), { send: {} }],
        ['PUT /rpc/add', 405, notOnRpc('PUT'), { send: {} }],
        ['DELETE /rpc/add', 405, notOnRpc('DELETE')],
        ['PROPFIND /rpc/add', 405, notOnRpc('PROPFIND')],
        ['GET /films%00', 400, failure('HTTP400', any, null, null), { why: 'a zero byte in a path is refused' }],

        ['OPTIONS /films', 200, '', allow('OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE')],
        ['OPTIONS /no_key', 200, '', allow('OPTIONS,GET,HEAD,POST,PATCH,DELETE')],
        ['OPTIONS /recent_films', 200, '', allow('OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE')],
        ['OPTIONS /film_counts', 200, '', allow('OPTIONS,GET,HEAD')],
        ['OPTIONS /film_titles', 200, '', allow('OPTIONS,GET,HEAD')],
        ['OPTIONS /secrets', 200, '', allow('OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE')],
        ['OPTIONS /nope', 404, noTable('nope')],
        ['OPTIONS /rpc/add', 200, '', allow('OPTIONS,GET,HEAD,POST')],
        ['OPTIONS /rpc/only_stable', 200, '', allow('OPTIONS,GET,HEAD,POST')],
        ['OPTIONS /rpc/nothing', 200, '', allow('OPTIONS,POST')],
        ['OPTIONS /', 200, '', allow('OPTIONS,GET,HEAD')],

        ['GET /actors?id=eq.1', 200, any, { headers: { Origin: 'https://a.example' }, has: {
            'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Credentials': null, 'Access-Control-Expose-Headers': exposesAll } }],
        ['GET /actors?id=eq.1', 200, any, { name: 'no Origin, no cross-origin headers', has: { 'Access-Control-Allow-Origin': null, 'Access-Control-Expose-Headers': null } }],
        ['GET /nope', 404, noTable('nope'), { headers: { Origin: 'https://a.example' }, has: { 'Access-Control-Allow-Origin': '*' } }],
        ['OPTIONS /films', 200, '', {
            name: 'preflight',
            headers: { Origin: 'https://a.example', 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'X-One, Content-Type' },
            has: {
                'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Methods': 'GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD',
                'Access-Control-Allow-Headers': 'Authorization, X-One, Content-Type, Accept, Accept-Language, Content-Language',
                'Access-Control-Max-Age': '86400' } }],

        ['GET /', 200, part({
            swagger: '2.0', info: part({ title: 'Neutral API', description: 'A schema for tests.', version: any }), host: any, basePath: '/', schemes: ['http'],
            definitions: part({
                directors: part({
                    description: 'People who make films', required: ['id', 'name'],
                    properties: part({
                        name: part({ type: 'string', description: 'As on the poster' }),
                        id: part({ type: 'integer', description: /This is a Primary Key\.<pk\/>/ }),
                        mentor_id: part({ description: /This is a Foreign Key to `directors\.id`\.<fk table='directors' column='id'\/>/ }) }) }),
                films: part({ properties: part({
                    rating: part({ type: 'number' }), tags: part({ type: 'array', items: part({ type: 'string' }) }),
                    mood: part({ type: 'string', enum: ['calm', 'glad', "it's odd"] }), label: part({ maxLength: 20 }) }) }) }),
            paths: part({
                '/': part({ get: any }), '/films': part({ get: any, post: any, patch: any, delete: any }), '/film_counts': part({ get: any, post: undefined }),
                '/rpc/add': part({ get: any, post: any }), '/rpc/nothing': part({ post: any, get: undefined }), '/secrets': undefined }),
            parameters: part({ preferCount: any, 'body.films': any, 'rowFilter.films.id': any }) }),
            { has: { 'Content-Type': 'application/openapi+json; charset=utf-8' } }],
        ['GET /', 200, part({ swagger: '2.0' }), { accept: 'application/openapi+json', has: { 'Content-Type': 'application/openapi+json; charset=utf-8' } }],
        ['GET /', 200, part({ swagger: '2.0' }), { accept: 'application/json', has: { 'Content-Type': 'application/openapi+json; charset=utf-8' } }],
        ['GET /', 200, part({ paths: part({ '/guarded': any, '/secrets': undefined }) }), { as: 'web_user' }],
        ['HEAD /', 200, '', { has: { 'Content-Type': 'application/openapi+json; charset=utf-8' } }],
        ['GET /', 406, failure('PGRST107', 'None of these media types are available: text/csv'), { accept: 'text/csv' }],
        ['GET /', 406, failure('PGRST107', 'None of these media types are available: application/vnd.pgrst.object+json'), { accept: 'application/vnd.pgrst.object+json' }],
    ],
}
