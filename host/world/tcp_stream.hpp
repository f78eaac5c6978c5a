// SPDX-License-Identifier: MIT
//
// A stream of kith.tcp/1. Bytes are read from the kernel only while a read is outstanding, and written as far as the kernel
// accepts them, so a read or write that is cancelled or times out leaves no data behind. A stream secured by kith.tls/1 buffers
// incomplete received records and records that were not sent completely.
#pragma once

#include "endpoint_text.hpp"
#include "operation_slot.hpp"
#include "socket_status.hpp"
#include "tenant_resources.hpp"
#include "tls/tls.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace kith::app {

class TcpStream : public std::enable_shared_from_this<TcpStream> {
  public:
    TcpStream(TenantResources &resources, tcp::socket socket);

    std::int32_t read(std::uint32_t max, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op);
    std::int32_t write(std::string_view data, std::uint64_t timeout, std::uint64_t user, std::uint64_t *op);
    std::int32_t shutdown();
    void close();

    const tcp::endpoint &remote() const { return remote_; }

    // ---- kith.tls/1: tcp_stream_tls.cpp ----

    /// Begins the TLS handshake as an operation, which `secure` and `end_secure` end.
    std::int32_t begin_secure(std::uint64_t timeout, std::uint64_t user, std::uint64_t *op);
    /// Whether the handshake with that id is in progress.
    bool securing(std::uint64_t op) const { return securing_.op == op; }
    void secure(std::unique_ptr<TlsSession> session);
    void end_secure(std::int32_t status, std::string_view text);
    /// Undoes begin_secure: the handshake could not be started.
    void forget_secure();

  private:
    enum class Layer : std::uint8_t { plain, securing, secured };

    void await_read(bool at_once = false);
    void can_read();
    void read_secure();
    void end_read(std::int32_t status, std::string_view text);
    void await_write();
    void can_write();
    void end_write(std::int32_t status, std::string_view text);
    Error push();
    bool seal();
    void answer();
    void shake();
    void await_shake(tcp::socket::wait_type what);
    std::string text_of(const Error &error) const;
    std::string with_place(std::string_view text) const;
    std::string late() const;
    std::int32_t broken(const Error &error, std::string_view text = {});

    std::shared_ptr<TenantResources> resources_;
    tcp::socket socket_;
    tcp::endpoint remote_;
    OperationSlot reading_, writing_;
    std::uint32_t max_ = 0;   // limit of the read
    std::string out_;         // data of the write; with TLS: records to be sent first
    std::size_t written_ = 0; // of out_
    bool finished_ = false;   // our direction was shut down
    Error broken_;            // the kernel reports an error once; it is stored here
    std::string broken_text_; // the explanation by TLS

    Layer layer_ = Layer::plain;
    OperationSlot securing_;
    std::unique_ptr<TlsSession> session_;
    std::string inner_;      // plaintext of a write, to be encrypted
    std::size_t sealed_ = 0; // of inner_
};

} // namespace kith::app
