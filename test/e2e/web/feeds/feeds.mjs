// Findings for feed readers, read by two independent parsers.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'

import Parser from 'rss-parser'

import { run } from '../database.mjs'
import { test } from '../tap.mjs'
import { as, find, makeTask } from './findings.mjs'

const base = process.env.TORALE_URL
const ask = (path, options) => fetch(base + path, options)
const tokenFor = async (owner, task = null) => (await as(owner, 'SELECT torale.create_feed_token($1) AS token', [task]))[0].token

const acme = await makeTask('ann', 'Acme')
const other = await makeTask('ann', 'Borealis')
const foreign = await makeTask('bob', 'Cosmos')
const findings = [await find('ann', 'Acme', acme), await find('ann', 'Borealis', other), await find('ann', 'Acme', acme)]
await find('bob', 'Cosmos', foreign)
const newest = [...findings].reverse()
const token = await tokenFor('ann')

await test('RSS as rss-parser reads it: an owner\'s findings, newest first', async () => {
    const response = await ask(`/rss/${token}`)
    assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'application/rss+xml; charset=utf-8'])
    const feed = await new Parser().parseString(await response.text())
    assert.deepEqual([feed.title, feed.feedUrl, feed.link], ['torale', `${base}/rss/${token}`, base])
    assert.deepEqual(feed.items.map((item) => item.guid), newest.map((finding) => finding.id))
    assert.deepEqual(feed.items.map((item) => item.title), newest.map((finding) => finding.title))
    const [item] = feed.items
    assert.equal(new Date(item.isoDate).getTime(), Math.floor(newest[0].created_at / 1000) * 1000)
    assert.deepEqual(item.categories, ['Acme'])
    assert.match(item.link, /^https:\/\/news\.example\.com\/Acme\/3\?a=1&b=2$/)
    assert.ok(item.content.includes(newest[0].day), item.content)
    assert.ok(!item.content.includes('<b>'), 'markup of a page')
    assert.equal(new Date(feed.lastBuildDate).getTime(), new Date(item.isoDate).getTime())
})

await test('RSS as libxml2 reads it: well-formed, with what RSS 2.0 demands', async () => {
    const text = await (await ask(`/rss/${token}`)).text()
    const xmllint = (path) => {
        const { status, stdout, stderr, error } = spawnSync('xmllint', ['--nonet', '--noent', '--xpath', path, '-'], { input: text })
        if (error?.code === 'ENOENT') return undefined
        assert.equal(status, 0, `${stderr}`)
        return `${stdout}`.trim()
    }
    const version = xmllint('string(/rss/@version)')
    if (version === undefined) return console.log('# no xmllint here')
    assert.equal(version, '2.0')
    assert.equal(xmllint('count(/rss/channel[title and link and description])'), '1')
    assert.equal(xmllint("count(/rss/channel/item[title and description and guid[@isPermaLink='false'] and pubDate])"), '3')
    assert.equal(xmllint('string(/rss/channel/item[1]/title)'), newest[0].title)
})

await test('JSON Feed, field by field', async () => {
    const response = await ask(`/feed/${token}.json`)
    assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'application/feed+json; charset=utf-8'])
    const { items, ...feed } = await response.json()
    assert.deepEqual(feed, { version: 'https://jsonfeed.org/version/1.1', title: 'torale', home_page_url: base, feed_url: `${base}/feed/${token}.json` })
    assert.equal(items.length, 3)
    for (const [i, { content_html: html, date_published: published, _torale: more, ...item }] of items.entries()) {
        const name = i === 1 ? 'Borealis' : 'Acme'
        const number = 3 - i
        const url = `https://news.example.com/${name}/${number}?a=1&b=2`
        assert.deepEqual(item, { id: newest[i].id, url, title: newest[i].title, tags: [name] })
        assert.match(published, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
        assert.equal(Math.floor(Date.parse(published) / 1000), Math.floor(newest[i].created_at / 1000))
        assert.ok(html.includes(newest[i].day))
        const { sources, ...rest } = more
        assert.deepEqual(rest, { task: name, condition: `a date for the ${name} launch` })
        assert.deepEqual(sources.map((source) => [source.url, source.title]), [[url, `${name} & <friends> no. ${number}`]])
        assert.ok(sources[0].quote.includes(newest[i].day))
    }
})

await test('a token of a task shows that task alone', async () => {
    const one = await tokenFor('ann', other)
    const feed = await new Parser().parseString(await (await ask(`/rss/${one}`)).text())
    assert.deepEqual([feed.title, feed.items.map((item) => item.guid)], ['torale: Borealis', [findings[1].id]])
    await assert.rejects(tokenFor('bob', other), { code: 'PT404' })
})

for (const path of [`/rss/${token}`, `/feed/${token}.json`]) {
    const kind = path.split('/')[1]
    await test(`/${kind}: a tag while nothing is new, another when something is; HEAD`, async () => {
        const first = await ask(path)
        const [tag, body] = [first.headers.get('etag'), await first.text()]
        assert.match(tag, /^"[0-9a-f]+"$/)
        for (const condition of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
            const again = await ask(path, { headers: { 'If-None-Match': condition } })
            assert.deepEqual([again.status, await again.text(), again.headers.get('etag')], [304, '', tag], condition)
        }
        assert.equal((await ask(path, { headers: { 'If-None-Match': '"other"' } })).status, 200)
        const head = await ask(path, { method: 'HEAD' })
        assert.deepEqual([head.status, await head.text(), head.headers.get('etag')], [200, '', tag])
        assert.equal(head.headers.get('content-type'), first.headers.get('content-type'))
        await find('ann', 'Acme', acme)
        const later = await ask(path, { headers: { 'If-None-Match': tag } })
        assert.equal(later.status, 200)
        assert.notEqual(await later.text(), body)
        assert.equal((await ask(path, { method: 'POST' })).status, 405)
    })
}

await test('a token that was revoked, or never was, is not found', async () => {
    const short = await tokenFor('ann')
    assert.equal((await ask(`/rss/${short}`)).status, 200)
    await as('ann', 'SELECT torale.revoke_feed_token(id) FROM torale.feed_tokens WHERE prefix = $1', [short.slice(0, 11)])
    for (const path of [`/rss/${short}`, `/feed/${short}.json`, '/rss/ft_nobody', `/rss/${token.slice(0, -1)}`]) {
        const response = await ask(path)
        const { code } = await response.json()
        assert.deepEqual([response.status, code], [404, 'PT404'], path)
    }
    assert.equal((await ask(`/rss/${token}`)).status, 200)
})

await test('an owner who is deactivated has no feeds', async () => {
    const bobs = await tokenFor('bob')
    assert.equal((await ask(`/rss/${bobs}`)).status, 200)
    await run("UPDATE torale.users SET is_active = false WHERE id = 'bob'")
    assert.equal((await ask(`/rss/${bobs}`)).status, 404)
})
