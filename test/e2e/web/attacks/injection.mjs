// SQL in every place of the grammar. None of it may break a statement (42601), change the database,
// show what is closed, or be the server's fault.
import { exchange } from '../probe.mjs'
import { none } from '../tap.mjs'

const evil = [
    "'", "''", '"', '""', '\\', "\\'", '`', ';', '--', '/*', '*/', '$1', '$$', '$x$', '%', '_', '*', '(', ')', '()', '{', '}', '[', ']', ',', '.', ':', '::', '->', '->>', '!', '=', '&', '...', '\t', '\n', ' ',
    "'; DROP TABLE neutral.films; --", '"; DROP TABLE neutral.films; --', "') OR 1=1 --", "1) OR (1=1", "1; SELECT pg_sleep(60)", '1 OR 1=1', "' OR ''='", "' UNION SELECT hidden FROM neutral.secrets --",
    'id" FROM neutral.secrets --', 'id) FROM neutral.secrets; --', '(SELECT hidden FROM neutral.secrets)', 'pg_sleep(60)', 'films" UNION SELECT * FROM neutral.secrets --', "E'\\x27'", "U&'\\0027'", '\u02bc', '\uff07', '\u2019',
    '%27', '%2527', '%c0%a7', '%ff', '%ed%a0%80', '\u{10000}', 'a'.repeat(3000), 'pg_catalog', 'pg_class', 'neutral.films', 'current_user', 'null', 'nan', '-1', '1e400', '{{{{', '"a":"b', '\u202e'
]

// {} is where it goes.
const paths = [
    '/{}', '/films{}', '/rpc/{}', '/films?{}', '/films?{}=eq.1', '/films?select={}', '/films?select=id,{}', '/films?select={}:id', '/films?select=id::{}', '/films?select=id::text::{}', '/films?select=data->{}', '/films?select=data->>{}',
    '/films?select=data->cast->{}', '/films?select=x:data->{}::text', '/films?select=directors({})', '/films?select=directors!{}(name)', '/films?select={}(name)', '/films?select=a:directors!inner!{}(*)', '/films?select=...directors({})',
    '/films?select=id.{}()', '/films?select=count().{}', '/films?id={}', '/films?id={}.1', '/films?id=eq.{}', '/films?title=eq.{}', '/films?title=like.{}', '/films?title=ilike(any).{}', '/films?title=match.{}', '/films?title=imatch.{}',
    '/films?id=in.{}', '/films?id=in.({})', '/films?title=in.(a,{})', '/films?title=in.("{}")', '/films?id=is.{}', '/films?id=isdistinct.{}', '/films?search=fts.{}', '/films?search=fts({}).x', '/films?search=plfts(english).{}', '/films?search=wfts.{}',
    '/films?tags=cs.{}', '/films?tags=cs.{{}}', '/films?tags=ov.{}', '/films?shown=sl.{}', '/films?shown=adj.{}', '/films?data->>{}=eq.1', '/films?data->{}=not.is.null', '/films?mood=eq.{}', '/films?or=({})', '/films?or=(id.eq.{})', '/films?or=(id.eq.1,{}.eq.1)',
    '/films?and=(title.eq."{}")', '/films?not.or=(id.{}.1)', '/films?order={}', '/films?order=id.{}', '/films?order=id.desc.{}', '/films?order=data->>{}', '/films?order=directors({})', '/films?limit={}', '/films?offset={}', '/films?select=*,directors(*)&directors.{}=eq.1',
    '/films?select=*,directors(*)&directors.order={}', '/films?select=*,directors(*)&directors.limit={}', '/films?select=*,directors(*)&directors.or=({})', '/rpc/add?a={}&b=1', '/rpc/add?{}=1', '/rpc/greet?name={}', '/rpc/total?n={}', '/rpc/longest?words={}',
    '/rpc/films_of?director={}', '/rpc/films_of?director=1&select={}', '/rpc/films_of?director=1&title=eq.{}', '/rss/{}', '/feed/{}.json', '/events?after={}', '/live?{}', '/metrics?{}'
]
const headers = ['Accept', 'Accept-Profile', 'Content-Profile', 'Prefer', 'Range', 'Range-Unit', 'Content-Type', 'Origin', 'Cookie', 'X-Forwarded-For', 'If-Match', 'Last-Event-ID', 'User-Agent', 'Accept-Language', 'apikey', 'Host']
const preferences = ['timezone={}', 'max-affected={}', 'count={}', 'return={}', 'resolution={}', 'missing={}', 'handling={}', 'tx={}']
const writes = [
    ['POST', '/films?columns={}', { id: 1 }], ['POST', '/films?columns=id,{}', [{ id: 1 }]], ['POST', '/films?on_conflict={}', { id: 1 }], ['POST', '/films?on_conflict=id,{}', { id: 1 }], ['POST', '/films?select={}', { id: 1 }],
    ['POST', '/films', { '{}': 1 }], ['POST', '/films', { title: '{}', mood: '{}' }], ['POST', '/films', { id: '{}', title: 'x' }], ['POST', '/films', { tags: ['{}'], data: { '{}': '{}' }, title: 7, shown: '{}' }], ['POST', '/films', [{ '{}': 1 }, { '{}': 2 }]],
    ['PATCH', '/films?id=eq.-1', { '{}': 1 }], ['PATCH', '/films?{}=eq.1&id=eq.-1', { title: 'x' }], ['PATCH', '/films?id=eq.-1&order={}&limit=1', { title: 'x' }], ['PATCH', '/films?id=eq.-1', { year: '{}' }], ['DELETE', '/films?id=eq.-1&{}=eq.1', undefined],
    ['DELETE', '/films?id=eq.-1&or=({})', undefined], ['PUT', '/films?id=eq.{}', { id: -1, title: 'x' }], ['POST', '/rpc/{}', {}], ['POST', '/rpc/add', { '{}': 1 }], ['POST', '/rpc/add', { a: '{}', b: 1 }], ['POST', '/rpc/greet', { name: '{}', greeting: '{}' }],
    ['POST', '/rpc/longest', { words: ['{}'] }], ['POST', '/rpc/total', { n: '{}' }], ['POST', '/rpc/as_text', '"{}"'], ['POST', '/rpc/films_of?title=eq.{}&select={}', { director: 1 }]
]

const into = (template, text) => {
    if (typeof template === 'string') return template.replaceAll('{}', text)
    if (Array.isArray(template)) return template.map((value) => into(value, text))
    if (typeof template !== 'object' || template === null) return template
    return Object.fromEntries(Object.entries(template).map(([name, value]) => [into(name, text), into(value, text)]))
}
// In a path: as it stands where it can stand there, and escaped, which is what the parser sees.
const inPath = (template, text) => [into(template, encodeURIComponent(text))]
    .concat(/^[\x21-\x7e]+$/.test(text) && !/%00|#/.test(text) ? [into(template, text)] : [])
const isHeader = (text) => /^[\x20-\x7e\xa0-\xff]*$/.test(text)

// What PostgreSQL calls a syntax error too: a name without a letter, words for tsquery, words for a
// type (a cast is words and nothing else, see read_cast).
const isFine = (answer, what) => answer.json?.code !== '42601' || /zero-length delimited identifier|in tsquery|no escaped character/.test(answer.json.message) ||
    (what.includes('::') && /^syntax error at or near "\w+"$/.test(answer.json.message))

function fault(answer, what) {
    if (answer.status < 500 && isFine(answer, what) && !answer.text.includes('nobody may see this')) return []
    return [`${what}: ${answer.status} ${answer.text.slice(0, 400)}`]
}

async function inParallel(requests, credential) {
    const faults = []
    const waiting = requests.slice()
    const work = async () => {
        for (let request; (request = waiting.pop()) !== undefined;) {
            const answer = await exchange({ ...request, headers: { ...credential, ...request.headers } }).catch((error) => ({ status: 599, text: String(error) }))
            faults.push(...fault(answer, `${request.method ?? 'GET'} ${request.path.slice(0, 200)} ${JSON.stringify(request.headers ?? {}).slice(0, 200)} ${JSON.stringify(request.body ?? '').slice(0, 200)}`))
        }
    }
    await Promise.all([work(), work(), work(), work()])
    return faults
}

export async function inject(way, credential) {
    for (const template of paths) {
        none(await inParallel(evil.flatMap((text) => inPath(template, text)).map((path) => ({ path })), credential), `${way}: SQL in ${template}`)
    }
    for (const name of headers) {
        const given = evil.filter(isHeader).flatMap((text) => [text, `x${text}`, `neutral${text}`]).map((value) => ({ [name]: value }))
        none(await inParallel(given.flatMap((one) => [{ path: '/films?limit=1', headers: one }, { method: 'POST', path: '/rpc/add', body: '{"a":1,"b":2}', headers: { 'Content-Type': 'application/json', ...one } }]), credential), `${way}: SQL in the header ${name}`)
    }
    for (const template of preferences) {
        none(await inParallel(evil.filter(isHeader).map((text) => ({ path: '/films?limit=1', headers: { Prefer: into(template, text) } })), credential), `${way}: SQL in Prefer: ${template}`)
    }
    for (const [method, path, body] of writes) {
        const asked = evil.flatMap((text) => inPath(path, text).map((filled) => ({
            method, path: filled, body: into(body, typeof body === 'string' ? JSON.stringify(text).slice(1, -1) : text), headers: { Prefer: 'resolution=merge-duplicates,return=representation', ...(typeof body === 'string' ? { 'Content-Type': 'application/json' } : {}) } })))
        none(await inParallel(asked, credential), `${way}: SQL in ${method} ${path} ${JSON.stringify(body) ?? ''}`)
    }
    const csv = evil.map((text) => `${text},title\n-1,"x"`)
    none(await inParallel(csv.map((body) => ({ method: 'POST', path: '/films', body, headers: { 'Content-Type': 'text/csv' } })), credential), `${way}: SQL in the header of a CSV`)
    none(await inParallel(evil.map((text) => ({ method: 'POST', path: '/rpc/add', body: `${encodeURIComponent(text)}=1&a=${encodeURIComponent(text)}`, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })), credential), `${way}: SQL in a form`)
}
