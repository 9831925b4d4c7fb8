// Clients that take their time, and whether others notice.
import http from 'node:http'

import { base, exchange, psql } from '../probe.mjs'
import { askUntil, is, ok } from '../tap.mjs'
import { bearer, sign } from '../token.mjs'
import { open } from './wire.mjs'

const crowd = 1000

function percentile(times, share) {
    const sorted = [...times].sort((a, b) => a - b)
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}

// One client's requests, one after another; milliseconds.
async function measure(count, agent) {
    const times = []
    for (let i = 0; i < count; ++i) {
        const start = performance.now()
        const { status } = await exchange({ path: '/films?limit=10', agent })
        if (status !== 200) throw new Error(`${status} beside slow clients`)
        times.push(performance.now() - start)
    }
    return times
}

function drip() {
    const sockets = Array.from({ length: crowd }, open)
    const state = { ended: 0, connected: 0 }
    for (const socket of sockets) {
        socket.on('connect', () => { ++state.connected; socket.write('GET /films HTTP/1.1\r\nHost: here\r\nX-Slow: ') })
        socket.on('error', () => {})
        socket.on('close', () => ++state.ended)
        socket.resume()
    }
    const timer = setInterval(() => sockets.forEach((socket) => socket.writable && socket.write('x')), 200)
    state.stop = () => { clearInterval(timer); sockets.forEach((socket) => socket.destroy()) }
    return state
}

// Best of three rounds: other work on the machine is no fault of the server's.
export async function slowloris() {
    let best = Infinity
    let slow
    for (let round = 0; round < 3 && best >= 100; ++round) {
        slow?.stop()
        slow = drip()
        await askUntil(() => slow.connected, (connected) => connected === crowd)
        const agents = [new http.Agent({ keepAlive: true, maxSockets: 1 }), new http.Agent({ keepAlive: false })]
        const times = (await Promise.all(agents.map((agent) => measure(200, agent)))).flat()
        agents.forEach((agent) => agent.destroy())
        best = Math.min(best, percentile(times, 0.99))
    }
    ok(best < 100, `p99 beside ${crowd} connections that drip bytes is below 100 ms`, `it is ${best} ms`)
    const ended = await askUntil(() => slow.ended, (count) => count === crowd)
    is(ended, crowd, 'and in the end the server has closed all of them')
    slow.stop()
}

async function connections() {
    const { text } = await exchange({ path: '/metrics', agent: new http.Agent({ keepAlive: false }) })
    return Number(/^torale_http_connections(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1] ?? NaN)
}

// It asks for much and reads nothing: its answer is dropped, its place is free again.
export async function slowReader() {
    const before = await askUntil(connections, (n) => n <= 3)
    const sockets = Array.from({ length: 20 }, open)
    for (const socket of sockets) {
        socket.on('error', () => {})
        socket.pause()
        socket.write('GET /rpc/numbers?n=1000000 HTTP/1.1\r\nHost: here\r\n\r\n')
    }
    const during = await askUntil(connections, (n) => n >= before + 20)
    ok(during >= before + 20, 'twenty clients wait for a large answer', `${before}, then ${during}`)
    const statuses = []
    for (let i = 0; i < 100; ++i) statuses.push((await exchange({ path: '/films?limit=10' })).status)
    is(statuses.filter((status) => status !== 200), [], 'others are served meanwhile')
    const after = await askUntil(connections, (n) => n <= before, 90)
    ok(after <= before, 'who reads nothing is left', `${during}, then ${after}`)
    sockets.forEach((socket) => socket.destroy())
}

// Both kinds of connection that a busy worker may hold: those that stay and those that come.
export async function hang() {
    const kept = Array.from({ length: 12 }, () => new http.Agent({ keepAlive: true, maxSockets: 1 }))
    const ask = (agent) => exchange({ path: '/films?limit=1', agent })
    await Promise.all(kept.map(ask))
    const hanging = http.get({ host: base.hostname, port: base.port, path: '/rpc/sleep?seconds=3600', agent: false,
        headers: bearer(sign({ role: 'web_user', sub: 'ann' })) })
    let isAnswered = false
    hanging.on('response', () => (isAnswered = true))
    hanging.on('error', () => {})
    const sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep';"
    is(await askUntil(() => psql(sleeping), (count) => count === '1'), '1', 'a statement hangs')
    const served = await Promise.all(Array.from({ length: 5 }, () => Promise.all(kept.map(ask))))
    is(served.flat().filter(({ status }) => status !== 200).length, 0, 'connections beside a hanging statement are served')
    ok(!isAnswered, 'which hangs still')
    hanging.destroy()
    kept.forEach((agent) => agent.destroy())
}
