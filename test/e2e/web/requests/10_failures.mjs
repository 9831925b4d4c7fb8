// What the database refuses, and what functions make of an answer (12, 13.5).
import { any, failure } from './table.mjs'

const as = 'web_user'
const raised = (code, message = 'a message') => failure(code, message, 'a detail', 'a hint')
const raises = (code, status, more = {}) => ['POST /rpc/fail', status, raised(code, more.message), {
    as, name: `SQLSTATE ${code} is ${status}`, ...more, send: { code, message: more.message ?? 'a message' } }]

const codes = [
    ['08006', 503], ['53000', 503], ['53300', 503], ['53400', 500], ['57P01', 503], ['0L000', 403], ['0P000', 403], ['28000', 403], ['28P01', 403],
    ['23503', 409], ['23505', 409], ['25006', 405], ['21000', 500], ['22023', 400], ['42883', 404], ['42P01', 404], ['42P17', 500], ['P0001', 400],
    ['09000', 500], ['25000', 500], ['25P01', 500], ['2D000', 500], ['38000', 500], ['39000', 500], ['3B000', 500], ['40001', 500], ['40P01', 500],
    ['54000', 500], ['55000', 500], ['55P03', 500], ['57000', 500], ['58000', 500], ['58P01', 500], ['F0000', 500], ['HV000', 500], ['P0002', 500], ['P0003', 500],
    ['XX000', 500], ['XX002', 500], ['22012', 400], ['23502', 400], ['23514', 400], ['23P01', 400], ['42703', 400], ['42P10', 400], ['42601', 400], ['2201W', 400], ['AB123', 400],
].map(([code, status]) => raises(code, status, status === 503 ? { has: { 'Retry-After': /^\d+$/ } } : {}))

const fully = (body, control, status, answer, more = {}) => ['POST /rpc/fail_fully', status, answer, {
    name: `raise PGRST ${body} ${control}`, ...more, send: { body, control } }]
const message = '{"code":"123","message":"m","details":"d","hint":"h"}'
const unreadable = (details, hint) => failure('PGRST121', `Could not parse JSON in the "RAISE SQLSTATE 'PGRST'" error`, details, hint)
const messageHint = "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'."
const detailHint = "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'."
const answers = (headers, status, got, body, has) => ['POST /rpc/answer', got, body, { name: `answer ${headers} ${status}`, send: { headers, status }, has }]
const badHeaders = failure('PGRST111', 'response.headers guc must be a JSON array composed of objects with a single key and a string value')
const badStatus = failure('PGRST112', 'response.status guc must be a valid status code')

export default {
    title: 'failures',
    server: 'plain',
    rows: [
        ...codes,
        raises('42501', 403, { has: { 'WWW-Authenticate': null } }),
        raises('42501', 401, { as: undefined, has: { 'WWW-Authenticate': 'Bearer' } }),
        raises('42501', 401, { as: { role: 'web_anon' }, name: 'a token of the anonymous role is anonymous' }),
        raises('57014', 504, { why: 'a statement out of time is a gateway out of time' }),
        raises('21000', 400, { message: 'UPDATE requires a WHERE clause', name: 'pg-safeupdate is 400' }),
        raises('22023', 401, { message: 'role "x" does not exist', name: 'a role that does not exist is 401' }),
        raises('PT402', 402, { message: 'pay', reason: 'pay' }),
        raises('PT418', 418, { message: 'teapot', reason: 'teapot', has: { 'Proxy-Status': 'PostgREST; error=PT418' } }),
        raises('PT404', 404, {}),
        raises('PTABC', 500, {}),

        fully(message, '{"status":402,"status_text":"My Text","headers":{"X-A":"b","X-C":"d"}}', 402, failure('123', 'm', 'd', 'h'), {
            reason: 'My Text', has: { 'X-A': 'b', 'X-C': 'd', 'Proxy-Status': 'PostgREST; error=123' } }),
        fully('{"code":"9","message":"m"}', '{"status":419,"headers":{}}', 419, failure('9', 'm')),
        fully('nope', '{"status":402,"headers":{}}', 500, unreadable("Invalid JSON value for MESSAGE: 'nope'", messageHint)),
        fully('{"message":"m"}', '{"status":402,"headers":{}}', 500, unreadable(`Invalid JSON value for MESSAGE: '{"message":"m"}'`, messageHint)),
        fully(message, 'nope', 500, unreadable("Invalid JSON value for DETAIL: 'nope'", detailHint)),
        fully(message, '{"status":402}', 500, unreadable(`Invalid JSON value for DETAIL: '{"status":402}'`, detailHint)),

        answers('[{"X-One":"1"},{"Set-Cookie":"a=b"},{"Set-Cookie":"c=d"}]', '202', 202, '"answered"', { 'X-One': '1', 'Set-Cookie': ['a=b', 'c=d'] }),
        answers('[{"Content-Type":"text/x-own"}]', '200', 200, '"answered"', { 'Content-Type': 'text/x-own' }),
        answers('[{"Vary":"Cookie"}]', '404', 404, '"answered"', { Vary: 'Cookie' }),
        answers('[]', '299', 299, '"answered"', {}),
        answers('[{"X-One":"1"}]', null, 200, '"answered"', { 'X-One': '1' }),
        answers(null, '201', 201, '"answered"', {}),
        answers('{"X-One":"1"}', '200', 500, badHeaders, { 'X-One': null }),
        answers('[{"X-One":1}]', '200', 500, badHeaders, {}),
        answers('[{"A":"1","B":"2"}]', '200', 500, badHeaders, {}),
        answers('nope', '200', 500, badHeaders, {}),
        answers('[]', 'nope', 500, badStatus, {}),

        ['POST /rpc/sleep', 504, failure('57014', 'canceling statement due to statement timeout'), {
            as: 'web_slow', send: { seconds: 5 }, name: 'the time limit of a role', why: 'a statement out of time is a gateway out of time' }],
        ['POST /rpc/patient', 200, '"slept"', { as: 'web_slow', send: {}, name: "a function's own time limit is the transaction's" }],
        ['GET /secrets', 401, failure('42501', 'permission denied for table secrets', null, any), { has: { 'WWW-Authenticate': 'Bearer' } }],
        ['GET /secrets', 403, failure('42501', 'permission denied for table secrets', null, any), { as }],
        ['GET /guarded', 403, failure('42501', 'permission denied for table guarded', null, any), { as }],
        ['GET /guarded?select=id,open', 200, [{ id: 1, open: 'open' }], { as }],
        ['GET /guarded?select=id&closed=eq.closed', 403, failure('42501', 'permission denied for table guarded', null, any), { as }],
        ['HEAD /secrets', 401, '', { has: { 'Proxy-Status': 'PostgREST; error=42501', 'WWW-Authenticate': 'Bearer' } }],
        ['POST /rpc/escape', 403, failure('42501', /^permission denied to set role/, null, any), { as, send: { statement: 'SET ROLE postgres' } }],
    ],
}
