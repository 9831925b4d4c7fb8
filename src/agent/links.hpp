// URLs reach users from our rows only. What a judge or a page wrote may carry others: they are
// taken out, and the words around them stay.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/task.hpp"

namespace torale::agent {

// Markdown links and images to anything but a source's URL become their text; bare URLs, www.
// names, autolinks and raw HTML tags that no source has are removed; reference definitions are
// broken.
std::string remove_unknown_links(std::string_view text, const std::vector<core::Source>& sources);

}  // namespace torale::agent
