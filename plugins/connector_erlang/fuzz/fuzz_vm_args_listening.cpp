// SPDX-License-Identifier: MIT
//
// Any bytes as the vm.args file of a release: the port is the one by which a node without EPMD listens, and more arguments behind it that
// concern no listening change nothing.
#include "vm_args_listening.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace kith::erlang;

namespace {

bool same(const VmArgsListening &a, const VmArgsListening &b) {
    return a.epmd_port == b.epmd_port && a.port == b.port && a.listens == b.listens && a.dynamic_name == b.dynamic_name;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string text(reinterpret_cast<const char *>(data), size);
    const VmArgsListening read = parse_vm_args_listening(text);
    if (read.epmd_port != 0 && read.port != read.epmd_port) std::abort();
    if (!same(parse_vm_args_listening("-smp auto\n" + text), read)) std::abort();
    if (!same(parse_vm_args_listening("# -dist_listen false\n" + text), read)) std::abort();
    const VmArgsListening more = parse_vm_args_listening(text + "\n-erl_epmd_port 9300\n");
    if (more.epmd_port != 9300 && text.find_first_of("\"'") == std::string::npos) std::abort();
    return 0;
}
