// Devices for the tests of the responder cases: the reference with another configuration, and with answers
// that are changed on their way.
#pragma once

#include <functional>
#include <string>

#include "conformance/engine/runner.h"
#include "conformance/lab/reference.h"
#include "stack/spdm/device.h"

namespace assay::cases {

using Answer = std::optional<Bytes>;
// Changes an answer. Called for every exchange; it may remember.
using Change = std::function<void(ByteView request, Answer& answer)>;
// Changes the device.
using Tweak = std::function<void(lab::ReferenceOptions& options, spdm::Device& device)>;

// Runs the cases that match `filter` at one version. What `change` does begins after the sane exchange.
engine::RunReport run_device(wire::Version version, const std::string& filter, const Change& change,
                             const Tweak& tweak = {}, const engine::Profile& profile = {});

// What the faulty devices that a case is there for make of it.
std::vector<engine::RunReport> on_faulty_devices(std::string_view case_id);

// A result with its findings and exchanges.
std::string text(const engine::CaseResult& result);

// Takes the first certificate off a chain.
void leave_root_out(spdm::Identity& identity);

}  // namespace assay::cases
