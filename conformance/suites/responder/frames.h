// What the cases on framing share: frames, good and wrong, and what may come back for them.
#pragma once

#include "conformance/suites/responder/support.h"
#include "stack/transport/endpoint.h"

namespace assay::cases {

using lab::FrameLayer;
using transport::Binding;
using transport::Payload;

// GET_VERSION: every device answers it at any time, outside sessions.
Bytes get_version();

// A layer of the target's binding. What comes back is judged by the SPDM messages in it: a target may well
// speak another protocol over the same transport, or end a connection on which a frame was broken.
class FrameSender {
   public:
    FrameSender(CaseContext& test, FrameLayer layer) : test_(&test), layer_(layer) {}

    // The case ends here where the target has another binding or its adapter hides the framing of that layer.
    CheckResult applies(Binding binding) const;
    // The frames of a message, and those of GET_VERSION.
    std::vector<Bytes> frames(ByteView message, Payload payload = Payload::spdm) const;
    Bytes probe() const { return frames(get_version()).front(); }
    // What came back, not counting that the target is busy, and the messages in it.
    std::expected<lab::Frames, engine::Finding> send(std::span<const Bytes> frames, size_t due) const;
    std::vector<transport::Message> messages(const lab::Frames& came) const;

    // A fact about frames, which are none of the lab's exchanges.
    CheckResult expect(bool holds, const engine::Rules& rules, std::string expected, std::string got) const;
    // No SPDM message comes back, and GET_VERSION is answered afterwards.
    CheckResult dropped(const Bytes& frame, std::string_view requirement, std::string_view what) const;
    CheckResult dropped(std::span<const Bytes> frames, std::string_view requirement,
                        std::string_view what) const;
    // One VERSION comes back for each GET_VERSION.
    CheckResult answered(std::span<const Bytes> frames, std::string_view requirement, std::string_view what,
                         size_t due = 1) const;
    // VERSION comes back or nothing does, and GET_VERSION is answered afterwards.
    CheckResult harmless(const Bytes& frame, std::string_view requirement, std::string_view what) const;

   private:
    CheckResult alive(std::string_view requirement, std::string_view what) const;

    CaseContext* test_;
    FrameLayer layer_;
};

// A record under the type of plain messages, and the other way round, are not taken for what they are.
CheckResult types_agree(CaseContext& test, Binding binding, std::string_view requirement);

// The body of a case on framing. The lab does not see the frames, so it begins the connection anew behind
// them. What such a case shows does not depend on the version: it is run `once`.
using Body = std::function<CheckResult(CaseContext&)>;
Body framed(Body run);

}  // namespace assay::cases
