// Kinds of reference that differ in what they claim and do: what one device cannot show another can.
#pragma once

#include <string_view>
#include <vector>

#include "conformance/lab/reference.h"
#include "stack/crypto/provider.h"

namespace assay::cases {

struct ReferenceKind {
    std::string_view name;
    lab::ReferenceOptions options{};
    const crypto::Provider* provider = &crypto::fast_provider();
};

// Those on which together every case shows what it is about.
std::vector<ReferenceKind> reference_kinds();

}  // namespace assay::cases
