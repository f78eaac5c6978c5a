// SPDX-License-Identifier: MIT
#include "dns_test_server.hpp"

#include <kith/hosting/dns_query.hpp>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <memory>

namespace kith::test {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;

constexpr std::size_t udp_size = 1232;

unsigned at(const std::string &bytes, std::size_t where) { return static_cast<unsigned char>(bytes.at(where)); }

std::string record(const WireRecord &one) {
    return (one.owner.empty() ? std::string("\xc0\x0c", 2) : wire_name(one.owner)) + wire_16(one.type) + wire_16(1) +
           wire_32(one.ttl) + wire_16(static_cast<unsigned>(one.data.size())) + one.data;
}

} // namespace

std::string wire_16(unsigned number) { return {static_cast<char>(number >> 8), static_cast<char>(number)}; }

std::string wire_32(std::uint32_t number) { return wire_16(number >> 16) + wire_16(number & 0xffff); }

std::string wire_name(std::string_view name) {
    std::string out;
    while (!name.empty()) {
        const auto dot = std::min(name.find('.'), name.size());
        out += static_cast<char>(dot);
        out += name.substr(0, dot);
        name.remove_prefix(std::min(dot + 1, name.size()));
    }
    return out + '\0';
}

// Of the ports that the system gives for UDP, one that TCP may have too.
DnsTestServer::DnsTestServer(asio::io_context &io) : udp_(io), tcp_(io) {
    boost::system::error_code taken = asio::error::address_in_use;
    for (int tries = 100; taken && tries > 0; --tries) {
        udp_ = udp::socket(io, udp::endpoint(asio::ip::address_v4::loopback(), 0));
        tcp_ = tcp::acceptor(io, tcp::v4());
        tcp_.bind(tcp::endpoint(asio::ip::address_v4::loopback(), port()), taken);
    }
    if (taken) throw boost::system::system_error(taken);
    tcp_.listen();
    receive();
    accept();
}

void DnsTestServer::receive() {
    udp_.async_receive_from(asio::buffer(buffer_), from_, [this](const boost::system::error_code &error, std::size_t size) {
        if (error == asio::error::operation_aborted) return;
        ++over_udp;
        const std::string reply = reply_to({buffer_.data(), size}, false);
        if (!reply.empty()) udp_.send_to(asio::buffer(reply), from_);
        receive();
    });
}

void DnsTestServer::accept() {
    tcp_.async_accept([this](const boost::system::error_code &error, tcp::socket socket) {
        if (error) return;
        struct Talk {
            explicit Talk(tcp::socket s) : socket(std::move(s)) {}
            tcp::socket socket;
            std::string in = std::string(2, '\0'), out;
        };
        const auto talk = std::make_shared<Talk>(std::move(socket));
        asio::async_read(talk->socket, asio::buffer(talk->in),
                         [this, talk](const boost::system::error_code &failed, std::size_t) {
                             if (failed) return;
                             talk->in.assign(at(talk->in, 0) << 8 | at(talk->in, 1), '\0');
                             asio::async_read(talk->socket, asio::buffer(talk->in),
                                              [this, talk](const boost::system::error_code &broken, std::size_t) {
                                                  if (broken) return;
                                                  ++over_tcp;
                                                  const std::string reply = reply_to(talk->in, true);
                                                  talk->out = wire_16(static_cast<unsigned>(reply.size())) + reply;
                                                  asio::async_write(talk->socket, asio::buffer(talk->out),
                                                                    [talk](const boost::system::error_code &, std::size_t) {});
                                              });
                         });
        accept();
    });
}

std::string DnsTestServer::reply_to(const std::string &query, bool stream) {
    std::string name;
    std::size_t here = 12;
    for (; at(query, here) != 0; here += at(query, here) + 1) {
        if (!name.empty()) name += '.';
        name += query.substr(here + 1, at(query, here));
    }
    const std::string question = query.substr(12, here + 5 - 12);
    const unsigned type = at(query, here + 1) << 8 | at(query, here + 2);
    const bool edns = at(query, 11) != 0; // an OPT record is the only additional one
    const auto found = replies.find({lower_dns_name(name), type});
    WireReply reply;
    if (found == replies.end()) {
        reply.code = 3;
    } else {
        reply = found->second;
    }
    if (reply.silent) return {};
    const bool opt = edns && !reply.without_opt && !reply.malformed && reply.no_edns == 0;
    if (reply.no_edns != 0 && edns) {
        const bool bare = reply.bare;
        reply = {.code = reply.no_edns};
        reply.bare = bare;
    }
    if (!stream && reply.answers.size() > reply.most_over_udp) reply.answers.resize(reply.most_over_udp);
    std::string out = query.substr(0, 2) + wire_16(0x8100U | (reply.recursive ? 0x80U : 0U) | reply.code) + wire_16(1) +
                      wire_16(static_cast<unsigned>(reply.answers.size())) +
                      wire_16(static_cast<unsigned>(reply.authorities.size())) + wire_16(opt ? 1 : 0) + question;
    if (reply.of_another) out[0] = static_cast<char>(~out[0]);
    if (reply.bare && reply.code != 0) return out.substr(0, 4) + std::string(8, '\0');
    const std::size_t head = out.size();
    for (const WireRecord &one : reply.answers) out += record(one);
    for (const WireRecord &one : reply.authorities) out += record(one);
    if (opt) out += std::string(1, '\0') + wire_16(41) + wire_16(1232) + wire_32(0) + wire_16(0);
    if (reply.malformed) out.resize(out.size() - 3);
    if (!stream && out.size() > udp_size) {
        out.resize(head);
        out[2] = static_cast<char>(out[2] | 0x02); // TC
        out.replace(6, 6, 6, '\0');
    }
    return out;
}

} // namespace kith::test
