// @supabase/postgrest-js against the server under test.
//
//   run_clients.mjs plain|limited|ours
//
// One file after the other: they write to the same rows. What `plain` cannot show, `limited` does.
import assert from 'node:assert/strict'

import { test } from './tap.mjs'
import { nothingIsForgotten, tiers } from './clients/tiers.mjs'

const files = { plain: ['reads', 'writes', 'calls', 'embeds', 'later'], limited: ['limits'], ours: ['torale', 'react_admin', 'openapi'] }
const server = process.argv[2]
for (const file of files[server]) await import(`./clients/${file}.mjs`)

const features = Object.entries(tiers).flatMap(([tier, keys]) => Object.keys(keys).map((key) => `${tier}.${key}`))
const needLimits = ['T1.claims']
if (server === 'limited') await nothingIsForgotten(features.filter((feature) => !needLimits.includes(feature)))
if (server === 'plain') {
    const { unusedMethods } = await import('./clients/client.mjs')
    await nothingIsForgotten(needLimits)
    await test('each method of the client was used', () => assert.deepEqual(unusedMethods(), []))
}
