// The standards body or vendor-defined header (SVH), which says who defined what follows (DSP0274, standards
// body or vendor-defined header).
#pragma once

#include "stack/wire/visitor.h"

namespace assay::wire {

struct StandardsBodyHeader {
    uint8_t id = 0;   // as StandardID of the vendor-defined messages
    Bytes vendor_id;  // its length is fixed by the registry: vendor_id_length_ok()
    void describe(Visitor& v);

    size_t size() const { return 2 + vendor_id.size(); }  // bytes on the wire
};

// The least that one takes on the wire.
inline constexpr size_t kMinStandardsBodyHeader = 2;

}  // namespace assay::wire
