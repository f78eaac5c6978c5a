// SPDX-License-Identifier: MIT
//
// Runs the programs of the options `check` and `command`, with {file} replaced in their arguments.
#pragma once

#include <kith/options.hpp>
#include <kith/process.hpp>

#include <algorithm>
#include <array>

namespace sink_template {

class CommandRunner {
  public:
    CommandRunner(kith::host host, const kith::options &options)
        : process_(host), check_(program_of(options, "/check")), command_(program_of(options, "/command")) {}

    bool has_check() const noexcept { return !check_.path.empty(); }
    bool has_command() const noexcept { return !command_.path.empty(); }

    /// The errors contain the first line of the program's output.
    kith::task<kith::result<void>> run_check(std::string file) const { return run(check_, "the check", std::move(file)); }
    kith::task<kith::result<void>> run_command(std::string file) const { return run(command_, "the command", std::move(file)); }

  private:
    static kith::program program_of(const kith::options &options, std::string_view path) {
        kith::program out;
        for (const std::string_view word : options.texts(path)) {
            if (out.path.empty()) {
                out.path = word;
            } else {
                out.arguments.emplace_back(word);
            }
        }
        out.timeout = options.milliseconds("/timeout");
        return out;
    }

    static std::string first_line(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            std::string line;
            for (const char c : text.substr(0, std::min<std::size_t>(end, 256)))
                line += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? ' ' : c;
            if (line.find_first_not_of(' ') != std::string::npos) return line;
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        return {};
    }

    kith::task<kith::result<void>> run(kith::program program, std::string what, std::string file) const {
        constexpr std::string_view placeholder = "{file}";
        for (std::string &argument : program.arguments) {
            for (std::size_t at = argument.find(placeholder); at != std::string::npos;
                 at = argument.find(placeholder, at + file.size()))
                argument.replace(at, placeholder.size(), file);
        }
        const std::string label = what + ": ";
        auto begun = co_await process_.start(program, KITH_PROCESS_OUTPUT);
        if (!begun) co_return kith::error(begun.status(), label + begun.error().text);
        std::string output; // the first bytes; the rest is read, so that the program does not wait
        std::array<std::byte, 4096> buffer;
        for (;;) {
            const auto got = co_await begun->read(buffer);
            if (!got) break; // `wait` has the reason
            const std::size_t room = buffer.size() - std::min(buffer.size(), output.size());
            output.append(reinterpret_cast<const char *>(buffer.data()), std::min(room, *got));
        }
        auto end = co_await begun->wait();
        if (!end) co_return kith::error(end.status(), label + end.error().text);
        if (end->good()) co_return kith::result<void>();
        std::string why = label + program.path + ": " +
                          (end->signal != 0 ? "it was ended by signal " + std::to_string(end->signal)
                                            : "it exited with " + std::to_string(end->code));
        std::string line = first_line(end->errors);
        if (line.empty()) line = first_line(output);
        if (!line.empty()) why += ": " + line;
        co_return kith::error(KITH_UNAVAILABLE, std::move(why));
    }

    kith::process process_;
    kith::program check_, command_;
};

} // namespace sink_template
