// SPDX-License-Identifier: MIT
#include "tls_files.hpp"

#include <host/world/read_and_replace_file.hpp>
#include <kith/service/tls.h>

#include <utility>

namespace kith::app {

namespace {

constexpr std::pair<std::string TlsFiles::*, std::string TlsSettings::*> all_parts[] = {
    {&TlsFiles::authorities, &TlsSettings::authorities},
    {&TlsFiles::certificate, &TlsSettings::certificate},
    {&TlsFiles::key, &TlsSettings::key},
};

} // namespace

std::uint64_t version_of(const TlsFiles &files) {
    std::uint64_t version = 1;
    for (const auto &[path, to] : all_parts)
        version = version * 0x9e3779b97f4a7c15U + ((files.*path).empty() ? 0 : version_of(files.*path));
    return version == 0 ? 1 : version;
}

std::optional<UnreadableTlsFile> read_tls_files(const TlsFiles &files, TlsSettings &settings) {
    for (const auto &[path, to] : all_parts) {
        if ((files.*path).empty()) continue;
        Contents contents = read_whole(files.*path, KITH_TLS_MAX_FILE);
        if (contents.status != KITH_OK) return UnreadableTlsFile{to, contents.status, std::move(contents.text)};
        settings.*to = std::move(contents.data);
    }
    return std::nullopt;
}

} // namespace kith::app
