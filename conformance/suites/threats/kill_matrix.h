// The proof that the threat model notices faults: each check of the GPU and of its driver is waived in turn,
// and what the table is to notice of the path is made faulty; some cell must then be another, or some refusal
// missing.
#pragma once

#include "conformance/engine/faults.h"
#include "conformance/engine/kill_matrix.h"
#include "stack/guest/machine.h"

namespace assay::cases::threats {

// One row a faulty check or defect. `requirement` of a row is the row of the threat model that it serves.
engine::KillMatrix threat_kill_matrix();

// Every check of the GPU, of the driver and of the path, and every defect of the path.
engine::Faults<guest::MachineFaultConfig> machine_faults();

}  // namespace assay::cases::threats
