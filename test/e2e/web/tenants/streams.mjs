// What is read by a stream or by a token in the address.
import http from 'node:http'

import { base, exchange, literal, psql } from '../probe.mjs'
import { askUntil, is, none, ok } from '../tap.mjs'
import { idOf, others } from './world.mjs'

function listen(headers) {
    const stream = { text: '', status: 0 }
    stream.request = http.get({ host: base.hostname, port: base.port, path: '/events', agent: false, headers: { ...headers, Accept: 'text/event-stream' } }, (response) => {
        stream.status = response.statusCode
        response.on('data', (chunk) => (stream.text += chunk))
        response.on('error', () => {})
    })
    stream.request.on('error', () => {})
    return stream
}

// Others' findings first: whoever sees their own after them would have seen those.
export async function follow(callers, people) {
    const streams = callers.map((caller) => ({ caller, stream: listen(caller.headers) }))
    for (const { stream, caller } of streams) is((await askUntil(() => stream, (s) => s.status !== 0)).status, 200, `${caller.way}: /events opens`)
    const waiting = [...people].reverse()
    for (const round of [1, 2]) {
        for (const { owner, mark } of waiting) {
            psql(`INSERT INTO torale.notifications (owner, kind, title, body, task_id) VALUES (${literal(owner)}, 'system', 'round ${round} ${mark}', 'x', ${literal(idOf(mark))});`)
        }
        for (const { caller, stream } of streams) {
            const wanted = `round ${round} ${caller.who.mark}`
            ok((await askUntil(() => stream.text, (text) => text.includes(wanted))).includes(wanted), `${caller.way}: /events tells of their finding, round ${round}`, stream.text)
        }
    }
    for (const { caller, stream } of streams) {
        none(others(caller.who.mark).test(stream.text) ? [stream.text] : [], `${caller.way}: and of nobody else's`)
        stream.request.destroy()
    }
    for (const asked of ['after=1700000000000000-x', 'owner={owner}', 'limit=1000']) {
        const answer = await exchange({ path: `/rpc/events?${asked.replace('{owner}', 'x')}`, headers: callers[0].headers })
        none(others(callers[0].who.mark).test(answer.text) ? [answer.text] : [], `events?${asked} tells of nobody else's`)
    }
}

export async function subscribe(people) {
    for (const person of people) {
        for (const [what, token] of [['all', person.feed], ['one task', person.taskFeed]]) {
            for (const path of [`/rss/${token}`, `/feed/${token}.json`]) {
                const answer = await exchange({ path })
                const name = `the feed of ${what} of ${person.name}, ${path.split('/')[1]},`
                ok(answer.status === 200 && answer.text.includes(`news ${person.mark}`), `${name} shows their findings`, answer.status, answer.text)
                none(others(person.mark).test(answer.text) ? [answer.text] : [], `${name} and nobody else's`)
            }
        }
    }
    const ended = people[0].feed
    psql(`UPDATE torale.feed_tokens SET revoked_at = now() WHERE prefix = left(${literal(ended)}, 11);`)
    for (const make of [(token) => `/rss/${token}`, (token) => `/feed/${token}.json`]) {
        const [revoked, unknown] = [await exchange({ path: make(ended) }), await exchange({ path: make(`ft_${'x'.repeat(43)}`) })]
        is([revoked.status, revoked.text], [404, unknown.text], `${make('…')}: a revoked token is like one that never was`)
        is(unknown.status, 404, 'which is not found')
    }
}
