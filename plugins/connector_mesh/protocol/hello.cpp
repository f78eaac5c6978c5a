// SPDX-License-Identifier: MIT
#include "hello.hpp"

namespace kith::mesh {

namespace {

constexpr std::string_view magic = "kith mesh";

} // namespace

std::string encode(const Hello &hello) {
    std::string out(magic);
    append_number<1>(out, hello.version);
    append_number<4>(out, hello.capabilities);
    append_text(out, hello.cluster);
    append_text(out, hello.name);
    append_number<8>(out, hello.run.start);
    append_number<8>(out, hello.run.nonce);
    append_number<2>(out, hello.degree);
    append_number<4>(out, hello.heartbeat);
    append_number<8>(out, hello.wall);
    append_text(out, hello.expected);
    return out;
}

std::optional<Hello> read_hello(std::string_view body) {
    if (!body.starts_with(magic)) return std::nullopt;
    Reader in(body.substr(magic.size()));
    Hello out;
    out.version = in.u8();
    out.capabilities = in.u32();
    out.cluster = in.text(longest_cluster);
    out.name = in.text(longest_name);
    out.run.start = in.u64();
    out.run.nonce = in.u64();
    out.degree = in.u16();
    out.heartbeat = in.u32();
    out.wall = in.u64();
    out.expected = in.text(longest_name);
    if (!in.good() || out.name.empty() || !out.run.known()) return std::nullopt; // bytes behind it are of a later version
    return out;
}

std::string encode(const Refusal &refusal) {
    std::string out;
    append_number<1>(out, static_cast<std::uint8_t>(refusal.code));
    append_number<8>(out, refusal.start);
    append_text(out, refusal.reason.substr(0, longest_reason));
    return out;
}

std::optional<Refusal> read_refusal(std::string_view body) {
    Reader in(body);
    Refusal out;
    out.code = static_cast<RefusalCode>(in.u8());
    out.start = in.u64();
    out.reason = in.text(longest_reason);
    return in.good() ? std::optional(out) : std::nullopt;
}

} // namespace kith::mesh
