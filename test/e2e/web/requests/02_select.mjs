// Columns, aliases, casts, json paths, computed fields, odd identifiers (5.1, 5.2, 4.3, 4.6).
import { any, failure, finds, ids, refuses } from './table.mjs'

const odd = '/odd "names, (here)'
const film = (select, row) => [`GET /films?id=eq.1&select=${select}`, 200, [row]]
const oddRow = {
    Id: 1, 'a.b': 'dot', 'with space': 'blank', 'ünï': 'umlaut', 'quote"d': 'quote', select: 'keyword', 'a-b': 'dash' }
const oddFinds = (filter, ...found) => [`GET ${odd}?select=Id&order=Id&${filter}`, 200, found.map((Id) => ({ Id }))]

export default {
    title: 'select',
    server: 'plain',
    rows: [
        ['GET /films?id=eq.1', 200, [{
            id: 1, title: 'Cléo from 5 to 7', year: 1962, director_id: 1, rating: 7.9, tags: ['paris', 'real time'],
            data: { length: 90, color: { kind: 'bw' }, cast: ['Corinne', 'Antoine'] }, mood: 'calm', shown: '[1962-04-11,1962-12-31)',
            label: 'new wave', search: "'5':3 '7':5 'cléo':1" }]],
        film('id,title', { id: 1, title: 'Cléo from 5 to 7' }),
        film(' id , title ', { id: 1, title: 'Cléo from 5 to 7' }),
        film('name:title', { name: 'Cléo from 5 to 7' }),
        film('id::text', { id: '1' }),
        film('n:id::text', { n: '1' }),
        film('rating::integer', { rating: 8 }),
        film('', {}),
        ['GET /films?id=eq.1&select=id,id', 200, '[{"id":1,"id":1}]'],
        ['GET /actors?select=id&id=lte.2&order=id', 200, '[{"id":1}, \n {"id":2}]'],
        ['GET /actors?select=id&select=name&id=eq.1', 200, [{ id: 1 }]],
        ['GET /actors?select=*,label:name&id=eq.1', 200, [{ id: 1, name: 'Corinne Marchand', label: 'Corinne Marchand' }]],
        film('data->length', { length: 90 }),
        film('data->>length', { length: '90' }),
        film('data->>length::integer', { length: 90 }),
        film('data->color->>kind', { kind: 'bw' }),
        film('shade:data->color->kind', { shade: 'bw' }),
        film('data->cast->0', { cast: 'Corinne' }),
        film('data->cast->>-1', { cast: 'Antoine' }),
        film('data->nothing', { nothing: null }),
        film('tags->1', { tags: 'real time' }),
        film('title,title_length', { title: 'Cléo from 5 to 7', title_length: 16 }),
        finds('title_length=gt.16', [5, 6]),
        ['GET /recent_films?order=id', 200, [
            { id: 5, name: 'Portrait of a Lady on Fire', year: 2019, director_id: 3 }, { id: 6, name: 'A film, (without) "director"', year: 2001, director_id: null }]],
        ['GET /film_titles?id=eq.3', 200, [{ id: 3, title: 'Ran' }]],
        ['GET /film_counts?director_id=eq.1', 200, [{ director_id: 1, films: 2 }]],
        ['GET /tasks?id=eq.3', 200, [{ id: 3, company: 'best, co', project_number: 1, done: false, due: '2026-05-31T22:00:00+00:00' }]],
        ['GET /films?select=nope', 400, failure('42703', /nope does not exist$/, any, any)],
        ['GET /films?select=id::nosuch', 400, failure('42704', 'type "nosuch" does not exist')],
        ['GET /films?select=title.max()', 400, failure('PGRST123', 'Use of aggregate functions is not allowed')],
        ['GET /films?select=count()', 400, failure('PGRST123', 'Use of aggregate functions is not allowed')],
        ['GET /films?select=directors(name.count())', 400, failure('PGRST123', 'Use of aggregate functions is not allowed')],
        refuses('select=id::int[]', /^"failed to parse select parameter \(id::int\[\]\)" \(line 1, column \d+\)$/),
        refuses('select=(id)', /^"failed to parse select parameter \(\(id\)\)" \(line 1, column \d+\)$/),
        refuses('select=directors(id', /^"failed to parse select parameter/),
        refuses('select=data->', /^"failed to parse select parameter/),
        refuses('select="id', /^"failed to parse select parameter/),
        [...refuses('select=id)'), { why: 'what follows a complete select is refused' }],

        [`GET ${odd}?Id=eq.1`, 200, [oddRow], { has: { 'Content-Range': '0-0/*' } }],
        [`GET ${odd}?Id=eq.1&select="a.b",with space,ünï,"quote\\"d","select",a-b`, 200, [{
            'a.b': 'dot', 'with space': 'blank', 'ünï': 'umlaut', 'quote"d': 'quote', select: 'keyword', 'a-b': 'dash' }]],
        [`GET ${odd}?Id=eq.1&select=dotted:"a.b",ü:ünï::text`, 200, [{ dotted: 'dot', 'ü': 'umlaut' }]],
        oddFinds('"a.b"=eq.dot', 1),
        oddFinds('with space=eq.blank', 1),
        oddFinds('with space=in.("a,b",blank)', 1, 2),
        oddFinds('with+space=eq.blank', 1),
        oddFinds('ünï=eq.(x)', 2),
        oddFinds('"quote\\"d"=eq."', 2),
        oddFinds('"select"=eq.\\', 2),
        oddFinds('a-b=eq.dash', 1),
        oddFinds('a-b=eq.*', 2),
        oddFinds('or=("a.b".eq.dot,ünï.eq."(x)")', 1, 2),
        oddFinds('or=("select".eq."\\\\",Id.eq.9)', 2),
        [`GET ${odd}?select=Id&order="a.b".asc.nullsfirst`, 200, [{ Id: 2 }, { Id: 1 }]],
        [`GET ${odd}?id=eq.1`, 400, failure('42703', any, any, any)],
        [`GET ${odd}?a.b=eq.dot`, 400, failure('PGRST108', "'a' is not an embedded resource in this request", null, "Verify that 'a' is included in the 'select' query parameter.")],
        ['GET /actors?select=id&id=eq.1&junk', 200, ids(1)],
    ],
}
