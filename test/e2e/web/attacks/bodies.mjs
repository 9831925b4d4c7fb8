// Bodies and methods that nobody sends by mistake.
import { exchange } from '../probe.mjs'
import { none } from '../tap.mjs'

const json = { 'Content-Type': 'application/json' }
const csv = { 'Content-Type': 'text/csv' }
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const deep = (n) => '['.repeat(n) + ']'.repeat(n)

const bodies = [
    ['', json], ['{', json], ['[', json], ['[{]', json], ['{"id":}', json], ['{"id":1,}', json], ['{"id":1}{"id":2}', json], ['nul', json], ['null', json],
    ['true', json], ['1', json], ['"x"', json], ['[null]', json], ['[[]]', json], ['[{},{"id":1},{}]', json], ['{"id":NaN}', json], ['{"id":1e999999}', json],
    ['{"id":-0}', json], ['{"id":99999999999999999999999}', json], ['{"id":1,"id":2}', json], ['{"\\u0000":1}', json], ['{"title":"\\u0000"}', json],
    ['{"title":"\\ud800"}', json], [Buffer.from('7b227469746c65223a22ff227d', 'hex'), json], [Buffer.from('efbbbf7b7d', 'hex'), json], [Buffer.from([0]), json],
    [deep(10), json], [deep(100000), json], [`{"a":${deep(50000)}}`, json], ['{"a":'.repeat(50000), json], [`{"${'a'.repeat(100000)}":1}`, json],
    [JSON.stringify(Object.fromEntries(Array.from({ length: 20000 }, (_, i) => [`c${i}`, i]))), json],
    ['id,title\n1', csv], ['id,title\n"1', csv], ['id,id\n1,2', csv], ['\n\n\n', csv], [',,,\n,,,', csv], ['"', csv], ['a"b,c\n1,2', csv], ['id\n' + 'x'.repeat(100000), csv],
    ['a=1&a=2&=&%', form], ['%00=%00', form], ['%ff=%ff', form], ['&'.repeat(50000), form],
    ['{}', { 'Content-Type': 'application/json; charset=utf-16' }], ['{}', { 'Content-Type': 'x'.repeat(2000) }], ['{}', { 'Content-Type': ';' }], ['{}', { 'Content-Type': 'text/html' }],
    ['{}', { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }], ['{}', { 'Content-Type': 'multipart/form-data; boundary=x' }],
    [Buffer.from('{}'), { 'Content-Type': 'application/octet-stream' }], ['<a/>', { 'Content-Type': 'text/xml' }]
]

// Nothing here is a fault of the server's, and nothing of it may be stored: `checked` takes no such row.
export async function malform(headers) {
    const faults = []
    const see = async (request) => {
        const answer = await exchange({ ...request, headers: { ...headers, ...request.headers } })
        if (answer.status >= 500) faults.push(`${request.method} ${request.path} ${String(request.body).slice(0, 60)} ${JSON.stringify(request.headers)}: ${answer.status} ${answer.text.slice(0, 300)}`)
    }
    for (const [body, more] of bodies) {
        for (const [method, path] of [['POST', '/checked?columns=n'], ['POST', '/secrets'], ['PATCH', '/films?id=eq.-1'], ['PUT', '/secrets?id=eq.1'], ['POST', '/rpc/add'], ['POST', '/rpc/as_json'],
            ['POST', '/rpc/as_text'], ['POST', '/rpc/longest'], ['DELETE', '/films?id=eq.-1']]) await see({ method, path, body, headers: more })
    }
    none(faults, 'malformed and deep bodies are the client\'s fault')
}

export async function oversize(headers) {
    const rows = JSON.stringify(Array.from({ length: 100000 }, (_, i) => ({ id: i, n: i })))
    const faults = []
    const expect = async (request, ...wanted) => {
        const answer = await exchange({ ...request, headers: { ...headers, ...request.headers } }).catch((error) => ({ status: 0, text: String(error) }))
        if (!wanted.includes(answer.status)) faults.push(`${request.method ?? 'GET'} ${request.path.slice(0, 60)}: ${answer.status} ${answer.text.slice(0, 200)}`)
    }
    await expect({ method: 'POST', path: '/checked', body: rows, headers: json }, 413)
    await expect({ method: 'POST', path: '/rpc/as_json', body: rows, headers: { ...json, Expect: '100-continue' } }, 413)
    await expect({ path: `/films?select=${'id,'.repeat(10000)}id` }, 414)
    await expect({ path: `/films?id=in.(${'1,'.repeat(2000)}1)` }, 200)
    await expect({ path: `/films?or=${'(or'.repeat(2000)}` }, 400)
    await expect({ path: `/films?${'and=(id.eq.1)&'.repeat(800)}` }, 200, 400)
    await expect({ path: `/films?select=${'director:directors('.repeat(300)}id${')'.repeat(300)}` }, 400)
    await expect({ path: `/films?or=(${'not.and('.repeat(1000)}id.eq.1${')'.repeat(1000)})` }, 200, 400)
    await expect({ path: '/films', headers: { 'X-Long': 'x'.repeat(20000) } }, 431)
    await expect({ path: '/films', headers: Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`X-${i}`, 'x'])) }, 200, 431)
    await expect({ path: '/films', headers: { Range: '0-99999999999999999999' } }, 200, 206, 400, 416)
    await expect({ path: '/films?limit=99999999999999999999&offset=-1' }, 200, 400, 416)
    none(faults, 'what is too long, too many or too deep is refused')
}

export async function abuseMethods(headers) {
    const faults = []
    const see = async (method, path, more = {}) => {
        const answer = await exchange({ method, path, ...more, headers: { ...headers, ...more.headers } })
        if (answer.status >= 500 && answer.status !== 501) faults.push(`${method} ${path}: ${answer.status} ${answer.text}`)
        if (method === 'HEAD' && answer.text !== '') faults.push(`HEAD ${path} has a body`)
        return answer
    }
    for (const path of ['/films', '/films?id=eq.', '/nowhere', '/', '/rpc/write_row?n=666', '/rpc/add?a=1&b=2', '/rpc/nowhere', '/live', '/ready', '/metrics', '/events', '/rss/x', '/feed/x.json', '//films', '/films/', '/films/1', '/%2e%2e/films', '/../films', '/films;x', '/%66ilms']) {
        for (const method of ['HEAD', 'OPTIONS', 'PATCH', 'PUT', 'DELETE', 'TRACE', 'PROPFIND', 'PURGE']) {
            if (['PATCH', 'PUT', 'DELETE'].includes(method) && /f?ilms/.test(path)) continue
            await see(method, path)
        }
    }
    for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
        const answer = await see('GET', '/films?select=id', { headers: { [name]: 'DELETE' } })
        if (answer.status !== 200 || answer.json?.length < 6) faults.push(`${name} is heeded: ${answer.status} ${answer.text}`)
    }
    await see('HEAD', '/rpc/write_row?n=666', { body: '{}' })
    const called = await see('GET', '/rpc/write_row?n=666')
    if (called.status !== 405) faults.push(`GET of a function that writes: ${called.status} ${called.text}`)
    none(faults, 'HEAD, OPTIONS and methods that nobody knows do nothing')
}
