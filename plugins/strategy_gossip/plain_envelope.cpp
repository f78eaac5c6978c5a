// SPDX-License-Identifier: MIT
#include "envelope.hpp"

namespace gossip {

namespace {

class Plain final : public Envelope {
  public:
    Opened open(Bytes packet) override {
        const Heartbeat heartbeat = read_heartbeat(packet);
        Opened out;
        out.verdict = heartbeat.fault == Fault::none           ? Opened::Verdict::good
                      : heartbeat.fault == Fault::no_heartbeat ? Opened::Verdict::foreign
                                                               : Opened::Verdict::malformed;
        out.name = heartbeat.name;
        if (heartbeat.fault != Fault::none) out.why = text_of(heartbeat.fault);
        return out;
    }

    Bytes write(Kind kind, std::string_view name, const Stamp &) override {
        out_.clear();
        if (kind == Kind::heartbeat) write_heartbeat(name, out_);
        return out_;
    }

  private:
    std::vector<std::byte> out_;
};

} // namespace

std::unique_ptr<Envelope> plain_envelope() { return std::make_unique<Plain>(); }

} // namespace gossip
