// SPDX-License-Identifier: MIT
//
// A doubly linked list of ids, in the order in which they were added. The links are a member of the elements, so that removal
// needs no search and the list needs no memory of its own.
#pragma once

namespace kith::core {

template <typename Id>
struct IdLinks {
    Id prev = Id::none;
    Id next = Id::none;
};

// Links: the member of an element that holds its links. things: the container of the elements, indexed by id.
template <typename Id, auto Links>
class IntrusiveIdList {
  public:
    bool empty() const { return first_ == Id::none; }
    Id first() const { return first_; }
    template <typename Things>
    Id next(const Things &things, Id id) const {
        return (things[id].*Links).next;
    }

    template <typename Things>
    void append(Things &things, Id id) {
        things[id].*Links = {last_, Id::none};
        (last_ == Id::none ? first_ : (things[last_].*Links).next) = id;
        last_ = id;
    }

    // id: in the list.
    template <typename Things>
    void remove(Things &things, Id id) {
        const IdLinks<Id> links = things[id].*Links;
        (links.prev == Id::none ? first_ : (things[links.prev].*Links).next) = links.next;
        (links.next == Id::none ? last_ : (things[links.next].*Links).prev) = links.prev;
        things[id].*Links = {};
    }

    // Calls function(id) for each element. The function may remove the id that is passed to it.
    template <typename Things, typename Function>
    void each(const Things &things, Function function) const {
        for (Id id = first_; id != Id::none;) {
            const Id following = next(things, id);
            function(id);
            id = following;
        }
    }

  private:
    Id first_ = Id::none;
    Id last_ = Id::none;
};

} // namespace kith::core
