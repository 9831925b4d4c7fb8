// Blocks of foreign text, and the token that marks their ends.
#include "agent/blocks.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace torale::agent {

namespace {

std::string_view cut(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0) == 0x80) {
        --bytes_max;
    }
    return text.substr(0, bytes_max);
}

}  // namespace

// It opens with a rare character, so that looking for it in a long page is fast.
std::string block_token(const Briefing& briefing) {
    const std::string seed = std::to_string(briefing.delimiter_nonce) + "/" + briefing.execution_id;
    return "~" + core::sha256_hex(seed).substr(0, 16);
}

BlockWriter::BlockWriter(std::string token) : token_(std::move(token)) {
    out_.reserve(16 << 10);
}

BlockWriter& BlockWriter::raw(std::string_view text) {
    out_ += text;
    return *this;
}

void BlockWriter::open(std::string_view name) {
    mark("begin", name);
}

void BlockWriter::close(std::string_view name) {
    mark("end", name);
}

BlockWriter& BlockWriter::text(std::string_view foreign, std::size_t bytes_max) {
    const std::string_view shown = cut(foreign, bytes_max);
    std::size_t from = 0;
    for (std::size_t at; (at = shown.find(token_, from)) != std::string_view::npos;) {
        out_ += shown.substr(from, at - from);
        out_ += "(removed)";
        from = at + token_.size();
    }
    out_ += shown.substr(from);
    if (shown.size() < foreign.size()) out_ += " […]";
    return *this;
}

BlockWriter& BlockWriter::line(std::string_view foreign, std::size_t bytes_max) {
    std::string flat(cut(foreign, bytes_max));
    std::replace_if(
        flat.begin(), flat.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text(flat, bytes_max).raw("\n");
}

BlockWriter& BlockWriter::time(core::Time instant) {
    return raw(core::write_time(instant));
}

std::string BlockWriter::take() {
    return std::move(out_);
}

void BlockWriter::mark(std::string_view verb, std::string_view name) {
    out_ += "[[";
    out_ += token_;
    out_ += ' ';
    out_ += verb;
    out_ += ' ';
    out_ += name;
    out_ += "]]\n";
}

}  // namespace torale::agent
