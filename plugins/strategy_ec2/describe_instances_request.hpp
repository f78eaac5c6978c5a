// SPDX-License-Identifier: MIT
//
// What DescribeInstances is asked, as the body of a form. Pure: no services.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace ec2 {

/// Instances that run and have that tag with one of these values, in which * and ? stand for whatever. next: of the page before; empty:
/// the first page.
std::string running_with_tag(std::string_view tag, std::span<const std::string> values, std::string_view next);

/// One instance, whatever its state.
std::string one_instance(std::string_view id);

/// A value that means only itself in a filter.
std::string escape_filter_value(std::string_view value);

} // namespace ec2
