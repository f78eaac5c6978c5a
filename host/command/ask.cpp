// SPDX-License-Identifier: MIT
#include "ask.hpp"

#include "http_response_reader.hpp"

#include <core/file_descriptor.hpp>
#include <host/api/socket_path.hpp>

#include <boost/json/parse.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <iostream>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace kith::app {

namespace po = boost::program_options;
namespace json = boost::json;

namespace {

constexpr auto connect_bound = std::chrono::seconds(2);
constexpr auto between_bound = std::chrono::seconds(10); // from one byte to the next

// Connected, or an error number.
int connect_to(const std::string &path, core::Fd &client) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return ENAMETOOLONG;
    std::memcpy(address.sun_path, path.data(), path.size());
    client = core::Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (client.get() < 0) return errno;
    // A daemon that is held takes no connections; then this waits for room in its queue.
    const timeval bound{std::chrono::seconds(connect_bound).count(), 0};
    ::setsockopt(client.get(), SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof bound);
    return ::connect(client.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0 ? 0 : errno;
}

bool send_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

// Of the process that listens at the other end; 0 if it is not known.
int process_of(int fd) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 ? credentials.pid : 0;
}

} // namespace

std::string url_encoded(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                           c == '_' || c == '~';
        if (plain) {
            out += c;
        } else {
            out += '%';
            out += hex[static_cast<unsigned char>(c) >> 4U];
            out += hex[static_cast<unsigned char>(c) & 15U];
        }
    }
    return out;
}

std::string text_at(const json::value &object, std::string_view name) {
    const auto *fields = object.if_object();
    const auto *found = fields == nullptr ? nullptr : fields->if_contains(json::string_view(name.data(), name.size()));
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string{};
}

std::int64_t number_at(const json::value &object, std::string_view name) {
    const auto *fields = object.if_object();
    const auto *found = fields == nullptr ? nullptr : fields->if_contains(json::string_view(name.data(), name.size()));
    if (found == nullptr) return 0;
    if (found->is_int64()) return found->get_int64();
    return found->is_double() ? static_cast<std::int64_t>(found->get_double()) : 0;
}

bool flag_at(const json::value &object, std::string_view name) {
    const auto *fields = object.if_object();
    const auto *found = fields == nullptr ? nullptr : fields->if_contains(json::string_view(name.data(), name.size()));
    return found != nullptr && found->is_bool() && found->get_bool();
}

const json::array &list_at(const json::value &object, std::string_view name) {
    static const json::array none;
    const auto *fields = object.if_object();
    const auto *found = fields == nullptr ? nullptr : fields->if_contains(json::string_view(name.data(), name.size()));
    return found != nullptr && found->is_array() ? found->get_array() : none;
}

void Ask::add_options(CommandLine &command_line) {
    command_line.options.add_options()("json", "print the answer as JSON")(
        "socket", po::value<std::string>()->value_name("PATH"),
        "ask the daemon at this socket; without it the only one there is in $RUNTIME_DIRECTORY, /run/kith or "
        "$XDG_RUNTIME_DIR/kith");
}

Ask::Ask(std::string command, const po::variables_map &values)
    : command_(std::move(command)), json_(values.count("json") != 0) {
    if (values.count("socket") != 0) socket_ = values["socket"].as<std::string>();
    std::signal(SIGPIPE, SIG_IGN); // `| head`
}

bool Ask::refuse(int status, const std::string &what, const std::string &remedy) {
    std::cerr << "kith " << command_ << ": " << what << '\n' << remedy << '\n';
    status_ = status;
    return false;
}

bool Ask::find_socket(core::Fd &connected) {
    if (!socket_.empty()) return true;
    std::vector<std::string> alive, closed;
    for (const std::string &path : sockets_in(socket_directories(environment_variable))) {
        core::Fd client;
        const int error = connect_to(path, client);
        if (error == 0) {
            alive.push_back(path);
            connected = std::move(client);
        }
        if (error == EACCES) closed.push_back(path);
    }
    if (alive.size() == 1) {
        socket_ = alive.front();
        return true;
    }
    if (alive.size() > 1) {
        std::string list;
        for (const std::string &path : alive) list += "\n  --socket " + path;
        return refuse(exit_usage, "several daemons run on this machine", "Say which one is asked:" + list);
    }
    if (!closed.empty())
        return refuse(exit_unreachable, "permission denied for " + closed.front(),
                      "Become a member of the group `kith`, or ask as root or as the user of the daemon.");
    return refuse(exit_unreachable, "no daemon was found",
                  "Start one by `kith run`, or name its socket with --socket; a daemon with \"api\": false has none.");
}

std::optional<std::string> Ask::request(const std::string &method, const std::string &target, const std::string &accept,
                                        const std::string &content, const std::function<bool(std::string_view)> *on_body) {
    core::Fd client;
    if (!find_socket(client)) return std::nullopt;
    const auto no = [&](int status, const std::string &what, const std::string &remedy) {
        refuse(status, what, remedy);
        return std::nullopt;
    };
    const auto held = [&](int pid) {
        const std::string who =
            pid > 0 ? "the daemon at " + socket_ + " does not answer; its process lives, pid " + std::to_string(pid)
                    : "the daemon at " + socket_ + " does not answer";
        return no(exit_unreachable, who,
                  "A plugin may hold its loop: its log names it afterwards (plugin.stalled). `kill -ABRT` leaves a core.");
    };
    const int error = client ? 0 : connect_to(socket_, client);
    if (error == EAGAIN || error == ETIMEDOUT) return held(0);
    if (error == EACCES)
        return no(exit_unreachable, "permission denied for " + socket_,
                  "Become a member of the group `kith`, or ask as root or as the user of the daemon.");
    if (error != 0)
        return no(exit_unreachable, "nobody answers at " + socket_ + ": " + std::strerror(error),
                  "Start the daemon by `kith run`, or name another socket with --socket.");
    const int pid = process_of(client.get());
    const std::string head =
        method + ' ' + target + " HTTP/1.1\r\nHost: localhost\r\nAccept: " + accept + "\r\nConnection: close\r\n" +
        (method == "POST" ? "Content-Length: " + std::to_string(content.size()) + "\r\n" : std::string{}) + "\r\n" + content;
    if (!send_all(client.get(), head)) return held(pid);

    ResponseReader reader;
    std::string body;
    char bytes[16'384];
    while (!reader.complete()) {
        const bool endless = on_body != nullptr && reader.head_done() && reader.status() == 200;
        const auto bound = reader.head_done() ? between_bound : bound_;
        pollfd ready{client.get(), POLLIN, 0};
        const int polled =
            ::poll(&ready, 1, static_cast<int>(endless ? quiet_.count() : std::chrono::milliseconds(bound).count()));
        if (polled < 0 && errno == EINTR) continue;
        if (polled == 0 && endless) return body;
        if (polled == 0) return held(pid);
        const ssize_t got = ::read(client.get(), bytes, sizeof bytes);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            if (reader.end()) break;
            return no(exit_unreachable, "the daemon at " + socket_ + " ended the connection before its answer was complete",
                      "Look at its log: it may be stopping.");
        }
        if (!reader.feed({bytes, static_cast<std::size_t>(got)}))
            return no(exit_unreachable, "what listens at " + socket_ + " is no kith",
                      "Name the daemon's socket with --socket.");
        if (!endless && on_body != nullptr && opened_ && reader.head_done() && reader.status() == 200) opened_();
        const std::string part = reader.take_body();
        if (on_body != nullptr && reader.status() == 200) {
            if (!part.empty() && !(*on_body)(part)) return body;
        } else {
            body += part;
        }
    }
    if (reader.status() < 300) return body;
    boost::system::error_code bad;
    const json::value answer = json::parse(body, bad);
    const auto *fields = bad ? nullptr : answer.if_object();
    const auto *found = fields == nullptr ? nullptr : fields->if_contains("error");
    const std::string message = found == nullptr ? std::string{} : text_at(*found, "message");
    return no(reader.status() == 503 ? exit_unreachable : exit_negative,
              message.empty() ? "the daemon answered " + std::to_string(reader.status()) : message,
              found == nullptr ? std::string("Look at its log.") : text_at(*found, "remedy"));
}

std::optional<std::string> Ask::socket() {
    core::Fd connected;
    return find_socket(connected) ? std::optional(socket_) : std::nullopt;
}

std::optional<std::string> Ask::get(const std::string &target) {
    return request("GET", target, "application/json", {}, nullptr);
}

std::optional<std::string> Ask::post(const std::string &target, const std::string &content) {
    return request("POST", target, "application/json", content, nullptr);
}

std::optional<json::value> Ask::get_json(const std::string &target) {
    const auto body = get(target);
    if (!body) return std::nullopt;
    boost::system::error_code error;
    json::value parsed = json::parse(*body, error);
    if (!error) return parsed;
    refuse(exit_unreachable, "the answer of the daemon at " + socket_ + " is no JSON",
           "Use the kith of the same version as the daemon's.");
    return std::nullopt;
}

int Ask::follow(const std::string &target, const std::function<bool(std::string_view line)> &line) {
    std::string rest;
    const std::function<bool(std::string_view)> on_body = [&](std::string_view part) {
        rest.append(part);
        std::size_t begin = 0;
        for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', begin)) {
            if (!line(std::string_view(rest).substr(begin, end - begin))) return false;
            begin = end + 1;
        }
        rest.erase(0, begin);
        return true;
    };
    return request("GET", target, "application/x-ndjson", {}, &on_body) ? exit_ok : status_;
}

} // namespace kith::app
