#include "stack/wire/messages/standards_body.h"

#include "stack/wire/messages/vendor_defined.h"

namespace assay::wire {

void StandardsBodyHeader::describe(Visitor& v) {
    v.u8(enumeration("ID", registry_ids()), id);
    v.length({.name = "VendorIDLen", .counts = "VendorID"}, 1, vendor_id);
    v.blob({.name = "VendorID"}, vendor_id);
}

}  // namespace assay::wire
