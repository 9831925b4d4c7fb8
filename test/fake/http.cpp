// HTTP/1.1 as a strict server reads it and as a scripted one answers.
#include "fake/http.hpp"

#include <strings.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace torale::fake {
namespace {

constexpr std::size_t header_bytes_max = 64 << 10;
constexpr std::size_t body_bytes_max = 64 << 20;

bool same_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool read_number(std::string_view text, int base, std::size_t& value) {
    const char* end = text.data() + text.size();
    auto [at, error] = std::from_chars(text.data(), end, value, base);
    return error == std::errc{} && at == end && !text.empty();
}

bool read_request_line(std::string_view line, Request& request, bool& is_http10) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return false;
    request.method = line.substr(0, first);
    request.path = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);
    is_http10 = version == "HTTP/1.0";
    if (request.path.empty() || request.path.front() != '/') return false;
    if (const auto mark = request.path.find('?'); mark != std::string_view::npos) {
        request.query = request.path.substr(mark + 1);
        request.path = request.path.substr(0, mark);
    }
    return is_http10 || version == "HTTP/1.1";
}

bool read_header_lines(std::string_view lines, Request& request) {
    while (!lines.empty()) {
        const auto end = lines.find("\r\n");
        const auto line = lines.substr(0, end);
        lines.remove_prefix(std::min(lines.size(), line.size() + 2));
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0) return false;
        const auto name = line.substr(0, colon);
        if (name.find_first_of(" \t") != std::string_view::npos) return false;
        request.headers.emplace_back(name, trimmed(line.substr(colon + 1)));
    }
    return true;
}

Parsed read_chunks(std::string_view rest, Request& request, std::size_t& consumed,
                   std::string& why) {
    std::size_t at = 0;
    for (;;) {
        const auto end = rest.find("\r\n", at);
        if (end == std::string_view::npos) return Parsed::more;
        std::size_t size = 0;
        const auto line = rest.substr(at, end - at);
        if (!read_number(line.substr(0, line.find(';')), 16, size) || size > body_bytes_max) {
            why = "bad chunk size";
            return Parsed::bad;
        }
        at = end + 2;
        if (rest.size() < at + size + 2) return Parsed::more;
        request.unchunked.append(rest.substr(at, size));
        at += size + 2;
        if (size == 0) break;
    }
    request.body = request.unchunked;
    consumed += at;
    return Parsed::complete;
}

const char* reason(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 410:
            return "Gone";
        case 422:
            return "Unprocessable Entity";
        case 429:
            return "Too Many Requests";
        case 500:
            return "Internal Server Error";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        default:
            return "Status";
    }
}

std::string compress(const std::string& body) {
    z_stream stream{};
    if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::runtime_error("deflateInit2");
    }
    std::string packed(deflateBound(&stream, body.size()) + 32, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

// Small odd chunks, so that a reader which takes a chunk for the whole body is found out.
std::string in_chunks(std::string_view body) {
    std::string out;
    char size[20];
    for (std::size_t at = 0; at < body.size();) {
        const auto piece = body.substr(at, at == 0 ? 7 : 4093);
        const auto end = std::to_chars(size, size + sizeof size, piece.size(), 16).ptr;
        out.append(size, end).append("\r\n").append(piece).append("\r\n");
        at += piece.size();
    }
    return out += "0\r\n\r\n";
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (same_name(key, name)) return value;
    }
    return {};
}

Parsed parse_request(std::string_view bytes, Request& request, std::size_t& consumed,
                     std::string& why) {
    const auto head = bytes.find("\r\n\r\n");
    if (head == std::string_view::npos) {
        why = "header too large";
        return bytes.size() > header_bytes_max ? Parsed::bad : Parsed::more;
    }
    const auto line_end = bytes.find("\r\n");
    bool is_http10 = false;
    if (!read_request_line(bytes.substr(0, line_end), request, is_http10)) {
        why = "bad request line";
        return Parsed::bad;
    }
    const auto lines = bytes.substr(line_end + 2, std::max(head, line_end + 2) - line_end - 2);
    if (!read_header_lines(lines, request)) {
        why = "bad header line";
        return Parsed::bad;
    }
    const auto connection = request.header("connection");
    request.keep_alive =
        is_http10 ? same_name(connection, "keep-alive") : !same_name(connection, "close");
    if (!is_http10 && request.header("host").empty()) {
        why = "no host header";
        return Parsed::bad;
    }
    consumed = head + 4;
    const auto length = request.header("content-length");
    if (const auto coding = request.header("transfer-encoding"); !coding.empty()) {
        why = "bad transfer-encoding";
        if (!same_name(coding, "chunked") || !length.empty()) return Parsed::bad;
        return read_chunks(bytes.substr(consumed), request, consumed, why);
    }
    std::size_t size = 0;
    if (!length.empty() && (!read_number(length, 10, size) || size > body_bytes_max)) {
        why = "bad content-length";
        return Parsed::bad;
    }
    if (bytes.size() - consumed < size) return Parsed::more;
    request.body = bytes.substr(consumed, size);
    consumed += size;
    return Parsed::complete;
}

Reply render_reply(const Delivery& how, std::string body, bool keep_alive) {
    if (body.size() < how.pad_to_bytes) body.resize(how.pad_to_bytes, ' ');
    if (how.gzip) body = compress(body);
    const bool closes = !keep_alive || how.http10 || how.close_after_bytes.has_value();
    Reply reply;
    reply.status = how.status;
    reply.delay_ms = how.delay_ms;
    reply.body_delay_ms = how.body_delay_ms;
    reply.drip_bytes_per_s = how.drip_bytes_per_s;
    reply.ending = how.reset ? Ending::reset : closes ? Ending::close : Ending::keep;
    auto& out = reply.bytes;
    out.reserve(body.size() + 256);
    out += how.http10 ? "HTTP/1.0 " : "HTTP/1.1 ";
    out += std::to_string(how.status);
    out += ' ';
    out += reason(how.status);
    if (!how.content_type.empty()) out.append("\r\nContent-Type: ").append(how.content_type);
    for (const auto& [name, value] : how.headers) {
        out.append("\r\n").append(name).append(": ").append(value);
    }
    if (how.gzip) out += "\r\nContent-Encoding: gzip";
    if (closes && !how.http10) out += "\r\nConnection: close";
    if (how.chunked) {
        out += "\r\nTransfer-Encoding: chunked";
        body = in_chunks(body);
    } else if (!how.http10 && how.status != 204 && how.status != 304) {
        out += "\r\nContent-Length: ";
        out += std::to_string(body.size());
    }
    out += "\r\n\r\n";
    reply.head_bytes = out.size();
    out.append(body, 0, how.close_after_bytes.value_or(body.size()));
    if (how.reset && !how.close_after_bytes) out.clear();
    reply.head_bytes = std::min(reply.head_bytes, out.size());
    return reply;
}

}  // namespace torale::fake
