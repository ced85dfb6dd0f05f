// The reference, and whoever speaks to it, as the user wants them.
#pragma once

#include "conformance/cli/commands.h"
#include "conformance/lab/reference.h"
#include "stack/transport/binding.h"

namespace assay::cli {

// Errors of all of these: Errc::bad_text, with one line for the user.

// Waives and plants, in the protocol or in the framing. A build without the harness option can do neither.
Result<> fault_options(const FaultOptions& wanted, lab::ReferenceOptions& options);
// The key; nullopt when none was given.
Result<std::optional<spdm::PreSharedKey>> pre_shared_key(const PskOptions& options);
// The reference trusts the root of that requester, and judges it by the time of day.
Result<> trust_requester(const IdentityOptions& identity, lab::ReferenceOptions& options);
// MutAuthRequested by its name.
Result<uint8_t> mut_auth(const std::string& name);
// What a reference that answers over a binding has to be like: records as the binding has them, and no
// sessions where it has none.
void answer_over(transport::Binding binding, lab::ReferenceOptions& options);

}  // namespace assay::cli
