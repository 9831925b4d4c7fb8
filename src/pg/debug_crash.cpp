// kill -9 of this process where torale.debug_crash_after says.
#include "pg/debug_crash.hpp"

#include <csignal>
#include <string>
#include <string_view>

#include "pg/log.hpp"
#include "pg/setting_tables.hpp"

namespace torale::pg {

namespace {

char* debug_crash_after = nullptr;

const StringSetting strings[] = {
    {"torale.debug_crash_after", &debug_crash_after, "",
     GUC_SUPERUSER_ONLY | GUC_NOT_IN_SAMPLE | GUC_NO_SHOW_ALL, nullptr,
     "For developers: begin of the key of a stored reply after whose commit the scheduler kills "
     "itself, or finish."},
};

std::string_view wanted() {
    return debug_crash_after == nullptr ? "" : debug_crash_after;
}

void crash(const std::string& where) {
    log_line("killed by torale.debug_crash_after at=" + where);
    kill(MyProcPid, SIGKILL);
}

}  // namespace

void define_debug_settings() {
    define(strings);
}

void crash_after(const std::vector<scheduler::CheckpointRequest>& committed) {
    if (wanted().empty()) return;
    for (const scheduler::CheckpointRequest& request : committed) {
        for (const agent::StoredReply& reply : request.check.replies) {
            if (reply.key.starts_with(wanted())) crash(reply.key);
        }
    }
}

void crash_before(const std::vector<scheduler::Finished>& finished) {
    if (wanted() != "finish") return;
    for (const scheduler::Finished& each : finished) {
        if (each.claim.attempt == 1) crash("finish");
    }
}

}  // namespace torale::pg
