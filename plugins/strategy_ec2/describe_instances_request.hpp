// SPDX-License-Identifier: MIT
//
// Builds the form body of a DescribeInstances request. Uses no services.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace ec2 {

/// Running instances whose tag has one of the values, in which * and ? are wildcards. next: NextToken of the previous page; empty: the
/// first page.
std::string running_with_tag(std::string_view tag, std::span<const std::string> values, std::string_view next);

/// One instance, whatever its state.
std::string one_instance(std::string_view id);

/// Escapes wildcards in a filter value.
std::string escape_filter_value(std::string_view value);

} // namespace ec2
