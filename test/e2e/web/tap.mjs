// Tests that speak TAP; one that fails makes the exit status 1.
import { inspect, isDeepStrictEqual } from 'node:util'

export const show = (value) => inspect(value, { depth: 8, breakLength: 110, maxStringLength: 600, maxArrayLength: 20 })

// Returns whether it held, as the next three do.
export function ok(holds, name, ...why) {
    console.log(`${holds ? 'ok' : 'not ok'} - ${name.replaceAll('#', '\\#')}`)
    if (holds) return true
    process.exitCode = 1
    for (const line of why) console.log((typeof line === 'string' ? line : show(line)).replace(/^/gm, '#   ').slice(0, 6000))
    return false
}
export const is = (got, expected, name) => ok(isDeepStrictEqual(got, expected), name, 'got:', got, 'expected:', expected)
// One test of many cases: `faults` says what was wrong with which.
export const none = (faults, name) => ok(faults.length === 0, name, `${faults.length} faults:`, ...faults.slice(0, 12))

// A test of what must not throw.
export async function test(name, act) {
    try {
        await act()
    } catch (error) {
        return ok(false, name, error?.stack ?? error)
    }
    return ok(true, name)
}

// Asks until `isTrue(answer)`; the last answer when it never was, for the test of it that follows.
export async function askUntil(ask, isTrue, seconds = 60) {
    const deadline = performance.now() + seconds * 1000
    for (;;) {
        const answer = await ask()
        if (isTrue(answer) || performance.now() > deadline) return answer
        await new Promise((resolve) => setTimeout(resolve, 20))
    }
}

// The same; an error when it never was.
export async function until(ask, isTrue, { seconds = 30, what = 'the condition' } = {}) {
    const answer = await askUntil(ask, isTrue, seconds)
    if (!isTrue(answer)) throw new Error(`${what} was not met in ${seconds} s: ${JSON.stringify(answer)}`)
    return answer
}
