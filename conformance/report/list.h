// The cases of a role as data, for `assay run --list --json`.
//
//   tool, format, role   "assay", 1, "responder"; keys as in report.json, which has the same promise
//   cases                [{id, title, requirements, needs, negative, writes, once, waits}], and the columns
//   of
//                        the role as strings (responder, requester: versions; verifier: expected, check;
//                        threats: category, expected)
//   requirements         [{id, level, clause, text}]; level, clause and text null for an id without an entry
//   needs                what the target must claim: ["MEAS_CAP 10b", "CERT_CAP"]
//   negative             whether the target is checked afterwards to be alive and unharmed
//   writes, once, waits  whether it changes the target for good, is run at the last version only, waits for
//                        silence where that is a right answer (which --fast leaves out)
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "conformance/engine/suite.h"

namespace assay::report {

inline constexpr int kListFormat = 1;

nlohmann::ordered_json to_json(const engine::Suite& suite, std::span<const engine::CaseInfo> cases);

}  // namespace assay::report
