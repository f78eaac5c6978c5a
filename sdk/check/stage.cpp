// SPDX-License-Identifier: MIT
#include "stage.hpp"

namespace kith::check {

void for_each_plugin(const Subject &subject, const std::function<void(const Plugin &)> &test) {
    const Library library(subject);
    bool any = false;
    for (const auto *d : library.descriptors()) {
        if ((d->flags & KITH_FLAG_FOREIGN_IO) != 0) continue;
        any = true;
        const std::string options = subject.options.empty() ? usual_options(view(d->options)) : subject.options;
        test({library.entry(), *d, std::string(view(d->id)), options, subject.seed});
    }
    if (!any) throw Skipped("it has sockets, time or randomness of its own (KITH_FLAG_FOREIGN_IO), and is not simulated");
}

void keep_rules(const testkit::Rig &rig) {
    for (const auto &rule : rig.violations())
        if (!rule.starts_with("E3:")) throw Broken(rule);
}

testkit::Machine &here(testkit::SimNet &net) { return net.machine("here", {"10.0.0.1"}); }

Stage::Stage(const Plugin &plugin, std::uint64_t seed) : net(seed), rig(here(net), plugin.entry, plugin.id, plugin.options) {
    rig.node("check@10.0.0.1");
}

void Stage::start() {
    if (rig.start() != KITH_OK)
        throw Broken("it does not start, so nothing can be tested: " + rig.error() + "; give it options with --options");
}

void Stage::stop() {
    rig.stop();
    keep_rules(rig);
    rig.destroy();
    keep_rules(rig);
}

} // namespace kith::check
