// Calling functions of the neutral schema.
import assert from 'node:assert/strict'

import { anonymous, base, connect, data, header, last, refused, user } from './client.mjs'
import { bearer } from '../token.mjs'
import { shows } from './tiers.mjs'

await shows('T0.rpc', 'arguments as JSON, in the query, by HEAD', async () => {
    assert.equal(await data(anonymous.rpc('add', { a: 2, b: 3 })), 5)
    assert.equal(await data(anonymous.rpc('add', { a: 2, b: 3 }, { get: true })), 5)
    const head = await anonymous.rpc('add', { a: 2, b: 3 }, { head: true })
    assert.deepEqual([head.status, head.data, head.error], [200, null, null])
    // Objects do not fit into a query: the client sends them by POST and wants nothing back.
    const objects = await anonymous.rpc('as_json', { any: { a: 1 } }, { head: true })
    assert.deepEqual([objects.status, objects.error], [200, null])
})

await shows('T0.rpc', 'arrays, sets, rows, tables, out arguments, nothing', async () => {
    const words = ['a', 'longest', 'bb']
    assert.equal(await data(anonymous.rpc('longest', { words })), 'longest')
    assert.equal(await data(anonymous.rpc('longest', { words }, { get: true })), 'longest')
    assert.equal(await data(anonymous.rpc('total', { n: [1, 2, 3] })), 6)
    assert.deepEqual(await data(anonymous.rpc('numbers', { n: 3 })), [1, 2, 3])
    assert.equal((await data(anonymous.rpc('first_film'))).title, 'Cléo from 5 to 7')
    assert.deepEqual(await data(anonymous.rpc('pairs', { n: 2 })), [{ i: 1, square: 1 }, { i: 2, square: 4 }])
    assert.deepEqual(await data(anonymous.rpc('minmax', { a: 5, b: 2 })), { low: 2, high: 5 })
    const nothing = await anonymous.rpc('nothing')
    assert.deepEqual([nothing.status, nothing.data, nothing.error], [204, null, null])
    assert.equal(header('content-type'), null)
})

await shows('T0.rpc', 'counts of what a function returns', async () => {
    const counted = await anonymous.rpc('films_of', { director: 1 }, { count: 'exact' }).limit(1)
    assert.deepEqual([counted.status, counted.count, counted.data.length], [206, 2, 1])
    const head = await anonymous.rpc('films_of', { director: 1 }, { head: true, count: 'exact' })
    assert.deepEqual([head.status, head.count, head.data], [200, 2, null])
})

await shows('T0.errors', 'functions that are not there, or fail', async () => {
    await refused(anonymous.rpc('add', { a: 1, c: 2 }), 404, {
        code: 'PGRST202', message: 'Could not find the function neutral.add(a, c) in the schema cache', hint: 'Perhaps you meant to call the function neutral.add(a, b)' })
    await refused(anonymous.rpc('nope'), 404, { code: 'PGRST202', message: 'Could not find the function neutral.nope without parameters in the schema cache' })
    await refused(anonymous.rpc('add', { a: 'x', b: 1 }), 400, { code: '22P02' })
    await refused(user.rpc('fail', { code: 'P0001', message: 'no more' }), 400, { code: 'P0001', message: 'no more', details: 'a detail', hint: 'a hint' })
    await refused(user.rpc('fail', { code: '23505', message: 'twice' }), 409, { code: '23505' })
    await refused(user.rpc('fail', { code: '42501', message: 'not you' }), 403, { code: '42501' })
    await refused(anonymous.rpc('fail', { code: '42501', message: 'not you' }), 401, { code: '42501' })
    await refused(user.rpc('fail', { code: '40001', message: 'again' }), 500, { code: '40001' })
    await refused(user.rpc('fail', { code: '57014', message: 'stopped' }), 504, { code: '57014' })
})

await shows('T1.calls', 'results filtered, ordered, limited, selected, embedded', async () => {
    const films = () => anonymous.rpc('films_of', { director: 2 })
    assert.deepEqual(await data(films().select('title').gt('year', 1960)), [{ title: 'Ran' }])
    assert.deepEqual(await data(films().select('id').order('year', { ascending: true })), [{ id: 4 }, { id: 3 }])
    assert.deepEqual(await data(films().select('id').order('id').limit(1)), [{ id: 3 }])
    assert.deepEqual(await data(films().select('id').order('id').range(1, 1)), [{ id: 4 }])
    assert.deepEqual(await data(films().select('id').eq('id', 3).single()), { id: 3 })
    assert.deepEqual(await data(films().select('title,directors(name),actors(name)').eq('id', 3)), [
        { title: 'Ran', directors: { name: 'Akira Kurosawa' }, actors: [{ name: 'Tatsuya Nakadai' }] }])
    assert.deepEqual(await data(anonymous.rpc('films_of', { director: 2 }, { get: true }).select('id').eq('mood', 'glad').or('year.eq.1985,id.eq.1')), [{ id: 3 }])
    assert.deepEqual(await data(anonymous.rpc('pairs', { n: 4 }).select('square').gte('i', 3).order('i', { ascending: false })), [{ square: 16 }, { square: 9 }])
    assert.equal(await data(films().select('id').order('id').csv()), 'id\n3\n4')
    const renamed = await user.rpc('rename_film', { id: 6, title: 'x' }).select('title')
    assert.deepEqual(renamed.data, [{ title: 'x' }])
    await data(user.rpc('rename_film', { id: 6, title: 'A film, (without) "director"' }))
})

await shows('T1.calls', 'overloads by their arguments, defaults, and two that are alike', async () => {
    assert.equal(await data(anonymous.rpc('shape', { sides: 6 })), '6 sides')
    assert.equal(await data(anonymous.rpc('shape', { radius: 6, unit: 'cm' })), '6cm')
    assert.equal(await data(anonymous.rpc('greet', { name: 'Ann' })), 'hello, Ann')
    assert.equal(await data(anonymous.rpc('greet', { name: 'Ann', greeting: 'bye' })), 'bye, Ann')
    await refused(anonymous.rpc('twin', { x: 1 }), 300, {
        code: 'PGRST203', message: /^Could not choose the best candidate function between: /,
        hint: 'Try renaming the parameters or the function itself in the database so function overloading can be resolved' })
})

await shows('T1.calls', 'one unnamed argument: the body as it is', async () => {
    assert.deepEqual(await data(anonymous.rpc('as_json', { any: ['thing'] })), { any: ['thing'] })
    const raw = async (path, type, body) => {
        last.response = await fetch(`${base}/rpc/${path}`, { method: 'POST', headers: { 'Content-Type': type }, body })
        return [last.response.status, await last.response.json()]
    }
    assert.deepEqual(await raw('as_text', 'text/plain', 'quiet ä'), [200, 'QUIET Ä'])
    assert.deepEqual(await raw('bytes', 'application/octet-stream', new Uint8Array([0, 255, 10])), [200, 3])
})

await shows('T1.hooks', 'a function sees the request and sets its answer', async () => {
    const me = await data(connect({ ...bearer({ role: 'web_user', sub: 'ann' }), 'X-Client': 'web, 1', Cookie: 'a=1; b=two' }).rpc('whoami', {}, { get: true }))
    assert.equal(me.headers['x-client'], 'web, 1')
    assert.deepEqual(me.cookies, { a: '1', b: 'two' })
    assert.deepEqual([me.method, me.path], ['GET', '/rpc/whoami'])
    const answered = await user.rpc('answer', { headers: '[{"X-One": "1"}, {"Content-Type": "text/plain"}]', status: '418' })
    assert.equal(answered.status, 418)
    assert.deepEqual([header('x-one'), header('content-type')], ['1', 'text/plain'])
    await refused(user.rpc('answer', { headers: 'not json', status: '' }), 500, { code: 'PGRST111' })
    await refused(user.rpc('answer', { headers: '', status: 'fine' }), 500, { code: 'PGRST112' })
})

await shows('T1.hooks', 'an error with a status of its own, and one with everything', async () => {
    await refused(user.rpc('fail', { code: 'PT402', message: 'Payment Required' }), 402, { code: 'PT402', message: 'Payment Required' })
    assert.equal(last.response.statusText, 'Payment Required')
    const body = JSON.stringify({ code: '123', message: 'm', details: 'd', hint: 'h' })
    const control = JSON.stringify({ status: 409, headers: { 'X-Powered-By': 'Nobody' } })
    await refused(user.rpc('fail_fully', { body, control }), 409, { code: '123', message: 'm', details: 'd', hint: 'h' })
    assert.equal(header('x-powered-by'), 'Nobody')
    await refused(user.rpc('fail_fully', { body: 'no json', control }), 500, { code: 'PGRST121' })
})

await shows('T1.computed', 'a computed field selected, filtered and ordered', async () => {
    assert.deepEqual(await data(anonymous.from('films').select('id,title_length').eq('title_length', 3)), [{ id: 3, title_length: 3 }])
    assert.deepEqual(await data(anonymous.from('films').select('id').order('title_length', { ascending: false }).limit(1)), [{ id: 6 }])
    assert.deepEqual(await data(anonymous.rpc('first_film').select('title_length')), { title_length: 16 })
})

await shows('T1.computed', 'errors named in Proxy-Status, time-outs of a role', async () => {
    await refused(anonymous.from('nope').select(), 404, { code: 'PGRST205' })
    assert.equal(header('proxy-status'), 'PostgREST; error=PGRST205')
    await refused(connect(bearer({ role: 'web_slow', sub: 'ann' })).rpc('sleep', { seconds: 20 }), 504, { code: '57014', message: /statement timeout/ })
    assert.equal(await data(user.rpc('sleep', { seconds: 0.3 })), 'slept')
})
