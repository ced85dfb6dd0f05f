// Values of steps that the makers of this module make: names, manifests and devices of some firmware,
// extensions, delegates (edit.h).
#pragma once

#include "stack/evidence/place.h"

namespace assay::evidence {

// The value {name: inside}, whose inside has been evaluated; nullopt when it is none of these. Errors:
// Errc::bad_text. What is not in `inside` is an exception of Json's.
Result<std::optional<Json>> form_value(const std::string& name, const Json& inside);

}  // namespace assay::evidence
