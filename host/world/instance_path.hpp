// SPDX-License-Identifier: MIT
//
// Where the files of an instance are, below `state_dir`: for kith.state/1 and kith.spool/1.
#pragma once

#include <string>
#include <string_view>

namespace kith::app {

class TenantResources;

/// The path of the instance's file or directory with that suffix, such as ".state". Other characters in the instance's name than
/// letters, digits, ., - and _ are encoded as %XX, so no name refers to a path outside of the directory.
std::string instance_path(const TenantResources &resources, std::string_view suffix);

} // namespace kith::app
