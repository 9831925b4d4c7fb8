// Rows of several tables at once, logic trees, paths into json, searches, schemas and pages.
import assert from 'node:assert/strict'

import { anonymous, base, connect, data, header, ids, last, refused, user } from './client.mjs'
import { shows } from './tiers.mjs'

const films = (select = 'id') => anonymous.from('films').select(select).order('id')

await shows('T1.embeds', 'many-to-one, one-to-many, one-to-one, many-to-many, nested, aliased', async () => {
    assert.deepEqual(await data(films('title,directors(name)').in('id', [3, 6])), [
        { title: 'Ran', directors: { name: 'Akira Kurosawa' } }, { title: 'A film, (without) "director"', directors: null }])
    assert.deepEqual(await data(anonymous.from('directors').select('name,films(id)').in('id', [1, 4]).order('id').order('id', { referencedTable: 'films' })), [
        { name: 'Agnès Varda', films: [{ id: 1 }, { id: 2 }] }, { name: 'Nobody Yet', films: [] }])
    assert.deepEqual(await data(films('id,technical_specs(camera)').in('id', [1, 2])), [{ id: 1, technical_specs: { camera: 'Cameflex' } }, { id: 2, technical_specs: null }])
    assert.deepEqual(await data(anonymous.from('technical_specs').select('films(title)').eq('film_id', 3)), [{ films: { title: 'Ran' } }])
    assert.deepEqual(await data(films('id,actors(name)').eq('id', 4).order('name', { referencedTable: 'actors' })), [
        { id: 4, actors: [{ name: 'Tatsuya Nakadai' }, { name: 'Toshiro Mifune' }] }])
    assert.deepEqual(await data(anonymous.from('actors').select('name,made:films(title,by:directors(name))').eq('id', 4)), [
        { name: 'Adèle Haenel', made: [{ title: 'Portrait of a Lady on Fire', by: { name: 'Céline Sciamma' } }] }])
})

await shows('T1.embeds', 'composite keys, self references and a computed relationship', async () => {
    assert.deepEqual(await data(anonymous.from('tasks').select('id,projects(title)').order('id')), [
        { id: 1, projects: { title: 'rocket' } }, { id: 2, projects: { title: 'rocket' } }, { id: 3, projects: { title: 'trap' } }, { id: 4, projects: null }])
    assert.deepEqual(await data(anonymous.from('projects').select('company,tasks(id)').eq('number', 2)), [{ company: 'acme', tasks: [] }])
    assert.deepEqual(await data(anonymous.from('directors').select('name,mentor:mentor_id(name)').eq('id', 3)), [{ name: 'Céline Sciamma', mentor: { name: 'Agnès Varda' } }])
    assert.deepEqual(await data(anonymous.from('directors').select('pupils:directors(name)').eq('id', 1)), [{ pupils: [{ name: 'Céline Sciamma' }] }])
    assert.deepEqual(await data(films('id,same_year(id)').in('id', [2, 5])), [{ id: 2, same_year: [{ id: 3 }] }, { id: 5, same_year: [] }])
})

await shows('T1.embeds', 'hints, and what is ambiguous without one', async () => {
    const error = await refused(anonymous.from('orders').select('addresses(city)'), 300, { code: 'PGRST201', message: "Could not embed because more than one relationship was found for 'orders' and 'addresses'" })
    assert.deepEqual(error.details.map(({ cardinality, embedding }) => [cardinality, embedding]), [['many-to-one', 'orders with addresses'], ['many-to-one', 'orders with addresses']])
    assert.match(error.hint, /addresses!billing.*addresses!shipping/)
    assert.deepEqual(await data(anonymous.from('orders').select('id,bill:addresses!billing(city),ship:addresses!shipping_id(city)').order('id')), [
        { id: 1, bill: { city: 'Paris' }, ship: { city: 'Kyoto' } }, { id: 2, bill: { city: 'Kyoto' }, ship: null }])
    assert.deepEqual(await data(anonymous.from('orders').select('billing(city)').eq('id', 1)), [{ billing: { city: 'Paris' } }])
    await refused(films('id,addresses(city)'), 400, { code: 'PGRST200', message: "Could not find a relationship between 'films' and 'addresses' in the schema cache" })
})

await shows('T1.embeds', 'inner joins drop rows and count so, left joins do not', async () => {
    const inner = await anonymous.from('directors').select('id,films!inner(id)', { count: 'exact' }).gt('films.year', 1980).order('id')
    assert.deepEqual([inner.count, inner.data], [3, [{ id: 1, films: [{ id: 2 }] }, { id: 2, films: [{ id: 3 }] }, { id: 3, films: [{ id: 5 }] }]])
    const left = await anonymous.from('directors').select('id,films!left(id)', { count: 'exact' }).gt('films.year', 2000).order('id')
    assert.deepEqual([left.count, left.data.map((row) => row.films.length)], [4, [0, 0, 1, 0]])
    assert.deepEqual(await ids(films('id,directors!inner()').eq('directors.name', 'Agnès Varda')), [1, 2])
    assert.deepEqual(await ids(films('id,actors!inner(id)').eq('actors.name', 'Tatsuya Nakadai')), [3, 4])
})

await shows('T1.embeds', 'on writes', async () => {
    const made = await user.from('films').insert({ id: 31, title: 'new', director_id: 2 }).select('title,directors(name)')
    assert.deepEqual(made.data, [{ title: 'new', directors: { name: 'Akira Kurosawa' } }])
    const changed = await user.from('films').update({ director_id: 1 }).eq('id', 31).select('directors(name),actors(id)')
    assert.deepEqual(changed.data, [{ directors: { name: 'Agnès Varda' }, actors: [] }])
    const gone = await user.from('films').delete().eq('id', 31).select('by:directors(name)')
    assert.deepEqual(gone.data, [{ by: { name: 'Agnès Varda' } }])
})

await shows('T1.embedFilters', 'filters, order, limit, range and or inside an embed', async () => {
    const directors = (select = 'id,films(id)') => anonymous.from('directors').select(select).in('id', [1, 2]).order('id')
    const found = async (query) => (await data(query)).map((row) => row.films.map((film) => film.id))
    assert.deepEqual(await found(directors().eq('films.year', 1985)), [[2], [3]])
    assert.deepEqual(await found(directors().order('year', { referencedTable: 'films', ascending: false })), [[2, 1], [3, 4]])
    assert.deepEqual(await found(directors().order('id', { referencedTable: 'films' }).limit(1, { referencedTable: 'films' })), [[1], [3]])
    assert.deepEqual(await found(directors().order('id', { referencedTable: 'films' }).range(1, 5, { referencedTable: 'films' })), [[2], [4]])
    assert.deepEqual(await found(directors().or('year.lt.1960,title.like.Vag*', { referencedTable: 'films' })), [[2], [4]])
    assert.deepEqual(await found(directors('id,films:films(id)').in('films.mood', ['glad'])), [[], [3, 4]])
    assert.deepEqual((await data(directors('id,made:films(id)').eq('made.year', 1954))).map((row) => row.made), [[], [{ id: 4 }]])
    assert.deepEqual(await data(directors('films(actors(name))').eq('films.id', 1).eq('films.actors.id', 1)), [{ films: [{ actors: [{ name: 'Corinne Marchand' }] }] }, { films: [] }])
    await refused(anonymous.from('directors').select('id').eq('films.year', 1985), 400, { code: 'PGRST108', message: "'films' is not an embedded resource in this request" })
})

await shows('T1.embedOrder', 'by a column of a to-one embed', async () => {
    const ordered = await data(anonymous.from('films').select('id,directors(name)').order('directors(name)', { ascending: false }).order('id'))
    assert.deepEqual(ordered.map((row) => row.id), [6, 5, 3, 4, 1, 2])
    await refused(anonymous.from('directors').select('id,films(id)').order('films(year)'), 400, { code: 'PGRST118' })
})

await shows('T1.embedOrder', 'rows with and without embedded ones', async () => {
    const directors = () => anonymous.from('directors').select('id,films()').order('id')
    assert.deepEqual(await data(directors().is('films', null)), [{ id: 4 }])
    assert.deepEqual(await data(directors().not('films', 'is', null)), [{ id: 1 }, { id: 2 }, { id: 3 }])
    const counted = await anonymous.from('directors').select('id,films()', { count: 'exact', head: true }).not('films', 'is', null)
    assert.equal(counted.count, 3)
})

const trees = [
    ['year.eq.1954,and(year.eq.1985,mood.eq.glad)', [3, 4]], ['rating.is.null,title.eq."A film, (without) \\"director\\""', [6]],
    ['id.in.(1,2),title.eq.Ran', [1, 2, 3]], ['not.and(id.gt.1,id.lt.6),tags.cs.{war}', [1, 3, 4, 6]],
    ['shown.cs."[1962-05-01,1962-06-01)",tags.ov.{road,"epic, long"}', [1, 2, 3]], ['data->>length.eq.162,data->color->>kind.eq.bw', [1, 3]],
]
for (const [tree, expected] of trees) await shows('T1.logic', tree, async () => assert.deepEqual(await ids(films().or(tree)), expected))
await shows('T1.logic', 'several trees, negated, beside a filter', async () => {
    assert.deepEqual(await ids(films().or('year.lt.1960,year.gt.2000').or('mood.eq.calm,mood.eq.glad').lt('id', 6)), [4, 5])
    await refused(films().or(''), 400, { code: 'PGRST100' })
    await refused(films().or('id.eq.1,and(id.eq.2'), 400, { code: 'PGRST100' })
})

await shows('T1.json', 'paths selected, filtered and ordered by', async () => {
    assert.deepEqual(await data(films('data->>length,kind:data->color->>kind,data->cast->0').eq('id', 1)), [{ length: '90', kind: 'bw', cast: 'Corinne' }])
    assert.deepEqual(await ids(films().eq('data->color->>kind', 'full')), [2, 5])
    assert.deepEqual(await ids(films().gt('data->length', 100)), [2, 3, 5])
    assert.deepEqual(await ids(films().eq('data->cast->>-1', 'Antoine')), [1])
    assert.deepEqual(await ids(anonymous.from('films').select('id').order('data->length', { ascending: false, nullsFirst: false }).order('id').limit(3)), [3, 5, 2])
    assert.deepEqual(await data(films('tags->0').eq('id', 1)), [{ tags: 'paris' }])
})

const searches = [
    ['to_tsquery', (q) => q.textSearch('search', 'samurai | vagabond'), [2, 4]], ['plain, with a configuration', (q) => q.textSearch('search', 'lady fire', { type: 'plain', config: 'english' }), [5]],
    ['phrase', (q) => q.textSearch('search', 'seven samurai', { type: 'phrase' }), [4]], ['as on the web', (q) => q.textSearch('title', 'portrait or ran -fire', { type: 'websearch', config: 'english' }), [3, 5]],
    ['regexMatch', (q) => q.regexMatch('title', '^[CR]'), [1, 3]], ['regexIMatch', (q) => q.regexIMatch('title', 'RAN|vag'), [2, 3]],
    ['rangeGt', (q) => q.rangeGt('shown', '[1960-01-01,1963-01-01)'), [2, 5]], ['rangeGte', (q) => q.rangeGte('shown', '[1962-01-01,1963-01-01)'), [1, 2, 5]],
    ['rangeLt', (q) => q.rangeLt('shown', '[1962-01-01,1963-01-01)'), [4]], ['rangeLte', (q) => q.rangeLte('shown', '[1962-01-01,1963-01-01)'), [1, 4]],
    ['rangeAdjacent', (q) => q.rangeAdjacent('shown', '[1955-01-01,1960-01-01)'), [4]],
]
for (const [name, narrow, expected] of searches) await shows('T1.search', name, async () => assert.deepEqual(await ids(narrow(films())), expected))

await shows('T1.pages', 'counts that are planned and estimated', async () => {
    const planned = await anonymous.from('films').select('id', { count: 'planned' }).limit(2)
    assert.ok(planned.count > 0, `planned ${planned.count}`)
    const estimated = await anonymous.from('films').select('id', { count: 'estimated' }).limit(2)
    assert.deepEqual([estimated.count, estimated.status], [6, 206])
})

await shows('T1.pages', 'the Range header, and pages past the end', async () => {
    assert.deepEqual(await ids(films().setHeader('Range', '1-2')), [2, 3])
    assert.equal(header('content-range'), '1-2/*')
    assert.deepEqual(await ids(films().setHeader('Range', '4-').setHeader('Range-Unit', 'items')), [5, 6])
    await refused(films().setHeader('Range', '3-1'), 416, { code: 'PGRST103', details: 'The lower boundary must be lower than or equal to the upper boundary in the Range header.' })
    await refused(anonymous.from('films').select('id', { count: 'exact' }).range(100, 110), 416, { code: 'PGRST103', details: 'An offset of 100 was requested, but there are only 6 rows.' })
})

await shows('T1.profiles', 'reads, writes and calls in another schema', async () => {
    const other = user.schema('other schema')
    assert.deepEqual(await data(other.from('things').select()), [{ id: 1, name: 'elsewhere' }])
    assert.equal(header('content-profile'), 'other schema')
    assert.deepEqual(await data(other.from('things').insert({ id: 2, name: 'new' }).select()), [{ id: 2, name: 'new' }])
    await data(other.from('things').delete().eq('id', 2))
    await refused(other.from('films').select(), 404, { code: 'PGRST205', message: "Could not find the table 'other schema.films' in the schema cache" })
    await refused(user.schema('pg_catalog').from('pg_class').select(), 406, { code: 'PGRST106', message: 'Invalid schema: pg_catalog', hint: 'Only the following schemas are exposed: neutral, other schema' })
    assert.deepEqual(await data(connect({}, { schema: 'neutral' }).rpc('add', { a: 1, b: 1 })), 2)
})

await shows('T1.views', 'relationships, keys and writes of views', async () => {
    const recent = (select = '*') => user.from('recent_films').select(select).order('id')
    assert.deepEqual(await data(recent('name,directors(name)')), [{ name: 'Portrait of a Lady on Fire', directors: { name: 'Céline Sciamma' } }, { name: 'A film, (without) "director"', directors: null }])
    assert.deepEqual(await data(user.from('directors').select('recent_films(id)').eq('id', 3)), [{ recent_films: [{ id: 5 }] }])
    assert.deepEqual(await data(user.from('film_counts').select('films,directors(name)').eq('director_id', 2)), [{ films: 2, directors: { name: 'Akira Kurosawa' } }])
    assert.deepEqual(await data(user.from('recent_films').upsert({ id: 41, name: 'seen', year: 2020 }).select('id,name')), [{ id: 41, name: 'seen' }])
    assert.deepEqual(await data(user.from('recent_films').upsert({ id: 41, name: 'seen again', year: 2020 }).select('name')), [{ name: 'seen again' }])
    assert.deepEqual(await data(user.from('recent_films').delete().eq('id', 41).select('id')), [{ id: 41 }])
    assert.equal((await data(anonymous.from('film_titles').select('id'))).length, 6)
})

await shows('T1.views', 'what may be done with each', async () => {
    const expected = { films: 'OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE', recent_films: 'OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE', film_counts: 'OPTIONS,GET,HEAD', film_titles: 'OPTIONS,GET,HEAD', 'rpc/add': 'OPTIONS,GET,HEAD,POST', 'rpc/nothing': 'OPTIONS,POST' }
    for (const [path, methods] of Object.entries(expected)) {
        last.response = await fetch(`${base}/${path}`, { method: 'OPTIONS' })
        assert.deepEqual([path, last.response.status, header('allow')], [path, 200, methods])
    }
})
