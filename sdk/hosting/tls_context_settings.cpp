// SPDX-License-Identifier: MIT
#include <kith/hosting/tls_context_settings.hpp>

#include <algorithm>
#include <cstring>

namespace kith {

namespace {

constexpr std::size_t max_path = 4096, max_server_name = 255;

std::string copied(kith_str text) { return text.size == 0 ? std::string() : std::string(text.data, text.size); }

bool is_version(std::uint32_t version) { return version == 0 || version == KITH_TLS_1_2 || version == KITH_TLS_1_3; }

std::string read_files(const kith_tls_settings &raw, TlsContextSettings &out) {
    out.authorities_file = copied(raw.authorities_file);
    out.certificate_file = copied(raw.certificate_file);
    out.key_file = copied(raw.key_file);
    out.password = copied(raw.password);
    for (const std::string *path : {&out.authorities_file, &out.certificate_file, &out.key_file}) {
        if (path->size() > max_path || path->find('\0') != std::string::npos)
            return "a file's path of at most 4096 bytes, without a zero byte, is expected";
    }
    if (out.certificate_file.empty() && !out.key_file.empty())
        return "`key_file` is set and `certificate_file` is not: expected both, or none";
    return {};
}

std::string read_versions(const kith_tls_settings &raw, TlsContextSettings &out) {
    if (!is_version(raw.min_version) || !is_version(raw.max_version))
        return "a version of TLS is expected: KITH_TLS_1_2, KITH_TLS_1_3, or 0";
    if (raw.min_version != 0) out.min_version = raw.min_version;
    out.max_version = raw.max_version;
    if (raw.shared_key_count != 0) {
        if (out.max_version == KITH_TLS_1_2) return "shared keys need TLS 1.3, which `max_version` excludes";
        out.min_version = KITH_TLS_1_3;
    }
    if (out.max_version != 0 && out.max_version < out.min_version)
        return "`max_version` is older than `min_version`, so no version is left";
    return {};
}

std::string read_keys(const kith_tls_settings &raw, TlsContextSettings &out) {
    if (raw.shared_key_count > KITH_TLS_MAX_KEYS) return "at most 16 shared keys are expected";
    if (raw.shared_key_count == 0) return {};
    if (!out.authorities_file.empty() || !out.certificate_file.empty() || raw.flags & (KITH_TLS_INSECURE | KITH_TLS_ANONYMOUS))
        return "shared keys are used without certificates: expected no file, and neither KITH_TLS_INSECURE nor "
               "KITH_TLS_ANONYMOUS";
    for (std::uint32_t i = 0; i < raw.shared_key_count; ++i) {
        const kith_tls_shared_key &one = raw.shared_keys[i];
        if (one.key == nullptr) return "a shared key of 32 bytes is expected";
        TlsSharedKey made{copied(one.identity), std::string(static_cast<const char *>(one.key), KITH_TLS_KEY_SIZE)};
        if (made.identity.size() > KITH_TLS_MAX_IDENTITY || made.identity.find('\0') != std::string::npos)
            return "the identity of a shared key has at most 128 bytes, and no zero byte";
        const bool twice = std::any_of(out.shared_keys.begin(), out.shared_keys.end(), [&](const TlsSharedKey &other) {
            return other.key == made.key || (!made.identity.empty() && other.identity == made.identity);
        });
        if (twice) return "two shared keys, or their identities, are the same";
        if (std::all_of(made.key.begin(), made.key.end(), [](char c) { return c == 0; }))
            return "a shared key is 32 random bytes, and not zeros";
        out.shared_keys.push_back(std::move(made));
    }
    return {};
}

std::string read_flags(const kith_tls_settings &raw, TlsContextSettings &out) {
    out.server = (raw.flags & KITH_TLS_SERVER) != 0;
    const bool insecure = (raw.flags & KITH_TLS_INSECURE) != 0, anonymous = (raw.flags & KITH_TLS_ANONYMOUS) != 0;
    if (insecure && out.server)
        return "KITH_TLS_INSECURE is for clients; KITH_TLS_ANONYMOUS accepts clients without a certificate";
    if (anonymous && !out.server) return "KITH_TLS_ANONYMOUS is for servers";
    out.verify = !insecure && !anonymous;
    if (!out.verify) out.authorities_file.clear();
    if (!out.server || !out.shared_keys.empty()) return {};
    if (out.certificate_file.empty()) return "a server needs `certificate_file`, or shared keys";
    if (out.verify && out.authorities_file.empty())
        return "a server needs `authorities_file`, by which it knows its clients, or KITH_TLS_ANONYMOUS";
    return {};
}

} // namespace

std::int32_t read_settings(const kith_tls_settings *given, TlsContextSettings &out, std::string &why) {
    if (given == nullptr) {
        why = "a kith_tls_settings is expected";
        return KITH_INVALID;
    }
    kith_tls_settings raw{};
    std::memcpy(&raw, given, std::min<std::size_t>(given->struct_size, sizeof raw));
    for (const auto read : {read_files, read_versions, read_keys, read_flags}) {
        why = read(raw, out);
        if (!why.empty()) return KITH_INVALID;
    }
    if (!out.certificate_file.empty() && out.key_file.empty()) out.key_file = out.certificate_file;
    return KITH_OK;
}

std::int32_t check_server_name(std::string_view name, std::string &why) {
    if (name.size() <= max_server_name && name.find('\0') == std::string_view::npos) return KITH_OK;
    why = "a server's name of at most 255 bytes, without a zero byte, is expected";
    return KITH_INVALID;
}

} // namespace kith
