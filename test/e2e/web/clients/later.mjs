// What clients rarely ask for, as far as the server has it; what it has not is refused in the words
// of the dialect.
import assert from 'node:assert/strict'

import { anonymous, data, header, ids, refused, user } from './client.mjs'
import { test } from '../tap.mjs'

const films = (select = 'id') => anonymous.from('films').select(select).order('id')

await test('T2: any and all of several patterns, IS DISTINCT FROM', async () => {
    assert.deepEqual(await ids(films().likeAnyOf('title', ['Cl%', 'Va%'])), [1, 2])
    assert.deepEqual(await ids(films().likeAllOf('title', ['%e%', 'S%'])), [4])
    assert.deepEqual(await ids(films().ilikeAnyOf('title', ['RAN', 'VAG%'])), [2, 3])
    assert.deepEqual(await ids(films().ilikeAllOf('title', ['%SEVEN%', '%samurai'])), [4])
    assert.deepEqual(await ids(films().isDistinct('label', 'epic')), [1, 2, 4, 5, 6])
})

await test('T2: rows without their nulls', async () => {
    assert.deepEqual(await data(films('id,label').eq('id', 2).stripNulls()), [{ id: 2 }])
    assert.deepEqual(await data(films('id,label').eq('id', 2).single().stripNulls()), { id: 2 })
})

await test('T2: no more rows than were allowed', async () => {
    await refused(user.from('films').update({ label: 'lost' }).eq('year', 1985).maxAffected(1), 400, {
        code: 'PGRST124', details: 'The query affects 2 rows' })
    assert.deepEqual(await ids(films().eq('label', 'lost')), [])
    const done = await user.from('films').update({ label: 'epic' }).eq('id', 3).maxAffected(1)
    assert.deepEqual([done.status, done.error], [204, null])
})

await test('T2: plans and geometries are refused as media types, a rollback as a preference is left alone', async () => {
    await refused(anonymous.from('films').select('id').explain(), 406, { code: 'PGRST107' })
    await refused(anonymous.from('films').select('id').explain({ analyze: true, format: 'json' }), 406, { code: 'PGRST107' })
    await refused(anonymous.from('films').select('id').geojson(), 406, { code: 'PGRST107' })
    await data(user.from('films').update({ label: 'epic' }).eq('id', 3).rollback())
    assert.equal(header('preference-applied'), null)
})

await test('a request that its client gives up is no error of the server', async () => {
    const leaving = new AbortController()
    const asked = user.rpc('sleep', { seconds: 0.5 }).abortSignal(leaving.signal)
    leaving.abort()
    assert.match((await asked).error.message, /^AbortError/)
    assert.equal(await data(anonymous.rpc('add', { a: 1, b: 1 })), 2)
})
