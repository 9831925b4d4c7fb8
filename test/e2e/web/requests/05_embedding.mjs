// Related rows (6).
import { any, failure, ids } from './table.mjs'

const varda = 'Agnès Varda'
const notEmbedded = (name) => failure(
    'PGRST108', `'${name}' is not an embedded resource in this request`, null, `Verify that '${name}' is included in the 'select' query parameter.`)
const unrelated = (origin, target, hint = '') => failure(
    'PGRST200', `Could not find a relationship between '${origin}' and '${target}' in the schema cache`,
    `Searched for a foreign key relationship between '${origin}' and '${target}'${hint} in the schema 'neutral', but no matches were found.`, any)

export default {
    title: 'embedding',
    server: 'plain',
    rows: [
        ['GET /films?select=title,directors(name)&id=eq.1', 200, [{ title: 'Cléo from 5 to 7', directors: { name: varda } }]],
        ['GET /films?select=id,directors(name)&id=eq.6', 200, [{ id: 6, directors: null }]],
        ['GET /films?select=id,directors(*)&id=eq.5', 200, [{ id: 5, directors: { id: 3, name: 'Céline Sciamma', mentor_id: 1 } }]],
        ['GET /films?select=id,by:directors(who:name)&id=eq.1', 200, [{ id: 1, by: { who: varda } }]],
        ['GET /films?select=id,director_id(name)&id=eq.1', 200, [{ id: 1, director_id: { name: varda } }]],
        ['GET /films?select=id,films_director_id_fkey(name)&id=eq.1', 200, [{ id: 1, films_director_id_fkey: { name: varda } }]],
        ['GET /films?select=id,directors!director_id(name)&id=eq.1', 200, [{ id: 1, directors: { name: varda } }]],
        ['GET /films?select=id,directors!films_director_id_fkey(name)&id=eq.1', 200, [{ id: 1, directors: { name: varda } }]],
        ['GET /directors?select=id,films(id)&films.order=id&id=eq.1', 200, [{ id: 1, films: ids(1, 2) }]],
        ['GET /directors?select=id,films(id)&id=eq.4', 200, [{ id: 4, films: [] }]],
        ['GET /directors?select=id,films!director_id(id)&id=eq.3', 200, [{ id: 3, films: ids(5) }]],
        ['GET /directors?select=id,films!films_director_id_fkey(id)&id=eq.3', 200, [{ id: 3, films: ids(5) }]],
        ['GET /directors?select=id,films(count)&order=id', 200, [2, 2, 1, 0].map((count, i) => ({ id: i + 1, films: [{ count }] }))],
        ['GET /films?select=id,technical_specs(camera)&id=in.(1,2)&order=id', 200, [
            { id: 1, technical_specs: { camera: 'Cameflex' } }, { id: 2, technical_specs: null }]],
        ['GET /technical_specs?select=camera,films(title)&film_id=eq.3', 200, [{ camera: 'Panavision', films: { title: 'Ran' } }]],
        ['GET /films?select=id,actors(name)&id=eq.4&actors.order=id', 200, [{ id: 4, actors: [{ name: 'Tatsuya Nakadai' }, { name: 'Toshiro Mifune' }] }]],
        ['GET /actors?select=id,films(id)&id=eq.2&films.order=id', 200, [{ id: 2, films: ids(3, 4) }]],
        ['GET /films?select=id,actors!roles(name)&id=eq.1', 200, [{ id: 1, actors: [{ name: 'Corinne Marchand' }] }]],
        ['GET /films?select=id,roles(character,actors(name))&id=eq.1', 200, [{ id: 1, roles: [{ character: 'Cléo', actors: { name: 'Corinne Marchand' } }] }]],
        ['GET /tasks?select=id,projects(title)&order=id', 200, [
            { id: 1, projects: { title: 'rocket' } }, { id: 2, projects: { title: 'rocket' } }, { id: 3, projects: { title: 'trap' } }, { id: 4, projects: null }]],
        ['GET /projects?select=title,tasks(id)&company=eq.acme&order=number&tasks.order=id', 200, [{ title: 'rocket', tasks: ids(1, 2) }, { title: 'anvil', tasks: [] }]],

        ['GET /orders?select=id,addresses!billing(city)&order=id', 200, [{ id: 1, addresses: { city: 'Paris' } }, { id: 2, addresses: { city: 'Kyoto' } }]],
        ['GET /orders?select=id,to:addresses!shipping(city),from:addresses!billing_id(city)&order=id', 200, [
            { id: 1, to: { city: 'Kyoto' }, from: { city: 'Paris' } }, { id: 2, to: null, from: { city: 'Kyoto' } }]],
        ['GET /orders?select=id,billing(city),shipping_id(city)&id=eq.1', 200, [{ id: 1, billing: { city: 'Paris' }, shipping_id: { city: 'Kyoto' } }]],
        ['GET /orders?select=id,addresses!shipping!inner(city)', 200, [{ id: 1, addresses: { city: 'Kyoto' } }]],
        ['GET /orders?select=id,addresses!inner!shipping(city)', 200, [{ id: 1, addresses: { city: 'Kyoto' } }]],
        ['GET /addresses?select=city,orders!billing(id)&order=id', 200, [{ city: 'Paris', orders: ids(1) }, { city: 'Kyoto', orders: ids(2) }]],
        ['GET /orders?select=addresses(city)', 300, {
            code: 'PGRST201', message: "Could not embed because more than one relationship was found for 'orders' and 'addresses'",
            details: [
                { cardinality: 'many-to-one', embedding: 'orders with addresses', relationship: 'billing using orders(billing_id) and addresses(id)' },
                { cardinality: 'many-to-one', embedding: 'orders with addresses', relationship: 'shipping using orders(shipping_id) and addresses(id)' }],
            hint: "Try changing 'addresses' to one of the following: 'addresses!billing', 'addresses!shipping'. Find the desired relationship in the 'details' key." }],
        ['GET /addresses?select=orders(id)', 300, {
            code: 'PGRST201', message: "Could not embed because more than one relationship was found for 'addresses' and 'orders'",
            details: [
                { cardinality: 'one-to-many', embedding: 'addresses with orders', relationship: 'billing using addresses(id) and orders(billing_id)' },
                { cardinality: 'one-to-many', embedding: 'addresses with orders', relationship: 'shipping using addresses(id) and orders(shipping_id)' }],
            hint: "Try changing 'orders' to one of the following: 'orders!billing', 'orders!shipping'. Find the desired relationship in the 'details' key." }],
        ['GET /films?select=id,orders(id)', 400, unrelated('films', 'orders')],
        ['GET /films?select=id,nope(id)', 400, unrelated('films', 'nope')],
        ['GET /films?select=id,directors!nope(id)', 400, unrelated('films', 'directors', " using the hint 'nope'")],
        ['GET /no_key?select=a,films(id)', 400, unrelated('no_key', 'films')],

        ['GET /directors?select=id,directors(id)&id=eq.1', 200, [{ id: 1, directors: ids(3) }]],
        ['GET /directors?select=id,mentor:mentor_id(name)&id=eq.3', 200, [{ id: 3, mentor: { name: varda } }]],
        ['GET /directors?select=id,pupils:directors!mentor_id(id)&id=eq.1', 200, [{ id: 1, pupils: ids(3) }]],
        ['GET /directors?select=id,mentor:mentor_id(id,pupils:directors(id))&id=eq.3', 200, [{ id: 3, mentor: { id: 1, pupils: ids(3) } }]],

        ['GET /recent_films?select=id,directors(name)&order=id', 200, [{ id: 5, directors: { name: 'Céline Sciamma' } }, { id: 6, directors: null }]],
        ['GET /directors?select=id,recent_films(id)&id=eq.3', 200, [{ id: 3, recent_films: ids(5) }]],
        ['GET /recent_films?select=id,technical_specs(camera)&id=eq.5', 200, [{ id: 5, technical_specs: null }]],
        ['GET /recent_films?select=id,actors(name)&id=eq.5', 200, [{ id: 5, actors: [{ name: 'Adèle Haenel' }] }]],
        ['GET /film_counts?select=films,directors(name)&director_id=eq.1', 200, [{ films: 2, directors: { name: varda } }]],
        ['GET /film_titles?select=id,technical_specs(camera)&id=eq.1', 200, [{ id: 1, technical_specs: { camera: 'Cameflex' } }]],

        ['GET /films?select=id,directors!inner(name)&order=id', 200, [varda, varda, 'Akira Kurosawa', 'Akira Kurosawa', 'Céline Sciamma'].map((name, i) => ({ id: i + 1, directors: { name } }))],
        ['GET /films?select=id,directors!inner()&directors.name=like.Ak*&order=id', 200, ids(3, 4)],
        ['GET /films?select=id,directors!left(name)&id=eq.6', 200, [{ id: 6, directors: null }]],
        ['GET /directors?select=id,films!inner(id)&films.year=eq.1985&order=id', 200, [{ id: 1, films: ids(2) }, { id: 2, films: ids(3) }]],
        ['GET /directors?select=id,films(id)&films.year=eq.1985&order=id', 200, [{ id: 1, films: ids(2) }, { id: 2, films: ids(3) }, { id: 3, films: [] }, { id: 4, films: [] }]],
        ['GET /actors?select=id,films!inner(id,directors!inner(name))&films.directors.name=eq.Akira Kurosawa&order=id&films.order=id', 200, [
            { id: 2, films: [{ id: 3, directors: { name: 'Akira Kurosawa' } }, { id: 4, directors: { name: 'Akira Kurosawa' } }] },
            { id: 3, films: [{ id: 4, directors: { name: 'Akira Kurosawa' } }] }]],
        ['GET /directors?select=id,films(id)&id=eq.1&films.order=year.desc&films.limit=1', 200, [{ id: 1, films: ids(2) }]],
        ['GET /directors?select=id,films(id)&id=eq.1&films.order=id&films.offset=1', 200, [{ id: 1, films: ids(2) }]],
        ['GET /directors?select=id,films(id)&id=eq.1&films.limit=-1', 400, failure('2201W', 'LIMIT must not be negative')],
        ['GET /directors?select=id,films(id)&id=eq.1&films.or=(year.eq.1962,id.eq.3)', 200, [{ id: 1, films: ids(1) }]],
        ['GET /directors?select=id,films(id)&id=eq.1&films.not.or=(year.eq.1962,id.eq.3)', 200, [{ id: 1, films: ids(2) }]],
        ['GET /directors?select=id,films(id)&id=eq.1&films.data->>length=eq.90', 200, [{ id: 1, films: ids(1) }]],
        ['GET /directors?select=id,films(id,actors(id))&id=eq.2&films.order=id&films.actors.order=id.desc', 200, [
            { id: 2, films: [{ id: 3, actors: ids(2) }, { id: 4, actors: ids(3, 2) }] }]],
        ['GET /directors?select=id,films(id,actors(id))&id=eq.2&films.order=id&films.actors.name=eq.Toshiro Mifune', 200, [
            { id: 2, films: [{ id: 3, actors: [] }, { id: 4, actors: ids(3) }] }]],
        ['GET /directors?select=id,films(id,title_length)&id=eq.3', 200, [{ id: 3, films: [{ id: 5, title_length: 26 }] }]],
        ['GET /directors?select=id,f:films(id)&f.year=eq.1962&id=eq.1', 200, [{ id: 1, f: ids(1) }], { has: { Warning: null } }],
        ['GET /directors?select=id,f:films(id)&films.year=eq.1962&id=eq.1', 200, [{ id: 1, f: ids(1) }], {
            has: { Warning: /^299 .*"Embedded resource was referenced by relation name even though it has an alias\./ } }],
        ['GET /films?select=id&directors.name=eq.x', 400, notEmbedded('directors')],
        ['GET /films?select=id&directors.limit=1', 400, notEmbedded('directors')],
        ['GET /films?select=id&order=directors(name)', 400, notEmbedded('directors')],

        ['GET /films?select=id,directors()&id=eq.1', 200, ids(1)],
        ['GET /directors?select=id,films()&films=is.null', 200, ids(4)],
        ['GET /directors?select=id,films()&films=not.is.null&order=id', 200, ids(1, 2, 3)],
        ['GET /directors?select=id,films()&films.year=gt.2000&films=not.is.null', 200, ids(3)],
        ['GET /directors?select=id,films()&or=(films.is.null,id.eq.1)&order=id', 200, ids(1, 4)],
        ['GET /films?select=id,directors()&directors=is.null', 200, ids(6)],
        ['GET /directors?select=id,f:films()&f=is.null', 200, ids(4)],

        ['GET /films?select=id,directors()&order=directors(name).desc.nullslast,id', 200, ids(5, 3, 4, 1, 2, 6)],
        ['GET /films?select=id,directors(name)&order=directors(id).asc.nullsfirst,id.desc&limit=2', 200, [{ id: 6, directors: null }, { id: 2, directors: { name: varda } }]],
        ['GET /directors?select=id,films(id)&order=films(id)', 400, failure(
            'PGRST118', "A related order on 'films' is not possible", "'directors' and 'films' do not form a many-to-one or one-to-one relationship")],

        ['GET /films?select=id,same_year(id)&id=in.(1,2)&order=id', 200, [{ id: 1, same_year: [] }, { id: 2, same_year: ids(3) }]],
        ['GET /films?select=id,same_year!inner(title)&order=id', 200, [{ id: 2, same_year: [{ title: 'Ran' }] }, { id: 3, same_year: [{ title: 'Vagabond' }] }]],
        ['GET /films?select=id,...directors(director:name)&id=in.(1,6)&order=id', 200, [{ id: 1, director: varda }, { id: 6, director: null }]],
        ['GET /directors?select=id,...films(titles:title)&films.order=id&id=in.(1,4)&order=id', 200, [
            { id: 1, titles: ['Cléo from 5 to 7', 'Vagabond'] }, { id: 4, titles: [] }]],
        ['GET /technical_specs?select=camera,...films(title,...directors(name))&film_id=eq.3', 200, [{ camera: 'Panavision', title: 'Ran', name: 'Akira Kurosawa' }]],
        ['GET /films?select=title,...directors(title:name)&id=eq.3', 200, '[{"title":"Ran","title":"Akira Kurosawa"}]'],
        ['GET /films?select=id,secrets(id)', 400, unrelated('films', 'secrets')],
    ],
}
