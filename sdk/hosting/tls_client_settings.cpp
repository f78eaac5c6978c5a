// SPDX-License-Identifier: MIT
#include <kith/hosting/tls_client_settings.hpp>

#include <algorithm>
#include <cstring>

namespace kith {

namespace {

constexpr std::size_t max_path = 4096, max_server_name = 255;

std::string copied(kith_str text) { return text.size == 0 ? std::string() : std::string(text.data, text.size); }

bool is_version(std::uint32_t version) { return version == 0 || version == KITH_TLS_1_2 || version == KITH_TLS_1_3; }

} // namespace

std::int32_t read_settings(const kith_tls_client *given, TlsClientSettings &out, std::string &why) {
    const auto refuse = [&why](std::string text) {
        why = std::move(text);
        return KITH_INVALID;
    };
    if (given == nullptr) return refuse("a kith_tls_client is expected");
    kith_tls_client raw{};
    std::memcpy(&raw, given, std::min<std::size_t>(given->struct_size, sizeof raw));
    out.authorities_file = copied(raw.authorities_file);
    out.certificate_file = copied(raw.certificate_file);
    out.key_file = copied(raw.key_file);
    out.password = copied(raw.password);
    out.verify = (raw.flags & KITH_TLS_INSECURE) == 0;
    for (const std::string *path : {&out.authorities_file, &out.certificate_file, &out.key_file}) {
        if (path->size() > max_path || path->find('\0') != std::string::npos)
            return refuse("a file's path of at most 4096 bytes, without a zero byte, is expected");
    }
    if (out.certificate_file.empty() && !out.key_file.empty())
        return refuse("`key_file` is set and `certificate_file` is not: expected both, or none");
    if (!is_version(raw.min_version) || !is_version(raw.max_version))
        return refuse("a version of TLS is expected: KITH_TLS_1_2, KITH_TLS_1_3, or 0");
    if (raw.min_version != 0) out.min_version = raw.min_version;
    out.max_version = raw.max_version;
    if (out.max_version != 0 && out.max_version < out.min_version)
        return refuse("`max_version` is older than `min_version`, so no version is left");
    if (!out.verify) out.authorities_file.clear();
    if (!out.certificate_file.empty() && out.key_file.empty()) out.key_file = out.certificate_file;
    return KITH_OK;
}

std::int32_t check_server_name(std::string_view name, std::string &why) {
    if (name.size() <= max_server_name && name.find('\0') == std::string_view::npos) return KITH_OK;
    why = "a server's name of at most 255 bytes, without a zero byte, is expected";
    return KITH_INVALID;
}

} // namespace kith
