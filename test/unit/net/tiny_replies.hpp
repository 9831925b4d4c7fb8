// What TinyServer answers, by path:
//
//   /ok            200 "ok"                      /delay?250     the same after 250 ms
//   /body?1000     that many bytes               /headers?1000  a header of that many bytes
//   /gzip          "hello", compressed           /bomb?1000000  that many zeros, compressed
//   /chunks?1000   a body without a length       /stall         half a body, then silence
//   /reset         half a body, then RST         /redirect      302 to /ok
//   /echo          the request itself            /drop          closes without a word
//   /connection    the number of the connection  /status?401   that status and no body
//   /robots.txt    forbids /private to torale    /hop?3         302 to /hop?2 … /ok
//   /circle        302 to itself by way of /back /etag          304 for its own ETag
//   /to-private    302 to /private               /say?6f6b&     200 with that text, in hex
#pragma once
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace torale::net::test {

struct Answer {
    std::string bytes;
    int delay_ms = 0;
    enum class After { keep, close, reset, hold } after = After::keep;
};

inline std::string with_length(const std::string& body, const std::string& extra = {}) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + extra +
           "\r\n" + body;
}

// One stored block; the checksum of "hello" is known.
inline std::string gzip_hello() {
    using namespace std::string_literals;
    return "\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x05\0\xfa\xffhello\x86\xa6\x10\x36\x05\0\0\0"s;
}

// A zero, then "repeat the last byte 258 times" in 13 bits, over and over (RFC 1951 §3.2.6).
inline std::string gzip_zeros(std::int64_t count) {
    using namespace std::string_literals;
    std::string out = "\x1f\x8b\x08\0\0\0\0\0\0\x03"s;
    std::uint64_t bits = 0;
    int used = 0;
    const auto put = [&](std::string_view code) {
        for (const char bit : code) {
            bits |= static_cast<std::uint64_t>(bit == '1') << used;
            if (++used < 8) continue;
            out.push_back(static_cast<char>(bits));
            bits = 0;
            used = 0;
        }
    };
    put("1"
        "10"
        "00110000");  // last block, fixed codes (01, low bit first), literal 0
    for (std::int64_t done = 1; done < count; done += 258)
        put("11000101"
            "00000");
    put("0000000"
        "0000000");
    return out;
}

inline std::string read_hex(const std::string& target) {
    std::string text;
    for (std::size_t at = target.find('?') + 1; at + 1 < target.find('&'); at += 2) {
        text.push_back(static_cast<char>(std::stoi(target.substr(at, 2), nullptr, 16)));
    }
    return text;
}

inline Answer answer_to(const std::string& request, int connection) {
    const auto start = request.find(' ') + 1;
    const std::string target = request.substr(start, request.find(' ', start) - start);
    const auto mark = target.find('?');
    const std::string path = target.substr(0, mark);
    const long count = mark == std::string::npos ? 0 : std::atol(target.c_str() + mark + 1);
    const auto bytes = static_cast<std::size_t>(count);
    const std::string half = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";
    if (path == "/delay") return {with_length("ok"), static_cast<int>(count)};
    if (path == "/body") return {with_length(std::string(bytes, 'x'))};
    if (path == "/headers")
        return {with_length("ok", "X-Long: " + std::string(bytes, 'x') + "\r\n")};
    if (path == "/gzip") return {with_length(gzip_hello(), "Content-Encoding: gzip\r\n")};
    if (path == "/bomb") return {with_length(gzip_zeros(count), "Content-Encoding: gzip\r\n")};
    if (path == "/chunks")
        return {"HTTP/1.1 200 OK\r\n\r\n" + std::string(bytes, 'x'), 0, Answer::After::close};
    if (path == "/stall") return {half, 0, Answer::After::hold};
    if (path == "/reset") return {half, 0, Answer::After::reset};
    if (path == "/redirect")
        return {"HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n"};
    const auto redirect = [](const std::string& to) {
        return Answer{"HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n"};
    };
    if (path == "/robots.txt") return {with_length("User-agent: torale\nDisallow: /private\n")};
    if (path == "/hop") return redirect(count > 1 ? "hop?" + std::to_string(count - 1) : "/ok");
    if (path == "/circle") return redirect("/back");
    if (path == "/back") return redirect("/circle");
    if (path == "/to-private") return redirect("/private");
    if (path == "/etag" && request.find("If-None-Match: W/\"1\"") != std::string::npos)
        return {"HTTP/1.1 304 Not Modified\r\nETag: W/\"1\"\r\n\r\n"};
    if (path == "/etag")
        return {
            with_length("ok", "ETag: W/\"1\"\r\nLast-Modified: Thu, 20 Aug 2026 10:00:00 GMT\r\n")};
    if (path == "/echo") return {with_length(request, "Content-Type: text/plain\r\n")};
    if (path == "/say")
        return {with_length(read_hex(target), "Content-Type: application/json\r\n")};
    if (path == "/drop") return {"", 0, Answer::After::close};
    if (path == "/status")
        return {"HTTP/1.1 " + std::to_string(count) + " Status\r\nContent-Length: 0\r\n\r\n"};
    if (path == "/connection") return {with_length(std::to_string(connection))};
    return {with_length("ok", "X-Test: yes\r\n")};
}

}  // namespace torale::net::test
