// Kind → file. Only webhooks can be created so far; create_channel refuses the others.
#include "notify/catalog.hpp"

#include "notify/webhook.hpp"

namespace torale::notify {

core::Request build_request(const Channel& channel, const Message& message, core::Time now) {
    return webhook::build_request(channel, message, now);
}

Answer read_answer(const Channel&, const core::Reply& reply, core::Time now) {
    return webhook::read_answer(reply, now);
}

}  // namespace torale::notify
