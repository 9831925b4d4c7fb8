// mem0: a memory service, version 3 of its platform API. Format: provider reference §3.
//
// It only ever adds, and an added note may be found a little later: duplicates are the caller's.
// Options, all optional:
//   dialect    "platform" (default) or "oss": the self-hosted server, which knows no app_id
//   infer      false (default): a note is kept as it stands; true: the service rewrites it
//   threshold  0 to 1, how alike a memory must be; sent when set
#pragma once
#include "providers/provider.hpp"

namespace torale::providers::mem0 {

core::Request build_search(const Provider& provider, const MemoryQuery& query);
core::Request build_add(const Provider& provider, const MemoryNote& note);
Outcome<MemoryReply> read_search(const Provider& provider, const core::Reply& reply,
                                 core::Time now);
// The memories that were stored; none when the service works on it still.
Outcome<MemoryReply> read_add(const Provider& provider, const core::Reply& reply, core::Time now);

}  // namespace torale::providers::mem0
