// The product lines of processors that have SEV-SNP: what a report and a certificate call them, and how each
// lays out its TCB_VERSION.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "stack/evidence/snp_report.h"

namespace assay::attest {

enum class SnpProduct : uint8_t { milan, genoa, turin, venice };
std::string_view name(SnpProduct product);

// CPUID_FAM_ID, CPUID_MOD_ID and CPUID_STEP of a report of version 3 and later: family and model with their
// extensions added.
struct SnpCpu {
    uint8_t family = 0, model = 0, stepping = 0;
};
// nullopt for a processor that is none of them, zeros among them (AMD 57230, "Determining the Product Name").
std::optional<SnpProduct> product_of(const SnpCpu& cpu);

// From the productName of a certificate: of a VCEK the line and, on some lines, the revision of the chip
// behind a hyphen ("Milan-B0", "Turin"), of a VLEK the line alone. The revision is not held against the
// stepping: AMD's key server is known to give "Milan-B0" to chips of stepping 1.
std::optional<SnpProduct> product_from_name(std::string_view product_name);

using evidence::TcbLayout;
TcbLayout layout_of(SnpProduct product);

}  // namespace assay::attest
