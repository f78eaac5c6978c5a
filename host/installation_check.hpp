// SPDX-License-Identifier: MIT
//
// What `kith check` looks at besides the text of a configuration: files of this host.
#pragma once

#include <core/config/config.hpp>
#include <core/config/diagnostics.hpp>
#include <core/config/file_fault.hpp>
#include <core/loader/registry.hpp>

#include <string>

namespace kith::app {

/// A core::FileFault for the user of this process.
std::string file_fault(const std::string &path, core::FileUse use);

/// Warns when instances of the configuration run in processes of their own and the program for them is missing. file: of the configuration.
void check_helper_program(const std::string &file, const core::Config &config, const core::Registry &registry,
                          core::Diagnostics &diagnostics);

} // namespace kith::app
