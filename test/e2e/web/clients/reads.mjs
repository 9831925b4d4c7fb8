// Reading rows of the neutral schema: the everyday features.
import assert from 'node:assert/strict'

import { anonymous, base, connect, data, header, ids, last, refused } from './client.mjs'
import { shows } from './tiers.mjs'

const films = () => anonymous.from('films').select('id').order('id')

await shows('T0.select', 'everything, columns, an alias and a cast', async () => {
    const [film] = await data(anonymous.from('films').select('*').eq('id', 3))
    assert.deepEqual(film, {
        id: 3, title: 'Ran', year: 1985, director_id: 2, rating: 8.2, tags: ['war', 'epic, long'], data: { length: 162 },
        mood: 'glad', shown: null, label: 'epic', search: "'ran':1" })
    assert.deepEqual(await data(anonymous.from('films').select().eq('id', 3)), [film])
    assert.deepEqual(await data(anonymous.from('films').select('title,released:year,id::text').eq('id', 3)), [{ title: 'Ran', released: 1985, id: '3' }])
})

await shows('T0.select', 'odd names of a table and its columns', async () => {
    const odd = anonymous.from(encodeURIComponent('odd "names, (here)'))
    const [row] = await data(odd.select('"Id","a.b","with space","ünï","quote\\"d",select,a-b').eq('Id', 1))
    assert.deepEqual(row, { Id: 1, 'a.b': 'dot', 'with space': 'blank', ünï: 'umlaut', 'quote"d': 'quote', select: 'keyword', 'a-b': 'dash' })
    assert.deepEqual(await data(odd.select('Id').eq('"a.b"', 'dot')), [{ Id: 1 }])
    assert.deepEqual(await data(odd.select('Id').eq('with space', 'a,b').eq('ünï', '(x)').eq('select', '\\').eq('a-b', '*')), [{ Id: 2 }])
})

const comparisons = [
    ['eq', (q) => q.eq('year', 1985), [2, 3]], ['neq', (q) => q.neq('mood', 'calm'), [2, 3, 4]],
    ['gt', (q) => q.gt('rating', 8.1), [3, 4]], ['gte', (q) => q.gte('rating', 8.1), [3, 4, 5]],
    ['lt', (q) => q.lt('year', 1962), [4]], ['lte', (q) => q.lte('year', 1962), [1, 4]],
    ['like', (q) => q.like('title', 'Cl%'), [1]], ['like with *', (q) => q.like('title', '*agabon*'), [2]],
    ['ilike', (q) => q.ilike('title', '%SAMURAI'), [4]],
    ['is null', (q) => q.is('rating', null), [6]], ['is not null', (q) => q.not('rating', 'is', null), [1, 2, 3, 4, 5]],
    ['in', (q) => q.in('year', [1954, 2019, 1000]), [4, 5]], ['notIn', (q) => q.notIn('id', [1, 2, 3]), [4, 5, 6]],
    ['in with reserved characters', (q) => q.in('title', ['Ran', 'one, (two)', 'Vagabond', 'a"b']), [2, 3]],
    ['in with nothing', (q) => q.in('id', []), []],
    ['match', (q) => q.match({ year: 1985, director_id: 2 }), [3]],
    ['not', (q) => q.not('id', 'in', '(1,2,3,4)'), [5, 6]], ['filter', (q) => q.filter('id', 'gte', 5), [5, 6]],
    ['a quote and an enum', (q) => q.eq('mood', "it's odd"), [2]],
    ['dots, commas and brackets', (q) => q.eq('title', 'A film, (without) "director"'), [6]],
    ['several at once', (q) => q.gte('year', 1962).lte('year', 1985).neq('id', 2), [1, 3]],
]
for (const [name, narrow, expected] of comparisons)
    await shows('T0.filters', name, async () => assert.deepEqual(await ids(narrow(films())), expected))

await shows('T0.filters', 'true, false and unknown', async () => {
    const tasks = () => anonymous.from('tasks').select('id').order('id')
    assert.deepEqual(await ids(tasks().is('done', true)), [1])
    assert.deepEqual(await ids(tasks().is('done', false)), [2, 3, 4])
    assert.deepEqual(await ids(tasks().filter('done', 'is', 'unknown')), [])
})

const containments = [
    ['an array contains', (q) => q.contains('tags', ['war']), [3, 4]],
    ['an array contains an element with a comma', (q) => q.contains('tags', ['"epic, long"']), [3]],
    ['a json object contains', (q) => q.contains('data', { color: { kind: 'full' } }), [2, 5]],
    ['a range contains', (q) => q.contains('shown', '[1962-05-01,1962-06-01)'), [1]],
    ['an array is contained', (q) => q.containedBy('tags', ['war', 'road']), [2, 4, 5, 6]],
    ['a json object is contained', (q) => q.containedBy('data', { length: 162, more: 1 }), [3]],
    ['a range is contained', (q) => q.containedBy('shown', '[1950-01-01,1963-01-01)'), [1, 4]],
    ['arrays overlap', (q) => q.overlaps('tags', ['paris', 'road']), [1, 2]],
    ['ranges overlap', (q) => q.overlaps('shown', '[1985-12-31,2019-09-19)'), [2, 5]],
]
for (const [name, narrow, expected] of containments)
    await shows('T0.contains', name, async () => assert.deepEqual(await ids(narrow(films())), expected))

await shows('T0.order', 'both directions, nulls first and last, several columns', async () => {
    const ordered = (column, how) => ids(anonymous.from('films').select('id').order(column, how).order('id'))
    assert.deepEqual(await ordered('rating'), [2, 1, 5, 3, 4, 6])
    assert.deepEqual(await ordered('rating', { ascending: false, nullsFirst: false }), [4, 3, 5, 1, 2, 6])
    assert.deepEqual(await ordered('rating', { ascending: false }), [6, 4, 3, 5, 1, 2])
    assert.deepEqual(await ordered('rating', { nullsFirst: true }), [6, 2, 1, 5, 3, 4])
    assert.deepEqual(await ids(anonymous.from('films').select('id').order('year', { ascending: false }).order('title')), [5, 6, 3, 2, 1, 4])
})

await shows('T0.order', 'limit and offset', async () => {
    assert.deepEqual(await ids(films().limit(2)), [1, 2])
    assert.deepEqual(await ids(films().range(2, 3)), [3, 4])
    assert.equal(header('content-range'), '2-3/*')
    assert.deepEqual(await ids(films().limit(0)), [])
    assert.equal(header('content-range'), '*/*')
    assert.deepEqual(await ids(films().range(100, 101)), [])
})

await shows('T0.count', 'an exact count beside a page, and alone', async () => {
    const page = await anonymous.from('films').select('id', { count: 'exact' }).order('id').range(1, 2)
    assert.deepEqual([page.status, page.count, page.data], [206, 6, [{ id: 2 }, { id: 3 }]])
    assert.equal(header('content-range'), '1-2/6')
    const all = await anonymous.from('films').select('id', { count: 'exact' })
    assert.deepEqual([all.status, all.count, all.data.length], [200, 6, 6])
    const head = await anonymous.from('films').select('*', { count: 'exact', head: true }).eq('year', 1985)
    assert.deepEqual([head.status, head.count, head.data, head.error], [200, 2, null, null])
    assert.equal(header('content-range'), '0-1/2')
    const none = await anonymous.from('films').select('*', { count: 'exact' }).eq('id', 1000)
    assert.deepEqual([none.status, none.count, none.data], [200, 0, []])
})

await shows('T0.singular', 'one row, none, several', async () => {
    assert.deepEqual(await data(anonymous.from('films').select('title').eq('id', 4).single()), { title: 'Seven Samurai' })
    assert.equal(header('content-type'), 'application/vnd.pgrst.object+json; charset=utf-8')
    await refused(anonymous.from('films').select('title').eq('id', 1000).single(), 406, {
        code: 'PGRST116', message: 'Cannot coerce the result to a single JSON object', details: 'The result contains 0 rows' })
    await refused(anonymous.from('films').select('title').eq('year', 1985).single(), 406, { code: 'PGRST116', details: 'The result contains 2 rows' })
    assert.deepEqual(await data(anonymous.from('films').select('title').eq('id', 4).maybeSingle()), { title: 'Seven Samurai' })
    assert.equal(await data(anonymous.from('films').select('title').eq('id', 1000).maybeSingle()), null)
    await refused(anonymous.from('films').select('title').eq('year', 1985).maybeSingle(), 406, { code: 'PGRST116' })
})

await shows('T0.errors', 'what is not there and what cannot be read', async () => {
    await refused(anonymous.from('film').select(), 404, {
        code: 'PGRST205', message: "Could not find the table 'neutral.film' in the schema cache", details: null,
        hint: "Perhaps you meant the table 'neutral.films'" })
    await refused(anonymous.from('films').select('nope'), 400, { code: '42703', message: /^column .*nope does not exist$/ })
    await refused(anonymous.from('films').select().eq('nope', 1), 400, { code: '42703' })
    await refused(anonymous.from('films').select().eq('id', 'one'), 400, { code: '22P02', message: /"one"/ })
    await refused(anonymous.from('films').select().filter('id', 'near', 1), 400, { code: 'PGRST100', message: '"failed to parse filter (near.1)" (line 1, column 1)' })
    await refused(anonymous.from('secrets').select(), 401, { code: '42501', message: 'permission denied for table secrets' })
    await refused(anonymous.from('films').select('*,actors!nope(*)'), 400, { code: 'PGRST200' })
    await refused(anonymous.from('films').select().setHeader('Accept', 'application/pdf'), 406, { code: 'PGRST107' })
    await assert.rejects(async () => anonymous.from('film').select().throwOnError(), { name: 'PostgrestError', code: 'PGRST205' })
})

await shows('T0.cors', 'a simple request and a preflight of a page from elsewhere', async () => {
    const away = connect({ Origin: 'https://app.example' })
    assert.equal((await data(away.from('films').select('id'))).length, 6)
    assert.equal(header('access-control-allow-origin'), '*')
    assert.match(header('access-control-expose-headers'), /\bContent-Range\b/)
    last.response = await fetch(`${base}/films`, {
        method: 'OPTIONS', headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'PATCH', 'Access-Control-Request-Headers': 'apikey, x-client-info' } })
    assert.equal(last.response.status, 200)
    assert.match(header('access-control-allow-methods'), /\bPATCH\b/)
    assert.equal(header('access-control-allow-headers'), 'Authorization, apikey, x-client-info, Accept, Accept-Language, Content-Language')
})

await shows('T1.probes', 'alive and ready', async () => {
    for (const [path, text] of [['/live', 'live\n'], ['/ready', 'ready\n']]) {
        const response = await fetch(base + path)
        assert.deepEqual([response.status, await response.text()], [200, text])
    }
})
