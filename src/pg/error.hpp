// An error that PostgreSQL raised, as C++ sees it.
#pragma once
#include <exception>
#include <stdexcept>
#include <string>

namespace torale::pg {

// A runtime_error: to the scheduler it is a store that refused, and the loop goes on.
class Error final : public std::runtime_error {
public:
    std::string sqlstate;  // five characters
    std::string message;
    std::string detail;
    std::string hint;

    Error(std::string sqlstate_, std::string message_, std::string detail_ = {},
          std::string hint_ = {})
        : std::runtime_error(message_),
          sqlstate(std::move(sqlstate_)),
          message(std::move(message_)),
          detail(std::move(detail_)),
          hint(std::move(hint_)) {}
    const char* what() const noexcept override { return message.c_str(); }
};

// DROP EXTENSION has committed: nothing of ours is left in this database, the worker may go.
class ExtensionGone final : public std::exception {
public:
    const char* what() const noexcept override { return "the extension is gone"; }
};

}  // namespace torale::pg
