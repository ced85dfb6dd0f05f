// What `assay serve` puts behind a socket.
#pragma once

#include "conformance/cli/commands.h"
#include "conformance/lab/reference.h"
#include "stack/transport/server.h"

namespace assay::cli {

// The reference as the user wants it, for a binding. Errors: Errc::bad_text, with one line for the user.
Result<lab::ReferenceOptions> reference_options(const ServeCommand& command, transport::Binding binding);

// Messages and records go to the device, and so does the wish for a key update.
transport::Service service(const std::shared_ptr<lab::ReferenceDut>& dut);

// The same, with each answer held back for a random time between two.
transport::Service delayed(transport::Service service, std::chrono::milliseconds least,
                           std::chrono::milliseconds most, uint64_t seed);

}  // namespace assay::cli
