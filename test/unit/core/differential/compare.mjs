// Compares next_time() with croner, an independent cron library, over random triples. A
// disagreement is explained only when a stated difference of rules predicts our answer exactly;
// anything else fails.
//
// croner differs in this:
//   star   it joins day and weekday by OR unless one of them is a lone *; ours, as Vixie cron and
//          pg_cron, by AND when one begins with *. Its domAndDow option gives that rule, so these
//          triples are still compared in full.
//   fold   a schedule with a wildcard runs in both passes of the hour that a clock change repeats;
//          ours once. Explained when ours is its first answer outside a second pass.
//   gap    a schedule with a wildcard skips the times that a clock change leaves out; ours runs
//          once, at the end of the gap. Explained when ours is that end and a slot lies in the gap.
//   years  it searches longer than our horizon of eight years.
// usage: node compare.mjs DRIVER [COUNT [SEED]]
import { spawnSync } from 'node:child_process';
import { Cron } from 'croner';
import { makeTriples, offsetOf } from './triples.mjs';

const [driver, count = '10000', seed = '20261201'] = process.argv.slice(2);
const MINUTE = 60_000;
const HORIZON_YEARS = 8;

function answersOf(triples) {
    const input = triples.map(({ schedule, zone, after }) =>
        `${schedule}\t${zone}\t${new Date(after).toISOString()}\n`).join('');
    const run = spawnSync(driver, { input, encoding: 'utf8', maxBuffer: 1 << 26 });
    if (run.status !== 0) throw new Error(`driver failed: ${run.error ?? run.stderr}`);
    const lines = run.stdout.trimEnd().split('\n');
    if (lines.length !== triples.length) throw new Error(`${lines.length} answers`);
    return lines.map((line) => (line === 'none' ? null : Date.parse(line)));
}

// Both day fields restricted, one of them beginning with *: the AND of Vixie cron.
function needsBoth(schedule) {
    const [, , day, , weekday] = schedule.split(' ');
    return weekday !== undefined && (day.startsWith('*') || weekday.startsWith('*'));
}

function cronOf({ schedule }, timezone) {
    return new Cron(schedule, { timezone, domAndDow: needsBoth(schedule) });
}

function nextByCroner(cron, after) {
    const next = cron.nextRun(new Date(after));
    return next === null ? null : next.getTime();
}

// How far the clock was put back or forward at most; in minutes, so that Lord Howe's 30 count.
const SHIFTS = [30, 60, 120];

// True when the same wall-clock time was shown before, by a clock that was ahead.
function isSecondPass(zone, instant) {
    return SHIFTS.some((minutes) => {
        const ahead = offsetOf(zone, instant - minutes * MINUTE) - offsetOf(zone, instant);
        return ahead === minutes * MINUTE;
    });
}

function isFold(cron, { zone, after }, ours, theirs) {
    if (theirs === null || !isSecondPass(zone, theirs)) return false;
    // No second pass is longer than the longest shift.
    const outside = (instant) => instant === null || !isSecondPass(zone, instant);
    let later = theirs;
    for (let i = 0; i < Math.max(...SHIFTS) && !outside(later); ++i) {
        later = nextByCroner(cron, later);
    }
    return ours > after && later === ours;
}

function isGap(triple, ours, theirs) {
    if (ours === null || (theirs !== null && theirs < ours)) return false;
    const before = offsetOf(triple.zone, ours - 1000);
    const shift = offsetOf(triple.zone, ours) - before;
    if (shift <= 0) return false;
    // The wall clock as if it had not been put forward, read in a zone without changes.
    const skipped = ours + before;
    const slot = nextByCroner(cronOf(triple, 'UTC'), skipped - 1000);
    return slot !== null && slot < skipped + shift;
}

function explain(cron, triple, ours, theirs) {
    if (isFold(cron, triple, ours, theirs)) return 'fold';
    if (isGap(triple, ours, theirs)) return 'gap';
    const until = new Date(triple.after).getUTCFullYear() + HORIZON_YEARS;
    if (ours === null && new Date(theirs).getUTCFullYear() > until) return 'years';
    return null;
}

const triples = makeTriples(Number(count), Number(seed));
const ours = answersOf(triples);
const explained = new Map();
let unexplained = 0;
triples.forEach((triple, i) => {
    const cron = cronOf(triple, triple.zone);
    const theirs = nextByCroner(cron, triple.after);
    if (ours[i] === theirs) return;
    const why = Number.isNaN(ours[i]) ? null : explain(cron, triple, ours[i], theirs);
    if (why !== null) {
        explained.set(why, (explained.get(why) ?? 0) + 1);
        return;
    }
    if (++unexplained > 20) return;
    const show = (t) => (Number.isNaN(t) ? 'fault' : t === null ? 'none' : new Date(t).toISOString());
    console.log(`unexplained: "${triple.schedule}" in ${triple.zone} after ${show(triple.after)}: ` +
        `ours ${show(ours[i])}, croner ${show(theirs)}`);
});

for (const [why, times] of explained) console.log(`explained by ${why}: ${times}`);
const total = [...explained.values()].reduce((sum, times) => sum + times, 0);
console.log(`differential: ${triples.length} triples, ${total} explained, ${unexplained} unexplained`);
process.exit(unexplained === 0 ? 0 : 1);
