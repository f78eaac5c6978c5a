// SPDX-License-Identifier: MIT
//
// A batch of opened packets for a second pass. Between the passes the memory that the second one needs is prefetched.
#pragma once

#include "envelope.hpp"
#include "neighbour_table.hpp"

#include <kith/udp.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <new>
#include <span>
#include <utility>

namespace gossip {

/// Only of what opened well: `prepare` has been called.
struct OpenedPacket {
    Opened heard;
    NeighbourTable::Hash hash = 0;
    const kith_datagram *datagram = nullptr;
    std::array<char, max_name> name;

    OpenedPacket() noexcept {} // leaves the name as it is

    const Opened &open(Envelope &envelope, const kith_datagram &from) {
        datagram = &from;
        return *new (&heard) Opened(envelope.open(kith::bytes(from))); // in place: a copy right behind it would wait for it
    }

    void prepare(const NeighbourTable &among) noexcept {
        const auto *begin = static_cast<const char *>(datagram->data);
        const char *text = heard.name.data();
        const bool lasts = std::less_equal<>()(begin, text) && std::less<>()(text, begin + datagram->size);
        if (!lasts) { // it is where the next one will be opened
            std::copy(heard.name.begin(), heard.name.end(), name.begin());
            heard.name = {name.data(), heard.name.size()};
        }
        hash = among.hash(heard.name);
        among.prefetch(hash);
    }
};

class OpenedPacketBatch {
  public:
    OpenedPacketBatch() noexcept {} // not filled with zeros: it is used from its beginning

    [[nodiscard]] OpenedPacket &next() noexcept { return packets_[count_]; }
    /// Keeps the packet in the batch. Returns true when the batch is full.
    bool keep() noexcept { return ++count_ == packets_.size(); }
    /// Returns and clears the batch.
    [[nodiscard]] std::span<const OpenedPacket> take() noexcept { return std::span(packets_).first(std::exchange(count_, 0)); }

  private:
    std::array<OpenedPacket, 32> packets_;
    std::size_t count_ = 0;
};

} // namespace gossip
