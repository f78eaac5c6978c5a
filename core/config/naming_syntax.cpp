// SPDX-License-Identifier: MIT
#include <core/config/naming_syntax.hpp>
#include <core/config/place.hpp>

namespace kith::core {

std::string template_fault(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '}') return "`}` without `{` in the template " + quoted(text);
        if (text[at] != '{') continue;
        const auto end = text.find_first_of("{}", at + 1);
        if (end == std::string_view::npos || text[end] != '}') return "`{` without `}` in the template " + quoted(text);
        if (end == at + 1) return "an attribute's name is missing between `{` and `}` in the template " + quoted(text);
        at = end;
    }
    return {};
}

} // namespace kith::core
