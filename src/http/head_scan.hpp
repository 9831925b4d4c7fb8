// Finds the end of a request's head byte by byte and refuses at once what no head may hold: bare
// CR or LF, control bytes, folded lines. Boost.Beast alone would unfold a line, and would wait for
// the end of a head that a bare LF never ends.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include "http/refusal.hpp"

namespace torale::http {

class HeadScan {
public:
    enum class Progress { incomplete, complete, refused };

    // `buffer` grows from call to call; each byte is looked at once.
    Progress scan(std::string_view buffer, std::size_t bytes_max);

    // The head with its blank line, when complete. One empty line before it is left out: old
    // clients send one after a body (RFC 9112 §2.2).
    std::size_t begin() const { return begin_; }
    std::size_t end() const { return at_; }
    const Refusal& refusal() const { return *refusal_; }

private:
    Progress refuse(int status, const char* message);
    // True at the blank line that ends the head.
    bool finish_line();

    std::size_t begin_ = 0;
    std::size_t at_ = 0;
    std::size_t line_ = 0;  // where the line of at_ begins
    int lines_ = 0;
    std::optional<Refusal> refusal_;
};

}  // namespace torale::http
