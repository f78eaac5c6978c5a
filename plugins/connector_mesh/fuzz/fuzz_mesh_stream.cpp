// SPDX-License-Identifier: MIT
//
// What a peer sends, from its first byte on, to a member that has accepted it. A good greeting is put before every other input, so that
// frames behind it are reached; by every other one of those the peer understands all that this member does. A fact that it is up follows.
#include "member.hpp"

using namespace kith::mesh;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size == 0) return 0;
    NameTable names(8);
    MemberSettings settings;
    settings.name = "m@10.0.0.1";
    settings.cluster = "c";
    settings.run = {5, 5};
    Member member(names, settings, Time(1));
    const auto link = member.accepted({}, Time(1));
    if ((data[0] & 1) != 0) {
        Hello hello;
        hello.cluster = "c";
        hello.name = "p@10.0.0.2";
        hello.run = {4, 4};
        if ((data[0] & 2) != 0) hello.capabilities = UINT32_MAX;
        Fact joined;
        joined.kind = FactKind::joined;
        joined.origin = hello.name;
        joined.run = hello.run;
        joined.number = 1;
        std::string greeting, facts;
        append_frame(greeting, FrameKind::hello, encode(hello));
        append_frame(greeting, FrameKind::welcome, std::string(4, '\0'));
        append(facts, joined);
        append_frame(greeting, FrameKind::facts, facts);
        member.received(*link, greeting, Time(2));
        for (std::uint64_t i = 1; i <= 3; ++i)
            member.send(hello.name, "orders", "text", i, Time(2)); // they get receipts, perhaps
    }
    member.received(*link, {reinterpret_cast<const char *>(data) + 1, size - 1}, Time(3));
    member.advance(std::chrono::seconds(1));
    member.take_output(*link, 65536);
    member.take_actions();
    return 0;
}
