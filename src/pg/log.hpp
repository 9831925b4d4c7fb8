// The server log. One line an event, key=value, never a secret.
#pragma once
#include <string>

namespace torale::pg {

// At LOG, prefixed with "torale: ".
void log_line(const std::string& line);

}  // namespace torale::pg
