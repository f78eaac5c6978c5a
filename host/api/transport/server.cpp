// SPDX-License-Identifier: MIT
#include "server.hpp"

#include "connection.hpp"
#include "peer_rights.hpp"
#include "socket_file.hpp"

#include <kith/service/log.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <unistd.h>
#include <vector>

namespace kith::app {

namespace asio = boost::asio;
using asio::local::stream_protocol;

namespace {

constexpr std::size_t most_refusals = 64; // under way at once

class Server final : public ApiServer {
  public:
    Server(asio::io_context &io, ApiHandler &handler, ApiListen listen)
        : io_(io), listen_(std::move(listen)), share_{handler, listen_.limits}, acceptor_(io), look_(io), seconds_(io) {
        if (listen_.control_group.empty()) return;
        control_ = group_id(listen_.control_group);
        if (!control_)
            listen_.log(KITH_LOG_WARNING,
                        "api.control_group is no group of this machine; root and kith's own user may change things",
                        listen_.control_group);
    }

    ~Server() override {
        for (const auto &one : connections_) one->close();
    }

    bool open(std::string &why) {
        auto file = SocketFile::make(listen_.path, listen_.make_directory, group_id("kith"), why);
        if (!file) return false;
        boost::system::error_code error;
        acceptor_.close(error);
        acceptor_.assign(stream_protocol{}, file->fd(), error);
        if (error) {
            ::close(file->fd());
            why = error.message();
            return false;
        }
        file_ = std::move(file);
        accept();
        return true;
    }

    void look() {
        look_.expires_after(listen_.limits.look);
        look_.async_wait([this, guard = alive()](const boost::system::error_code &error) {
            if (error || guard.expired()) return;
            if (!file_ || !file_->in_place()) restore();
            look();
        });
    }

  private:
    std::weak_ptr<bool> alive() const { return alive_; }

    // Somebody has removed the file, or put another in its place.
    void restore() {
        std::string why;
        if (open(why)) {
            listen_.log(KITH_LOG_WARNING, "the socket of the API was removed; it is made anew", listen_.path);
            reason_.clear();
        } else if (std::exchange(reason_, why) != why) {
            listen_.log(KITH_LOG_WARNING, "the socket of the API was removed, and cannot be made anew; tried again", why);
        }
    }

    void accept() {
        acceptor_.async_accept([this, guard = alive()](const boost::system::error_code &error, stream_protocol::socket socket) {
            if (error == asio::error::operation_aborted || guard.expired()) return;
            if (error) return pause();
            take(std::move(socket));
            accept();
        });
    }

    // Such as too many open files: the one that waits is taken later.
    void pause() {
        auto timer = std::make_shared<asio::steady_timer>(io_, std::chrono::seconds(1));
        timer->async_wait([this, timer, guard = alive()](const boost::system::error_code &error) {
            if (!error && !guard.expired() && acceptor_.is_open()) accept();
        });
    }

    void take(stream_protocol::socket socket) {
        std::erase_if(connections_, [](const auto &one) { return !one->open(); });
        const bool full = connections_.size() >= listen_.limits.clients && !make_room();
        if (connections_.size() >= listen_.limits.clients + most_refusals) return; // not even an answer
        const Right right = right_of(identity_of(socket.native_handle()), ::geteuid(), control_, overflow_);
        auto connection = std::make_shared<ApiConnection>(std::move(socket), right, share_);
        connections_.push_back(connection);
        full ? connection->refuse(ApiFault::too_many_clients) : connection->start();
        if (!std::exchange(ticking_, true)) tick();
    }

    // The client that has waited longest for a request of its own leaves.
    bool make_room() {
        auto oldest = connections_.end();
        for (auto one = connections_.begin(); one != connections_.end(); ++one) {
            if ((*one)->waits() && (oldest == connections_.end() || (*one)->since() < (*oldest)->since())) oldest = one;
        }
        if (oldest == connections_.end()) return false;
        (*oldest)->close();
        connections_.erase(oldest);
        return true;
    }

    // Only while there are clients.
    void tick() {
        seconds_.expires_after(std::chrono::seconds(1));
        seconds_.async_wait([this, guard = alive()](const boost::system::error_code &error) {
            if (error || guard.expired()) return;
            const auto now = ApiConnection::Clock::now();
            for (const auto &one : std::vector(connections_)) one->tick(now);
            std::erase_if(connections_, [](const auto &one) { return !one->open(); });
            ticking_ = !connections_.empty();
            if (ticking_) tick();
        });
    }

    asio::io_context &io_;
    ApiListen listen_;
    ConnectionShare share_;
    std::optional<gid_t> control_;
    OverflowIds overflow_ = overflow_ids();
    std::unique_ptr<SocketFile> file_;
    stream_protocol::acceptor acceptor_;
    asio::steady_timer look_;
    asio::steady_timer seconds_;
    std::vector<std::shared_ptr<ApiConnection>> connections_;
    std::string reason_; // why the socket could not be made anew
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    bool ticking_ = false;
};

} // namespace

std::unique_ptr<ApiServer> make_api_server(asio::io_context &io, ApiHandler &handler, ApiListen listen, std::string &why) {
    auto server = std::make_unique<Server>(io, handler, std::move(listen));
    if (!server->open(why)) return nullptr;
    server->look();
    return server;
}

} // namespace kith::app
