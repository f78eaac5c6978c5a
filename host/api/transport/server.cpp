// SPDX-License-Identifier: MIT
#include "server.hpp"

#include "accept_loop.hpp"
#include "client_pool.hpp"
#include "peer_rights.hpp"
#include "socket_file.hpp"

#include <kith/service/log.h>

#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace kith::app {

namespace asio = boost::asio;

namespace {

class Server final : public ApiServer {
  public:
    Server(asio::io_context &io, ApiHandler &handler, ApiListen listen)
        : io_(io), listen_(std::move(listen)), clients_(io, handler, listen_.limits), look_(io) {
        if (!listen_.control_group.empty()) control_ = group_id(listen_.control_group);
        if (!listen_.control_group.empty() && !control_)
            listen_.log(KITH_LOG_WARNING,
                        "api.control_group is no group of this machine; root and kith's own user may change things",
                        listen_.control_group);
        if (!listen_.messages_group.empty()) messages_ = group_id(listen_.messages_group);
        if (!listen_.messages_group.empty() && !messages_)
            listen_.log(KITH_LOG_WARNING, "api.messages_group is no group of this machine; its members may not send messages",
                        listen_.messages_group);
    }

    bool open(std::string &why) {
        auto file = SocketFile::make(listen_.path, listen_.make_directory, group_id("kith"), why);
        if (!file) return false;
        accepts_ = std::make_unique<AcceptLoop>(io_, file->fd(), [this](int fd) {
            const PeerIdentity peer = identity_of(fd);
            const Right right = right_of(peer, ::geteuid(), control_, overflow_);
            const bool messages = messages_ && right_of(peer, ::geteuid(), messages_, overflow_) == Right::control;
            clients_.take(fd, {AF_UNIX, 0}, {right, messages}, nullptr);
        });
        file_ = std::move(file);
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

    asio::io_context &io_;
    ApiListen listen_;
    std::optional<gid_t> control_, messages_;
    OverflowIds overflow_ = overflow_ids();
    ClientPool clients_;
    std::unique_ptr<SocketFile> file_;
    std::unique_ptr<AcceptLoop> accepts_;
    asio::steady_timer look_;
    std::string reason_; // why the socket could not be made anew
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace

std::unique_ptr<ApiServer> make_api_server(asio::io_context &io, ApiHandler &handler, ApiListen listen, std::string &why) {
    auto server = std::make_unique<Server>(io, handler, std::move(listen));
    if (!server->open(why)) return nullptr;
    server->look();
    return server;
}

} // namespace kith::app
