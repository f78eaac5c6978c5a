// SPDX-License-Identifier: MIT
//
// Writes the corpora anew: mesh_seed FOLDER. The seeds are what members send to each other: of a pair that links, talks and parts, the whole
// stream and each kind of frame; and each kind of fact, and a document.
#include "member.hpp"

#include <chrono>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

using namespace kith::mesh;
using namespace std::chrono_literals;

namespace {

std::filesystem::path root;

void seed(const std::string &target, const std::string &name, const std::string &content) {
    std::filesystem::create_directories(root / target);
    std::ofstream(root / target / name, std::ios::binary) << content;
}

MemberSettings settings(const std::string &name, std::uint64_t run) {
    MemberSettings out;
    out.name = name;
    out.cluster = "c";
    out.listening = {"10.0.0.1", 7946};
    out.run = {run, run};
    return out;
}

/// Two members, each of which has one link to the other.
class Pair {
  public:
    Pair() : dialler_(names_, settings("p@10.0.0.2", 4), now_), other_(names_, settings("m@10.0.0.1", 5), now_) {
        dialler_.want("m@10.0.0.1", {"10.0.0.1", 7946}, now_);
        run(1s);
        dialler_.send("m@10.0.0.1", "orders", "hello", 1, now_);
        dialler_.broadcast("orders", std::string(200, 'x'));
        other_.send("p@10.0.0.2", "orders", "and back", 2, now_);
        run(10s);
        dialler_.end(true, now_);
        run(1s);
    }

    std::string sent; // by the one that dialled

  private:
    void run(Time time) {
        for (const Time end = now_ + time; now_ < end; now_ += 10ms) {
            dialler_.advance(now_);
            other_.advance(now_);
            for (Action &action : dialler_.take_actions()) {
                if (action.kind != Action::Kind::dial || link_) continue;
                link_ = action.link;
                accepted_ = other_.accepted({}, now_);
                dialler_.connected(*link_, {}, now_);
            }
            other_.take_actions();
            if (!link_) continue;
            const std::string out = dialler_.take_output(*link_, largest_frame);
            sent += out;
            if (!out.empty()) other_.received(*accepted_, out, now_);
            const std::string back = other_.take_output(*accepted_, largest_frame);
            if (!back.empty()) dialler_.received(*link_, back, now_);
        }
    }

    NameTable names_{8};
    Time now_ = 1s;
    Member dialler_, other_;
    std::optional<LinkId> link_, accepted_;
};

} // namespace

int main(int argc, char **argv) {
    if (argc != 2) {
        std::cerr << "usage: mesh_seed FOLDER\n";
        return 2;
    }
    root = argv[1];
    const std::string stream = Pair().sent;
    seed("mesh_stream", "whole", std::string(1, '\0') + stream);
    FrameReader frames;
    frames.append(stream);
    std::set<FrameKind> seen;
    while (const auto frame = frames.next()) {
        if (!seen.insert(frame->kind).second) continue;
        std::string one = "\x01";
        append_frame(one, frame->kind, frame->body);
        seed("mesh_stream", "frame" + std::to_string(static_cast<int>(frame->kind)), one);
    }

    // What members of the release before send, and the receipts for what the target has sent.
    const MessageHeader header{.hops = 16,
                               .origin = "p@10.0.0.2",
                               .to = "m@10.0.0.1",
                               .channel = "orders",
                               .run = {4, 4},
                               .number = 1,
                               .oldest = 1,
                               .total = 5,
                               .at = 0};
    Receipt receipt{.hops = 16,
                    .origin = "m@10.0.0.1",
                    .run = {5, 5},
                    .to = "p@10.0.0.2",
                    .channel = "orders",
                    .number = 1,
                    .count = 2,
                    .why = {}};
    std::string old = "\x01", all_receipts = "\x03";
    append_frame(old, FrameKind::message, encode_piece(header, "hello"));
    append_frame(old, FrameKind::receipt, encode_receipt(receipt));
    seed("mesh_stream", "old", old);
    append_frame(all_receipts, FrameKind::receipts, encode_receipts(receipt));
    receipt.number = 3;
    receipt.why = "no way to it was found";
    append_frame(all_receipts, FrameKind::receipts, encode_receipts(receipt));
    seed("mesh_stream", "receipts", all_receipts);

    Document document{
        .joined = {.kind = FactKind::joined, .origin = "p@h", .run = {4, 4}, .number = 1, .address = "10.0.0.2", .port = 7946},
        .complete = 7,
        .accusations = {}};
    std::string all;
    for (const FactKind kind : {FactKind::joined, FactKind::accused, FactKind::cleared, FactKind::restarting, FactKind::left}) {
        Fact fact = document.joined;
        fact.kind = kind;
        fact.number = static_cast<std::uint32_t>(kind) + 1;
        fact.subject = "q@h";
        fact.subject_run = {3, 3};
        fact.alive = 1;
        fact.reason = "the connection was refused";
        std::string one;
        append(one, fact);
        seed("mesh_facts", "fact" + std::to_string(static_cast<int>(kind)), one);
        all += one;
        if (kind == FactKind::accused) document.accusations.push_back(fact);
    }
    seed("mesh_facts", "facts", all);
    std::string written;
    append(written, document);
    seed("mesh_facts", "document", written);
}
