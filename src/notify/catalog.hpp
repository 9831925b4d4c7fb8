// Names every channel kind. A new one is one file and one line here.
#pragma once
#include "notify/channel.hpp"

namespace torale::notify {

core::Request build_request(const Channel& channel, const Message& message, core::Time now);
Answer read_answer(const Channel& channel, const core::Reply& reply, core::Time now);

}  // namespace torale::notify
