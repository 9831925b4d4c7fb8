// Writing rows of the neutral schema.
import assert from 'node:assert/strict'

import { anonymous, base, connect, data, header, ids, last, refused, user } from './client.mjs'
import { run } from '../database.mjs'
import { bearer } from '../token.mjs'
import { shows } from './tiers.mjs'

const tidy = () => run('DELETE FROM neutral.films WHERE id > 6; DELETE FROM neutral.checked; DELETE FROM neutral.tasks WHERE id > 4; DELETE FROM neutral.projects WHERE company LIKE $$new%$$')

await shows('T0.insert', 'one row, its answer empty', async () => {
    const answer = await user.from('films').insert({ title: 'La Jetée', year: 1962, tags: ['photo'], data: { length: 28 } })
    assert.deepEqual([answer.status, answer.data, answer.error, answer.count], [201, null, null, null])
    assert.equal(header('content-range'), '*/*')
    assert.equal(header('content-length'), '0')
    const [film] = await data(user.from('films').select('title,tags,data,mood').gt('id', 6))
    assert.deepEqual(film, { title: 'La Jetée', tags: ['photo'], data: { length: 28 }, mood: 'calm' })
})

await shows('T0.insert', 'many rows of different keys, with a count', async () => {
    const answer = await user.from('checked').insert([{ id: 1, n: 5 }, { id: 2, u: 7 }], { count: 'exact' })
    assert.deepEqual([answer.status, answer.count], [201, 2])
    assert.deepEqual(await data(user.from('checked').select().order('id')), [{ id: 1, n: 5, u: null, film_id: null }, { id: 2, n: null, u: 7, film_id: null }])
    assert.deepEqual(await data(user.from('checked').insert([]).select()), [])
    await tidy()
})

await shows('T0.change', 'update and delete, filtered, with counts', async () => {
    await data(user.from('films').insert([{ id: 11, title: 'one' }, { id: 12, title: 'two' }, { id: 13, title: 'three' }]))
    const updated = await user.from('films').update({ rating: 5.5, label: null }, { count: 'exact' }).in('id', [11, 12])
    assert.deepEqual([updated.status, updated.data, updated.count], [204, null, 2])
    assert.equal(header('content-range'), '0-1/2')
    assert.deepEqual(await ids(user.from('films').select('id').eq('rating', 5.5).order('id')), [11, 12])
    const nobody = await user.from('films').update({ rating: 1 }).eq('id', 1000)
    assert.deepEqual([nobody.status, nobody.error], [204, null])
    assert.deepEqual(await data(user.from('films').update({}).eq('id', 11).select()), [])
    const deleted = await user.from('films').delete({ count: 'exact' }).gt('id', 11)
    assert.deepEqual([deleted.status, deleted.data, deleted.count], [204, null, 2])
    assert.deepEqual(await ids(user.from('films').delete().eq('id', 11).select('id')), [11])
    assert.deepEqual(await data(user.from('films').select().gt('id', 6)), [])
})

await shows('T0.upsert', 'by the primary key, merged or ignored', async () => {
    const put = (rows, options) => user.from('projects').upsert(rows, options)
    const first = await put([{ company: 'new', number: 1, title: 'a' }, { company: 'new', number: 2, title: 'b' }])
    assert.equal(first.status, 201)
    const merged = await put([{ company: 'new', number: 2, title: 'B' }, { company: 'new', number: 3, title: 'c' }], { count: 'exact' })
        .select('number,title')
    assert.deepEqual([merged.status, merged.count], [201, 2])
    assert.deepEqual(merged.data, [{ number: 2, title: 'B' }, { number: 3, title: 'c' }])
    assert.match(header('preference-applied'), /^resolution=merge-duplicates, return=representation, count=exact$/)
    const ignored = await put([{ company: 'new', number: 3, title: 'C' }, { company: 'new', number: 4, title: 'd' }], { ignoreDuplicates: true }).select('number')
    assert.deepEqual(ignored.data, [{ number: 4 }])
    assert.deepEqual(await data(user.from('projects').select('title').eq('company', 'new').order('number')), [{ title: 'a' }, { title: 'B' }, { title: 'c' }, { title: 'd' }])
    const again = await put({ company: 'new', number: 1, title: 'A' })
    assert.equal(again.status, 200)
    await tidy()
})

await shows('T0.upsert', 'by another unique key', async () => {
    await data(user.from('checked').insert({ id: 1, u: 7, n: 1 }))
    assert.deepEqual(await data(user.from('checked').upsert({ id: 1, u: 7, n: 2 }, { onConflict: 'u' }).select('id,n')), [{ id: 1, n: 2 }])
    await refused(user.from('checked').upsert({ id: 3, n: 2 }, { onConflict: 'n' }), 400, { code: '42P10' })
    await tidy()
})

await shows('T0.returning', 'the rows as select says, or nothing at all', async () => {
    const made = await user.from('films').insert({ title: 'Sans Soleil', year: '1983' }).select('title,year::text').single()
    assert.deepEqual([made.status, made.data], [201, { title: 'Sans Soleil', year: '1983' }])
    const changed = await user.from('films').update({ year: 1984 }).eq('title', 'Sans Soleil').select('year')
    assert.deepEqual([changed.status, changed.data], [200, [{ year: 1984 }]])
    const none = await user.from('films').update({ year: 1984 }).eq('id', 1000).select()
    assert.deepEqual([none.status, none.data], [200, []])
    const gone = await user.from('films').delete().eq('title', 'Sans Soleil').select('title').single()
    assert.deepEqual([gone.status, gone.data], [200, { title: 'Sans Soleil' }])
    const guarded = await user.from('guarded').insert({ id: 5, open: 'x' })
    assert.deepEqual([guarded.status, guarded.error], [201, null])
    await refused(user.from('guarded').insert({ id: 6, open: 'x' }).select('closed'), 403, { code: '42501' })
    assert.deepEqual(await run('DELETE FROM neutral.guarded WHERE id > 1 RETURNING id'), [{ id: 5 }])
})

await shows('T0.singular', 'a write of several rows asked for one is undone', async () => {
    await refused(user.from('films').update({ label: 'lost' }).eq('year', 1985).select().single(), 406, { code: 'PGRST116', details: 'The result contains 2 rows' })
    assert.deepEqual(await data(user.from('films').select('id').eq('label', 'lost')), [])
})

await shows('T0.errors', 'what a write breaks', async () => {
    await refused(user.from('films').insert({ title: null }), 400, { code: '23502', message: /"title"/ })
    await refused(user.from('films').insert({ title: 'x', nope: 1 }), 400, { code: 'PGRST204', message: "Could not find the 'nope' column of 'films' in the schema cache" })
    await refused(user.from('actors').insert({ id: 1, name: 'twin' }), 409, { code: '23505', details: 'Key (id)=(1) already exists.' })
    await refused(user.from('films').insert({ title: 'x', director_id: 99 }), 409, { code: '23503' })
    await refused(user.from('checked').insert({ id: 1, n: -1 }), 400, { code: '23514' })
    await refused(user.from('checked').insert({ id: 1, film_id: 1000 }), 409, { code: '23503' })
    await refused(user.from('films').insert({ title: 'x', label: 'forbidden' }), 400, { code: '23514' })
    await refused(user.from('films').insert({ title: 'x', year: 'MCMXC' }), 400, { code: '22P02' })
    await refused(user.from('films').insert({ title: 'x', mood: 'sad' }), 400, { code: '22P02' })
    await refused(anonymous.from('films').insert({ title: 'x' }), 401, { code: '42501' })
    assert.equal(header('www-authenticate'), 'Bearer')
    await refused(connect(bearer({ role: 'web_slow', sub: 'ann' })).from('films').delete().eq('id', 1), 403, { code: '42501' })
    await refused(user.from('film_counts').insert({ films: 1 }), 500, { code: '55000', message: 'cannot insert into view "film_counts"' })
    assert.equal((await data(user.from('films').select('id'))).length, 6)
})

await shows('T0.jwt', 'who asks is in the database who the token says', async () => {
    const me = await data(user.rpc('whoami'))
    assert.equal(me.role, 'web_user')
    assert.equal(me.session, 'torale_authenticator')
    assert.deepEqual(me.claims, { role: 'web_user', sub: 'ann' })
    assert.deepEqual([me.method, me.path], ['POST', '/rpc/whoami'])
    const nobody = await data(anonymous.rpc('whoami'))
    assert.deepEqual([nobody.role, nobody.claims], ['web_anon', { role: 'web_anon' }])
    assert.equal((await data(user.rpc('whoami', {}, { get: true }))).read_only, 'on')
    assert.equal((await data(connect(bearer({ role: 'web_slow', sub: 'bob' })).rpc('whoami'))).role, 'web_slow')
})

await shows('T0.jwt', 'rows behind row-level security, and a read that would write', async () => {
    const bob = connect(bearer({ role: 'web_user', sub: 'bob' }))
    assert.deepEqual(await data(user.from('owned').select('note')), [{ note: 'of ann' }])
    assert.deepEqual(await data(bob.from('owned').select('note')), [{ note: 'of bob' }])
    assert.deepEqual(await data(user.from('owned').insert({ id: 3, note: 'mine' }).select('sub')), [{ sub: 'ann' }])
    await refused(user.from('owned').insert({ id: 4, sub: 'bob' }), 403, { code: '42501', message: /row-level security/ })
    assert.deepEqual(await data(bob.from('owned').delete().eq('id', 3).select()), [])
    await data(user.from('owned').delete().eq('id', 3))
    await refused(user.rpc('write_row', { n: 5 }, { get: true }), 405, { code: '25006' })
})

await shows('T0.schema', 'a table and a column are there as soon as they are made', async () => {
    await refused(user.from('made_later').select(), 404, { code: 'PGRST205' })
    await run('CREATE TABLE neutral.made_later (id integer PRIMARY KEY, film_id integer REFERENCES neutral.films (id)); GRANT ALL ON neutral.made_later TO web_user')
    assert.deepEqual(await data(user.from('made_later').insert({ id: 1, film_id: 3 }).select('films(title)')), [{ films: { title: 'Ran' } }])
    await run('ALTER TABLE neutral.made_later ADD extra text')
    assert.deepEqual(await data(user.from('made_later').update({ extra: 'new' }).eq('id', 1).select('extra')), [{ extra: 'new' }])
    await run('DROP TABLE neutral.made_later')
    await refused(user.from('made_later').select(), 404, { code: /^(PGRST205|42P01)$/ })
    await run("NOTIFY pgrst, 'reload schema'")
    assert.equal((await data(user.from('films').select('id'))).length, 6)
})

await shows('T1.preferences', 'defaults for what an object leaves out', async () => {
    const rows = [{ title: 'a', year: 2000 }, { title: 'b', tags: ['t'] }]
    await refused(user.from('films').insert(rows), 400, { code: '23502' })
    const made = await user.from('films').insert(rows, { defaultToNull: false }).select('title,year,tags,mood').order('title')
    assert.deepEqual(made.data, [{ title: 'a', year: 2000, tags: [], mood: 'calm' }, { title: 'b', year: null, tags: ['t'], mood: 'calm' }])
    assert.equal(header('preference-applied'), 'missing=default, return=representation')
    const upserted = await user.from('films').upsert([{ id: 21, title: 'c' }], { defaultToNull: false }).select('tags')
    assert.deepEqual(upserted.data, [{ tags: [] }])
    await tidy()
})

await shows('T1.preferences', 'strict and lenient handling', async () => {
    const strange = (handling) => user.from('films').select('id').eq('id', 1).setHeader('Prefer', `${handling}strange=1, count=exact`)
    assert.deepEqual(await data(strange('')), [{ id: 1 }])
    assert.deepEqual(await data(strange('handling=lenient, ')), [{ id: 1 }])
    assert.equal(header('preference-applied'), 'count=exact, handling=lenient')
    await refused(strange('handling=strict, '), 400, { code: 'PGRST122', details: 'Invalid preferences: strange=1' })
})

await shows('T1.bodies', 'CSV and a form come in', async () => {
    const send = async (body, type, more = {}) => {
        last.response = await fetch(`${base}/projects`, { method: 'POST', body, headers: { ...bearer({ role: 'web_user', sub: 'ann' }), 'Content-Type': type, Prefer: 'return=representation', ...more } })
        return [last.response.status, await last.response.json()]
    }
    assert.deepEqual(await send('company,number,title,budget\nnew,1,"a, b",NULL\nnew,2,,5\n', 'text/csv'), [201, [
        { company: 'new', number: 1, title: 'a, b', budget: null }, { company: 'new', number: 2, title: '', budget: 5 }]])
    assert.deepEqual(await send('company=new+form&number=3&title=%C3%A4%26b', 'application/x-www-form-urlencoded'), [201, [
        { company: 'new form', number: 3, title: 'ä&b', budget: null }]])
    const [status, error] = await send('company,number\nnew', 'text/csv')
    assert.deepEqual([status, error.code, error.message], [400, 'PGRST102', 'All lines must have same number of fields'])
    await tidy()
})

await shows('T1.bodies', 'CSV goes out', async () => {
    const text = await data(user.from('films').select('id,title,tags,rating').in('id', [3, 6]).order('id').csv())
    assert.equal(text, 'id,title,tags,rating\n3,Ran,"{war,""epic, long""}",8.2\n6,"A film, (without) ""director""",{},')
    assert.equal(header('content-type'), 'text/csv; charset=utf-8')
})
