// SPDX-License-Identifier: MIT
#include "key_report.hpp"

namespace kith::mesh {

std::string key_report(const LinkSecurity::Own &own) { // identities and fingerprints are hexadecimal: nothing is to be escaped
    if (!own.certificate.empty())
        return R"({"certificate": ")" + own.certificate + R"(", "until": )" + std::to_string(own.until) + "}";
    if (own.keys.empty()) return "{}";
    std::string out = R"({"keys": [)";
    for (const std::string &each : own.keys) out += (&each == &own.keys.front() ? "\"" : ", \"") + each + "\"";
    return out + "]}";
}

} // namespace kith::mesh
