// What happens to an owner, told while it happens.
import assert from 'node:assert/strict'

import { PostgrestClient } from '@supabase/postgrest-js'

import { run, withDatabase } from '../database.mjs'
import { test, until } from '../tap.mjs'
import { bearer } from '../token.mjs'
import { Follower } from './follower.mjs'
import { as, find, makeTask, publish, runTask } from './findings.mjs'

const base = process.env.TORALE_URL
const task = await makeTask('eve', 'Dione')
const headers = bearer({ sub: 'eve' })
const api = new PostgrestClient(base, { headers })
const states = (events, id) => events.filter((event) => event.kind === 'execution' && event.execution_id === id).map((event) => event.status)

let first
await test('a run is told live: waiting, running, done, and what it found', async () => {
    first = await Follower.open(base, headers)
    assert.equal(first.headers.get('content-type'), 'text/event-stream')
    assert.equal(first.headers.get('cache-control'), 'no-store')
    await publish('eve', 'Dione')
    const { data: execution, error } = await api.rpc('run_task', { id: task })
    assert.equal(error, null)
    await first.until((event) => event.kind === 'finding', 'a finding')
    await first.until((event) => event.status === 'success', 'the end of the run')
    assert.deepEqual(states(first.events, execution.id), ['pending', 'running', 'success'])
    const finding = first.events.find((event) => event.kind === 'finding')
    assert.deepEqual([finding.execution_id, finding.task_id, finding.relation], [execution.id, task, 'new'])
    const { data: stored } = await api.from('notifications').select('id,title').eq('execution_id', execution.id).single()
    assert.deepEqual([finding.notification_id, finding.title], [stored.id, stored.title])
    assert.equal(first.retry, 2000)
})

await test('each event is told once in a stream, and only to its owner', async () => {
    const stranger = await Follower.open(base, bearer({ sub: 'mallory' }))
    const { execution } = await find('eve', 'Dione', task)
    await first.until((event) => event.execution_id === execution && event.status === 'success', 'the end of the run')
    const told = first.events.map((event) => event.id)
    assert.equal(new Set(told).size, told.length)
    const own = await makeTask('mallory', 'Rhea')
    await find('mallory', 'Rhea', own)
    await stranger.until((event) => event.kind === 'finding', 'a finding of one\'s own')
    assert.deepEqual(new Set(stranger.events.map((event) => event.task_id)), new Set([own]))
    assert.ok(first.events.every((event) => event.task_id === task))
    stranger.close()
})

await test('who was away is told what was missed, and goes on from there', async () => {
    const last = first.lastId
    first.close()
    const missed = [await find('eve', 'Dione', task), await find('eve', 'Dione', task)]
    const again = await Follower.open(base, headers, last)
    const live = await find('eve', 'Dione', task)
    await again.until((event) => event.execution_id === live.execution && event.status === 'success', 'the live run')
    const { data: happened } = await api.rpc('events', { after: last })
    const seen = new Set(again.events.map((event) => event.id))
    assert.deepEqual(happened.filter((event) => !seen.has(event.id)), [])
    for (const { execution } of [...missed, live]) assert.deepEqual(states(again.events, execution), ['pending', 'running', 'success'])
    assert.deepEqual(again.events.filter((event) => event.kind === 'finding' && event.id > last).length, 3)
    again.close()
})

// Further back than what every stream looks back at its start.
await test('who was away for minutes is told all of them; who comes without an id, none', async () => {
    const at = (minutes) => run("INSERT INTO torale.notifications (kind, title, body, owner, created_at) VALUES ('system', 'old', 'old', 'eve', now() - make_interval(mins => $1)) RETURNING id", [minutes])
    const notes = []
    for (const minutes of [10, 5, 3]) notes.push((await at(minutes))[0].id)
    const { data: old } = await api.rpc('events', { since: new Date(Date.now() - 11 * 60000).toISOString() }).eq('kind', 'system').order('id')
    assert.deepEqual(old.map((event) => event.payload.notification_id), notes)
    const told = async (follower) => {
        const { execution } = await find('eve', 'Dione', task)
        await follower.until((event) => event.execution_id === execution && event.status === 'success', 'the run after')
        follower.close()
        return follower.events.map((event) => event.notification_id).filter((id) => notes.includes(id))
    }
    assert.deepEqual(await told(await Follower.open(base, headers, old[0].id)), notes)
    assert.deepEqual(await told(await Follower.open(base, headers, old[2].id)), notes.slice(2))
    assert.deepEqual(await told(await Follower.open(base, headers)), [])
    assert.deepEqual(await told(await Follower.open(base, headers, 'not an id of ours')), [])
})

await test('what is committed after later events is not lost', async () => {
    const follower = await Follower.open(base, headers)
    await withDatabase(async (late) => {
        await late.query('BEGIN')
        const { rows: [{ id }] } = await late.query("INSERT INTO torale.notifications (kind, title, body, owner) VALUES ('system', 'late', 'late', 'eve') RETURNING id")
        const { execution } = await find('eve', 'Dione', task)
        await follower.until((event) => event.execution_id === execution && event.status === 'success', 'the end of the run')
        assert.ok(follower.events.every((event) => event.notification_id !== id))
        await late.query('COMMIT')
        await follower.until((event) => event.notification_id === id, 'what was committed late')
    })
    follower.close()
})

await test('a run that found nothing new says so', async () => {
    const follower = await Follower.open(base, headers)
    const unchanged = await runTask('eve', task)
    await follower.until((event) => event.execution_id === unchanged.id && event.status === 'success', 'the run')
    assert.equal(follower.events.find((event) => event.execution_id === unchanged.id && event.status === 'success').skip_reason, 'unchanged')
    follower.close()
})

await test('a stream ends when its key is revoked, and another of the same owner goes on', async () => {
    const [{ key }] = await as('eve', "SELECT torale.create_api_key('stream') AS key")
    const byKey = await Follower.open(base, { Authorization: `Bearer ${key}` })
    const byToken = await Follower.open(base, headers)
    const { execution } = await find('eve', 'Dione', task)
    for (const one of [byKey, byToken]) await one.until((event) => event.execution_id === execution && event.status === 'success', 'the run')
    await as('eve', "SELECT torale.revoke_api_key('stream')")
    await byKey.untilEnded()
    const after = await find('eve', 'Dione', task)
    await byToken.until((event) => event.execution_id === after.execution && event.status === 'success', 'the run after')
    assert.ok(byKey.events.every((event) => event.execution_id !== after.execution))
    await assert.rejects(Follower.open(base, { Authorization: `Bearer ${key}` }), { status: 401 })
    byToken.close()
})

await test('a stream ends with its owner, and nobody has none', async () => {
    const follower = await Follower.open(base, headers)
    await run("UPDATE torale.users SET is_active = false WHERE id = 'eve'")
    await follower.untilEnded()
    await assert.rejects(Follower.open(base, {}), { status: 401 })
    await assert.rejects(Follower.open(base, { Authorization: 'Bearer no.such.token' }), { status: 401 })
})

await test('streams that clients left are counted no longer', async () => {
    const open = async () => Number((await (await fetch(`${base}/metrics`)).text()).match(/^torale_http_streams (\d+)$/m)[1])
    const followers = await Promise.all([1, 2, 3].map(() => Follower.open(base, bearer({ sub: 'mallory' }))))
    await until(open, (count) => count === 3, { what: 'three open streams' })
    for (const follower of followers) follower.close()
    await until(open, (count) => count === 0, { what: 'no open stream' })
})
