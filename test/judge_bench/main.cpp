// judge-bench: how well torale tells what happened, measured in scripted worlds with gold events.
#include <CLI/CLI.hpp>
#include <iostream>

#include "judge_bench/print.hpp"

int main(int argc, char** argv) {
    using namespace torale::judge_bench;
    CLI::App app{
        "Plays worlds with gold events through torale's Investigation and checks the gates"};
    std::string folder;
    std::string only;
    bool is_json = false;
    bool is_tap = false;
    bool is_verbose = false;
    bool without_stream = false;
    Options options;
    app.add_option("--worlds", folder, "a folder of worlds")->required();
    app.add_option("--only", only, "worlds whose name holds this");
    app.add_flag("--json", is_json, "figures for programs");
    app.add_flag("--tap", is_tap, "the gates only");
    app.add_flag("--verbose", is_verbose, "each world, and each alert to blame");
    app.add_option("--noisy-seeds", options.noisy_seeds)->check(CLI::Range(1, 1'000));
    app.add_option("--adversarial-seeds", options.adversarial_seeds)->check(CLI::Range(1, 1'000));
    app.add_option("--changelogs", options.doc_folder, "where */changelog.Debian.gz lie");
    app.add_flag("--no-changelogs", without_stream, "worlds only");
    CLI11_PARSE(app, argc, argv);
    options.with_stream = !without_stream && !is_tap;

    auto worlds = read_worlds(folder);
    if (!worlds.ok()) {
        std::cerr << worlds.error() << "\n";
        return 2;
    }
    std::erase_if(*worlds,
                  [&](const World& world) { return world.name.find(only) == std::string::npos; });
    if (worlds->empty()) {
        std::cerr << "no world has a name with \"" << only << "\"\n";
        return 2;
    }
    const Report report = run_bench(std::move(*worlds), options);
    const std::vector<Gate> gates = check_gates(report);
    if (is_json) {
        std::cout << write_report_json(report, gates);
    } else {
        if (!is_tap) std::cout << write_tables(report, is_verbose) << "\ngates\n\n";
        std::cout << (is_tap ? write_tap(gates) : write_gates(gates));
    }
    for (const Gate& gate : gates) {
        if (!gate.is_kept && !(is_tap && gate.is_known)) return 1;
    }
    return 0;
}
