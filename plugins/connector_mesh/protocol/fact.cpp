// SPDX-License-Identifier: MIT
#include "fact.hpp"

namespace kith::mesh {

namespace {

constexpr std::size_t longest_address = 255;
constexpr std::size_t most_accusations = 64;

void append(std::string &out, const Run &run) {
    append_number<8>(out, run.start);
    append_number<8>(out, run.nonce);
}

Run read_run(Reader &in) {
    Run out;
    out.start = in.u64();
    out.nonce = in.u64();
    return out;
}

} // namespace

void append(std::string &out, const Fact &fact) {
    append_number<1>(out, static_cast<std::uint8_t>(fact.kind));
    append_text(out, fact.origin);
    append(out, fact.run);
    append_number<4>(out, fact.number);
    switch (fact.kind) {
    case FactKind::joined:
        append_text(out, fact.address);
        append_number<2>(out, fact.port);
        break;
    case FactKind::accused:
        append_text(out, fact.subject);
        append(out, fact.subject_run);
        append_number<4>(out, fact.alive);
        append_number<1>(out, fact.conclusive ? 1 : 0);
        append_text(out, fact.reason.substr(0, longest_accusation));
        break;
    case FactKind::cleared: append_text(out, fact.subject); break;
    case FactKind::restarting:
    case FactKind::left: break;
    }
}

std::optional<Fact> read_fact(Reader &in) {
    Fact out;
    out.kind = static_cast<FactKind>(in.u8());
    out.origin = in.text(longest_name);
    out.run = read_run(in);
    out.number = in.u32();
    switch (out.kind) {
    case FactKind::joined:
        out.address = in.text(longest_address);
        out.port = in.u16();
        break;
    case FactKind::accused:
        out.subject = in.text(longest_name);
        out.subject_run = read_run(in);
        out.alive = in.u32();
        out.conclusive = (in.u8() & 1) != 0;
        out.reason = in.text(longest_accusation);
        break;
    case FactKind::cleared: out.subject = in.text(longest_name); break;
    case FactKind::restarting:
    case FactKind::left: break;
    default: return std::nullopt;
    }
    const bool about_other = out.kind == FactKind::accused || out.kind == FactKind::cleared;
    if (!in.good() || out.origin.empty() || !out.run.known() || out.number == 0 || about_other == out.subject.empty())
        return std::nullopt;
    return out;
}

void append(std::string &out, const Document &document) {
    append(out, document.joined);
    append_number<4>(out, document.complete);
    append_number<2>(out, document.accusations.size());
    for (const Fact &each : document.accusations) append(out, each);
}

std::optional<Document> read_document(Reader &in) {
    Document out;
    const auto joined = read_fact(in);
    if (!joined || joined->kind != FactKind::joined) return std::nullopt;
    out.joined = *joined;
    out.complete = in.u32();
    const std::size_t count = in.u16();
    if (!in.good() || count > most_accusations) return std::nullopt;
    for (std::size_t i = 0; i < count; ++i) {
        const auto each = read_fact(in);
        if (!each || each->kind != FactKind::accused || each->origin != joined->origin || each->run != joined->run)
            return std::nullopt;
        out.accusations.push_back(*each);
    }
    return out;
}

} // namespace kith::mesh
