// SPDX-License-Identifier: MIT
//
// A strategy for tests of isolation, which uses the services of kith for what an isolated plugin may not do, one attempt after the other, and
// logs each answer as "WHAT TARGET: STATUS TEXT". An attempt is an object of the option `attempts`: `what`, and `target`. Paths have no first
// slash there, since a path in an option is one that the operator permits.
#include <kith/env.hpp>
#include <kith/file.hpp>
#include <kith/http.hpp>
#include <kith/plugin.hpp>
#include <kith/process.hpp>
#include <kith/tcp.hpp>
#include <kith/udp.hpp>

#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace {

using namespace std::chrono_literals;

class hostile : public kith::strategy {
  public:
    static constexpr std::string_view env[] = {"HOME"};
    static constexpr kith::about about{
        .id = "hostile",
        .version = "1.0.0",
        .licence = "MIT",
        .summary = "Attempts what an isolated plugin may not do.",
        .options = R"({"type": "object", "additionalProperties": false, "properties": {
            "allowed": {"description": "A file that it may open.", "type": "string"},
            "attempts": {"description": "What it attempts.", "type": "array", "items": {"type": "object", "additionalProperties": false,
                "required": ["what", "target"], "properties": {
                    "what": {"description": "The kind of attempt.", "type": "string"},
                    "target": {"description": "Of the attempt.", "type": "string"}}}}}})",
    };
    using required = kith::services<kith::options, kith::tcp, kith::udp, kith::http, kith::file, kith::process, kith::env>;

    explicit hostile(kith::host h)
        : strategy(h), options_(h), tcp_(h), udp_(h), http_(h), file_(h), process_(h), environment_(h) {}

    kith::task<> run() override {
        for (std::uint64_t i = 0; i < options_.size("/attempts"); ++i) {
            const std::string at = "/attempts/" + std::to_string(i);
            const std::string what(options_.text(at + "/what")), target(options_.text(at + "/target"));
            const kith::error answer = co_await attempt(what, target);
            std::string line = what;
            line.append(" ").append(target).append(": ").append(std::to_string(answer.status)).append(" ").append(answer.text);
            log.info(line);
        }
        discovery.replace({});
    }
    void refresh() override {}

  private:
    struct place {
        std::string host;
        std::uint16_t port = 0;
    };
    static place place_of(std::string_view target) {
        const auto colon = target.rfind(':');
        place out{std::string(target.substr(0, colon))};
        std::from_chars(target.data() + colon + 1, target.data() + target.size(), out.port);
        return out;
    }
    template <class T>
    static kith::error outcome(const kith::result<T> &of) {
        return of ? kith::error(KITH_OK) : of.error();
    }

    kith::task<kith::error> attempt(const std::string &what, const std::string &target) {
        if (what == "read") co_return outcome(co_await file_.read("/" + target, 4096));
        if (what == "write") co_return outcome(co_await file_.write("/" + target, "bytes", 0600));
        if (what == "run") {
            kith::program program;
            program.path = "/" + target;
            co_return outcome(co_await process_.run(std::move(program)));
        }
        if (what == "variable") co_return variable(target);
        if (what == "connect") {
            const place to = place_of(target);
            co_return outcome(co_await tcp_.connect(to.host, to.port, 5s));
        }
        if (what == "listen") {
            const place on = place_of(target);
            co_return outcome(co_await tcp_.listen(on.host, on.port));
        }
        if (what == "bind") {
            const place on = place_of(target);
            co_return outcome(co_await udp_.bind({.address = on.host, .port = on.port}));
        }
        if (what == "get") co_return co_await get(target);
        if (what == "socket") co_return own_socket(target);
        co_return kith::error(KITH_INVALID);
    }

    // Follows redirects, as kith.http/1 does not.
    kith::task<kith::error> get(std::string url) {
        for (int i = 0; i < 3; ++i) {
            auto client = co_await http_.open({});
            if (!client) co_return client.error();
            const auto answer = co_await client->fetch({.url = url, .timeout = 5s});
            if (!answer) co_return answer.error();
            if (answer->code / 100 != 3) co_return kith::error(KITH_OK);
            url = std::string(answer->field("location"));
        }
        co_return kith::error(KITH_LIMIT);
    }

    kith::error variable(const std::string &name) const {
        try {
            return environment_.get(name) ? kith::error(KITH_OK) : kith::error(KITH_NOT_FOUND);
        } catch (const kith::error &why) { // its descriptor does not name it
            return why;
        }
    }

    // A system call of its own.
    static kith::error own_socket(std::string_view family) {
        const int fd = ::socket(family == "unix" ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
        if (fd < 0) return kith::error(errno == EPERM ? KITH_DENIED : KITH_IO);
        ::close(fd);
        return kith::error(KITH_OK);
    }

    kith::options options_;
    kith::tcp tcp_;
    kith::udp udp_;
    kith::http http_;
    kith::file file_;
    kith::process process_;
    kith::env environment_;
};

} // namespace

KITH_PLUGIN(hostile)
