// SPDX-License-Identifier: MIT
//
// The code of this program that is resident in memory.
#pragma once

namespace kith::app {

/// Removes all pages of the program's code from the memory of this process; each returns from the page cache when it is used next. Most of
/// the code is used only while the daemon or a helper starts (configuration, checks of plugin files), and the kernel maps the pages around each
/// that is used: afterwards two thirds of the code would stay resident for nothing. Not the code of libraries. Breakpoints that a debugger has set
/// before are lost. Any thread.
void release_code_pages() noexcept;

} // namespace kith::app
