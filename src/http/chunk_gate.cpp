#include "http/chunk_gate.hpp"

#include <cstddef>

namespace torale::http {
namespace {

constexpr std::size_t line_bytes_max = 256;

// Whether `buffer` has a CR LF at `at`, as far as it goes.
ChunkGate line_end_at(std::string_view buffer, std::size_t at) {
    constexpr std::string_view line_end = "\r\n";
    const std::string_view there = buffer.substr(at, line_end.size());
    if (!line_end.starts_with(there)) return ChunkGate::refused;
    return there.size() < line_end.size() ? ChunkGate::incomplete : ChunkGate::open;
}

bool is_hex(char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') ||
           (byte >= 'A' && byte <= 'F');
}

}  // namespace

ChunkGate look_at_chunk(std::string_view buffer, bool is_first) {
    const std::size_t start = is_first ? 0 : 2;
    if (!is_first) {
        const ChunkGate before = line_end_at(buffer, 0);
        if (before != ChunkGate::open) return before;
    }
    bool is_zero = true;
    bool in_size = true;
    for (std::size_t at = start; at < buffer.size(); ++at) {
        const char byte = buffer[at];
        if (at - start >= line_bytes_max) return ChunkGate::refused;
        if (in_size && !is_hex(byte)) {
            if (at == start) return ChunkGate::refused;
            in_size = false;
        }
        if (in_size && byte != '0') is_zero = false;
        if (byte == '\r') {
            const ChunkGate end = line_end_at(buffer, at);
            if (end != ChunkGate::open || !is_zero) return end;
            return line_end_at(buffer, at + 2);
        }
        const auto code = static_cast<unsigned char>(byte);
        if ((code < 0x20 && byte != '\t') || code == 0x7f) return ChunkGate::refused;
    }
    return ChunkGate::incomplete;
}

}  // namespace torale::http
