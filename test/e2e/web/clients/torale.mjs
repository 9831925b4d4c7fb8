// Our own API with the client of web pages: tasks, channels, templates and functions, with an API
// key and with tokens, as one owner, another and an administrator.
import assert from 'node:assert/strict'

import { run } from '../database.mjs'
import { test } from '../tap.mjs'
import { bearer } from '../token.mjs'
import { connect, data, header, ids, refused } from './client.mjs'

const [{ key }] = await run("SELECT torale.create_api_key('web') AS key")
const byToken = (sub, more = {}) => connect(bearer({ sub, ...more }))
const nobody = connect()
const ann = byToken('ann')
const bob = byToken('bob', { email: 'bob@example.com', name: 'Bob' })
const question = (query) => ({ search_query: query, condition_description: 'a date has been announced' })

const clients = { 'an API key': connect({ Authorization: `Bearer ${key}` }), 'an API key in apikey': connect({ apikey: key }), 'a token': ann }
for (const [what, client] of Object.entries(clients)) {
    await test(`tasks with ${what}: made, read, changed, deleted`, async () => {
        const { data: made, status } = await client.from('tasks').insert({ ...question(`When is ${what} out?`), schedule: '@daily' }).select().single()
        assert.equal(status, 201)
        assert.deepEqual([made.state, made.notify_behavior, made.timezone], ['active', 'once', 'UTC'])
        assert.deepEqual(await ids(client.from('tasks').select('id').ilike('search_query', `%${what}%`)), [made.id])
        const changed = await client.from('tasks').update({ state: 'paused' }).eq('id', made.id).select('state').single()
        assert.deepEqual([changed.status, changed.data], [200, { state: 'paused' }])
        const removed = await client.from('tasks').delete({ count: 'exact' }).eq('id', made.id)
        assert.deepEqual([removed.status, removed.count], [204, 1])
        assert.equal(await data(client.from('tasks').select().eq('id', made.id).maybeSingle()), null)
    })
    await test(`functions with ${what}: a task's whole life`, async () => {
        const task = await data(client.rpc('create_task', { ...question(`Will ${what} do?`), schedule: 'every 2 hours', search_options: { max_results: 3 } }))
        assert.deepEqual([task.state, task.schedule, task.search_options], ['active', 'every 2 hours', { max_results: 3 }])
        assert.equal((await data(client.rpc('update_task', { id: task.id, name: `renamed ${what}` }).select('name'))).name, `renamed ${what}`)
        const states = []
        for (const verb of ['pause_task', 'resume_task', 'complete_task']) states.push((await data(client.rpc(verb, { id: task.id }))).state)
        assert.deepEqual(states, ['paused', 'active', 'completed'])
        assert.equal((await data(client.rpc('delete_task', { id: task.id }))).id, task.id)
        await refused(client.rpc('pause_task', { id: task.id }), 404, { code: 'PT404', message: `task ${task.id} does not exist` })
    })
}

await test('many tasks: pages, counts, filters, order, csv, computed and embedded', async () => {
    await data(ann.from('tasks').insert([1, 2, 3, 4, 5].map((n) => ({ ...question(`Question number ${n}?`), name: `task ${n}`, schedule: '0 9 * * *', context: { n } }))))
    const page = await ann.from('tasks').select('name', { count: 'exact' }).order('name', { ascending: false }).range(1, 2)
    assert.deepEqual([page.status, page.count, page.data], [206, 5, [{ name: 'task 4' }, { name: 'task 3' }]])
    assert.deepEqual(await data(ann.from('tasks').select('name').eq('context->>n', 3)), [{ name: 'task 3' }])
    assert.deepEqual(await data(ann.from('tasks').select('name').or('name.eq."task 1",and(name.eq."task 2",state.eq.active)').order('name')), [{ name: 'task 1' }, { name: 'task 2' }])
    const [task] = await data(ann.from('tasks').select('name,next_run,executions(id),task_channels(channels(label))').eq('name', 'task 1'))
    assert.ok(new Date(task.next_run) > new Date(), task.next_run)
    assert.deepEqual([task.executions, task.task_channels], [[], []])
    assert.equal(await data(ann.from('tasks').select('name,state').eq('name', 'task 1').csv()), 'name,state\n"task 1",active')
    assert.equal((await data(ann.from('task_overview').select('name').order('name').limit(1)))[0].name, 'task 1')
})

await test('channels of a task: linked, upserted, unlinked', async () => {
    const made = await data(ann.rpc('create_channel', { kind: 'webhook', label: 'hook', target: 'https://example.com/hook' }))
    assert.equal(made.channel.label, 'hook')
    const [{ id: task }] = await data(ann.from('tasks').select('id').eq('name', 'task 2'))
    const link = { task_id: task, channel_id: made.id }
    assert.equal((await ann.from('task_channels').upsert(link, { ignoreDuplicates: true })).status, 201)
    const again = await ann.from('task_channels').upsert(link, { onConflict: 'task_id,channel_id,owner', ignoreDuplicates: true }).select('task_id')
    assert.deepEqual([again.error, again.data], [null, []])
    assert.deepEqual(await data(ann.from('tasks').select('task_channels(channels(label))').eq('id', task)), [{ task_channels: [{ channels: { label: 'hook' } }] }])
    assert.deepEqual(await data(ann.from('tasks').select('channels(label)').eq('id', task)), [{ channels: [{ label: 'hook' }] }])
    assert.deepEqual(await data(ann.from('task_channels').delete().match(link).select('channel_id')), [{ channel_id: made.id }])
    await refused(bob.from('task_channels').insert(link), 409, { code: '23503' })
})

await test('documents and memories: many in one request, upserted by their hash', async () => {
    const sent = [1, 2].map((n) => ({ url: `note:${n}`, title: `Note ${n}`, body: `The ${n}th body` }))
    assert.equal((await data(ann.from('documents').insert(sent).select('url'))).length, 2)
    assert.deepEqual(await data(ann.from('documents').update({ title: 'New' }).eq('url', 'note:1').select('title')), [{ title: 'New' }])
    assert.equal((await ann.from('documents').delete({ count: 'exact' }).like('url', 'note:%')).count, 2)
    const [{ id: task }] = await data(ann.from('tasks').select('id').eq('name', 'task 2'))
    assert.deepEqual(await data(ann.from('memories').insert({ task_id: task, content: 'It was said in May.' }).select('content')), [{ content: 'It was said in May.' }])
})

await test('functions that read: schedules, templates, the server', async () => {
    assert.equal((await data(nobody.rpc('next_runs', { schedule: '@daily', count: 3 }))).length, 3)
    assert.equal((await data(nobody.rpc('next_runs', { schedule: '@daily', count: 3 }, { get: true }))).length, 3)
    await refused(nobody.rpc('next_runs', { schedule: 'now and then' }), 400, { code: '22023' })
    assert.ok((await data(nobody.from('task_templates').select('id'))).length >= 8)
    const template = await data(nobody.from('task_templates').select('name').limit(1).single())
    const task = await data(ann.rpc('create_task', { template: template.name }))
    assert.equal((await data(ann.rpc('delete_task', { id: task.id }))).id, task.id)
})

await test('what is refused, in the words of the dialect', async () => {
    await refused(nobody.from('tasks').select(), 401, { code: '42501', message: 'permission denied for table tasks' })
    await refused(ann.from('tasks').insert({ search_query: 'no' }), 400, { code: /^(22023|23514)$/ })
    await refused(ann.from('tasks').insert({ ...question('Twice the name?'), name: 'task 1' }), 409, { code: 'PT409' })
    await refused(ann.from('tasks').insert({ ...question('Whose is it?'), owner: 'bob' }), 403, { code: '42501' })
    await refused(ann.from('tasks').insert({ ...question('When does it run?'), schedule: '61 * * * *' }), 400, { code: '22023', hint: /./ })
    await refused(ann.rpc('create_task', { query: 'wrong name' }), 404, { code: 'PGRST202', message: 'Could not find the function torale.create_task(query) in the schema cache' })
    await refused(ann.rpc('run_task', { id: '00000000-0000-7000-8000-000000000000' }), 404, { code: 'PT404' })
    await refused(ann.from('executions').update({ status: 'success' }).eq('attempts', 0), 403, { code: '42501' })
    await refused(ann.from('task').select(), 404, { code: 'PGRST205', hint: "Perhaps you meant the table 'torale.tasks'" })
    await refused(connect({ apikey: 'sk_' + 'x'.repeat(43) }).from('tasks').select(), 401, { code: 'PGRST301' })
    await refused(byToken('pg:postgres').from('tasks').select(), 401, {})
    await refused(ann.schema('torale_internal').from('api_key_hashes').select(), 406, { code: 'PGRST106' })
})

await test('one owner does not see another, or change anything of theirs', async () => {
    assert.deepEqual(await data(bob.from('tasks').select()), [])
    const [{ id }] = await data(ann.from('tasks').select('id').eq('name', 'task 1'))
    assert.deepEqual(await data(bob.from('tasks').update({ state: 'paused' }).eq('id', id).select()), [])
    await refused(bob.rpc('run_task', { id }), 404, { code: 'PT404' })
    assert.deepEqual(await data(bob.from('users').select('id,email,display_name')), [{ id: 'bob', email: 'bob@example.com', display_name: 'Bob' }])
})

await test('an administrator by the database, a user by it no more', async () => {
    await refused(bob.rpc('admin_stats'), 403, { code: '42501' })
    await run("UPDATE torale.users SET role = 'admin' WHERE id = 'bob'")
    const stats = await data(bob.rpc('admin_stats'))
    assert.ok(stats.users.total >= 2, JSON.stringify(stats.users))
    assert.ok((await data(bob.rpc('admin_tasks').select('name,owner').eq('owner', 'ann'))).length >= 5)
    assert.equal((await data(bob.rpc('admin_set_user', { id: 'ann', is_active: false }).select('is_active'))).is_active, false)
    await refused(ann.from('tasks').select(), 401, { code: 'PGRST301' })
    await data(bob.rpc('admin_set_user', { id: 'ann', is_active: true }))
    assert.equal((await data(ann.from('tasks').select('id'))).length, 5)
})

await test('keys made and ended over HTTP', async () => {
    const made = await data(ann.rpc('create_api_key', { name: 'phone', expires_in: '90 days' }))
    assert.match(made, /^sk_/)
    const phone = connect({ Authorization: `Bearer ${made}` })
    assert.equal((await data(phone.from('tasks').select('id'))).length, 5)
    assert.deepEqual(await data(ann.from('api_keys').select('name,prefix,revoked_at')), [{ name: 'phone', prefix: made.slice(0, 11), revoked_at: null }])
    await refused(ann.rpc('create_api_key', { name: 'phone' }), 409, { code: 'PT409' })
    await refused(ann.rpc('create_api_key', { name: 'root', role: 'admin' }), 403, { code: '42501' })
    const [{ id }] = await data(ann.from('api_keys').select('id').eq('name', 'phone'))
    assert.ok((await data(ann.rpc('revoke_api_key', { id }))).revoked_at)
    await refused(phone.from('tasks').select(), 401, { code: 'PGRST301' })
    assert.match(header('www-authenticate'), /^Bearer error="invalid_token"/)
})
