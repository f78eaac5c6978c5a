// SPDX-License-Identifier: MIT
//
// kith.members/1: the peers of a topology, for sinks.
//
//     const auto set = co_await members.read("web");
//     if (set && set->complete) write(set->members);
#pragma once

#include "operation.hpp"
#include "peer.hpp"
#include "service/members.h"

#include <cstring>

namespace kith {

struct member {
    std::string key, name;
    std::vector<attribute> attributes{};
    std::uint32_t flags = 0; // KITH_MEMBER_...

    /// Null when there is none of that name.
    [[nodiscard]] const std::string *find(std::string_view which) const noexcept {
        for (const auto &a : attributes) {
            if (a.name == which) return &a.value;
        }
        return nullptr;
    }
};

struct member_set {
    std::string topology;
    std::uint64_t seq = 0; // of the last event that it contains
    bool complete = false; // every source has reported since it was started
    std::string reason;    // why it is not complete
    std::vector<member> members;
};

namespace members_detail {

struct page {
    member_set set;
    std::uint64_t snapshot = 0, total = 0;
    bool more = false;
};

inline page keep(const kith_members_page &raw) {
    page out;
    out.set.topology = view(raw.topology);
    out.set.seq = raw.seq;
    out.set.complete = (raw.flags & KITH_MEMBERS_COMPLETE) != 0;
    out.set.reason = view(raw.reason);
    out.snapshot = raw.snapshot;
    out.total = raw.total;
    out.more = (raw.flags & KITH_MEMBERS_MORE) != 0;
    out.set.members.reserve(raw.count);
    const auto *at = reinterpret_cast<const char *>(raw.members);
    for (std::uint32_t i = 0; i < raw.count; ++i, at += raw.stride) {
        kith_member one{};
        std::memcpy(&one, at, raw.stride < sizeof one ? raw.stride : sizeof one);
        out.set.members.push_back({std::string(view(one.key)), std::string(view(one.name)),
                                   detail::keep(one.attributes, one.attribute_count), one.flags});
    }
    return out;
}

inline void paged(void *p, std::uint64_t user, std::uint64_t, std::int32_t status, kith_str text,
                  const kith_members_page *raw) noexcept {
    detail::self(p).enter(
        [=] { finish(detail::completion<page>::from(user), status, text, [=] { return result<page>(keep(*raw)); }); });
}

inline constexpr kith_members_plugin table{.page = paged};

} // namespace members_detail

/// One `read` at a time for each instance.
class members {
  private:
    static constexpr std::uint32_t page_size = 1024;

    [[nodiscard]] auto take(std::string_view topology) const {
        return detail::operate<detail::completion<members_detail::page>>(
            [h = home_, t = table_, topology](std::uint64_t user, std::uint64_t *op) {
                return t->take(h->raw, str(topology), page_size, user, op);
            },
            *home_);
    }
    [[nodiscard]] auto next_of(std::uint64_t snapshot) const {
        return detail::operate<detail::completion<members_detail::page>>(
            [h = home_, t = table_, snapshot](std::uint64_t user, std::uint64_t *op) {
                return t->read(h->raw, snapshot, page_size, user, op);
            },
            *home_);
    }

  public:
    static constexpr std::string_view id = KITH_MEMBERS;

    explicit members(host h) : home_(&h.context()), table_(h.service<kith_members_host>(id)) {
        home_->provide(id, &members_detail::table);
    }

    /// All members of a topology, as they are at one moment; an empty name is the only topology.
    [[nodiscard]] task<result<member_set>> read(std::string topology) const {
        auto first = co_await take(topology);
        if (!first) co_return std::move(first).error();
        member_set all = std::move(first->set);
        all.members.reserve(first->total);
        for (bool more = first->more; more;) {
            auto next = co_await next_of(first->snapshot);
            if (!next) co_return std::move(next).error();
            for (auto &one : next->set.members) all.members.push_back(std::move(one));
            more = next->more;
        }
        co_return all;
    }

    /// Publishes a security.warning: the sink leaves out this peer.
    std::int32_t left_out(std::string_view topology, std::string_view name, std::string_view reason) const noexcept {
        return table_->left_out(home_->raw, str(topology), str(name), str(reason));
    }

  private:
    detail::context *home_;
    const kith_members_host *table_;
};

} // namespace kith
