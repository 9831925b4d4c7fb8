// Random (schedule, zone, instant) triples: the same seed gives the same triples everywhere. A
// third of the instants lie close to a clock change, where cron libraries differ.

export const ZONES = [
    'UTC', 'Etc/GMT+12', 'Asia/Tokyo', 'Asia/Kolkata', 'Asia/Kathmandu', 'America/Phoenix',
    'America/New_York', 'America/St_Johns', 'America/Sao_Paulo', 'America/Santiago',
    'America/Havana', 'Europe/Berlin', 'Europe/London', 'Europe/Dublin', 'Africa/Cairo',
    'Asia/Beirut', 'Australia/Sydney', 'Australia/Adelaide', 'Australia/Lord_Howe',
    'Pacific/Auckland', 'Pacific/Chatham', 'Pacific/Apia', 'Antarctica/Troll',
];

const FIRST = Date.UTC(2015, 0, 1);
const LAST = Date.UTC(2036, 0, 1);
const HOUR = 3_600_000;

// mulberry32: 32 bits of state are plenty here.
export function seededRandom(seed) {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}

const formats = new Map();

// Milliseconds to add to UTC for the wall clock of `zone`.
export function offsetOf(zone, instant) {
    if (!formats.has(zone)) {
        formats.set(zone, new Intl.DateTimeFormat('en-US', {
            timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric',
            hour: 'numeric', minute: 'numeric', second: 'numeric',
        }));
    }
    const parts = {};
    for (const { type, value } of formats.get(zone).formatToParts(instant)) parts[type] = +value;
    const local = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute,
        parts.second);
    return local - Math.floor(instant / 1000) * 1000;
}

// The first instants of a new offset, found by halving between weekly probes.
export function clockChanges(zone) {
    const changes = [];
    const week = 7 * 24 * HOUR;
    for (let from = FIRST; from < LAST; from += week) {
        let low = from;
        let high = from + week;
        if (offsetOf(zone, low) === offsetOf(zone, high)) continue;
        while (high - low > 1000) {
            const middle = Math.floor((low + high) / 2000) * 1000;
            if (offsetOf(zone, middle) === offsetOf(zone, low)) low = middle;
            else high = middle;
        }
        changes.push(high);
    }
    return changes;
}

class ScheduleWriter {
    constructor(random) { this.random = random; }

    below(count) { return Math.floor(this.random() * count); }
    pick(list) { return list[this.below(list.length)]; }

    value(field) {
        const number = field.low + this.below(field.high - field.low + 1);
        const name = field.names?.[number - field.low];
        if (name && this.random() < 0.4) return { number, text: this.pick([name, name.toUpperCase()]) };
        return { number, text: this.random() < 0.1 ? String(number).padStart(2, '0') : String(number) };
    }

    item(field) {
        const shape = this.random();
        if (field.last && shape < 0.1) return 'L';
        const step = 1 + this.below(Math.min(field.high, 30));
        if (shape < 0.2) return `*/${step}`;
        const a = this.value(field);
        if (shape < 0.6) return a.text;
        let b = this.value(field);
        // croner reads a sun that ends a range as 7; ours, as pg_cron, always as 0.
        while (b.text.toLowerCase() === 'sun') b = this.value(field);
        const [first, last] = a.number <= b.number ? [a, b] : [b, a];
        return `${first.text}-${last.text}` + (shape < 0.8 ? '' : `/${step}`);
    }

    field(field) {
        if (this.random() < field.star) return '*';
        const count = this.random() < 0.7 ? 1 : 2 + this.below(3);
        return Array.from({ length: count }, () => this.item(field)).join(',');
    }

    schedule() {
        if (this.random() < 0.02) return this.pick(NICKNAMES);
        return FIELDS.map((field) => this.field(field)).join(' ');
    }
}

const NICKNAMES = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually'];
const FIELDS = [
    { low: 0, high: 59, star: 0.2 },
    { low: 0, high: 23, star: 0.3 },
    { low: 1, high: 31, star: 0.55, last: true },
    { low: 1, high: 12, star: 0.7,
      names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
    { low: 0, high: 7, star: 0.55, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

export function makeTriples(count, seed) {
    const random = seededRandom(seed);
    const writer = new ScheduleWriter(random);
    const changes = new Map(ZONES.map((zone) => [zone, clockChanges(zone)]));
    return Array.from({ length: count }, () => {
        const zone = writer.pick(ZONES);
        const near = changes.get(zone);
        const instant = near.length > 0 && random() < 0.35
            ? writer.pick(near) + Math.floor((random() - 0.6) * 8 * HOUR)
            : FIRST + Math.floor(random() * (LAST - FIRST));
        return { schedule: writer.schedule(), zone, after: Math.floor(instant / 1000) * 1000 };
    });
}
