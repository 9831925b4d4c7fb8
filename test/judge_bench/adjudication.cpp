// Answers the product's question whether a contested finding was told before.
#include "judge_bench/adjudication.hpp"

#include "core/json.hpp"

namespace torale::judge_bench {

std::string adjudicate(const World& world, Voice& voice, std::string_view prompt, Time now) {
    const std::string relation = voice.relate(
        {.world = world, .earlier = nullptr, .later = nullptr, .prompt = prompt, .now = now});
    return core::write_json({{"relation", relation}});
}

}  // namespace torale::judge_bench
