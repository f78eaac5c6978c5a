// SPDX-License-Identifier: MIT
//
// kith.spool/1: a queue of records on disk that outlives the process.
//
//     const auto number = co_await spool.append(text, 16 << 20);
//     auto unread = co_await spool.read(last);
//     for (const auto &record : unread->records) { deliver(record.bytes); last = record.number; }
//     (void)co_await spool.acknowledge(last);
#pragma once

#include "operation.hpp"
#include "service/spool.h"

#include <cstring>
#include <vector>

namespace kith {

struct spool_record {
    std::uint64_t number = 0;
    std::string bytes;
};

struct spool_records {
    std::vector<spool_record> records;
    std::uint64_t dropped = 0; // records before the first of these that are lost
};

namespace spool_detail {

inline void appended(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text,
                     std::uint64_t number) noexcept {
    detail::self(p).enter([=] {
        finish(detail::completion<std::uint64_t>::from(user), status, text, [=] { return result<std::uint64_t>(number); });
    });
}

inline spool_records keep(const kith_spool_record *list, std::uint32_t count, std::uint32_t stride, std::uint64_t dropped) {
    spool_records out;
    out.dropped = dropped;
    out.records.reserve(count);
    const auto *at = reinterpret_cast<const char *>(list);
    for (std::uint32_t i = 0; i < count; ++i, at += stride) {
        kith_spool_record one{};
        std::memcpy(&one, at, stride < sizeof one ? stride : sizeof one);
        out.records.push_back({one.number, std::string(view({static_cast<const char *>(one.data), one.size}))});
    }
    return out;
}

inline void read(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text, const kith_spool_record *list,
                 std::uint32_t count, std::uint32_t stride, std::uint64_t dropped) noexcept {
    detail::self(p).enter([=] {
        finish(detail::completion<spool_records>::from(user), status, text,
               [=] { return result<spool_records>(keep(list, count, stride, dropped)); });
    });
}

inline void acknowledged(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text) noexcept {
    detail::self(p).enter([=] { finish(detail::completion<void>::from(user), status, text, [] { return result<void>(); }); });
}

inline constexpr kith_spool_plugin table{.appended = appended, .read = read, .acknowledged = acknowledged};

} // namespace spool_detail

class spool {
  public:
    static constexpr std::string_view id = KITH_SPOOL;

    explicit spool(host h) : home_(&h.context()), table_(h.service<kith_spool_host>(id)) {
        home_->provide(id, &spool_detail::table);
    }

    /// The record's number. The oldest records are dropped when the spool would have more than `bound` bytes.
    [[nodiscard]] auto append(std::string_view bytes, std::uint64_t bound) const {
        return detail::operate<detail::completion<std::uint64_t>>(
            [h = home_, t = table_, bytes, bound](std::uint64_t user, std::uint64_t *op) {
                return t->append(h->raw, bytes.data(), bytes.size(), bound, user, op);
            },
            *home_);
    }

    /// The records after that number which are not acknowledged; the rest with the next read.
    [[nodiscard]] auto read(std::uint64_t after = 0, std::uint64_t max = KITH_SPOOL_MAX_READ) const {
        return detail::operate<detail::completion<spool_records>>(
            [h = home_, t = table_, after, max](std::uint64_t user, std::uint64_t *op) {
                return t->read(h->raw, after, max, user, op);
            },
            *home_);
    }

    /// This record and all before it are not read again.
    [[nodiscard]] auto acknowledge(std::uint64_t number) const {
        return detail::operate<detail::completion<void>>(
            [h = home_, t = table_, number](std::uint64_t user, std::uint64_t *op) {
                return t->acknowledge(h->raw, number, user, op);
            },
            *home_);
    }

  private:
    detail::context *home_;
    const kith_spool_host *table_;
};

} // namespace kith
