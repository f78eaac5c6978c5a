// SPDX-License-Identifier: MIT
#include <kith/hosting/process_program.hpp>

#include <kith/hosting/http_request.hpp>
#include <kith/result.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace kith {

namespace {

constexpr std::uint64_t usual_grace = 2'000'000'000;

bool has_zero(std::string_view text) noexcept { return text.find('\0') != std::string_view::npos; }

// The error of the arguments, or an empty text.
std::string read_arguments(const kith_process_program &raw, ProcessProgram &out, std::size_t &bytes) {
    for (std::uint32_t i = 0; i < raw.argument_count; ++i) {
        const auto text = view(raw.arguments[i]);
        if (has_zero(text)) return "argument " + std::to_string(i + 1) + ": expected no zero byte in it";
        bytes += text.size() + 1;
        out.arguments.emplace_back(text);
    }
    return {};
}

std::string read_environment(const kith_process_program &raw, ProcessProgram &out, std::size_t &bytes) {
    for (std::uint32_t i = 0; i < raw.environment_count; ++i) {
        const auto name = view(raw.environment[i].name), value = view(raw.environment[i].value);
        if (name.empty() || name.find('=') != std::string_view::npos || has_zero(name))
            return "environment: expected a name without `=`, got `" + std::string(name) + "`";
        if (has_zero(value)) return "environment, " + std::string(name) + ": expected no zero byte in it";
        bytes += name.size() + value.size() + 2;
        out.environment.emplace_back(name, value);
    }
    return {};
}

} // namespace

std::string ProcessProgram::late() const { return path + ": not done within " + duration_text(timeout) + ", so it was ended"; }

std::string ProcessProgram::too_much() const {
    return path + ": more than " + std::to_string(max_output) + " bytes of output, so it was ended";
}

std::int32_t read_program(const kith_process_program *given, ProcessProgram &out, std::string &why) {
    const auto refuse = [&why](std::int32_t status, std::string text) {
        why = std::move(text);
        return status;
    };
    if (given == nullptr) return refuse(KITH_INVALID, "a kith_process_program is expected");
    kith_process_program raw{};
    std::memcpy(&raw, given, std::min<std::size_t>(given->struct_size, sizeof raw));
    out.path = view(raw.path);
    out.directory = raw.directory.size == 0 ? std::string_view("/") : view(raw.directory);
    if (!out.path.starts_with('/') || has_zero(out.path))
        return refuse(KITH_INVALID, "`" + out.path + "`: expected the absolute path of a program, such as /usr/bin/env");
    if (!out.directory.starts_with('/') || has_zero(out.directory))
        return refuse(KITH_INVALID, "`" + out.directory + "`: expected the absolute path of a directory");
    if (raw.argument_count > KITH_PROCESS_MAX_ARGUMENTS || raw.environment_count > KITH_PROCESS_MAX_ARGUMENTS)
        return refuse(KITH_LIMIT, out.path + ": at most 256 arguments, and as many variables, are expected");
    std::size_t bytes = 0;
    std::string wrong = read_arguments(raw, out, bytes);
    if (wrong.empty()) wrong = read_environment(raw, out, bytes);
    if (!wrong.empty()) return refuse(KITH_INVALID, out.path + ": " + wrong);
    if (bytes > KITH_PROCESS_MAX_TEXT)
        return refuse(KITH_LIMIT, out.path + ": at most 65536 bytes of arguments and environment are expected");
    out.input = (raw.flags & KITH_PROCESS_INPUT) != 0;
    out.output = (raw.flags & KITH_PROCESS_OUTPUT) != 0;
    out.timeout = raw.timeout;
    out.grace = raw.grace == 0 ? usual_grace : raw.grace;
    out.max_output = raw.max_output == 0 ? UINT64_MAX : raw.max_output;
    return KITH_OK;
}

bool is_for_programs(std::string_view variable) noexcept {
    constexpr std::array passed = {"PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR"};
    return std::ranges::find(passed, variable) != passed.end();
}

void ProcessErrors::add(std::string_view said) {
    if (said.size() > KITH_PROCESS_MAX_ERRORS) said.remove_prefix(said.size() - KITH_PROCESS_MAX_ERRORS);
    text_ += said;
    if (text_.size() > KITH_PROCESS_MAX_ERRORS) text_.erase(0, text_.size() - KITH_PROCESS_MAX_ERRORS);
}

} // namespace kith
