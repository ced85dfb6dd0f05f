// The proof that the threat model notices faults: each check of the GPU and of its driver is waived in turn,
// and what the table is to notice of the path is made faulty; some cell must then be another, or some refusal
// missing.
#pragma once

#include "conformance/engine/kill_matrix.h"
#include "stack/guest/machine.h"

namespace assay::cases::threats {

// One row a faulty check or defect. `requirement` of a row is the row of the threat model that it serves.
engine::KillMatrix threat_kill_matrix();

// Waives the check of that name, of the GPU, of the driver or of the path, or plants the path's defect of
// that name. False when there is nothing of that name.
bool waive(guest::MachineFaultConfig& faults, std::string_view check);
bool plant(guest::MachineFaultConfig& faults, std::string_view defect);

}  // namespace assay::cases::threats
