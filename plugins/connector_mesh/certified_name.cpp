// SPDX-License-Identifier: MIT
#include "certified_name.hpp"

namespace kith::mesh {

CertifiedName certified_name(std::span<const tls_name> names, const Settings &settings, std::string_view expected) {
    CertifiedName out;
    const std::string before = settings.uri_of({});
    std::size_t uris = 0;
    std::string by_spiffe;
    for (const tls_name &each : names) {
        if (each.kind != KITH_TLS_URI) continue;
        ++uris;
        if (each.value.starts_with(before)) {
            const std::string one = each.value.substr(before.size());
            if (out.name.empty() || one == expected) out.name = one;
            continue;
        }
        if (!settings.spiffe.empty()) by_spiffe = settings.spiffe.name_of(each.value).value_or(by_spiffe);
        out.others += (out.others.empty() ? "" : ", ") + each.value;
    }
    if (out.name.empty() && uris == 1) out.name = by_spiffe;
    if (uris == 0) out.others = "no URI";
    if (uris > 1 && !by_spiffe.empty()) out.others += ", and a certificate with a SPIFFE id has no other URI";
    return out;
}

} // namespace kith::mesh
