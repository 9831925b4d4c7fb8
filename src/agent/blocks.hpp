// Text of others inside a prompt: each block opens and closes with marks that carry a token no
// page can know, so that no page can end its own block or open another.
#pragma once
#include <string>
#include <string_view>

#include "agent/briefing.hpp"
#include "core/clock.hpp"

namespace torale::agent {

// Not secret from the model, only from pages: they were written before this run began.
std::string block_token(const Briefing& briefing);

// Builds a prompt of our own words and of foreign text, and keeps the two apart.
class BlockWriter {
public:
    explicit BlockWriter(std::string token);

    BlockWriter& raw(std::string_view text);
    void open(std::string_view name);
    void close(std::string_view name);
    // Text of others, cut at a character. Should it hold the token, by luck or replay, the token
    // is taken out.
    BlockWriter& text(std::string_view foreign, std::size_t bytes_max);
    // The same on one line, so that it cannot pass for a field of ours; ends the line.
    BlockWriter& line(std::string_view foreign, std::size_t bytes_max);
    BlockWriter& time(core::Time instant);
    std::string take();

private:
    void mark(std::string_view verb, std::string_view name);

    std::string token_;
    std::string out_;
};

}  // namespace torale::agent
