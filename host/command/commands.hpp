// SPDX-License-Identifier: MIT
//
// The commands of kith. Each receives the arguments after its name, prints its result on standard output and everything else on standard
// error, and returns an exit status.
#pragma once

#include <string>
#include <vector>

namespace kith::app {

enum ExitStatus : int {
    exit_ok = 0,
    exit_negative = 1,    ///< the command ran, with a negative result, such as refused plugins
    exit_usage = 2,       ///< invalid usage or configuration
    exit_unreachable = 3, ///< a source, directory or file could not be read or written
};

using Arguments = std::vector<std::string>;

int run(const Arguments &arguments);
int status(const Arguments &arguments);
int peers(const Arguments &arguments);
int why(const Arguments &arguments);
int events(const Arguments &arguments);
int refresh(const Arguments &arguments);
int reload(const Arguments &arguments);
int pause(const Arguments &arguments);
int resume(const Arguments &arguments);
int confirm(const Arguments &arguments);
int hold(const Arguments &arguments);
int forget(const Arguments &arguments);
int leave(const Arguments &arguments);
int mesh(const Arguments &arguments);
int page(const Arguments &arguments);
int debug(const Arguments &arguments);
int completions(const Arguments &arguments);
int manual(const Arguments &arguments);
int init(const Arguments &arguments);
int check(const Arguments &arguments);
int discover(const Arguments &arguments);
int plugins(const Arguments &arguments);
int plugins_replace(const Arguments &arguments); ///< `kith plugins replace`
int plugins_retry(const Arguments &arguments);   ///< `kith plugins retry`
int schema(const Arguments &arguments);
int sim(const Arguments &arguments);
int version(const Arguments &arguments);

} // namespace kith::app
