// SPDX-License-Identifier: MIT
#include "helper.hpp"

#include "../sandbox/sandbox.hpp"

#include <host/resident_code.hpp>
#include <kith/result.hpp>

#include <array>
#include <cerrno>
#include <poll.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kith::isolation {

namespace {

// Also for a process without a sandbox.
void limit_resources() {
    const rlimit no_core{}; // options contain secrets
    ::setrlimit(RLIMIT_CORE, &no_core);
    rlimit descriptors{};
    if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return;
    descriptors.rlim_cur = descriptors.rlim_max = std::min<rlim_t>(descriptors.rlim_max, 1024);
    ::setrlimit(RLIMIT_NOFILE, &descriptors);
}

} // namespace

Helper::Helper(int socket, core::Fd library, CallTrace *trace)
    : socket_(socket), copy_(std::move(library)), to_kith_(socket), surroundings_(trace), reader_(max_to_helper) {}

void Helper::run() {
    while (!over_) {
        take_waiting();
        const bool posts = !simulation_ && run_posts();
        to_kith_.flush();
        std::array<pollfd, 2> wait{{{socket_, POLLIN, 0}, {surroundings_.wake_fd(), POLLIN, 0}}};
        if (::poll(wait.data(), wait.size(), posts ? 0 : -1) < 0) continue;
        if (wait[1].revents != 0) surroundings_.woken();
        if (wait[0].revents != 0) read();
    }
}

void Helper::read() {
    static std::array<char, 65536> buffer; // its pages are used only as far as messages reach
    const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        over_ = true;
        return;
    }
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    if (simulation_)
        simulation_->received(bytes);
    else
        reader_.feed(bytes, [this](std::string_view message) { take(message); });
}

void Helper::take_waiting() {
    if (!simulation_) return;
    while (const auto message = simulation_->next()) take(*message);
}

bool Helper::run_posts() {
    bool some = false;
    for (const auto &[number, instance] : instances_) some = instance->run_posts() || some;
    return some;
}

void Helper::take(std::string_view message) {
    const auto opened = messages::open_message(message);
    if (opened.instance == no_instance) return take_own(opened);
    if (library_.entry == nullptr) return; // refused: kith ends this process
    auto found = instances_.find(opened.instance);
    if (found == instances_.end()) {
        if (opened.table != messages::life_table || opened.function != static_cast<std::uint8_t>(messages::ToInstance::create))
            return;
        found = instances_
                    .emplace(opened.instance, std::make_unique<messages::IsolatedInstance>(opened.instance, *library_.entry,
                                                                                           to_kith_, surroundings_))
                    .first;
    }
    found->second->take(opened);
    if (found->second->over()) instances_.erase(found);
}

void Helper::take_own(const messages::OpenedMessage &message) {
    switch (static_cast<ToHelper>(message.function)) {
    case ToHelper::hello: return load(message.arguments);
    case ToHelper::ping: to_kith_.send(own_message(FromHelper::pong)); return;
    case ToHelper::simulate:
        simulation_.emplace(socket_, to_kith_, reader_);
        surroundings_.simulate(*simulation_);
        return;
    case ToHelper::deliver: run_posts(); return;
    case ToHelper::answer: break; // to no question
    }
    throw std::runtime_error("a message that this helper does not know");
}

void Helper::load(std::string_view arguments) {
    messages::Keep keep;
    Hello hello;
    messages::Reader(arguments, keep).one(hello.build); // alone: what follows it may differ
    if (view(hello.build) != build_id || std::exchange(greeted_, true))
        throw std::runtime_error("it is of another build than kith: install both from one package, and restart kith");
    messages::Reader(arguments, keep).one(hello);
    limit_resources();
    library_ = load_in_sandbox(hello);
    to_kith_.send(library_.entry != nullptr ? own_message(FromHelper::ready)
                                            : own_message(FromHelper::refused, str(library_.refusal)));
    app::release_code_pages(); // of the loader and of the sandbox, which are not used again
}

PluginLibrary Helper::load_in_sandbox(const Hello &hello) {
    const SandboxSettings sandbox{.profile = static_cast<Profile>(hello.profile),
                                  .memory_limit = hello.memory,
                                  .socket_fd = socket_,
                                  .words_fd = STDERR_FILENO,
                                  .wake_fd = surroundings_.wake_fd(),
                                  .library_fd = copy_.get()};
    const auto refused = [](const std::string &why) {
        PluginLibrary library;
        library.refusal = "it cannot be isolated: " + why;
        return library;
    };
    if (const auto entered = enter_before_load(sandbox); !entered) return refused(entered.error());
    PluginLibrary library = PluginLibrary::load(std::move(copy_), std::string(view(hello.file)), view(hello.description));
    if (library.entry == nullptr) return library;
    if (const auto entered = enter_after_load(sandbox); !entered) return refused(entered.error());
    return library;
}

} // namespace kith::isolation
