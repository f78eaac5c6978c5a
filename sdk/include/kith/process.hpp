// SPDX-License-Identifier: MIT
//
// kith.process/1: programs that are ended when their handle is destroyed.
//
//     const kith::program uname{.path = "/usr/bin/uname", .arguments = {"-n"}, .timeout = 5s, .max_output = 4096};
//     auto done = co_await process.run(uname); // GCC 12 destroys twice what is made in braces within a co_await
//     if (!done) co_return done.error();                // it could not be started, took too long, or printed too much
//     if (!done->good()) co_return done->refusal();     // it failed
//     use(done->output);
//
// `start` instead of `run` returns the program as soon as it runs, to exchange data with it.
#pragma once

#include "handle.hpp"
#include "peer.hpp"
#include "reading.hpp"
#include "service/process.h"
#include "timer.hpp"

#include <span>

namespace kith {

/// As kith_process_program, where each is explained. Zero and empty are its defaults.
struct program {
    std::string path{};
    std::vector<std::string> arguments{};
    std::vector<attribute> environment{};
    std::string directory{};
    std::chrono::nanoseconds timeout{}, grace{};
    std::uint64_t max_output = 0;
};

/// How a program ended.
struct program_end {
    std::uint32_t code = 0;
    std::uint32_t signal = 0; // that ended the program; 0: none
    std::string errors;       // the end of its standard error

    [[nodiscard]] bool good() const noexcept { return code == 0 && signal == 0; }

    /// "exited with 3: no such host", "was ended by signal 9": with the last line of its standard error, cut to 256 bytes.
    [[nodiscard]] std::string text() const {
        std::string out = signal != 0 ? "was ended by signal " + std::to_string(signal) : "exited with " + std::to_string(code);
        std::string_view said = errors;
        while (!said.empty() && static_cast<unsigned char>(said.back()) <= ' ') said.remove_suffix(1);
        if (const auto line = said.rfind('\n'); line != std::string_view::npos) said.remove_prefix(line + 1);
        if (said.empty()) return out;
        out += ": ";
        for (const char c : said.substr(0, 256)) out += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? ' ' : c;
        return out;
    }

    /// An unsuccessful end as an error.
    [[nodiscard]] error refusal() const { return {KITH_UNAVAILABLE, "the program " + text()}; }
};

/// A program with all of its output.
struct program_output : program_end {
    std::string output;
};

/// A started program. Using one that is not open is KITH_STALE. One read, one write and one wait may be in progress at a time.
class running : public detail::handle<kith_process_host> {
  public:
    using handle::handle;

    /// Some bytes of its output, at least one, into the buffer, which must stay valid meanwhile. KITH_CLOSED at its end.
    [[nodiscard]] auto read(std::span<std::byte> into, std::chrono::nanoseconds timeout = {}) {
        return detail::operate<detail::reading>(
            [h = home_, t = table_, id = id_, max = into.size(), timeout](std::uint64_t user, std::uint64_t *op) {
                if (id == 0) return KITH_STALE;
                const auto most = max < KITH_PROCESS_MAX_READ ? static_cast<std::uint32_t>(max) : KITH_PROCESS_MAX_READ;
                return t->read(h->raw, id, most, nanos(timeout), user, op);
            },
            *home_, into);
    }

    /// All of the text, which is copied at once, at most KITH_PROCESS_MAX_WRITE. When it has completed, more can be written.
    [[nodiscard]] auto write(std::string_view text, std::chrono::nanoseconds timeout = {}) {
        return detail::operate<detail::completion<void>>(
            [h = home_, t = table_, id = id_, text, timeout](std::uint64_t user, std::uint64_t *op) {
                if (id == 0) return KITH_STALE;
                if (text.size() > KITH_PROCESS_MAX_WRITE) return KITH_LIMIT;
                return t->write(h->raw, id, text.data(), static_cast<std::uint32_t>(text.size()), nanos(timeout), user, op);
            },
            *home_);
    }

    /// End its standard input.
    void shutdown() noexcept {
        if (id_ != 0 && !home_->over) table_->shutdown(home_->raw, id_);
    }

    /// Completes when the program has ended.
    [[nodiscard]] auto wait() {
        return detail::operate<detail::completion<program_end>>(
            [h = home_, t = table_, id = id_](std::uint64_t user, std::uint64_t *op) {
                return id == 0 ? KITH_STALE : t->wait(h->raw, id, user, op);
            },
            *home_);
    }

    /// Requests its end; `wait` completes when it has ended.
    void end() noexcept {
        if (id_ != 0 && !home_->over) table_->end(home_->raw, id_);
    }
};

namespace process_detail {

inline program_end keep(const kith_process_end &end) { return {end.code, end.signal, std::string(view(end.errors))}; }

inline void started(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text, std::uint64_t id) noexcept {
    detail::self(p).enter([=] {
        finish(detail::completion<running>::from(user), status, text,
               [=] { return running(detail::self(p), *detail::self(p).find<kith_process_host>(KITH_PROCESS), id); });
    });
}

inline void read(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text, const void *data,
                 std::uint32_t size) noexcept {
    detail::self(p).enter([=] {
        auto &item = static_cast<detail::reading &>(detail::completion<std::size_t>::from(user));
        finish(item, status, text, [&] { return result<std::size_t>(item.keep(data, size)); });
    });
}

inline void written(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text) noexcept {
    detail::self(p).enter([=] { finish(detail::completion<void>::from(user), status, text, [] { return result<void>(); }); });
}

inline void ended(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text,
                  const kith_process_end *end) noexcept {
    detail::self(p).enter(
        [=] { finish(detail::completion<program_end>::from(user), status, text, [=] { return keep(*end); }); });
}

inline constexpr kith_process_plugin table{.started = started, .read = read, .written = written, .ended = ended};

} // namespace process_detail

class process {
  public:
    static constexpr std::string_view id = KITH_PROCESS;

    explicit process(host h) : home_(&h.context()), table_(h.service<kith_process_host>(id)) {
        home_->provide(id, &process_detail::table);
    }

    /// flags: KITH_PROCESS_INPUT, KITH_PROCESS_OUTPUT. The program must stay valid until this is awaited.
    [[nodiscard]] auto start(const program &what, std::uint32_t flags) const {
        return detail::operate<detail::completion<running>>(
            [h = home_, t = table_, what = &what, flags](std::uint64_t user, std::uint64_t *op) {
                std::vector<kith_str> arguments;
                for (const auto &one : what->arguments) arguments.push_back(str(one));
                std::vector<kith_attribute> environment;
                for (const auto &one : what->environment) environment.push_back({str(one.name), str(one.value)});
                const kith_process_program raw{.struct_size = sizeof raw,
                                               .flags = flags,
                                               .path = str(what->path),
                                               .directory = str(what->directory),
                                               .arguments = arguments.data(),
                                               .environment = environment.data(),
                                               .argument_count = static_cast<std::uint32_t>(arguments.size()),
                                               .environment_count = static_cast<std::uint32_t>(environment.size()),
                                               .timeout = nanos(what->timeout),
                                               .grace = nanos(what->grace),
                                               .max_output = what->max_output};
                return t->start(h->raw, &raw, user, op);
            },
            *home_);
    }

    /// Runs it to its end, with an empty standard input. Set a timeout and max_output: nothing else limits it.
    [[nodiscard]] task<result<program_output>> run(program what) const {
        auto begun = co_await start(what, KITH_PROCESS_OUTPUT);
        if (!begun) co_return std::move(begun).error();
        program_output out;
        constexpr std::size_t piece = 16'384;
        for (std::size_t size = 0;;) {
            out.output.resize(size + piece);
            auto got = co_await begun->read(std::as_writable_bytes(std::span(out.output).subspan(size)));
            size += got ? *got : 0;
            if (got) continue;
            if (got.status() != KITH_CLOSED) co_return std::move(got).error();
            out.output.resize(size);
            break;
        }
        auto end = co_await begun->wait();
        if (!end) co_return std::move(end).error();
        static_cast<program_end &>(out) = *std::move(end);
        co_return out;
    }

  private:
    detail::context *home_;
    const kith_process_host *table_;
};

} // namespace kith
