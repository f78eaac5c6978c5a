// SPDX-License-Identifier: MIT
#include "settings.hpp"

namespace erlang_hosts {
namespace {

// In the order of OTP's net_adm, without its last place, the directory of OTP, which is not known here.
std::vector<std::string> slots(const kith::env &environment) {
    constexpr std::string_view name = ".hosts.erlang";
    std::vector<std::string> out{std::string(name)};
    const std::string home(environment.get("HOME").value_or(""));
    std::string config(environment.get("XDG_CONFIG_HOME").value_or(""));
    if (!home.empty()) (out.emplace_back(home) += '/') += name;
    if (config.empty() && !home.empty()) config = home + "/.config";
    if (!config.empty()) (out.emplace_back(config) += "/erlang/") += name;
    return out;
}

} // namespace

Settings read_settings(const kith::options &options, const kith::env &environment) {
    Settings out;
    const std::string file(options.text("/file"));
    out.files = file.empty() ? slots(environment) : std::vector<std::string>{file};
    out.interval = options.milliseconds("/interval");
    if (const auto match = options.text("/match"); !match.empty()) out.match.emplace(match);
    out.port = epmd_names::epmd_port(options.integer("/port"), environment);
    return out;
}

} // namespace erlang_hosts
