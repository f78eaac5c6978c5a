// SPDX-License-Identifier: MIT
//
// The cookie of the local node.
#pragma once

#include "settings.hpp"

#include <kith/env.hpp>
#include <kith/file.hpp>

namespace kith::erlang {

/// The option, else cookie_file, else RELEASE_COOKIE, else the credential `cookie` of systemd, else the files that a node itself would read.
task<result<Cookie>> find_cookie(const file &files, const env &environment, const Settings &settings);

} // namespace kith::erlang
