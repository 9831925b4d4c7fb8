#include "http/response_writer.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <charconv>
#include <ostream>  // Boost.Beast 1.74 needs it and does not say so

#include "core/ascii.hpp"

namespace torale::http {
namespace {

void write_number(std::string& out, std::uint64_t number, int base = 10) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
    out.append(digits.data(), end);
}

// Text of a line: neither a line end nor another control byte gets in.
void write_text(std::string& out, std::string_view text) {
    const auto is_control = [](char byte) {
        const auto code = static_cast<unsigned char>(byte);
        return (code < 0x20 && byte != '\t') || code == 0x7f;
    };
    const auto at = out.size();
    out.append(text);
    std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(at), out.end(), is_control, ' ');
}

bool is_token(std::string_view name) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
               (byte >= '0' && byte <= '9') || marks.find(byte) != std::string_view::npos;
    });
}

// Ours to say.
bool is_framing(std::string_view name) {
    constexpr std::array<std::string_view, 6> names = {
        "date", "server", "connection", "keep-alive", "content-length", "transfer-encoding"};
    return std::any_of(names.begin(), names.end(), [&](std::string_view ours) {
        return core::equals_ignoring_case(ours, name);
    });
}

void write_reason(std::string& out, const core::HttpResponse& response, int status) {
    if (!response.reason.empty()) return write_text(out, response.reason);
    const auto known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
    if (known == boost::beast::http::status::unknown) return;
    const auto text = boost::beast::http::obsolete_reason(known);
    out.append(text.data(), text.size());
}

void write_connection(std::string& out, const ResponseFrame& frame) {
    if (frame.is_last)
        out += "Connection: close\r\n";
    else if (frame.is_http_1_0)
        out += "Connection: keep-alive\r\n";
}

}  // namespace

BodyEnd body_end(const core::HttpResponse& response, const ResponseFrame& frame) {
    if (frame.is_head_method || response.status == 204 || response.status == 304)
        return BodyEnd::none;
    if (!response.is_stream) return BodyEnd::length;
    return frame.is_http_1_0 ? BodyEnd::closing : BodyEnd::chunked;
}

void write_response(std::string& out, const core::HttpResponse& response,
                    const ResponseFrame& frame) {
    // An interim or impossible status would leave the client waiting for another answer.
    const bool is_final = response.status >= 200 && response.status <= 999;
    const int status = is_final ? response.status : 500;
    out += "HTTP/1.1 ";
    write_number(out, static_cast<std::uint64_t>(status));
    out += ' ';
    write_reason(out, response, status);
    out += "\r\nDate: ";
    out += frame.date;
    out += "\r\nServer: torale\r\n";
    for (const auto& [name, value] : response.headers) {
        if (!is_token(name) || is_framing(name)) continue;
        out += name;
        out += ": ";
        write_text(out, value);
        out += "\r\n";
    }
    write_connection(out, frame);
    const BodyEnd end = body_end(response, frame);
    if (end == BodyEnd::length) {
        out += "Content-Length: ";
        write_number(out, response.body.size());
        out += "\r\n";
    }
    if (end == BodyEnd::chunked) out += "Transfer-Encoding: chunked\r\n";
    out += "\r\n";
    if (end == BodyEnd::chunked)
        write_chunk(out, response.body);
    else if (end != BodyEnd::none)
        out += response.body;
}

void write_chunk(std::string& out, std::string_view bytes) {
    if (bytes.empty()) return;
    write_number(out, bytes.size(), 16);
    out += "\r\n";
    out += bytes;
    out += "\r\n";
}

void write_last_chunk(std::string& out) {
    out += "0\r\n\r\n";
}

}  // namespace torale::http
