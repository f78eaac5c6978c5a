// SPDX-License-Identifier: MIT
#include "instance_path.hpp"

#include "tenant_resources.hpp"

namespace kith::app {

std::string instance_path(const TenantResources &resources, std::string_view suffix) {
    constexpr char digits[] = "0123456789abcdef";
    std::string path = resources.parts.options.state_dir + '/';
    for (const char c : view(resources.host.instance)) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                           (c == '.' && path.back() != '/');
        if (plain) {
            path += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            path += {'%', digits[byte >> 4U], digits[byte & 15U]};
        }
    }
    path += suffix;
    return path;
}

} // namespace kith::app
