// What is not PostgREST's: feeds, events, limits, probes, keys.
//
//   run_feeds.mjs FILE…     of feeds/
for (const file of process.argv.slice(2)) await import(`./feeds/${file}.mjs`)
