// For development: without credentials one is the owner "local".
import assert from 'node:assert/strict'

import { PostgrestClient } from '@supabase/postgrest-js'

import { run } from '../database.mjs'
import { test } from '../tap.mjs'
import { bearer } from '../token.mjs'
import { Follower } from './follower.mjs'

const base = process.env.TORALE_URL
const client = new PostgrestClient(base)

await test('nobody in particular is the owner "local"', async () => {
    const made = await client.from('tasks').insert({ search_query: 'Who am I?', name: 'mine' }).select('owner').single()
    assert.deepEqual([made.error, made.data], [null, { owner: 'local' }])
    assert.deepEqual(await run("SELECT owner FROM torale.tasks WHERE name = 'mine'"), [{ owner: 'local' }])
    assert.deepEqual((await client.from('users').select('id')).data, [{ id: 'local' }])
    assert.equal((await client.rpc('create_task', { search_query: 'And this?' })).data.owner, 'local')
    const { error } = await client.rpc('admin_stats')
    assert.equal(error.code, '42501')
})

await test('who brings a token or a key is who it says, and a bad one is refused', async () => {
    const ann = new PostgrestClient(base, { headers: bearer({ sub: 'ann' }) })
    assert.deepEqual((await ann.from('tasks').select()).data, [])
    const bad = await new PostgrestClient(base, { headers: { apikey: `sk_${'x'.repeat(43)}` } }).from('tasks').select()
    assert.deepEqual([bad.status, bad.error.code], [401, 'PGRST301'])
})

await test('events too', async () => {
    const follower = await Follower.open(base, {})
    const [{ id }] = (await client.from('tasks').select('id').eq('name', 'mine')).data
    const { data: execution } = await client.rpc('run_task', { id })
    await follower.until((event) => event.execution_id === execution.id, 'an event of the run')
    follower.close()
})
