// SPDX-License-Identifier: MIT
#include "erpc.hpp"

#include <algorithm>

namespace kith::erlang {
namespace {

// An id is (generation, slot); the first word of a reference holds 18 bits.
constexpr std::uint32_t slot_bits = 18;
constexpr std::uint32_t slot_mask = (1u << slot_bits) - 1;

std::size_t slot_of(Calls::Id id) noexcept { return static_cast<std::size_t>(id & slot_mask); }
std::uint32_t generation_of(Calls::Id id) noexcept { return static_cast<std::uint32_t>(id >> slot_bits); }

// Marks our calls among other requests of the same process, such as the relay's.
constexpr std::uint32_t call_mark = 0x6b697468;

} // namespace

Calls::Id Calls::take_slot() {
    if (free_.empty()) {
        if (slots_.size() > slot_mask) return 0;
        free_.push_back(static_cast<std::uint32_t>(slots_.size()));
        slots_.emplace_back();
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    return std::uint64_t{slots_[index].generation} << slot_bits | index;
}

void Calls::free_slot(std::size_t index, std::string &out) {
    Slot &slot = slots_[index];
    slot.state = State::free;
    slot.process.clear();
    ++slot.generation;
    free_.push_back(static_cast<std::uint32_t>(index));
    --under_way_;
    if (waiting_.empty()) return;
    out += waiting_.front().frame;
    slots_[slot_of(waiting_.front().id)].state = State::sent;
    waiting_.pop_front();
    ++under_way_;
}

Calls::Slot *Calls::find(Id id) noexcept {
    const std::size_t index = slot_of(id);
    if (index >= slots_.size()) return nullptr;
    Slot &slot = slots_[index];
    return slot.state != State::free && slot.generation == generation_of(id) ? &slot : nullptr;
}

etf::Reference Calls::reference_of(Id id) const {
    etf::Reference reference;
    reference.node = self_.node;
    reference.creation = self_.creation;
    reference.size = 3;
    reference.words = {static_cast<std::uint32_t>(slot_of(id)), generation_of(id), call_mark};
    return reference;
}

std::optional<Calls::Id> Calls::id_of(const etf::TermView &term) const {
    const auto reference = term.reference();
    if (!reference || reference->size != 3 || reference->words[2] != call_mark || reference->node != self_.node ||
        reference->words[0] > slot_mask)
        return std::nullopt;
    return std::uint64_t{reference->words[1]} << slot_bits | reference->words[0];
}

Calls::Id Calls::begin(std::string &out, std::string_view module, std::string_view function, std::string_view arguments) {
    const Id id = take_slot();
    if (id == 0) return 0;
    const etf::Reference reference = reference_of(id);
    std::string list;
    etf::Writer(list).list(4).reference(reference).atom(module).atom(function).raw(arguments).nil();
    const control::Spawn spawn{reference, self_, group_leader_, "erpc", "execute_call", 4, list};
    if (under_way_ < window_) {
        control::append_spawn_request(out, spawn);
        slots_[slot_of(id)].state = State::sent;
        ++under_way_;
    } else {
        std::string frame;
        control::append_spawn_request(frame, spawn);
        slots_[slot_of(id)].state = State::waiting;
        waiting_.push_back({id, std::move(frame)});
    }
    return id;
}

std::optional<Calls::Answer> Calls::take(const control::Message &message, std::string &out) {
    // {31, Request, To, Flags, Result} or {28, Process, To, Request} + Reason
    const bool reply = message.op == control::Op::spawn_reply && message.size >= 4;
    const bool exit = message.op == control::Op::payload_monitor_p_exit && message.size >= 3;
    const bool plain_exit = message.op == control::Op::monitor_p_exit && message.size >= 4; // the reason is the last field
    if (!reply && !exit && !plain_exit) return std::nullopt;
    const auto id = id_of(message.fields[reply ? 0 : 2]);
    if (!id) return std::nullopt;
    Slot *slot = find(*id);
    if (!slot || slot->state == State::waiting) return std::nullopt;
    const bool wanted = slot->state == State::sent;

    if (reply && message.fields[3].kind() == etf::Kind::pid) {
        if (wanted) {
            slot->process = message.fields[3].encoded();
        } else {
            control::append_exit(out, self_, message.fields[3].encoded(), "kill");
        }
        return std::nullopt;
    }
    const etf::TermView reason = reply || plain_exit ? message.fields[3] : message.payload;
    free_slot(slot_of(*id), out);
    if (!wanted) return std::nullopt;
    if (reply) return Answer{*id, Outcome::not_spawned, reason};

    // {Request, return | throw | exit | error, Value, ...}
    if (reason.kind() == etf::Kind::tuple && reason.size() >= 3) {
        etf::Elements elements = reason.elements();
        const etf::TermView request = elements.next();
        const etf::TermView how = elements.next();
        const etf::TermView value = elements.next();
        if (id_of(request) == id) {
            if (how.is_atom("return")) return Answer{*id, Outcome::returned, value};
            if (how.is_atom("throw")) return Answer{*id, Outcome::thrown, value};
            if (how.is_atom("exit")) return Answer{*id, Outcome::exited, value};
            if (how.is_atom("error")) return Answer{*id, Outcome::raised, value};
        }
    }
    return Answer{*id, Outcome::killed, reason};
}

bool Calls::give_up(Id id, std::string &out) {
    Slot *slot = find(id);
    if (!slot || slot->state == State::given_up) return false;
    if (slot->state == State::waiting) {
        std::erase_if(waiting_, [id](const Waiting &waiting) { return waiting.id == id; });
        ++under_way_; // free_slot takes it off
        free_slot(slot_of(id), out);
        return true;
    }
    // Its slot is kept until the node reports that the process has ended, so that the window counts the processes that really run there.
    slot->state = State::given_up;
    if (!slot->process.empty()) control::append_exit(out, self_, slot->process, "kill");
    return true;
}

} // namespace kith::erlang
