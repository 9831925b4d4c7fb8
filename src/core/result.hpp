// Result<T>: an expected failure as a value. Exceptions are for bugs, Results for what the
// world does to us (network, bad reply, bad request, bad configuration).
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace torale::core {

// Closed on purpose: how an error leaves the house is one table, error_kinds().
enum class ErrorKind {
    invalid,
    unauthorized,
    not_found,
    conflict,
    rate_limited,
    upstream,
    timeout,
    cancelled,
    internal
};

struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string message{};
    std::string detail{};
    std::string hint{};
    bool operator==(const Error&) const = default;
};

// How a kind leaves the house. `sqlstate` has five characters; PTxyz is what PostgREST turns
// into HTTP status xyz.
struct ErrorKindRow {
    ErrorKind kind;
    const char* name;
    int http_status;
    const char* sqlstate;
    bool retryable;
};
const ErrorKindRow& describe(ErrorKind kind);

template <class T, class E = Error>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}
    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }
    // Undefined unless ok().
    T& value() { return *std::get_if<0>(&state_); }
    const T& value() const { return *std::get_if<0>(&state_); }
    T& operator*() { return value(); }
    const T& operator*() const { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    // Undefined if ok().
    E& error() { return *std::get_if<1>(&state_); }
    const E& error() const { return *std::get_if<1>(&state_); }

private:
    std::variant<T, E> state_;
};

}  // namespace torale::core
