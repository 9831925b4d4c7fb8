// Replay in a client's backend: judged by rules over stored sources, so that nothing goes out.
#include "pg/datum.hpp"
#include "pg/replay_rows.hpp"

using namespace torale;
using namespace torale::pg;

// torale_internal.replay_by_rules(replay jsonb) → jsonb, see replay_rows.hpp
TORALE_FUNCTION(torale_replay_by_rules) {
    Jsonb* replay = PG_GETARG_JSONB_P(0);
    const char* written = JsonbToCString(nullptr, &replay->root, VARSIZE(replay));
    return entry([&] {
        const std::string judged = core::write_json(replay_by_rules(core::Json::parse(written)));
        return guarded(
            [&] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(judged.c_str())); });
    });
}
