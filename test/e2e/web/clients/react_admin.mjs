// @raphiniert/ra-data-postgrest, the data provider of react-admin, with react-admin's own client:
// tasks of our schema, and the neutral schema's table with a composite key.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'

import { run } from '../database.mjs'
import { test } from '../tap.mjs'
import { bearer } from '../token.mjs'

const require = createRequire(import.meta.url)
const { default: dataProvider, defaultSchema, defaultPrimaryKeys } = require('@raphiniert/ra-data-postgrest')
const { fetchUtils } = require('ra-core')

const provider = (headers, schema) => dataProvider({
    apiUrl: process.env.TORALE_URL,
    httpClient: (url, options = {}) => {
        for (const [name, value] of Object.entries(headers)) options.headers.set(name, value)
        return fetchUtils.fetchJson(url, options)
    },
    defaultListOp: 'eq',
    primaryKeys: new Map([...defaultPrimaryKeys, ['projects', ['company', 'number']]]),
    schema: schema ? () => schema : defaultSchema,
    sortOrder: 'asc,desc',
})
const [{ key }] = await run("SELECT torale.create_api_key('panel') AS key")
const ours = provider({ Authorization: `Bearer ${key}` })
const neutral = provider(bearer({ role: 'web_user', sub: 'ann' }), 'neutral')

const list = (page, perPage, field, order, filter = {}, more = {}) => ({ pagination: { page, perPage }, sort: { field, order }, filter, ...more })
const named = (rows) => rows.map((row) => row.name)

const tasks = []
await test('react-admin: create', async () => {
    for (const name of ['one', 'two', 'three', 'four']) {
        const { data } = await ours.create('tasks', { data: { name, search_query: `What about ${name}?`, context: { length: name.length } } })
        assert.deepEqual([data.name, data.state], [name, 'active'])
        tasks.push(data)
    }
})

await test('react-admin: getList pages, sorts and filters', async () => {
    const first = await ours.getList('tasks', list(1, 3, 'name', 'ASC'))
    assert.deepEqual([first.total, named(first.data)], [4, ['four', 'one', 'three']])
    const second = await ours.getList('tasks', list(2, 3, 'name', 'ASC'))
    assert.deepEqual([second.total, named(second.data)], [4, ['two']])
    assert.deepEqual(named((await ours.getList('tasks', list(1, 9, 'name', 'DESC', { 'name@like': 't' }))).data), ['two', 'three'])
    assert.deepEqual(named((await ours.getList('tasks', list(1, 9, 'name', 'ASC', { 'search_query@ilike': 'ABOUT' }))).data), ['four', 'one', 'three', 'two'])
    assert.deepEqual(named((await ours.getList('tasks', list(1, 9, 'name', 'ASC', { 'name@in': '(one,four)', state: 'active' }))).data), ['four', 'one'])
    assert.deepEqual(named((await ours.getList('tasks', list(1, 9, 'name', 'ASC', { '@or': { 'name@eq': 'one', 'name@gt': 'two2' } }))).data), ['one'])
    assert.deepEqual((await ours.getList('tasks', list(1, 1, 'name', 'ASC', {}, { meta: { columns: ['id', 'name'], embed: ['executions'] } }))).data, [
        { id: tasks[3].id, name: 'four', executions: [] }])
    assert.deepEqual(await ours.getList('tasks', list(1, 9, 'name', 'ASC', { name: 'nobody' })), { data: [], total: 0, meta: undefined })
})

await test('react-admin: getOne and getMany', async () => {
    assert.deepEqual((await ours.getOne('tasks', { id: tasks[0].id })).data, tasks[0])
    assert.deepEqual(new Set(named((await ours.getMany('tasks', { ids: tasks.slice(1).map((task) => task.id) })).data)), new Set(['two', 'three', 'four']))
    await assert.rejects(ours.getOne('tasks', { id: '00000000-0000-7000-8000-000000000000' }), { status: 406 })
})

await test('react-admin: getManyReference', async () => {
    for (const content of ['early', 'late']) await ours.create('memories', { data: { task_id: tasks[0].id, content } })
    const { data, total } = await ours.getManyReference('memories', { target: 'task_id', id: tasks[0].id, ...list(1, 1, 'content', 'DESC') })
    assert.deepEqual([total, data.map((row) => row.content)], [2, ['late']])
})

await test('react-admin: update and updateMany', async () => {
    const { data } = await ours.update('tasks', { id: tasks[0].id, data: { ...tasks[0], name: 'uno' }, previousData: tasks[0] })
    assert.equal(data.name, 'uno')
    const { data: changed } = await ours.updateMany('tasks', { ids: [tasks[1].id, tasks[2].id], data: { state: 'paused' } })
    assert.deepEqual(new Set(changed), new Set([tasks[1].id, tasks[2].id]))
    assert.equal((await ours.getList('tasks', list(1, 9, 'name', 'ASC', { state: 'paused' }))).total, 2)
})

await test('react-admin: delete and deleteMany', async () => {
    assert.equal((await ours.delete('tasks', { id: tasks[0].id, previousData: tasks[0] })).data.name, 'uno')
    assert.equal((await ours.deleteMany('tasks', { ids: tasks.slice(1, 3).map((task) => task.id) })).data.length, 2)
    assert.deepEqual(named((await ours.getList('tasks', list(1, 9, 'name', 'ASC'))).data), ['four'])
})

await test('react-admin: a key of two columns', async () => {
    const id = (number) => JSON.stringify(['new', number])
    for (const number of [1, 2, 3]) {
        const { data } = await neutral.create('projects', { data: { company: 'new', number, title: `title ${number}` } })
        assert.equal(data.id, id(number))
    }
    const page = await neutral.getList('projects', list(1, 2, 'id', 'DESC', { company: 'new' }))
    assert.deepEqual([page.total, page.data.map((row) => row.id)], [3, [id(3), id(2)]])
    assert.equal((await neutral.getOne('projects', { id: id(2) })).data.title, 'title 2')
    assert.deepEqual((await neutral.getMany('projects', { ids: [id(1), id(3)] })).data.map((row) => row.number).sort(), [1, 3])
    const previousData = (await neutral.getOne('projects', { id: id(2) })).data
    assert.equal((await neutral.update('projects', { id: id(2), data: { ...previousData, budget: 7 }, previousData })).data.budget, 7)
    assert.deepEqual((await neutral.updateMany('projects', { ids: [id(1), id(3)], data: { budget: 8 } })).data.sort(), [id(1), id(3)])
    assert.deepEqual((await neutral.getManyReference('projects', { target: 'company', id: 'new', ...list(1, 9, 'number', 'ASC', { 'budget@gte': 8 }) })).data.map((row) => row.number), [1, 3])
    assert.equal((await neutral.delete('projects', { id: id(2), previousData })).data.number, 2)
    assert.deepEqual((await neutral.deleteMany('projects', { ids: [id(1), id(3)] })).data.sort(), [id(1), id(3)])
    assert.equal((await neutral.getList('projects', list(1, 9, 'number', 'ASC', { company: 'new' }))).total, 0)
})
