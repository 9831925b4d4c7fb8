// Tests that speak TAP: each is a name and what must not throw.
let failures = 0

const commented = (text) => String(text).replace(/^/gm, '#   ')

export async function test(name, act) {
    const title = name.replaceAll('#', '\\#')
    try {
        await act()
        console.log(`ok - ${title}`)
        return true
    } catch (error) {
        ++failures
        process.exitCode = 1
        console.log(`not ok - ${title}\n${commented(error?.stack ?? error)}`)
        return false
    }
}

// Asks until `isTrue(answer)`; an error with the last answer when it never was.
export async function until(ask, isTrue, { seconds = 30, what = 'the condition' } = {}) {
    const deadline = performance.now() + seconds * 1000
    for (;;) {
        const answer = await ask()
        if (isTrue(answer)) return answer
        if (performance.now() > deadline) throw new Error(`${what} was not met in ${seconds} s: ${JSON.stringify(answer)}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
    }
}

export const failureCount = () => failures
