// The encrypted path of stack/transfer behind the interface, with or without faults.
#pragma once

#include "conformance/lab/transfer_dut.h"

namespace assay::lab {

// Both ends, and whatever key, have these faults. The provider must outlive it.
std::unique_ptr<PathTarget> reference_path(const transfer::FaultConfig& faults = {},
                                           const crypto::Provider& provider = crypto::openssl_provider());

}  // namespace assay::lab
