// The keys of providers and the few other secrets: from the file named by torale.secrets_file,
// else from the server's environment. They stay in this process and go nowhere but into a
// request's header.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace torale::pg {

// The only names read from the environment; the file may hold others too, for providers that an
// administrator adds.
const std::vector<std::string_view>& secret_names();

struct Secrets {
    std::map<std::string, std::string, std::less<>> values;
    std::vector<std::string> problems;  // for doctor(): names files and lines, never a value

    // Nothing when absent or empty.
    std::optional<std::string> find(std::string_view name) const;
};

// The file must be a regular file with mode 0600 or 0400 that belongs to the server's user; any
// other is a problem and is not read. `path` "" reads the environment alone. A name in the file
// hides the same name of the environment.
Secrets read_secrets(const std::string& path);

// Changes whenever the file is written, replaced or moved; 0 when there is none.
std::uint64_t secrets_version(const std::string& path);

}  // namespace torale::pg
