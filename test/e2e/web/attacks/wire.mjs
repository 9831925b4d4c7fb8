// Bytes that two readers might read differently, over sockets of our own: one refusal and an end, never
// a second answer.
import net from 'node:net'

import { base, exchange } from '../probe.mjs'
import { askUntil, is, none, ok } from '../tap.mjs'

export const open = () => net.connect({ host: base.hostname, port: Number(base.port) })

// What comes back until the server closes; `isClosed` says whether it did before the deadline.
export function send(bytes, seconds = 20) {
    return new Promise((resolve) => {
        const socket = open()
        const got = { text: '', isClosed: false }
        const done = () => { clearTimeout(deadline); socket.destroy(); resolve(got) }
        const deadline = setTimeout(done, seconds * 1000)
        socket.on('data', (chunk) => (got.text += chunk.toString('latin1')))
        socket.on('error', () => { got.isClosed = true; done() })
        socket.on('close', () => { got.isClosed = true; done() })
        socket.write(Buffer.from(bytes, 'latin1'))
    })
}
const statuses = (text) => [...text.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map((found) => Number(found[1]))

const hidden = 'GET /live HTTP/1.1\r\nHost: hidden\r\n\r\n'
const post = (headers, body = '') => `POST /rpc/add HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n${headers}\r\n${body}`
const get = (headers, path = '/live') => `GET ${path} HTTP/1.1\r\nHost: here\r\n${headers}\r\n`

// Name, bytes, and the only status that may come back.
const refused = [
    ['Transfer-Encoding and Content-Length', post('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', `0\r\n\r\n${hidden}`), 400],
    ['Content-Length and Transfer-Encoding', post(`Content-Length: ${hidden.length}\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${hidden}`), 400],
    ['two different Content-Lengths', post(`Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n`, hidden), 400],
    ['two equal Content-Lengths', post('Content-Length: 2\r\nContent-Length: 2\r\n', `{}${hidden}`), 400],
    ['a list of Content-Lengths', post('Content-Length: 2, 2\r\n', `{}${hidden}`), 400],
    ['a signed Content-Length', post('Content-Length: +2\r\n', `{}${hidden}`), 400],
    ['a negative Content-Length', post('Content-Length: -1\r\n', hidden), 400],
    ['a hexadecimal Content-Length', post('Content-Length: 0x2\r\n', `{}${hidden}`), 400],
    ['a Content-Length beyond 64 bits', post('Content-Length: 18446744073709551618\r\n', `{}${hidden}`), [400, 413]],
    ['an empty Content-Length', post('Content-Length: \r\n', hidden), 400],
    ['two Transfer-Encodings', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', `0\r\n\r\n${hidden}`), [400, 501]],
    ['Transfer-Encoding: gzip, chunked', post('Transfer-Encoding: gzip, chunked\r\n', `0\r\n\r\n${hidden}`), [400, 501]],
    ['Transfer-Encoding: xchunked', post('Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${hidden}`), [400, 501]],
    ['Transfer-Encoding: "chunked"', post('Transfer-Encoding: "chunked"\r\n', `0\r\n\r\n${hidden}`), [400, 501]],
    ['Transfer-Encoding with a tab in its name', post('Transfer-Encoding\t: chunked\r\n', `0\r\n\r\n${hidden}`), 400],
    ['a space before the colon', post('Content-Length : 2\r\n', `{}${hidden}`), 400],
    ['a folded header', post('X-Folded: a\r\n b\r\nContent-Length: 0\r\n', hidden), 400],
    ['a folded Transfer-Encoding', post('Transfer-Encoding:\r\n chunked\r\n', `0\r\n\r\n${hidden}`), 400],
    ['a header line without a colon', get('nothing here\r\n'), 400],
    ['an empty header name', get(': value\r\n'), 400],
    ['a bare LF', 'GET /live HTTP/1.1\nHost: here\n\n', 400],
    ['a bare CR in a value', get('X-A: a\rX-Evil: 1\r\n'), 400],
    ['a NUL in a value', get('X-A: a\0b\r\n'), 400],
    ['a NUL in the target', get('', '/li\0ve'), 400],
    ['an escaped NUL in the target', get('', '/films?id=eq.%00'), 400],
    ['no Host', 'GET /live HTTP/1.1\r\n\r\n', 400],
    ['two Hosts', get('Host: there\r\n'), 400],
    ['a Host with a path', 'GET /live HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
    ['two Authorizations', get('Authorization: Bearer a.b.c\r\nAuthorization: Bearer d.e.f\r\n', '/films'), 400],
    ['a proxy\'s target', 'GET http://elsewhere/ HTTP/1.1\r\nHost: here\r\n\r\n', 400],
    ['CONNECT', 'CONNECT elsewhere:443 HTTP/1.1\r\nHost: elsewhere:443\r\n\r\n', [400, 405, 501]],
    ['a chunk size that is none', post('Transfer-Encoding: chunked\r\n', `x\r\n{}\r\n0\r\n\r\n${hidden}`), 400],
    ['a chunk size beyond 64 bits', post('Transfer-Encoding: chunked\r\n', `fffffffffffffffff\r\n{}\r\n0\r\n\r\n${hidden}`), [400, 413]],
    ['a negative chunk size', post('Transfer-Encoding: chunked\r\n', `-1\r\n${hidden}`), 400],
    ['a chunk longer than it says', post('Transfer-Encoding: chunked\r\n', `1\r\n{}\r\n0\r\n\r\n${hidden}`), 400],
    ['a chunk size followed by LF alone', post('Transfer-Encoding: chunked\r\n', `2\n{}\r\n0\r\n\r\n${hidden}`), 400],
    ['no version', 'GET /live\r\n\r\n', 400],
    ['version 2', 'GET /live HTTP/2.0\r\nHost: here\r\n\r\n', [400, 505]],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 405, 505]],
    ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400],
    ['two spaces in the first line', 'GET  /live HTTP/1.1\r\nHost: here\r\n\r\n', 400],
    ['text behind the version', `GET /live HTTP/1.1 HTTP/1.0\r\nHost: here\r\n\r\n${hidden}`, 400]
]

export async function smuggle() {
    for (const [name, bytes, status] of refused) {
        const got = await send(bytes)
        const answered = statuses(got.text)
        const isAsKnown = answered.length === 1 && [status].flat().includes(answered[0])
        ok(isAsKnown && got.isClosed, `${name}: ${[status].flat().join(' or ')}, once, and the connection ends`, answered, got)
    }
    const two = await send(`${get('')}${get('Connection: close\r\n')}`)
    is(statuses(two.text), [200, 200], 'two requests in one packet are two')
    none(/elsewhere|hidden/.test(two.text) ? [two.text] : [], 'and nothing of others in them')
}

// What a request says must not become a line of the answer's header.
export async function split(headers) {
    const faults = []
    const see = ({ status, headers: got, text }, what) => {
        if (got['x-evil'] !== undefined || /^X-Evil/im.test(text.split('\r\n\r\n')[0])) faults.push(`${what}: ${status} ${JSON.stringify(got)}`)
    }
    for (const part of ['%0d%0aX-Evil:%201', '%0aX-Evil:%201', '%E5%98%8D%E5%98%8AX-Evil:%201']) {
        for (const path of [`/films?title=eq.${part}`, `/films${part}`, `/films?select=a${part}:id`, `/rpc/as_text?x=${part}`, `/?x=${part}`, `/rss/${part}`, `/feed/${part}.json`]) {
            see(await exchange({ path, headers: { ...headers, Prefer: 'count=exact' } }), path)
            see(await exchange({ path, method: 'OPTIONS', headers: { Origin: 'https://a.example', 'Access-Control-Request-Method': `GET`, 'Access-Control-Request-Headers': 'x-evil-1' } }), `OPTIONS ${path}`)
        }
    }
    for (const value of ['a\r\nX-Evil: 1', 'a\nX-Evil: 1', 'a\rX-Evil: 1', 'a\u0000b']) {
        for (const given of [[{ 'X-Fine': value }], [{ [`X-Fine${value}`]: 'x' }], [{ 'Set-Cookie': value }], [{ 'Content-Length': '1' }], [{ 'Transfer-Encoding': 'chunked' }]]) {
            const answer = await exchange({ method: 'POST', path: '/rpc/answer', body: { headers: JSON.stringify(given), status: '200' }, headers })
            see(answer, JSON.stringify(given))
        }
    }
    none(faults, 'no value of a request or of a function becomes a header line of its own')
    const still = await askUntil(() => exchange({ path: '/live' }), ({ status }) => status === 200)
    is(still.status, 200, 'after all that the server answers')
}
