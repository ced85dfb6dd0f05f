// Which described structure stands where, so that steps name its fields instead of offsets.
#pragma once

#include "stack/wire/annotate.h"

namespace assay::evidence {

// Where a field stands in the bytes of a file ("snp/report.bin") or of a hook ("snp.unsigned"); all of it
// where it is made of several ("SIGNATURE" of "SIGNATURE.R" and more). Errors: Errc::bad_text when no
// structure is described there, or there is no such field in the bytes.
Result<wire::Span> find_field(std::string_view place, ByteView bytes, std::string_view field);

}  // namespace assay::evidence
