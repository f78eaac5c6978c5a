// SPDX-License-Identifier: MIT
//
// The bytes of plugin files, as they are read for the checks.
#include "plugin_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace kith::core::test {

BOOST_AUTO_TEST_SUITE(file_bytes)

BOOST_AUTO_TEST_CASE(bytes_that_are_not_read_are_zero_also_in_a_buffer_that_was_used) {
    const PluginFolder folder{"good"};
    const auto file = open_regular(folder / "libgood.so");
    BOOST_REQUIRE(file);
    Buffer whole_buffer, fresh, used;
    const auto whole = read_bytes(*file, whole_buffer);
    BOOST_REQUIRE(whole);
    const auto storage = used.storage(whole->size() + 1);
    std::ranges::fill(storage, std::byte{0xff});
    used.wrote(0, storage.size());
    for (Buffer *const buffer : {&fresh, &used}) {
        const auto data = read_bytes(*file, *buffer, Part::data);
        BOOST_REQUIRE(data);
        BOOST_REQUIRE(data->size() == whole->size());
        std::size_t wrong = 0, skipped = 0;
        for (std::size_t i = 0; i < whole->size(); ++i) {
            const bool same = (*data)[i] == (*whole)[i];
            wrong += !same && (*data)[i] != std::byte{0} ? 1 : 0;
            skipped += same ? 0 : 1;
        }
        BOOST_TEST(wrong == 0);
        BOOST_TEST(skipped > 0); // code, unwinding tables and symbols
        BOOST_TEST(!!elf::Image::read(*data));
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace kith::core::test
