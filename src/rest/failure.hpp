// A request refused: what the standard error body and its status are made of. The codes and
// texts are PostgREST's, so that its clients recognise them.
#pragma once
#include <string>
#include <vector>

#include "core/call.hpp"
#include "core/result.hpp"

namespace torale::rest {

struct Failure {
    int status = 400;
    std::string code{};  // PGRSTxyz or a SQLSTATE
    std::string message{};
    std::string details{};          // plain text, "" = null
    std::string hint{};             // "" = null
    bool details_are_json = false;  // `details` is JSON text already (PGRST201)
    std::string reason{};           // status line, "" = the usual one
    std::vector<core::Header> headers{};
    bool operator==(const Failure&) const = default;
};

template <class T>
using Result = core::Result<T, Failure>;

// What PostgreSQL raised; its HTTP status is decided by failure_of() of reply.hpp.
struct SqlError {
    std::string sqlstate;
    std::string message{};
    std::string detail;
    std::string hint{};
    bool operator==(const SqlError&) const = default;
};

}  // namespace torale::rest
