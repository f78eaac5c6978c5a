// SPDX-License-Identifier: MIT
//
// kith.members/1: the peers of a topology, for sinks.
//
//     const auto set = co_await members.read("web");
//     if (set && set->complete) write(set->members);
#pragma once

#include "operation.hpp"
#include "service/members.h"

#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace kith {

struct attribute_view {
    std::string_view name, value;
};

/// Points into the member_set that contains it.
struct member {
    std::string_view key, name;
    std::span<const attribute_view> attributes{};
    std::uint32_t flags = 0; // KITH_MEMBER_...

    /// Null when there is none of that name.
    [[nodiscard]] const std::string_view *find(std::string_view which) const noexcept {
        for (const auto &a : attributes) {
            if (a.name == which) return &a.value;
        }
        return nullptr;
    }
};

namespace members_detail {

/// What the members of a page point into: few allocations, however many members there are. Moving it moves no text.
struct storage {
    std::unique_ptr<char[]> text;
    std::unique_ptr<attribute_view[]> attributes;
};

} // namespace members_detail

/// Can be moved; its members stay valid then.
struct member_set {
    std::string topology;
    std::uint64_t seq = 0; // of the last event that it contains
    bool complete = false; // every source has reported since it was started
    std::string reason;    // why it is not complete
    std::vector<member> members;
    std::vector<members_detail::storage> storage; // of the members
};

namespace members_detail {

struct page {
    member_set set;
    std::uint64_t snapshot = 0, total = 0;
    bool more = false;
};

inline kith_member member_of(const kith_members_page &raw, std::uint32_t i) {
    kith_member one{};
    std::memcpy(&one, reinterpret_cast<const char *>(raw.members) + std::size_t{i} * raw.stride,
                raw.stride < sizeof one ? raw.stride : sizeof one);
    return one;
}

inline void keep_members(const kith_members_page &raw, member_set &set) {
    std::size_t bytes = 0, attributes = 0;
    for (std::uint32_t i = 0; i < raw.count; ++i) {
        const kith_member one = member_of(raw, i);
        bytes += one.key.size + one.name.size;
        attributes += one.attribute_count;
        for (std::uint32_t k = 0; k < one.attribute_count; ++k)
            bytes += one.attributes[k].name.size + one.attributes[k].value.size;
    }
    storage made{std::make_unique<char[]>(bytes), std::make_unique<attribute_view[]>(attributes)};
    char *text = made.text.get();
    attribute_view *list = made.attributes.get();
    const auto keep = [&text](kith_str from) {
        char *const to = text;
        if (from.size != 0) std::memcpy(to, from.data, from.size);
        text += from.size;
        return std::string_view(to, from.size);
    };
    set.members.reserve(raw.count);
    for (std::uint32_t i = 0; i < raw.count; ++i) {
        const kith_member one = member_of(raw, i);
        const auto *const first = list;
        for (std::uint32_t k = 0; k < one.attribute_count; ++k) {
            list->name = keep(one.attributes[k].name);
            (list++)->value = keep(one.attributes[k].value);
        }
        const std::string_view key = keep(one.key);
        set.members.push_back({key, keep(one.name), {first, one.attribute_count}, one.flags});
    }
    set.storage.push_back(std::move(made));
}

inline page keep(const kith_members_page &raw) {
    page out;
    out.set.topology = view(raw.topology);
    out.set.seq = raw.seq;
    out.set.complete = (raw.flags & KITH_MEMBERS_COMPLETE) != 0;
    out.set.reason = view(raw.reason);
    out.snapshot = raw.snapshot;
    out.total = raw.total;
    out.more = (raw.flags & KITH_MEMBERS_MORE) != 0;
    keep_members(raw, out.set);
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
            all.members.insert(all.members.end(), next->set.members.begin(), next->set.members.end());
            all.storage.push_back(std::move(next->set.storage.front()));
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
