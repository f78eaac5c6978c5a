// SPDX-License-Identifier: MIT
//
// A plugin behind two pipes, one in each direction, in a simulated network: every call is a frame. Frames arrive at once, or after delays
// that are drawn from a seed, cut into pieces at random.
#pragma once

#include <sdk/messages/frames.hpp>
#include <sdk/messages/host_surroundings.hpp>
#include <sdk/messages/instance_proxy.hpp>
#include <sdk/messages/isolated_instance.hpp>

#include <kith/result.hpp>
#include <kith/service/options.h>
#include <kith/testkit/sim_net.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <string>

namespace kith::messages {

class OneWayPipe final : private ProxyOwner {
  public:
    /// seed: of delays and pieces; 0: every frame arrives at once. One at a time: `create` of the ABI has no room for it.
    OneWayPipe(const kith_entry &plugin, testkit::SimNet &net, std::uint64_t seed)
        : plugin_(plugin), net_(net), entry_(plugin), random_(seed), delayed_(seed != 0) {
        present() = this;
        entry_.create = [](const kith_host *host, kith_str id, const kith_instance **out) noexcept {
            return present()->create(host, id, out);
        };
    }
    ~OneWayPipe() { present() = nullptr; }
    OneWayPipe(const OneWayPipe &) = delete;
    OneWayPipe &operator=(const OneWayPipe &) = delete;

    const kith_entry &entry() const { return entry_; }
    /// As if the plugin's process ended now.
    void kill_instance() {
        instance_.reset();
        proxy_->lost();
    }
    std::size_t messages = 0;
    std::string not_created_text;
    std::int32_t not_created_status = KITH_OK;
    std::string error; ///< what the hoster's take_error() returns

  private:
    struct Direction final : MessageSink {
        OneWayPipe &pipe;
        bool to_instance;
        std::string waiting;
        FrameReader reader{1 << 24};
        bool coming = false;

        Direction(OneWayPipe &of, bool which) : pipe(of), to_instance(which) {}
        bool send(std::string_view message) override {
            ++pipe.messages;
            if (!pipe.delayed_) {
                deliver(message);
                return true;
            }
            append_frame(waiting, message);
            come();
            return true;
        }
        void come() {
            if (coming || waiting.empty()) return;
            coming = true;
            pipe.net_.in(std::chrono::microseconds(pipe.random_() % 2000), [this, alive = std::weak_ptr(pipe.alive_)] {
                if (alive.expired()) return;
                coming = false;
                const std::size_t piece = 1 + pipe.random_() % waiting.size();
                const std::string now = waiting.substr(0, piece);
                waiting.erase(0, piece);
                reader.feed(now, [this](std::string_view message) { deliver(message); });
                come();
            });
        }
        void deliver(std::string_view message) {
            const auto opened = open_message(message);
            if (!to_instance) {
                if (opened.instance == pipe.number_ && pipe.proxy_) pipe.proxy_->take(opened);
            } else if (pipe.instance_) {
                pipe.instance_->take(opened);
            }
        }
    };

    static OneWayPipe *&present() {
        static OneWayPipe *one = nullptr;
        return one;
    }

    std::int32_t create(const kith_host *host, kith_str id, const kith_instance **out) {
        ++number_;
        const kith_descriptor *found = nullptr;
        for (std::uint32_t i = 0; i < plugin_.descriptor_count; ++i)
            if (id.size == 0 || view(plugin_.descriptors[i]->id) == view(id)) found = plugin_.descriptors[i];
        instance_.reset();
        surroundings_ = std::make_unique<HostSurroundings>(*host, [this] {
            net_.in({}, [this, alive = std::weak_ptr(alive_)] {
                if (!alive.expired() && instance_) instance_->run_posts();
            });
        });
        instance_ = std::make_unique<IsolatedInstance>(number_, plugin_, to_host_, *surroundings_);
        proxy_ = std::make_unique<InstanceProxy>(number_, *found, *host, to_instance_, static_cast<ProxyOwner &>(*this));
        const auto *const options = static_cast<const kith_options_host *>(host->service(host, str(KITH_OPTIONS)));
        proxy_->create(options == nullptr ? "{}" : view(options->json(host)), UINT32_MAX);
        *out = &proxy_->instance();
        return KITH_OK;
    }

    std::string take_error() override { return error; }
    void not_created(std::int32_t status, std::string_view text) override {
        not_created_status = status;
        not_created_text = text;
    }
    void stopping() override {}
    void destroyed() override {}

    const kith_entry &plugin_;
    testkit::SimNet &net_;
    kith_entry entry_;
    std::mt19937_64 random_;
    bool delayed_;
    std::uint32_t number_ = 0;
    std::shared_ptr<int> alive_ = std::make_shared<int>();
    Direction to_host_{*this, false}, to_instance_{*this, true};
    std::unique_ptr<HostSurroundings> surroundings_;
    std::unique_ptr<IsolatedInstance> instance_;
    std::unique_ptr<InstanceProxy> proxy_;
};

} // namespace kith::messages
