// The cold halves of boundary.hpp: copying an error in, raising one out.
#include "pg/boundary.hpp"

#include <cstring>
#include <string>

namespace torale::pg::boundary {

namespace {

std::string text_of(const char* text) {
    return text == nullptr ? std::string() : text;
}

// Null when there is no memory: raising out of a catch block would leak the exception.
const char* keep_text(const char* text) noexcept {
    const std::size_t bytes = std::strlen(text) + 1;
    void* copy = palloc_extended(bytes, MCXT_ALLOC_NO_OOM);
    return copy == nullptr ? nullptr : static_cast<char*>(std::memcpy(copy, text, bytes));
}

int code_of(const std::string& sqlstate) noexcept {
    if (sqlstate.size() != 5) return ERRCODE_INTERNAL_ERROR;
    return MAKE_SQLSTATE(sqlstate[0], sqlstate[1], sqlstate[2], sqlstate[3], sqlstate[4]);
}

}  // namespace

void Frame::throw_error() const {
    MemoryContextSwitchTo(memory);
    InterruptHoldoffCount = interrupt_holdoff;
    QueryCancelHoldoffCount = cancel_holdoff;
    ErrorData* raised = CopyErrorData();
    FlushErrorState();
    Error error(unpack_sql_state(raised->sqlerrcode), text_of(raised->message),
                text_of(raised->detail), text_of(raised->hint));
    FreeErrorData(raised);
    throw error;
}

void Failure::keep(const Error& error) noexcept {
    sqlstate = code_of(error.sqlstate);
    message = keep_text(error.message.c_str());
    detail = error.detail.empty() ? nullptr : keep_text(error.detail.c_str());
    hint = error.hint.empty() ? nullptr : keep_text(error.hint.c_str());
}

void Failure::keep(const char* text) noexcept {
    sqlstate = ERRCODE_INTERNAL_ERROR;
    message = keep_text(text);
}

void Failure::raise() const {
    if (message == nullptr) ereport(ERROR, errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"));
    ereport(ERROR, errcode(sqlstate), errmsg_internal("%s", message),
            detail == nullptr ? 0 : errdetail_internal("%s", detail),
            hint == nullptr ? 0 : errhint("%s", hint));
    pg_unreachable();
}

}  // namespace torale::pg::boundary
