// SPDX-License-Identifier: MIT
#include "isolated_process.hpp"

#include "hello_message.hpp"
#include "process_end.hpp"

#include <kith/result.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace kith::isolation {

namespace {

using Error = boost::system::error_code;
using Wait = boost::asio::posix::stream_descriptor;
using std::chrono::milliseconds;

// Read in one turn of the loop, so that a helper that sends without end takes no more than its share of it.
constexpr std::size_t turn = std::size_t{16} << 10;
constexpr milliseconds stop_bound{4500}; // less than after what core abandons an instance
constexpr milliseconds leave_bound{1000};
constexpr milliseconds end_bound{100}; // from the end of the connection to that of the process

core::Fd duplicate(int fd) {
    core::Fd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (!copy) throw std::system_error(errno, std::generic_category());
    return copy;
}

Time now() {
    return static_cast<Time>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count());
}

} // namespace

// An instance in the process.
class IsolatedProcess::Tenant final : public messages::ProxyOwner {
  public:
    Tenant(IsolatedProcess &process, std::uint32_t number, core::PluginInstance &of, const kith_host &host)
        : instance(of),
          process_(process),
          proxy(number, of.plugin().descriptor(), host, process, *this),
          stop_timer_(process.io_) {}

    core::PluginInstance &instance;

    // The process is gone.
    void lost(const core::Failure &failure) {
        stop_timer_.cancel();
        proxy.lost();
        instance.report(failure);
    }
    void refused(const std::string &text) {
        proxy.lost();
        instance.report({.status = KITH_INVALID, .text = text, .final = true});
    }

  private:
    std::string take_error() override { return instance.take_error(); }
    void not_created(std::int32_t status, std::string_view text) override {
        instance.report(
            {.status = status, .text = text.empty() ? std::string(meaning(status)) : std::string(text), .final = true});
    }
    void stopping() override {
        stop_timer_.expires_after(stop_bound);
        stop_timer_.async_wait([process = process_.weak_from_this()](const Error &error) {
            if (const auto alive = process.lock(); alive && !error) alive->end("it did not stop within 4.5 s");
        });
    }
    void destroyed() override {
        stop_timer_.cancel();
        // Not within its own call.
        boost::asio::post(process_.io_, [process = process_.weak_from_this(), this] {
            if (const auto alive = process.lock()) alive->remove(*this);
        });
    }

    IsolatedProcess &process_;

  public:
    messages::InstanceProxy proxy;

  private:
    boost::asio::steady_timer stop_timer_;
};

IsolatedProcess::Result IsolatedProcess::start(boost::asio::io_context &io, LastingThread &thread, const core::Library &library,
                                               const Settings &settings) {
    const std::string name(library.file_name());
    if (library.sealed_copy() < 0)
        return name + " cannot be loaded into a process of its own, because its file cannot be copied into memory here: mount "
                      "/proc, permit executable memory files (sysctl vm.memfd_noexec=0), or write \"isolate\": false for the "
                      "instance if it may run in the process of kith";
    try {
        // The library may be closed before the thread uses it.
        const auto copy = std::make_shared<const core::Fd>(duplicate(library.sealed_copy()));
        auto made = std::make_shared<IsolatedProcess>(io, thread, settings);
        thread.run([&io, me = made->weak_from_this(), copy, program = settings.program, name] {
            auto result = std::make_shared<HelperProcess::Result>(HelperProcess::start(program, copy->get(), name));
            boost::asio::post(io, [me, result] {
                if (const auto alive = me.lock()) alive->begun(std::move(*result));
            });
        });
        made->send(hello_message(library, settings.memory, settings.profile));
        return made;
    } catch (const std::system_error &error) {
        return cannot_start(settings.program, error);
    }
}

IsolatedProcess::IsolatedProcess(boost::asio::io_context &io, LastingThread &thread, const Settings &settings)
    : io_(io),
      thread_(thread),
      settings_(settings),
      link_({.to_helper = max_to_helper, .to_kith = max_to_kith, .outbox = 2 * max_to_helper, .answer = settings.answer}),
      socket_(io),
      words_(io),
      end_(io),
      timer_(io) {}

IsolatedProcess::~IsolatedProcess() = default;

void IsolatedProcess::begun(HelperProcess::Result result) {
    beginning_ = false;
    if (ended_) { // by end()
        if (result) discard(std::move(*result));
        return;
    }
    if (!result) return over({.status = KITH_UNAVAILABLE, .text = result.error()});
    try {
        follow(std::move(*result));
    } catch (const std::exception &error) {
        over({.status = KITH_UNAVAILABLE, .text = cannot_start(settings_.program, error)});
        return discard(*std::exchange(helper_, std::nullopt));
    }
    await_socket();
    await_words();
    await_end();
    flush();
    if (closing_) leave();
}

void IsolatedProcess::follow(HelperProcess helper) {
    helper_.emplace(std::move(helper));
    core::Fd end = duplicate(helper_->ended_fd());
    for (const auto &[descriptor, fd] :
         {std::pair{&socket_, &helper_->socket()}, std::pair{&words_, &helper_->words()}, std::pair{&end_, &end}}) {
        descriptor->assign(fd->get());
        fd->release();
    }
}

// Its end is waited for by the thread.
void IsolatedProcess::discard(HelperProcess helper) {
    thread_.run([helper = std::make_shared<HelperProcess>(std::move(helper))] {});
}

const kith_instance *IsolatedProcess::add(core::PluginInstance &instance, const kith_host &host) {
    auto &tenant = tenants_.emplace_back(std::make_unique<Tenant>(*this, ++last_number_, instance, host));
    tenant->proxy.create(instance.options().json(), instance.dependencies().max_peers);
    return &tenant->proxy.instance();
}

// ---- to the helper ----

bool IsolatedProcess::send(std::string_view message) {
    if (ended_ || closing_) return false;
    if (!link_.send(message)) {
        // Not within the call of core that sends it.
        boost::asio::post(io_, [me = shared_from_this()] { me->end("a message to it is larger than a message may be"); });
        return false;
    }
    if (!std::exchange(flush_posted_, true)) // all messages of one turn are one write
        boost::asio::post(io_, [me = weak_from_this()] {
            if (const auto alive = me.lock()) alive->flush();
        });
    return true;
}

void IsolatedProcess::flush() {
    flush_posted_ = false;
    if (ended_ || writing_) return;
    if (helper_) link_.flush(now());
    while (helper_ && !link_.outgoing().empty()) {
        const auto bytes = link_.outgoing();
        const ssize_t sent = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            link_.sent(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
            writing_ = true;
            socket_.async_wait(Wait::wait_write, [me = shared_from_this()](const Error &error) {
                me->writing_ = false;
                if (!error) me->flush();
            });
            break;
        } else if (errno != EINTR) {
            break; // it has closed the socket, which reading notices
        }
    }
    if (const std::string fault = link_.fault(now()); !fault.empty()) return end(fault);
    arm();
}

void IsolatedProcess::arm() {
    const Time deadline = link_.deadline();
    if (ended_ || deadline >= armed_) return;
    armed_ = deadline;
    const Time at = now();
    timer_.expires_after(std::chrono::nanoseconds(deadline > at ? deadline - at : 0));
    timer_.async_wait([me = weak_from_this()](const Error &error) {
        const auto alive = me.lock();
        if (!error && alive) alive->at_deadline();
    });
}

// What has come is read before it is judged: kith may have been stopped for longer than the helper has to answer.
void IsolatedProcess::at_deadline() {
    armed_ = core::never;
    bool full = false;
    if (ended_ || (helper_ && !read(full))) return;
    if (const std::string fault = link_.fault(now()); !fault.empty()) return end(fault);
    flush();
    arm(); // also while flush() waits until more can be written
}

void IsolatedProcess::at_most(std::chrono::nanoseconds bound, std::string reason) {
    armed_ = 0; // no deadline is earlier
    timer_.expires_after(bound);
    timer_.async_wait([me = shared_from_this(), reason = std::move(reason)](const Error &error) {
        if (!error) me->end(reason);
    });
}

// ---- from the helper ----

void IsolatedProcess::await_socket() {
    socket_.async_wait(Wait::wait_read, [me = shared_from_this()](const Error &error) {
        if (error || me->ended_) return;
        bool full = false;
        if (!me->read(full)) return;
        me->arm();
        me->await_socket();
    });
}

bool IsolatedProcess::read(bool &full) {
    static std::array<char, turn> buffer; // of all helpers: nothing is in it between two calls
    const ssize_t got = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) {
        connection_closed();
        return false;
    }
    full = static_cast<std::size_t>(got) == buffer.size();
    try {
        link_.received({buffer.data(), static_cast<std::size_t>(got)}, full, now(),
                       [this](std::string_view message) { take(message); });
    } catch (const std::exception &error) {
        end(std::string("it broke the protocol: ") + error.what());
        return false;
    }
    return true;
}

// A process that ends closes it too: only one that goes on is to be ended for that.
void IsolatedProcess::connection_closed() { at_most(end_bound, closing_ ? "it did not leave" : "it closed its connection"); }

void IsolatedProcess::take(std::string_view message) {
    const auto opened = messages::open_message(message);
    if (opened.instance > last_number_) throw std::runtime_error("a message of an instance that there never was");
    if (opened.instance != no_instance) {
        for (const auto &tenant : tenants_)
            if (tenant->proxy.number() == opened.instance) return tenant->proxy.take(opened);
        return; // of an instance that is gone
    }
    if (opened.table != messages::life_table) throw std::runtime_error("a message of no instance");
    switch (static_cast<FromHelper>(opened.function)) {
    case FromHelper::ready:
    case FromHelper::pong: return;
    case FromHelper::refused: {
        messages::Keep keep;
        kith_str text{};
        messages::Reader(opened.arguments, keep).one(text);
        refusal_ = view(text);
        for (const auto &tenant : tenants_) tenant->refused(refusal_);
        return end("its library was refused");
    }
    case FromHelper::question:
    case FromHelper::posted: break; // time is not simulated here
    }
    throw std::runtime_error("an unknown message of instance 0");
}

void IsolatedProcess::await_words() {
    words_.async_wait(Wait::wait_read, [me = shared_from_this()](const Error &error) {
        if (error || me->ended_) return;
        me->read_words();
        if (!me->words_.is_open()) return;
        // A plugin that writes without end is read at some MB per second.
        auto pause = std::make_shared<boost::asio::steady_timer>(me->io_, milliseconds(10));
        pause->async_wait([me, pause](const Error &) {
            if (!me->ended_) me->await_words();
        });
    });
}

void IsolatedProcess::read_words() {
    std::array<char, 65536> buffer;
    const ssize_t got = ::read(words_.native_handle(), buffer.data(), buffer.size());
    if (got > 0) {
        const std::string_view words(buffer.data(), static_cast<std::size_t>(got));
        said_.add(words);
        if (settings_.profile != Profile::none)
            refused_calls_.add(words, [this](std::string_view call) { report_refused_call(call); });
    }
    if (got == 0) words_.close(); // it has closed its standard error
}

void IsolatedProcess::report_refused_call(std::string_view call) {
    const std::string text = refused_call_text(std::string(call));
    for (const auto &tenant : tenants_) tenant->instance.report_refused_right(text);
}

// ---- its end ----

void IsolatedProcess::end(std::string reason) {
    if (ended_) return;
    if (!helper_) return over({.status = KITH_UNAVAILABLE, .text = "its process has not begun yet: " + reason});
    if (reason_.empty()) reason_ = std::move(reason);
    helper_->kill(); // process_ended follows
}

void IsolatedProcess::await_end() {
    end_.async_wait(Wait::wait_read, [me = shared_from_this()](const Error &error) {
        if (!error && !me->ended_) me->process_ended();
    });
}

void IsolatedProcess::process_ended() {
    const std::string how = helper_->gather();
    if (how.empty()) return await_end();
    // What it sent before it died counts, unless it was ended for what it sent.
    for (bool full = true; full && reason_.empty() && !closing_;) {
        full = false;
        if (!read(full)) break;
    }
    if (words_.is_open()) read_words();
    const std::string text = process_end(how, reason_, helper_->last_call(), said_.text());
    helper_.reset(); // its descriptor and its page; this object goes when the next one is made
    over({.status = KITH_RESET, .text = text, .crashed = true});
}

void IsolatedProcess::over(const core::Failure &failure) {
    ended_ = true;
    Error ignored;
    timer_.cancel();
    for (Descriptor *one : {&socket_, &words_, &end_})
        if (one->is_open()) one->close(ignored);
    // Each is removed later, when core has destroyed it: none of these calls does.
    for (const auto &tenant : tenants_) tenant->lost(failure);
}

void IsolatedProcess::remove(const Tenant &tenant) {
    std::erase_if(tenants_, [&](const auto &one) { return one.get() == &tenant; });
    if (tenants_.empty()) close();
}

// The last instance is gone: so is the process, soon.
void IsolatedProcess::close() {
    if (ended_ || std::exchange(closing_, true)) return;
    flush(); // `destroy`
    if (helper_) leave();
}

void IsolatedProcess::leave() {
    if (ended_) return;
    ::shutdown(socket_.native_handle(), SHUT_WR);
    at_most(leave_bound, "it did not leave");
}

} // namespace kith::isolation
