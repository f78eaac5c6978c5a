// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE mesh_protocol
#include <boost/test/unit_test.hpp>
