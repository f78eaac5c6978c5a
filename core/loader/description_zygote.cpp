// SPDX-License-Identifier: MIT
#include "core/loader/description_zygote.hpp"

#include "core/loader/dynamic_library.hpp"
#include "core/loader/elf_image.hpp"
#include "core/loader/file_bytes.hpp"
#include "core/loader/plugin_description.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>

namespace kith::core {

namespace fs = std::filesystem;

namespace {

// The first byte of an answer: a description follows, or the text of dlerror.
constexpr char answer_described = 'd', answer_refused = 'r';
// Enough for the largest description that any real library has.
constexpr std::size_t max_answer = std::size_t{64} << 20;

// ---- a request: the path, the file descriptor for the answer, and the copy if there is one ----

constexpr std::size_t max_descriptors_sent = 2;
union Control {
    std::array<char, CMSG_SPACE(sizeof(int) * max_descriptors_sent)> bytes;
    cmsghdr alignment;
};

bool send_request(int socket, const std::string &path, const Fd &answer, const Fd &copy) {
    const std::array<int, max_descriptors_sent> descriptors{answer.get(), copy.get()};
    const std::size_t size = sizeof(int) * (copy ? 2 : 1);
    iovec part{const_cast<char *>(path.data()), path.size()};
    Control control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes.data();
    message.msg_controllen = CMSG_SPACE(size);
    cmsghdr *const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(header), descriptors.data(), size);
    return ::sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(path.size());
}

struct Request {
    std::string path;
    Fd answer, copy;
};

std::optional<Request> receive_request(int socket) {
    Request request;
    request.path.resize(PATH_MAX);
    iovec part{request.path.data(), request.path.size()};
    Control control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes.data();
    message.msg_controllen = control.bytes.size();
    ssize_t size = 0;
    while ((size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
    }
    const cmsghdr *const header = size > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
    if (header == nullptr) return std::nullopt;
    request.path.resize(static_cast<std::size_t>(size));
    std::array<int, max_descriptors_sent> descriptors{-1, -1};
    std::memcpy(descriptors.data(), CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
    request.answer = Fd(descriptors[0]);
    request.copy = Fd(descriptors[1]);
    return request;
}

// ---- the child ----

void send_answer(const Fd &to, char what, std::string_view text) {
    std::string bytes(1, what);
    bytes += text;
    for (std::string_view rest = bytes; !rest.empty();) {
        const ssize_t size = ::write(to.get(), rest.data(), rest.size());
        if (size <= 0) return;
        rest.remove_prefix(static_cast<std::size_t>(size));
    }
}

void describe(Request request) {
    static DynamicLibrary library; // static, so that no destructor runs when the child exits
    if (request.copy) {
        const auto mapping = Mapping::of(request.copy);
        const auto image =
            mapping ? elf::Image::read(mapping->bytes()) : boost::system::result<elf::Image, elf::Error>{elf::Error{}};
        if (!image) return send_answer(request.answer, answer_refused, "its copy in memory cannot be read");
        library = open_sealed_copy(std::move(request.copy), *image, request.path);
    } else {
        library = open_path(request.path);
    }
    if (!library) return send_answer(request.answer, answer_refused, library.error);
    const auto *const entry = static_cast<const kith_entry *>(library.symbol("kith_plugin_entry"));
    if (entry == nullptr) return send_answer(request.answer, answer_refused, "undefined symbol: kith_plugin_entry");
    send_answer(request.answer, answer_described, serialize(read_description(*entry)));
}

// ---- the zygote ----

// Waits for a child and returns its status; kills it and returns -1 when the time limit is reached. Its descendants are not waited for.
// It reads the clock itself: this runs in the zygote, a process of its own that has no World.
int wait_for(pid_t child, std::chrono::milliseconds bound) {
    sigset_t ended;
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    int status = 0;
    const auto until = std::chrono::steady_clock::now() + bound;
    for (;;) {
        if (::waitpid(child, &status, WNOHANG) == child) return status;
        const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) break;
        const timespec pause{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
        ::sigtimedwait(&ended, nullptr, &pause);
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    return -1;
}

// The main loop of the zygote; never returns. Standard input and output are replaced by /dev/null.
[[noreturn]] void serve(int socket, pid_t parent, std::chrono::milliseconds bound) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(0);
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int standard : {0, 1, 2}) ::dup2(nothing, standard);
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    sigset_t child_ended, before;
    sigemptyset(&child_ended);
    sigaddset(&child_ended, SIGCHLD);
    for (int signal = 1; signal < SIGRTMIN; ++signal)
        std::signal(signal, SIG_DFL); // handlers of the daemon must not run in a child
    ::sigprocmask(SIG_BLOCK, &child_ended, &before);
    const pid_t self = ::getpid();
    while (auto request = receive_request(socket)) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (::getppid() != self) ::_exit(0);
            ::close(socket);
            ::sigprocmask(SIG_SETMASK, &before, nullptr);
            describe(std::move(*request));
            ::_exit(0);
        }
        request.reset();
        const int status = child < 0 ? INT_MIN : wait_for(child, bound);
        if (::send(socket, &status, sizeof status, MSG_NOSIGNAL) != sizeof status) break;
    }
    ::_exit(0);
}

std::string describe_exit(int status, std::chrono::milliseconds bound) {
    if (status == -1) return "did not end within " + std::to_string(bound.count()) + " ms";
    if (status == INT_MIN) return "could not be started";
    if (WIFSIGNALED(status))
        return "was killed by signal " + std::to_string(WTERMSIG(status)) + " (" + ::strsignal(WTERMSIG(status)) + ")";
    return "ended with exit status " + std::to_string(WEXITSTATUS(status)) + " without an answer";
}

} // namespace

Zygote::~Zygote() {
    if (process_ < 0) return;
    ::shutdown(socket_.get(), SHUT_RDWR);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void Zygote::start() {
    if (process_ >= 0) return;
    if (before_fork_) before_fork_();
    std::array<int, 2> sockets{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets.data()) != 0) return;
    Fd ours(sockets[0]), theirs(sockets[1]);
    const pid_t self = ::getpid();
    const pid_t process = ::fork();
    if (process == 0) {
        ::close(ours.get());
        serve(theirs.get(), self, bound_);
    }
    if (process < 0) return;
    process_ = process;
    socket_ = std::move(ours);
}

Zygote::Answer Zygote::ask(const Fd &copy, const fs::path &file) {
    start();
    std::array<int, 2> ends{};
    if (process_ < 0 || ::pipe2(ends.data(), O_CLOEXEC) != 0) return {{}, {}, describe_exit(INT_MIN, bound_)};
    const Fd from(ends[0]);
    Fd to(ends[1]);
    if (!send_request(socket_.get(), file.native(), to, copy)) return {{}, {}, describe_exit(INT_MIN, bound_)};
    to = Fd();
    std::string text;
    int status = INT_MIN;
    // A process that the library started can hold the pipe open, so the end of the child ends the loop, too.
    for (bool ended = false;;) {
        std::array<pollfd, 2> sources{{{ended ? -1 : socket_.get(), POLLIN, 0}, {from.get(), POLLIN, 0}}};
        const int ready = ::poll(sources.data(), sources.size(), ended ? 0 : -1);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) break;
        if (sources[0].revents != 0) {
            ended = true;
            if (::recv(socket_.get(), &status, sizeof status, 0) != sizeof status) status = INT_MIN;
        }
        if (sources[1].revents == 0) continue;
        std::array<char, 1 << 16> chunk{};
        const ssize_t size = ::read(from.get(), chunk.data(), chunk.size());
        if (size < 0 && errno == EINTR) continue;
        if (size > 0 && text.size() + static_cast<std::size_t>(size) <= max_answer)
            text.append(chunk.data(), static_cast<std::size_t>(size));
        if (size <= 0) {
            if (!ended && ::recv(socket_.get(), &status, sizeof status, 0) != sizeof status) status = INT_MIN;
            break;
        }
    }
    if (status != 0 || text.empty()) return {{}, {}, describe_exit(status, bound_)};
    if (text[0] == answer_described) return {text.substr(1), {}, {}};
    return {{}, text.substr(1), {}};
}

} // namespace kith::core
