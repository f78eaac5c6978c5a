// SPDX-License-Identifier: MIT
//
// The table of a service whose functions are stubs: the function at place I is Stubs::Stub<number, I, Member>::stub<R, Args...>.
#pragma once

#include <sdk/messages/call_stubs.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace kith::messages {

namespace stub_table_detail {

template <auto Member>
struct StubAs;
template <class Table, class R, class First, class... Args, R (*Table::*Member)(First, Args...)>
struct StubAs<Member> {
    template <class Stub>
    static constexpr auto function = static_cast<R (*)(First, Args...)>(&Stub::template stub<R, Args...>);
};

// The indices are parameters of a function: clang 14 compiles no lambda that expands them together with the members.
template <class Stubs, std::uint8_t number, class Table, class First, auto... Members, std::size_t... I>
Table made(Functions<Table, First, Members...>, std::index_sequence<I...>) {
    Table out{};
    ((out.*Members = StubAs<Members>::template function<typename Stubs::template Stub<number, I, Members>>), ...);
    return out;
}

} // namespace stub_table_detail

template <class Stubs, std::uint8_t number, class Table, class First, auto... Members>
const Table &stub_table(Functions<Table, First, Members...> functions) {
    static const Table table =
        stub_table_detail::made<Stubs, number>(functions, std::make_index_sequence<sizeof...(Members)>());
    return table;
}

} // namespace kith::messages
