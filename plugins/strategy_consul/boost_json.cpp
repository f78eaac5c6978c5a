// SPDX-License-Identifier: MIT
//
// Boost.JSON becomes part of the plugin: Debian's static library is not position independent.
#include <boost/json/src.hpp>
