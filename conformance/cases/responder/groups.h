// One function a message group: appends its cases.
#pragma once

#include <vector>

#include "conformance/engine/case.h"

namespace assay::cases {

using CaseList = std::vector<engine::Case>;

void add_header(CaseList& cases);
void add_version(CaseList& cases);
void add_capabilities(CaseList& cases);
void add_algorithms(CaseList& cases);
void add_algorithm_selection(CaseList& cases);
void add_digests(CaseList& cases);
void add_certificate(CaseList& cases);
void add_challenge(CaseList& cases);
void add_measurements(CaseList& cases);
void add_measurements_signed(CaseList& cases);
void add_deferral(CaseList& cases);
void add_vendor_defined(CaseList& cases);
void add_malformed(CaseList& cases);

}  // namespace assay::cases
