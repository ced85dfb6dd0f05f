// What the quoted registers held, and of which of them a log says how they came to it.
#pragma once

#include <set>

#include "stack/attest/canonical_log.h"
#include "stack/attest/event_log.h"
#include "stack/attest/quote.h"

namespace assay::attest {

struct QuotedValues {
    // Of each quoted register of a known bank: what the evidence gives for it, else what the logs lead to.
    Registers values;
    // Those to whose value the logs lead. Only of these may a log be asked what happened.
    std::set<Register> explained;
    // Those that no event of a log extends and for which the evidence gives nothing: taken to be as after a
    // reset.
    std::set<Register> untouched;
    bool match = false;  // the quote's digest is that of `values`
};

// A log ends where firmware gives up its memory: many operating systems pass on no event of register 5 about
// ExitBootServices, which the firmware measures all the same (TCG PC Client Platform Firmware Profile 1.05,
// table 30). If the quote's digest says so, they count as if they stood there.
// `switches` has the defects that are planted.
QuotedValues quoted_values(const Quote& quote, uint16_t hash, const EventLog& log,
                           const std::vector<CanonicalRecord>& records, const Registers& given,
                           const FaultConfig& switches = {});

}  // namespace assay::attest
