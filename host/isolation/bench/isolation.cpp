// SPDX-License-Identifier: MIT
//
// isolation_cost HELPER CONNECTOR LIBRARY
//
// What a plugin in a process of its own costs, without the rest of kith: HELPER is kith-plugin-host, CONNECTOR is libmortal.so of the tests,
// LIBRARY is the one whose idle memory is measured. It prints one object of JSON for tests/bench/isolation.py: times of starts to the first
// calls (ms), of calls with their answers (us), of those over a bare socket pair (us), from SIGKILL to the end that is noticed (ms), messages in a
// second, and private memory (KiB).
#include "../child_link.hpp"
#include "../hello_message.hpp"
#include "../helper_process.hpp"

#include <core/engine/engine_services.hpp>
#include <core/loader/description_zygote.hpp>
#include <core/loader/file_bytes.hpp>
#include <core/loader/library.hpp>
#include <host/world/asio_world.hpp>
#include <kith/result.hpp>
#include <kith/service/connector.h>
#include <sdk/messages/call_codec.hpp>
#include <sdk/messages/call_stubs.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace kith;
using namespace kith::isolation;
using Clock = std::chrono::steady_clock;

namespace {

double microseconds(Clock::duration span) { return std::chrono::duration<double, std::micro>(span).count(); }

void print(const char *name, const std::vector<double> &values) {
    std::printf("%s\"%s\": [", name == std::string_view("starts") ? "{" : ", ", name);
    for (std::size_t i = 0; i < values.size(); ++i) std::printf("%s%.3f", i == 0 ? "" : ", ", values[i]);
    std::printf("]");
}

std::unique_ptr<core::Library> read_library(const char *file) {
    core::LoaderSettings settings;
    for (const auto id : core::engine_services()) settings.services.emplace_back(id);
    for (const auto id : app::AsioWorld::services()) settings.services.emplace_back(id);
    core::Zygote zygote;
    core::Buffer buffer;
    core::PathChecker paths;
    auto library = core::Library::read(file, settings, {zygote, buffer, paths});
    if (!library) std::printf("%s: %s\n", file, library.error().reason.c_str());
    if (!library || (*library)->seal(settings, {zygote, buffer, paths})) std::exit(1);
    return std::move(*library);
}

// A helper with one instance of a library, over blocking reads and writes.
class Instance {
  public:
    Instance(const char *program, const core::Library &library, const core::Plugin &plugin, const char *options)
        : begun_(Clock::now()), helper_(*HelperProcess::start(program, library.sealed_copy(), "bench")) {
        queue(hello_message(library, 0, Profile{}));
        messages::InstanceSetup setup;
        setup.id = str(plugin.id());
        setup.kind = plugin.kind();
        setup.instance = str("bench");
        setup.options = str(options);
        setup.log_level = 9;
        for (std::size_t i = 0; i < messages::services().size(); ++i)
            if (plugin.declares_service(messages::services()[i].id)) setup.services |= std::uint64_t{1} << i;
        queue(messages::call_message(1, messages::life_table, 0, setup));
        queue(messages::call_message(1, messages::life_table, 1));
        write();
    }

    void queue(std::string_view message) { messages::append_frame(out_, message); }
    void write() {
        for (std::string_view rest = out_; !rest.empty();) {
            const ssize_t sent = ::send(helper_.socket().get(), rest.data(), rest.size(), MSG_NOSIGNAL);
            if (sent > 0)
                rest.remove_prefix(static_cast<std::size_t>(sent));
            else
                read(0); // it is full: take what comes back
        }
        out_.clear();
    }
    /// Until so many messages have come in all.
    void read_until(std::size_t count) {
        while (messages_ < count) read(-1);
    }
    std::size_t messages() const { return messages_; }
    Clock::time_point begun() const { return begun_; }
    HelperProcess &helper() { return helper_; }

  private:
    void read(int patience) {
        pollfd wait{helper_.socket().get(), POLLIN, 0};
        if (::poll(&wait, 1, patience) <= 0) return;
        std::array<char, 65536> buffer;
        const ssize_t got = ::recv(helper_.socket().get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got == 0) std::exit(1);
        if (got > 0) messages_ += reader_.feed({buffer.data(), static_cast<std::size_t>(got)}, [](std::string_view) {});
    }

    Clock::time_point begun_;
    HelperProcess helper_;
    messages::FrameReader reader_{max_to_kith};
    std::string out_;
    std::size_t messages_ = 0;
};

std::string connect_message(std::uint64_t op) {
    messages::Writer call;
    call.one(std::uint32_t{1});
    call.one(messages::service_number(KITH_CONNECTOR));
    call.one(std::uint8_t{0});
    const kith_peer peer{
        .key = str("key"), .name = str("app@10.0.0.7"), .attributes = nullptr, .attribute_count = 0, .flags = 0, .ttl = 0};
    messages::Signature<std::uint64_t, const kith_peer *>::write(call, {op, &peer});
    return call.bytes;
}

std::vector<double> bare_pair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) return {};
    const pid_t other = ::fork();
    std::array<char, 64> bytes{};
    if (other == 0) ::close(ends[0]);
    if (other == 0) {
        pollfd wait{ends[1], POLLIN, 0};
        while (::poll(&wait, 1, -1) > 0 && ::read(ends[1], bytes.data(), bytes.size()) > 0)
            if (::write(ends[1], bytes.data(), bytes.size()) < 0) break;
        ::_exit(0);
    }
    ::close(ends[1]);
    std::vector<double> times;
    for (int i = 0; i < 20000; ++i) {
        const auto start = Clock::now();
        pollfd wait{ends[0], POLLIN, 0};
        if (::write(ends[0], bytes.data(), bytes.size()) < 0 || ::poll(&wait, 1, -1) < 0 ||
            ::read(ends[0], bytes.data(), bytes.size()) < 0)
            break;
        times.push_back(microseconds(Clock::now() - start));
    }
    ::close(ends[0]);
    ::waitpid(other, nullptr, 0);
    return times;
}

double private_memory(const char *program, const char *file) {
    const auto library = read_library(file);
    Instance instance(program, *library, *library->plugins().front(), R"({"hosts": ["a@127.0.0.1"]})");
    instance.read_until(1);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    std::string pid, line;
    std::ifstream info("/proc/self/fdinfo/" + std::to_string(instance.helper().ended_fd()));
    while (std::getline(info, line))
        if (line.starts_with("Pid:")) pid = line.substr(line.find_first_of("0123456789"));
    std::ifstream rollup("/proc/" + pid + "/smaps_rollup");
    double sum = 0;
    while (std::getline(rollup, line))
        if (line.starts_with("Private_Clean:") || line.starts_with("Private_Dirty:"))
            sum += std::stod(line.substr(line.find_first_of("0123456789")));
    return sum;
}

} // namespace

int main(int count, char **arguments) {
    if (count != 4) {
        std::fprintf(stderr, "usage: isolation_cost HELPER CONNECTOR LIBRARY\n");
        return 2;
    }
    const char *const program = arguments[1];
    const auto library = read_library(arguments[2]);
    const core::Plugin *connector = nullptr;
    for (const auto &plugin : library->plugins())
        if (plugin->kind() == KITH_KIND_CONNECTOR) connector = plugin.get();
    const char *const options = R"({"death": "none", "moment": "start"})";

    std::vector<double> starts, deaths;
    for (int i = 0; i < 50; ++i) {
        Instance one(program, *library, *connector, options);
        one.read_until(4); // ready, attached, links, timer: its first calls
        starts.push_back(microseconds(Clock::now() - one.begun()) / 1000);
        const auto killed = Clock::now();
        one.helper().kill();
        pollfd wait{one.helper().ended_fd(), POLLIN, 0};
        ::poll(&wait, 1, -1);
        if (!one.helper().gather().empty()) deaths.push_back(microseconds(Clock::now() - killed) / 1000);
    }
    print("starts", starts);
    print("deaths", deaths);

    Instance instance(program, *library, *connector, options);
    instance.read_until(4);
    std::vector<double> times;
    std::uint64_t op = 0;
    for (int i = 0; i < 20000; ++i) {
        const std::size_t before = instance.messages();
        const auto start = Clock::now();
        instance.queue(connect_message(++op));
        instance.write();
        instance.read_until(before + 2); // done, link_up
        times.push_back(microseconds(Clock::now() - start));
    }
    print("calls", times);
    print("bare", bare_pair());

    constexpr int batches = 1000, size = 256; // each call has two answers
    const std::size_t before = instance.messages();
    const auto start = Clock::now();
    for (int i = 0; i < batches; ++i) {
        for (int j = 0; j < size; ++j) instance.queue(connect_message(++op));
        instance.write();
    }
    instance.read_until(before + 2ULL * batches * size);
    const double seconds = microseconds(Clock::now() - start) / 1e6;
    std::printf(", \"messages\": %.0f, \"private\": %.0f}\n", 3.0 * batches * size / seconds,
                private_memory(program, arguments[3]));
    return 0;
}
