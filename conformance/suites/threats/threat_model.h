// The rows of the threat model, from vectors/threat_model.json.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "stack/base/result.h"
#include "stack/device/gpu.h"

namespace assay::cases::threats {

enum class Cell : uint8_t {
    withstood,
    not_withstood,
    not_applicable,
    unclear,  // an attempt failed, and nothing says why; never expected
};
std::string_view name(Cell cell);    // "withstood"
std::string_view symbol(Cell cell);  // "✓"

struct Row {
    std::string id;
    std::string category;
    std::string threat;  // a sentence
    Cell apm = Cell::unclear, cc = Cell::unclear;
    bool full = false;     // the attack itself is carried out; else as far as the model's port
    std::string modelled;  // a sentence

    Cell expected(device::Mode mode) const { return mode == device::Mode::apm ? apm : cc; }
};

// Errors: Errc::bad_text.
Result<std::vector<Row>> parse_threat_model(std::string_view json);
// Those that are compiled in.
const std::vector<Row>& threat_model();

}  // namespace assay::cases::threats
