// Looks at a chunk's size line before Boost.Beast does, because that one waits for the end of a
// line however long, and of a trailer. We take no trailers and only short extensions.
#pragma once
#include <string_view>

namespace torale::http {

enum class ChunkGate {
    incomplete,
    open,    // a whole size line, and the final CR LF when the size is zero
    refused  // no such line can follow
};

// `buffer` begins at a size line, or at the CR LF behind the chunk before it.
ChunkGate look_at_chunk(std::string_view buffer, bool is_first);

}  // namespace torale::http
