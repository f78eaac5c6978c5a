// SPDX-License-Identifier: MIT
//
// Writes the corpora anew: seed FOLDER. The seeds are what a real node says, made by the code that also plays one in the tests.
#include "../test/bytes.hpp"
#include "../test/handshake_messages.hpp"
#include "../test/node_frames.hpp"

#include "erpc.hpp"
#include "node_event_relay.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>

using namespace kith::erlang;
using namespace kith::erlang::test;

namespace {

std::filesystem::path root;

void seed(const std::string &target, const std::string &name, const std::string &content) {
    std::filesystem::create_directories(root / target);
    std::ofstream(root / target / name, std::ios::binary) << content;
}

std::string versioned(const std::string &encoded) { return static_cast<char>(131) + encoded; }

std::string sized(const std::string &frame) {
    std::string out;
    append_u16(out, static_cast<std::uint16_t>(frame.size()));
    return out + frame;
}

void etf_seeds() {
    seed("etf", "text", "{a,[1,-2,300000],{b,[]},'it is'}");
    seed("etf", "tuple", versioned(term("{a,[1,-2,300000],{b,[]},'it is'}")));
    std::string all;
    etf::Reference reference;
    reference.node = "n@h";
    reference.size = 3;
    etf::Writer(all)
        .tuple(8)
        .integer(INT64_MIN)
        .real(1.5)
        .binary("bytes")
        .map(1)
        .atom("k")
        .nil()
        .pid({"n@h", 1, 2, 3})
        .reference(reference);
    all += bytes({77, 0, 0, 0, 1, 3, 0xe0, 107, 0, 2, 'h', 'i'});
    seed("etf", "all", versioned(all));
    seed("etf", "old", versioned(bytes({104, 3, 103, 115, 1, 'n', 0, 0, 0, 38,  0,   0, 0,   0, 2, 114, 0, 1,
                                        100, 0, 1,   'n', 3, 0,   0, 0, 5, 102, 115, 1, 'n', 0, 0, 0,   1, 2})));
    std::string fun = bytes({112, 0, 0, 0, 35});
    fun.append(31, 'x');
    seed("etf", "funs", versioned(bytes({104, 2, 113, 119, 1, 'm', 119, 1, 'f', 97, 2}) + fun));
}

void handshake_seeds() {
    const std::string head(1, 127);
    seed("handshake", "good", head + status("ok") + challenge("a@h", 7) + acknowledge("cookie", 0x0a0b0c0d));
    seed("handshake", "bytewise", std::string(1, 0) + status("ok_simultaneous") + challenge("a@h", 7));
    seed("handshake", "alive", head + status("alive") + challenge("a@h", 7));
    seed("handshake", "reflected", head + status("ok") + challenge("a@h", 0x01020304));
    seed("handshake", "probe", static_cast<char>(0xff) + status("ok") + challenge("a@h", 7));
    seed("handshake", "not_allowed", head + status("not_allowed"));
}

void message_seeds() {
    const etf::Pid self{"k@h", 1, 0, 7};
    Calls calls(self, 2);
    Relay relay(self);
    std::string out;
    calls.begin(out, "m", "f", term("[]"));
    relay.start(out);
    const auto request_in = [&out] {
        const std::string frame = written(out);
        return std::string(control::parse(frame).message.fields[0].encoded());
    };
    const std::string call = request_in();
    const std::string news = request_in();
    std::string reason;
    etf::Writer(reason).tuple(3).raw(call).atom("return").atom("true");
    seed("message", "returned", sized(spawn_reply(call, encoded(their_pid))) + sized(monitor_exit(call, reason)));
    seed("message", "killed", sized(monitor_exit(call, term("killed"))));
    seed("message", "not_spawned", sized(spawn_reply(call, term("system_limit"))));
    std::string listing;
    etf::Writer(listing).tuple(4).raw(news).atom("nodes").raw(term("[a@h,b@h]")).raw(term("[c@h]"));
    std::string down;
    etf::Writer(down).tuple(2).raw(news).raw(term("{nodedown,a@h,[{node_type,visible},{nodedown_reason,connection_closed}]}"));
    seed("message", "news", sized(send(listing)) + sized(send(down)));
    seed("message", "undef", sized(monitor_exit(news, term("{undef,[]}"))) + sized(send(term("{nodeup,d@h}"))));
    seed("message", "traced",
         sized(frame(term("{32,request,to,2,result,token}"))) + sized(frame(term("{13,from,to,token,reason}"))));
}

void stream_seeds() {
    std::string four;
    append_frame(four, Frames::Width::four, "hello");
    append_frame(four, Frames::Width::four, "");
    seed("frame", "four", bytes({0, 2}) + four);
    seed("frame", "two", bytes({1, 0}) + framed("hello") + framed("") + framed("x"));
    seed("frame", "too_large", bytes({0, 255, 0, 0, 32, 0, 1}));
    seed("epmd", "port", bytes({119, 0, 0x9c, 0x40, 77, 0, 0, 6, 0, 5, 0, 3, 'a', 'p', 'p', 0, 0}));
    seed("epmd", "unknown", bytes({119, 1}));
    seed("epmd", "names", bytes({0, 0, 17, 17}) + "name app at port 40000\nname b at port 40001\n");
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 2) {
        std::cerr << "usage: erlang_seed FOLDER\n";
        return 2;
    }
    root = argv[1];
    etf_seeds();
    handshake_seeds();
    message_seeds();
    stream_seeds();
}
