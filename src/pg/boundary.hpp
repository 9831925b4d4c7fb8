// Where C++ and PostgreSQL meet. ereport(ERROR) is a longjmp that runs no destructor, and a C++
// exception must never cross a C frame. So: guarded() around what may raise, entry() at each door.
#pragma once
#include <setjmp.h>
#include <exception>
#include <type_traits>

#include "core/result.hpp"
#include "pg/error.hpp"
#include "pg/postgres.hpp"

namespace torale::pg {

namespace boundary {

// What a guard puts back, however it is left.
struct Frame {
    sigjmp_buf* exception_stack = PG_exception_stack;
    ErrorContextCallback* context_stack = error_context_stack;
    MemoryContext memory = CurrentMemoryContext;
    std::uint32_t interrupt_holdoff = InterruptHoldoffCount;
    std::uint32_t cancel_holdoff = QueryCancelHoldoffCount;

    void restore_stacks() const {
        PG_exception_stack = exception_stack;
        error_context_stack = context_stack;
    }
    // After an error: errfinish() has zeroed the hold-off counts of the whole process.
    [[noreturn]] void throw_error() const;
};

// An error on its way out of C++, in memory that needs no destructor.
struct Failure {
    int sqlstate = 0;
    const char* message = nullptr;  // null: out of memory
    const char* detail = nullptr;
    const char* hint = nullptr;

    void keep(const Error& error) noexcept;
    void keep(const char* text) noexcept;
    [[noreturn]] void raise() const;
};

struct StacksBack {
    const Frame& frame;
    ~StacksBack() { frame.restore_stacks(); }
};

}  // namespace boundary

// Runs `body`; what PostgreSQL raises in it arrives as pg::Error. The guard must be deeper than
// any object it protects: inside `body` only trivially destructible locals, results go out by
// reference or as a trivial value. The transaction stays for the caller to abort.
template <class Body>
auto guarded(Body&& body) -> decltype(body()) {
    static_assert(std::is_void_v<decltype(body())> ||
                  std::is_trivially_destructible_v<decltype(body())>);
    const boundary::Frame frame;
    const boundary::StacksBack back{frame};
    sigjmp_buf here;
    if (sigsetjmp(here, 0) != 0) {
        frame.restore_stacks();
        frame.throw_error();
    }
    PG_exception_stack = &here;
    return body();
}

// The outermost C++ frame of whatever PostgreSQL calls: no exception passes it. pg::Error keeps
// SQLSTATE, detail and hint.
template <class Body>
auto entry(Body&& body) -> decltype(body()) {
    boundary::Failure failure;
    const boundary::Frame frame;
    try {
        return body();
    } catch (const Error& error) {
        failure.keep(error);
    } catch (const std::exception& error) {
        failure.keep(error.what());
    } catch (...) {
        failure.keep("unknown C++ exception");
    }
    frame.restore_stacks();
    failure.raise();
}

// The value, or its error raised as an exception that entry() turns into the matching SQLSTATE.
template <class T>
T value_or_throw(core::Result<T> result) {
    if (result) return std::move(*result);
    const core::Error& error = result.error();
    throw Error(core::describe(error.kind).sqlstate, error.message, error.detail, error.hint);
}

}  // namespace torale::pg
