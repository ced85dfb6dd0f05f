// Manifests that do harm to who reads them all, and the memory that they take.
#pragma once

#include "conformance/bench/verifier.h"
#include "stack/attest/evidence.h"
#include "stack/evidence/machine.h"

namespace assay::bench {

// Judges the machine's evidence with its first manifest replaced by one of each kind, of as many bytes, each
// in a child process. To be called while this process has no other thread. Errors: Errc::internal when
// evidence cannot be made.
Result<std::vector<HostileManifest>> measure_hostile_manifests(const evidence::Machine& machine, size_t size);

// Such a manifest; empty for a kind that is not known.
std::string hostile_manifest(std::string_view kind, const std::string& genuine, size_t size);
inline constexpr std::string_view kHostileKinds[] = {"one giant text",  "many elements", "deep nesting",
                                                     "many attributes", "entity bomb",   "huge signature"};

}  // namespace assay::bench
