// SPDX-License-Identifier: MIT
//
// A plugin library whose instances run in kith-plugin-host, each in a process of its own, as a kith_entry for the tests of the checker. The
// world is that of the checker: the PluginHarness that creates the instance.
#pragma once

#include "lockstep_process.hpp"

#include <core/config/plugin_grant.hpp>
#include <core/engine/plugin_rights.hpp>
#include <core/loader/library.hpp>
#include <sdk/check/plugin_processes.hpp>

#include <memory>
#include <string>
#include <vector>

namespace kith::isolation {

class IsolatingEntry final : public check::PluginProcesses {
  public:
    /// program: of the helper. Throws std::invalid_argument for a grant that is none. One at a time: `create` of the ABI has no room for it.
    IsolatingEntry(const check::IsolationRequest &request, std::string program);
    ~IsolatingEntry() override;

    const kith_entry &entry() override;
    const kith_entry &entry_here(const kith_entry &loaded) override;
    std::string take_fault() override;
    std::vector<std::string> take_refused() override;

  private:
    class Instance;

    std::int32_t create(const kith_host &host, kith_str id, const kith_instance **out);
    std::int32_t create_here(const kith_host &host, kith_str id, const kith_instance **out);
    const core::Plugin *find(kith_str id) const;
    void limit(const kith_host &host, const core::Plugin &plugin);
    void refused(const std::string &what);
    void remove(const Instance &instance);

    const std::string program_;
    core::PluginRightsPolicy policy_;
    std::unique_ptr<core::Library> library_;
    std::string refusal_; // of the library
    std::vector<const kith_descriptor *> descriptors_;
    kith_entry entry_{}, here_{};
    const kith_entry *loaded_ = nullptr;
    std::vector<std::unique_ptr<core::PluginRights>> rights_;
    std::vector<std::unique_ptr<Instance>> instances_;
    std::vector<std::string> refused_;
    std::string fault_;
};

} // namespace kith::isolation
