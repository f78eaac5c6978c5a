// SPDX-License-Identifier: MIT
#include "distribution_flags.hpp"

#include <string_view>
#include <utility>

namespace kith::erlang::flag {
namespace {

constexpr std::pair<std::uint64_t, std::string_view> named[] = {
    {published, "PUBLISHED"},
    {extended_references, "EXTENDED_REFERENCES"},
    {dist_monitor, "DIST_MONITOR"},
    {fun_tags, "FUN_TAGS"},
    {dist_monitor_name, "DIST_MONITOR_NAME"},
    {new_fun_tags, "NEW_FUN_TAGS"},
    {extended_pids_ports, "EXTENDED_PIDS_PORTS"},
    {export_ptr_tag, "EXPORT_PTR_TAG"},
    {bit_binaries, "BIT_BINARIES"},
    {new_floats, "NEW_FLOATS"},
    {small_atom_tags, "SMALL_ATOM_TAGS"},
    {utf8_atoms, "UTF8_ATOMS"},
    {map_tag, "MAP_TAG"},
    {big_creation, "BIG_CREATION"},
    {send_sender, "SEND_SENDER"},
    {exit_payload, "EXIT_PAYLOAD"},
    {handshake_23, "HANDSHAKE_23"},
    {unlink_id, "UNLINK_ID"},
    {mandatory_25_digest, "MANDATORY_25_DIGEST"},
    {spawn, "SPAWN"},
    {v4_nc, "V4_NC"},
    {alias, "ALIAS"},
};

std::string_view name_of(std::uint64_t bit) noexcept {
    for (const auto &[value, name] : named)
        if (value == bit) return name;
    return {};
}

} // namespace

std::string names(std::uint64_t flags) {
    std::string out;
    for (unsigned i = 0; i < 64; ++i) {
        const std::uint64_t bit = std::uint64_t{1} << i;
        if ((flags & bit) == 0) continue;
        if (!out.empty()) out += ", ";
        const std::string_view name = name_of(bit);
        out += name.empty() ? "bit " + std::to_string(i) : std::string(name);
    }
    return out;
}

} // namespace kith::erlang::flag
